/** `merge` and `recover`, run as a user runs them, on chains in folders of the operating system. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { NodeFolder } from '../../../src/storage/nodeFolder.ts';
import { patchInPlace } from '../../../src/storage/patchJournal.ts';
import { UndoFile } from '../../../src/storage/undoFile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { objectOf, type Ran, runProgram } from '../../support/terminal.ts';
import { sha256 } from '../../support/vhdFiles.ts';
import { type WrittenChain, writeRandomChain } from '../../support/writtenChain.ts';

const BLOCK_BYTES = 2 ** 19;
const FLAT_FORMATS = ['dynamic', 'fixed', 'raw'] as const;

let folder: string;
let chain: WrittenChain;
const at = (...names: readonly string[]) => path.join(folder, ...names);
/** `layer0.vhd` is the base. */
const file = (number: number) => at(`layer${number}.vhd`);
/** SHA-256 of the disk as seen from `layerN.vhd` at first. */
const truth = (number: number) => sha256(chain.truth.at(-1 - number) ?? new Uint8Array(0));

async function lay(seed: number, layers: number, into = folder): Promise<void> {
  chain = await writeRandomChain(seed, layers, BLOCK_BYTES);
  for (const memory of chain.files) {
    const bytes = new Uint8Array(memory.sizeBytes);
    await memory.read(0, bytes);
    writeFileSync(path.join(into, memory.name), bytes);
  }
}

beforeEach(async () => {
  folder = temporaryFolder();
  await lay(11, 4);
});

async function hashOf(named: string, ...more: readonly string[]): Promise<string> {
  const { text, stderr } = await runProgram(['hash', named, ...more]);
  if (text === '') throw new Error(stderr);
  return text.slice(0, 64);
}

async function expectSound(...named: readonly string[]): Promise<void> {
  const ran = await runProgram(['check', ...named]);
  expect(ran.text).toMatch(/^0 errors, 0 warnings/m);
  expect(ran.stderr).toBe('');
}

/** Every file of the folders, by name. */
function contents(...folders: readonly string[]): Map<string, string> {
  return new Map(
    [folder, ...folders].flatMap((each) =>
      readdirSync(each, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => [path.join(each, name), sha256(readFileSync(path.join(each, name)))] as const),
    ),
  );
}

const names = () => readdirSync(folder).sort();

function expectFine(ran: Ran): void {
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
}

/** Aborted at the `checks`-th place at which somebody asks whether it is. */
function abortedAfter(checks: number): { signal: AbortSignal; asked: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let asked = 0;
  signal.throwIfAborted = () => {
    asked++;
    if (asked === checks) controller.abort();
    AbortSignal.prototype.throwIfAborted.call(signal);
  };
  return { signal, asked: () => asked };
}

describe('disklab merge, in place', { timeout: 120_000 }, () => {
  it('merges a child into its parent after a yes', async () => {
    const before = contents();
    for (const answer of ['', 'no', 'y']) {
      const refused = await runProgram(['merge', file(3)], { answer });
      expect(refused.status).toBe(2);
      expect(refused.text).toContain('layer2.vhd');
      expect(contents()).toEqual(before);
    }
    const ran = await runProgram(['merge', file(3), '--verify'], { answer: 'yes' });
    expect(ran.status).toBe(0);
    expect(ran.text).toContain(truth(3));
    expect(names()).toEqual(['layer0.vhd', 'layer1.vhd', 'layer2.vhd']);
    expect(await hashOf(file(2))).toBe(truth(3));
    await expectSound(file(2));
  });

  it('merges a stretch at once, and links what stood on it to what is left', async () => {
    const ran = await runProgram(['merge', file(2), '--into', file(0), '--yes', '--json']);
    expectFine(ran);
    expect(objectOf(ran)).toMatchObject({
      plan: { way: 'in-place', sources: [file(2), file(1)], survivor: file(0), relink: [file(3)], to: null },
      obstacles: [{ severity: 'warning' }, { severity: 'note' }],
      report: { survivor: file(0), removed: [file(2), file(1)], relinked: [file(3)], proof: null },
    });
    expect(names()).toEqual(['layer0.vhd', 'layer3.vhd']);
    expect(await hashOf(file(0))).toBe(truth(2));
    expect(await hashOf(file(3))).toBe(truth(3));
    await expectSound(file(3));
    const info = objectOf(await runProgram(['info', file(3), '--json']));
    expect(info).toMatchObject({ parent: { path: file(0) } });
    expect(JSON.stringify(info)).not.toContain('layer2.vhd');
  });

  it('reaches files in other folders where they are named, and leaves no undo file in them', async () => {
    mkdirSync(at('other'));
    mkdirSync(at('base'));
    renameSync(file(3), at('other', 'grandchild.vhd'));
    renameSync(file(0), at('base', 'base.vhd'));
    const ways = ['--with', at('other'), '--with', at('base')];
    const ran = await runProgram(['merge', file(2), '--into', at('base', 'base.vhd'), '--yes', ...ways]);
    expectFine(ran);
    expect(names()).toEqual(['base', 'other']);
    expect(readdirSync(at('other'))).toEqual(['grandchild.vhd']);
    expect(readdirSync(at('base'))).toEqual(['base.vhd']);
    expect(await hashOf(at('other', 'grandchild.vhd'), '--with', at('base'))).toBe(truth(3));
    const info = objectOf(await runProgram(['info', at('other', 'grandchild.vhd'), '--json']));
    expect(JSON.stringify(info)).toContain('base.vhd');
    expect(JSON.stringify(info)).not.toContain('layer2.vhd');
  });

  it('refuses what would spoil a sibling, by its name, and changes nothing', async () => {
    await runProgram(['create', at('sibling.vhd'), '--parent', file(1)]);
    const before = contents();
    for (const more of [['--plan'], ['--yes']]) {
      const ran = await runProgram(['merge', file(3), '--into', file(1), ...more]);
      expect(ran.status).toBe(1);
      expect(ran.text).toContain('sibling.vhd');
      expect(contents()).toEqual(before);
    }
    const ran = await runProgram(['merge', file(2), '--yes', '--json']);
    expect(ran.status).toBe(1);
    expect(objectOf(ran)).toMatchObject({
      obstacles: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]),
      report: null,
    });
    expect(JSON.stringify(objectOf(ran))).toContain('sibling.vhd');
    expect(contents()).toEqual(before);
    // Above the branch nothing is in the way.
    expect((await runProgram(['merge', file(3), '--yes'])).status).toBe(0);
    expect(await hashOf(at('sibling.vhd'))).toBe(truth(1));
  });

  it('finds a sibling that lies beside the parent in another folder', async () => {
    mkdirSync(at('deep'));
    for (const number of [2, 3]) renameSync(file(number), at('deep', `layer${number}.vhd`));
    await runProgram(['create', at('sibling.vhd'), '--parent', file(1)]);
    const ran = await runProgram(['merge', at('deep', 'layer2.vhd'), '--with', file(1), file(0), '--plan']);
    expect(ran.status).toBe(1);
    expect(ran.text).toContain('sibling.vhd');
  });

  it.skipIf(process.platform === 'win32')(
    'follows links to the files themselves (not on Windows)',
    async () => {
      mkdirSync(at('links'));
      for (const number of [2, 3]) symlinkSync(file(number), at('links', `layer${number}.vhd`));
      symlinkSync(file(1), at('links', 'base.vhd'));
      await runProgram(['create', at('sibling.vhd'), '--parent', file(1)]);
      const link = at('links', 'layer2.vhd');
      const refused = await runProgram(['merge', link, '--plan']);
      expect(refused.status).toBe(1);
      expect(refused.text).toContain('sibling.vhd');
      expect((await runProgram(['merge', at('links', 'layer3.vhd'), '--yes'])).status).toBe(0);
      expect(await hashOf(file(2))).toBe(truth(3));
      expect(names()).toEqual(['layer0.vhd', 'layer1.vhd', 'layer2.vhd', 'links', 'sibling.vhd']);
    },
  );

  it('plans without writing', async () => {
    const before = contents();
    const ran = await runProgram(['merge', file(3), '--into', file(1), '--plan', '--verify']);
    expectFine(ran);
    for (const number of [1, 2, 3]) expect(ran.text).toContain(`layer${number}.vhd`);
    expect(ran.text).toMatch(/are free/);
    const { plan, report } = objectOf(
      await runProgram(['merge', file(3), '--into', file(1), '--plan', '--json']),
    ) as { plan: Record<string, unknown>; report: unknown };
    expect(report).toBe(null);
    expect(plan).toMatchObject({
      way: 'in-place',
      format: null,
      first: 0,
      last: 2,
      remove: [file(3), file(2)],
      freeBytes: expect.any(Number),
      writeBytesPerSecond: expect.any(Number),
    });
    expect(contents()).toEqual(before);
  });

  it('says what is no stretch', async () => {
    for (const [args, word] of [
      [[file(0)], 'no parent'],
      [[file(3), '--into', file(3)], 'itself'],
      [[file(1), '--into', file(3)], 'no ancestor'],
      [[at('none.vhd')], 'no file'],
    ] as const) {
      const ran = await runProgram(['merge', ...args]);
      expect(ran.status, args.join(' ')).toBe(2);
      expect(ran.stderr).toContain(word);
    }
    renameSync(file(0), at('gone'));
    writeFileSync(at('gone'), new Uint8Array(512));
    const orphan = await runProgram(['merge', file(1)]);
    expect(orphan.status).toBe(1);
    expect(orphan.stderr).toContain('parent');
  });
});

describe('disklab merge, to a new file', { timeout: 120_000 }, () => {
  it.each(FLAT_FORMATS)('makes a %s file of the whole chain, and touches nothing else', async (format) => {
    const before = contents();
    const to = at('new.img');
    const ran = await runProgram(['merge', file(3), '--to', to, '--format', format, '--verify', '--json']);
    expectFine(ran);
    expect(objectOf(ran)).toMatchObject({
      plan: { way: 'new-file', format, to, survivor: null, remove: [], relink: [] },
      report: { survivor: to, removed: [], proof: { after: { sha256: truth(3) } } },
    });
    expect(await hashOf(to, '--raw')).toBe(truth(3));
    const after = contents();
    after.delete(to);
    expect(after).toEqual(before);
    if (format !== 'raw') await expectSound(to);
    expect((await runProgram(['merge', file(3), '--to', to])).status).toBe(2);
  });

  it('makes a differencing file that stands in for a stretch', async () => {
    mkdirSync(at('new'));
    const to = at('new', 'merged.avhd');
    const ran = await runProgram(['merge', file(3), '--into', file(1), '--to', to, '--block-size', '1MiB']);
    expectFine(ran);
    expect(readdirSync(at('new'))).toEqual(['merged.avhd']);
    expect(await hashOf(to, '--with', file(0))).toBe(truth(3));
    const info = objectOf(await runProgram(['info', to, '--with', file(0), '--json']));
    expect(info).toMatchObject({
      type: 'differencing',
      blockSizeBytes: 2 ** 20,
      parent: { path: file(0), names: expect.arrayContaining(['..\\layer0.vhd']) },
    });
    expect(await hashOf(file(3))).toBe(truth(3));
  });

  it('makes one of orphans, that finds the parent which they seek', async () => {
    mkdirSync(at('away'));
    renameSync(file(0), at('away', 'layer0.vhd'));
    const to = at('orphan.avhd');
    const ran = await runProgram([
      'merge',
      file(3),
      '--into',
      file(1),
      '--to',
      to,
      '--format',
      'differencing',
    ]);
    expectFine(ran);
    expect((await runProgram(['hash', to])).status).toBe(1);
    expect(await hashOf(to, '--with', at('away'))).toBe(truth(3));
    const dynamic = await runProgram(['merge', file(3), '--to', at('new.vhd'), '--format', 'dynamic']);
    expect(dynamic.status).toBe(1);
    expect(existsSync(at('new.vhd'))).toBe(false);
  });

  it('takes what the stretch suggests where no format is named', async () => {
    for (const [args, format] of [
      [[], 'dynamic'],
      [['--into', file(0)], 'dynamic'],
      [['--into', file(1)], 'differencing'],
    ] as const) {
      const ran = await runProgram(['merge', file(3), ...args, '--to', at('new.vhd'), '--plan', '--json']);
      expect(objectOf(ran)).toMatchObject({ plan: { format } });
    }
    const alone = ['merge', file(2), '--format', 'differencing', '--to', at('new.vhd'), '--plan', '--json'];
    expect(objectOf(await runProgram(alone))).toMatchObject({ plan: { first: 0, last: 0 } });
    expect(existsSync(at('new.vhd'))).toBe(false);
  });
});

describe('disklab recover', { timeout: 300_000 }, () => {
  /**
   * Stops the call early and at each of its last checks, which are those behind the beginning of the merge; then what waits
   * is finished. Returns how often something waited.
   */
  async function stopEverywhere(args: () => readonly string[], after: () => Promise<void>): Promise<number> {
    const counting = abortedAfter(Number.POSITIVE_INFINITY);
    expect((await runProgram(args(), counting)).status).toBe(0);
    const total = counting.asked();
    const stops = [1, ...Array.from({ length: 6 }, (_, i) => total - 5 + i)];
    let waited = 0;
    for (const checks of stops) {
      folder = temporaryFolder();
      await lay(11, 4);
      const ran = await runProgram(args(), abortedAfter(checks));
      // How often it is asked goes a little by the clock.
      if (ran.status === 0) continue;
      expect(ran.status, ran.stderr).toBe(130);
      const waits = ran.stderr.includes('The chain reads as before');
      if (waits) {
        waited++;
        expect(ran.stderr).toContain(`disklab recover ${folder}`);
        if (waited === 1) await expectTold();
      }
      const recovered = await runProgram(['recover', folder, '--json']);
      expectFine(recovered);
      expect(objectOf(recovered)).toMatchObject({ merges: waits ? [{ problem: null }] : [] });
      if (!waits) expectFine(await runProgram(args()));
      await after();
      const once = contents();
      expect((await runProgram(['recover', folder])).text).toContain('Nothing waits');
      expect(contents()).toEqual(once);
    }
    return waited;
  }

  /** Whoever looks at a file of the merge is told of it. */
  async function expectTold(): Promise<void> {
    for (const command of ['check', 'tree']) {
      const { stderr } = await runProgram([command, folder]);
      expect(stderr).toMatch(/a merge of .* waits; disklab recover /);
    }
    const again = await runProgram(['merge', file(1), '--yes']);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('disklab recover');
    expect((await runProgram(['recover', folder, '--plan'])).text).toMatch(
      /merge of .* waits: (planned|copying|copied|relinked), /,
    );
  }

  it('finishes a merge in place that was stopped anywhere', async () => {
    const waited = await stopEverywhere(
      () => ['merge', file(2), '--into', file(1), '--yes', '--verify'],
      async () => {
        expect(names()).toEqual(['layer0.vhd', 'layer1.vhd', 'layer3.vhd']);
        expect(await hashOf(file(1))).toBe(truth(2));
        expect(await hashOf(file(3))).toBe(truth(3));
        await expectSound(folder);
      },
    );
    expect(waited).toBeGreaterThan(0);
  });

  it('finishes a merge to a new file that was stopped anywhere', async () => {
    const waited = await stopEverywhere(
      () => ['merge', file(3), '--to', at('new.vhd'), '--verify'],
      async () => {
        expect(names()).toEqual(['layer0.vhd', 'layer1.vhd', 'layer2.vhd', 'layer3.vhd', 'new.vhd']);
        expect(await hashOf(at('new.vhd'))).toBe(truth(3));
        expect(await hashOf(file(3))).toBe(truth(3));
        await expectSound(folder);
      },
    );
    expect(waited).toBeGreaterThan(0);
  });

  it('gives up what has not taken over, and leaves the chain as it was', async () => {
    for (const args of [
      ['merge', file(2), '--into', file(1), '--yes'],
      ['merge', file(3), '--to', at('new.vhd')],
    ]) {
      const before = names();
      for (let checks = 1; ; checks++) {
        const { signal } = abortedAfter(checks);
        const ran = await runProgram(args, { signal });
        expect(ran.status).toBe(130);
        if (ran.stderr.includes('The chain reads as before')) break;
      }
      const ran = await runProgram(['recover', folder, '--abandon', '--json']);
      expectFine(ran);
      expect(objectOf(ran)).toMatchObject({
        merges: [{ outcome: 'abandoned', report: null, problem: null }],
      });
      expect(names()).toEqual(before);
      for (const number of [0, 1, 2, 3]) expect(await hashOf(file(number))).toBe(truth(number));
      await expectSound(folder);
    }
  });

  it('goes into other folders only where they are named', async () => {
    mkdirSync(at('deep'));
    for (const number of [2, 3]) renameSync(file(number), at('deep', `layer${number}.vhd`));
    const merge = ['merge', at('deep', 'layer2.vhd'), '--with', file(1), file(0), '--yes'];
    for (let checks = 1; ; checks++) {
      const { signal } = abortedAfter(checks);
      const ran = await runProgram(merge, { signal });
      expect(ran.status).toBe(130);
      if (!ran.stderr.includes('The chain reads as before')) continue;
      expect(ran.stderr).toContain(`disklab recover ${folder} --with ${at('deep')}`);
      break;
    }
    const before = contents(at('deep'));
    const refused = await runProgram(['recover', folder]);
    expect(refused.status).toBe(1);
    expect(refused.text).toContain(`--with ${at('deep')}`);
    expect(contents(at('deep'))).toEqual(before);
    expectFine(await runProgram(['recover', folder, '--with', at('deep')]));
    expect(names()).toEqual(['deep', 'layer0.vhd', 'layer1.vhd']);
    expect(readdirSync(at('deep'))).toEqual(['layer3.vhd']);
    expect(await hashOf(at('deep', 'layer3.vhd'), '--with', file(1), file(0))).toBe(truth(3));
  });

  it('removes a journal that was cut short in its making, and keeps one that is damaged', async () => {
    writeFileSync(at('layer1.vhd.merge-journal'), new Uint8Array(100));
    expect((await runProgram(['check', file(1)])).stderr).toContain('disklab recover');
    expect((await runProgram(['recover', folder, '--plan'])).text).toContain('Nothing was changed');
    expect(names()).toContain('layer1.vhd.merge-journal');
    expectFine(await runProgram(['recover', folder]));
    expect(names()).toEqual(['layer0.vhd', 'layer1.vhd', 'layer2.vhd', 'layer3.vhd']);

    writeFileSync(at('layer1.vhd.merge-journal'), new Uint8Array(20_000).fill(0xa5));
    const ran = await runProgram(['recover', folder]);
    expect(ran.status).toBe(1);
    expect(ran.text).toContain('layer1.vhd.merge-journal cannot be used');
    expect(names()).toContain('layer1.vhd.merge-journal');
  });

  it('finishes a change in place that was interrupted, and is told of it by check', async () => {
    const before = readFileSync(file(3));
    const disk = new NodeFolder(folder);
    const after = new Uint8Array([...before.subarray(36, 40)].map((byte) => byte ^ 1));
    const change = { offset: 36, before: before.subarray(36, 40), after };
    const sizes = { sizeBefore: before.length, sizeAfter: before.length };
    const { undoName } = await patchInPlace(disk, 'layer3.vhd', { ...sizes, changes: [change] });
    const opened = await disk.open(undoName, 'read-write');
    await (await UndoFile.read(opened))?.setState('undoing');
    await opened.close();
    expect((await runProgram(['check', file(3)])).stderr).toContain('a change of layer3.vhd was interrupted');
    expect((await runProgram(['merge', file(3), '--yes'])).stderr).toContain('disklab recover');
    const ran = await runProgram(['recover', folder, '--json']);
    expectFine(ran);
    expect(objectOf(ran)).toMatchObject({ changes: [{ path: file(3), outcome: 'finished' }], merges: [] });
    expect(readFileSync(file(3)).equals(before)).toBe(true);
    expect(names()).not.toContain(undoName);
  });

  it('leaves the folder to another program that still runs, and takes it over from a killed one', async () => {
    const lock = at('disklab-merge.lock');
    const held = (pid: number | undefined, host = hostname()) =>
      writeFileSync(lock, JSON.stringify({ pid, host }));
    const before = contents();
    for (const [pid, host] of [
      [process.ppid, hostname()],
      [1, 'another machine'],
    ] as const) {
      held(pid, host);
      for (const call of [
        ['merge', file(3), '--yes'],
        ['recover', folder],
      ]) {
        const ran = await runProgram(call);
        expect(ran.status).toBe(1);
        expect(ran.stderr).toContain(`process ${pid}`);
      }
    }
    held(spawnSync(process.execPath, ['--version']).pid);
    expectFine(await runProgram(['recover', folder]));
    expect(contents()).toEqual(before);
    for (const left of ['', '{}', '{"pid":1}']) {
      writeFileSync(lock, left);
      expectFine(await runProgram(['merge', file(3), '--plan']));
      expect(existsSync(lock)).toBe(true);
    }
    expectFine(await runProgram(['merge', file(3), '--yes']));
    expect(names()).toEqual(['layer0.vhd', 'layer1.vhd', 'layer2.vhd']);
  });

  it('says that nothing waits, and what is no folder', async () => {
    expect(await runProgram(['recover', folder])).toMatchObject({
      status: 0,
      text: `Nothing waits in ${folder}.\n`,
    });
    expect((await runProgram(['recover', file(0)])).status).toBe(2);
    expect((await runProgram(['recover', at('none')])).status).toBe(2);
    expect((await runProgram(['recover', folder, '--plan', '--abandon'])).status).toBe(2);
  });
});
