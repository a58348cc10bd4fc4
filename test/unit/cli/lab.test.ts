/** `disklab lab`, run as a user runs it: events, hashes, the machine's files, and calls that are at fault. */
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../../../src/cli/io.ts';
import { keepFiles } from '../../../src/cli/labFiles.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../../src/lab/drive/labFolders.ts';
import { parseScenario } from '../../../src/lab/history/parseScenario.ts';
import { scenarioLink } from '../../../src/lab/history/scenarioLink.ts';
import { isMachineFile } from '../../../src/lab/machine/machineNames.ts';
import { storageFault } from '../../../src/storage/storageErrors.ts';
import { smallText } from '../../support/anyScenario.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { objectOf, type Ran, runProgram } from '../../support/terminal.ts';

/** A guest that works on 16 MiB for a second, two checkpoints, and a merge. */
const MACHINE = { name: 'VM 1', memoryBytes: '1 MiB', disks: [{ virtualSizeBytes: '16 MiB' }] };
const STORY = [
  { at: 1, do: 'take', name: 'empty' },
  { at: 5, do: 'start' },
  { at: 5.5, do: 'take', name: 'first\u001b[31m' },
  { at: 5.6, do: 'delete', checkpoint: 'empty' },
];
const TEXT = smallText({
  seed: 7,
  machine: MACHINE,
  guest: { kind: 'file-server', load: 10, volume: false },
  commands: STORY,
  end: 6,
});

let folder: string;
let scenario: string;
const at = (...names: readonly string[]) => path.join(folder, ...names);

beforeEach(() => {
  folder = temporaryFolder();
  scenario = at('small.json');
  writeFileSync(scenario, TEXT);
});

const filesIn = (out: string) =>
  readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

const hashLines = ({ text }: Ran) =>
  [...text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, sha256, name]) => ({ sha256, name }));

describe('disklab lab', { timeout: 60_000 }, () => {
  it('prints each event with its time, and the hash of every point, newest first', async () => {
    const ran = await runProgram(['lab', scenario]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.text).toMatch(/^14:00:00\.000 · machine {5}VM 1 was made/);
    expect(ran.text).toMatch(/^14:00:01\.\d{3} · checkpoint {2}Checkpoint taken: empty/m);
    expect(ran.text).toMatch(/^14:00:05\.\d{3} · merge {7}Merge finished: empty.*\(19080\)$/m);
    expect(ran.text).toMatch(/^VM 1 at 14:00:06\.000: Running$/m);
    expect(ran.text).toMatch(/^guest {3}[1-9]\d* reads checked, 0 wrong; /m);
    // A name may hold anything; the terminal obeys none of it.
    expect(hashLines(ran).map(({ name }) => name)).toEqual(['Now', 'first\\u{1B}[31m']);
    expect(ran.text).not.toContain('\u001b');
  });

  it('prints the same for the same scenario, also where it came as a link', async () => {
    const ran = await runProgram(['lab', scenario]);
    expect(await runProgram(['lab', scenario])).toEqual(ran);
    const link = scenarioLink(parseScenario(TEXT, 's'));
    expect(await runProgram(['lab', `https://example.org/#${link}`])).toEqual(ran);
  });

  it('keeps the files of the machine as a chain that reads as the lab said', async () => {
    const out = at('kept');
    const ran = await runProgram(['lab', scenario, '--out', out]);
    expect(ran.status).toBe(0);
    const files = filesIn(out);
    expect(files.every(isMachineFile)).toBe(true);
    expect(files).toContain('Virtual Hard Disks/VM 1.vhd');
    const [configuration = '', ...others] = files.filter((name) => name.startsWith('Virtual Machines/'));
    expect(others).toEqual([]);
    const stored = JSON.parse(readFileSync(path.join(out, configuration), 'utf8'));
    const points = [stored.state.now, ...stored.state.checkpoints.reverse()];
    expect(points.map(({ files: own }) => Object.keys(own))).toEqual([['disk0'], ['disk0']]);
    for (const [i, { sha256 }] of hashLines(ran).entries()) {
      const hashed = await runProgram(['hash', path.join(out, points[i].files.disk0), '--with', out]);
      expect(hashed.text.slice(0, 64)).toBe(sha256);
    }
    const checked = await runProgram(['check', out]);
    expect(checked).toMatchObject({ status: 0 });
    expect(checked.text).toMatch(/^0 errors/m);
  });

  it('prints one object with --json, and every event in it', async () => {
    const out = at('kept');
    mkdirSync(out);
    const ran = await runProgram(['lab', scenario, '--json', '--out', out]);
    expect(ran.status).toBe(0);
    const text = await runProgram(['lab', scenario]);
    expect(objectOf(ran)).toMatchObject({
      scenario: { name: 'small', seed: 7, commands: STORY.length },
      nowUs: 6_000_000,
      status: 'Running',
      hostOn: true,
      events: text.text
        .slice(0, text.text.indexOf('\n\n'))
        .split('\n')
        .map((_line, number) => expect.objectContaining({ number })),
      machine: { name: 'VM 1', power: 'running' },
      guest: { wrongReads: 0 },
      hashes: hashLines(text).map(({ sha256 }) => expect.objectContaining({ sha256, disk: 'disk0' })),
      out: { folder: out, files: filesIn(out).length },
    });
  });

  it('stops at --until, before the commands that follow', async () => {
    for (const until of ['5.1', '00:00:05.1']) {
      const ran = await runProgram(['lab', scenario, '--until', until]);
      expect(ran.text).toMatch(/^VM 1 at 14:00:05\.100: Running$/m);
      expect(hashLines(ran).map(({ name }) => name)).toEqual(['Now', 'empty']);
    }
  });

  it('plays on behind the last command with --until', async () => {
    const ran = await runProgram(['lab', scenario, '--until', '6.250']);
    expect(ran.text).toMatch(/^VM 1 at 14:00:06\.250: Running$/m);
  });

  it('ends with 1 where the guest read something wrong', async () => {
    const file = 'Virtual Hard Disks/VM 1.vhd';
    const commands = [
      { at: 1, do: 'start' },
      { at: 1.1, do: 'write', disk: 'disk0', firstSector: 0, sectorCount: 2048, seed: 3 },
      { at: 1.2, do: 'alter-file', file, offset: 0, lengthBytes: '1 MiB' },
    ];
    const guest = { kind: 'file-server', load: 40, volume: false };
    const machine = { ...MACHINE, disks: [{ virtualSizeBytes: '1 MiB', type: 'fixed' }] };
    writeFileSync(scenario, smallText({ machine, guest, commands, end: 1.5 }));
    const ran = await runProgram(['lab', scenario]);
    expect(ran.text).toMatch(/^guest .* [1-9]\d* wrong; /m);
    expect(ran.status).toBe(1);
  });

  it('ends with 1 and says why where a point cannot be read, and keeps the rest', async () => {
    const file = 'Virtual Hard Disks/VM 1.vhd';
    const commands = [
      { at: 1, do: 'take', name: 'one' },
      { at: 2, do: 'lose-file', file },
    ];
    writeFileSync(scenario, smallText({ machine: MACHINE, commands }));
    const ran = await runProgram(['lab', scenario, '--out', at('kept')]);
    expect(ran.status).toBe(1);
    expect(ran.text).toMatch(/✖ fault/);
    expect(ran.text).toMatch(/^✖ {2}Now: .*not there/m);
    expect(ran.text).toMatch(/^✖ {2}one: .*not there/m);
    expect(filesIn(at('kept')).some((name) => name.endsWith('.avhd'))).toBe(true);
    expect(filesIn(at('kept'))).not.toContain(file);
  });

  it('keeps what the drive held where the host has no power at the end', async () => {
    const commands = [...STORY, { at: 5.9, do: 'pull-plug', seed: 3 }];
    writeFileSync(scenario, smallText({ machine: MACHINE, guest: { kind: 'build', load: 50 }, commands }));
    const ran = await runProgram(['lab', scenario, '--out', at('kept')]);
    expect(ran.text).toContain('the host has no power');
    expect(filesIn(at('kept')).some((name) => name.endsWith('.avhd'))).toBe(true);
  });

  it('ends silently with 0 when the reader has left', async () => {
    expect(await runProgram(['lab', scenario], { closeAfter: 200 })).toMatchObject({ status: 0, stderr: '' });
  });

  it('ends with 130 when it is interrupted, and leaves nothing behind', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    const ran = await runProgram(['lab', scenario, '--out', at('kept')], { signal: controller.signal });
    expect(ran.status).toBe(130);
    expect(existsSync(at('kept'))).toBe(false);
  });
});

describe('keeping the files', { timeout: 60_000 }, () => {
  it.each([true, false])('leaves nothing behind where it fails (folder was there: %s)', async (wasThere) => {
    const tree = memoryTree();
    for (const name of ['Snapshots/a.avhd', 'Virtual Hard Disks/b.vhd']) {
      const file = await tree.create(name);
      await file.write(0, new Uint8Array(4096).fill(7));
    }
    const open = tree.open.bind(tree);
    tree.open = (name, access) => {
      if (name.endsWith('.avhd')) return open(name, access);
      expect(filesIn(at('kept'))).toEqual(['Snapshots/a.avhd']);
      throw storageFault('io', { action: 'open', file: name });
    };
    if (wasThere) mkdirSync(at('kept'));
    const io: Io = {
      out: async () => {},
      err: () => {},
      ask: async () => '',
      outIsTerminal: false,
      errIsTerminal: false,
      columns: 80,
      signal: new AbortController().signal,
      openFiles: () => expect.unreachable('no disk is looked into'),
    };
    await expect(keepFiles(tree, at('kept'), await loadCore(), io)).rejects.toMatchObject({ code: 'io' });
    expect(existsSync(at('kept'))).toBe(wasThere);
    if (wasThere) expect(readdirSync(at('kept'))).toEqual([]);
  });
});

describe('a call that is at fault', { timeout: 60_000 }, () => {
  async function refused(args: readonly string[]): Promise<string> {
    const ran = await runProgram(['lab', ...args]);
    expect(ran).toMatchObject({ status: 2, text: '' });
    return ran.stderr;
  }

  it('names the place in the scenario', async () => {
    writeFileSync(scenario, smallText({ commands: [{ at: 'soon', do: 'start' }] }));
    expect(await refused([scenario])).toContain('small.json: commands[0].at: found “soon”, expected a time');
    writeFileSync(scenario, 'no JSON');
    expect(await refused([scenario])).toContain('small.json: it is not JSON');
  });

  it('does not load a file that is far too large', async () => {
    truncateSync(scenario, 2 ** 40);
    expect(await refused([scenario])).toContain('expected at most 4 MiB');
  });

  it('names what is not there', async () => {
    expect(await refused([])).toContain('“lab” needs a scenario.');
    expect(await refused([at('none.json')])).toContain('There is no file');
    expect(await refused([folder])).toContain('is not a file');
    expect(await refused(['lab=AAAA'])).toContain('The link holds no scenario');
    expect(await refused([scenario, '--out', at('none', 'kept')])).toContain('There is no folder');
    expect(await refused([scenario, '--until', 'noon'])).toContain('--until “noon” is not a time.');
    expect(await refused([scenario, '--with', folder])).toContain('“lab” takes no --with.');
  });

  it('never writes among other files', async () => {
    expect(await refused([scenario, '--out', folder])).toContain('is not empty');
    expect(await refused([scenario, '--out', scenario])).toContain('is not a folder');
    expect(readdirSync(folder)).toEqual(['small.json']);
  });
});
