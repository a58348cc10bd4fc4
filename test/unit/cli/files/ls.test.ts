import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { must } from '../../../../src/base/assert.ts';
import { HISTORY_NAMES } from '../../../support/historyFixtures.ts';
import { historyOnDisk, isMakers, threeVolumesOnDisk, written } from '../../../support/historyOnDisk.ts';
import { NTFS_ROOT, NtfsVolume } from '../../../support/ntfsWriter.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { objectOf, runProgram } from '../../../support/terminal.ts';
import { buildVolumeChain } from '../../../support/volumeChain.ts';

const MIB = 2 ** 20;

interface Listed {
  readonly folder: string;
  readonly entries: readonly {
    readonly path: string;
    readonly kind: string;
    readonly sizeBytes: number | null;
    readonly modified: string | null;
    readonly target: string | null;
  }[];
}

async function listed(...args: readonly string[]): Promise<Listed> {
  const ran = await runProgram(['ls', ...args, '--json']);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return objectOf(ran) as Listed;
}

describe.each(HISTORY_NAMES)('disklab ls on %s', { timeout: 60_000 }, (name) => {
  it('lists what the truth says, as seen from any file of the chain', async () => {
    const { paths, states } = await historyOnDisk(name);
    for (const point of [0, 3, paths.length - 1]) {
      const at = must(paths[point], 'a point');
      const { entries } = await listed(must(paths[0], 'a leaf'), '--at', at, '--recursive');
      const found = entries.filter((entry) => !isMakers(entry.path));
      const { files, folders, links } = must(states[point], 'its state');
      const ofKind = (kind: string) => found.filter((entry) => entry.kind === kind);
      expect(
        ofKind('file')
          .map((file) => [file.path, file.sizeBytes, file.modified])
          .sort(),
      ).toEqual(
        [...files]
          .map(([file, { sizeBytes, modifiedMs }]) => [file, sizeBytes, new Date(modifiedMs).toISOString()])
          .sort(),
      );
      expect(
        ofKind('folder')
          .map((folder) => folder.path)
          .sort(),
      ).toEqual([...folders].sort());
      expect(ofKind('link').map((link) => [link.path, link.target])).toEqual([...links]);
      expect(found).toHaveLength(files.size + folders.size + links.size);
    }
  });
});

describe('disklab ls', { timeout: 60_000 }, () => {
  it('prints kind, size, time and name, in the order of names', async () => {
    const { paths } = await historyOnDisk('ext4');
    const leaf = must(paths[0], 'a leaf');
    const ran = await runProgram(['ls', leaf]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const lines = ran.text.trimEnd().split('\n');
    expect(lines).toContain('file     1 000  2024-01-21T10:30:00Z  big.log'.replace('1 000', '1\u202f000'));
    expect(lines).toContain('link        15  2024-01-15T10:30:00Z  link to the report -> docs/report.txt');
    expect(lines.find((line) => line.endsWith('  docs/'))).toMatch(/^folder {7}- {2}20/);
    expect(lines).toContain(
      `file${' '.repeat(7)}100  2024-01-15T10:30:00Z  <img src=x onerror=alert(1)>.txt`,
    );
    const names = lines.map((line) => line.slice(line.indexOf('Z  ') + 3));
    const collator = new Intl.Collator('en', { numeric: true });
    expect(names).toEqual([...names].sort(collator.compare));
    const recursive = await runProgram(['ls', leaf, 'docs', '--recursive']);
    expect(recursive.text).toMatch(/ {2}old\/\n.* {2}old\/deeper\/\n.* {2}old\/deeper\/b\.txt\n/);
  });

  it('takes paths with / or \\, and says which name was meant', async () => {
    const { paths } = await historyOnDisk('exfat');
    const leaf = must(paths[0], 'a leaf');
    const wanted = await listed(leaf, 'docs/old/deeper');
    expect(wanted).toMatchObject({
      folder: 'docs/old/deeper',
      entries: [{ path: 'b.txt', sizeBytes: 4097 }],
    });
    for (const other of ['/docs/old/deeper/', '\\docs\\old\\deeper', 'docs\\old/deeper'])
      expect(await listed(leaf, other)).toEqual(wanted);
    expect((await listed(leaf, 'docs/old/deeper/b.txt')).entries).toEqual(wanted.entries);
    expect(await listed(leaf, '/')).toEqual(await listed(leaf));
    const refused = async (wrong: string) => {
      const ran = await runProgram(['ls', leaf, wrong]);
      expect(ran).toMatchObject({ status: 2, text: '' });
      return ran.stderr;
    };
    expect(await refused('Docs')).toContain('Did you mean “docs”?');
    expect(await refused('docs/none')).toContain('what is in “docs”');
    expect(await refused('big.log/x')).toContain('“big.log” is not a folder');
    expect(await refused('a\u001b[2J')).toContain('“a\\u{1B}[2J”');
  });

  it('lists volumes where there are several, and asks for one', async () => {
    const disks = await threeVolumesOnDisk();
    const leaf = must(disks[0], 'a leaf');
    const ran = await runProgram(['ls', leaf]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.text.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['volume', 'holds', 'label'],
      ['1', 'NTFS', 'Windows data'],
      ['2', 'ext4', 'LINUX DATA'],
      ['3', 'exFAT', 'exFAT data'],
      [''],
    ]);
    expect(objectOf(await runProgram(['ls', leaf, '--json']))).toMatchObject({
      path: leaf,
      scheme: 'gpt',
      notes: [],
      volumes: [
        { number: 1, offset: MIB, sizeBytes: 8 * MIB, content: { name: 'NTFS', readable: true } },
        { number: 2, offset: 9 * MIB, sizeBytes: 4 * MIB, content: { name: 'ext4', readable: true } },
        { number: 3, offset: 13 * MIB, sizeBytes: 4 * MIB, content: { name: 'exFAT', readable: true } },
      ],
    });
    const unclear = await runProgram(['ls', leaf, 'docs']);
    expect(unclear).toMatchObject({ status: 2, text: '' });
    expect(unclear.stderr).toContain('has 3 volumes with files: say which, with --volume N.');
    expect(unclear.stderr).toContain('1 is NTFS “Windows data”, 8 MiB; 2 is ext4 “LINUX DATA”, 4 MiB; 3 is');
    expect((await runProgram(['ls', leaf, '--volume', '4'])).stderr).toContain('has no volume 4');
    const at = must(disks[1], 'a base');
    const old = await listed(leaf, 'docs', '--volume', '2', '--at', at);
    expect(old.entries.map((entry) => entry.path)).not.toContain('new.txt');
    const now = await listed(leaf, 'docs', '--volume', '2');
    expect(now.entries.map((entry) => entry.path)).toContain('new.txt');
  });

  it('takes for --at only files of the chain', async () => {
    const [one, other] = [await historyOnDisk('exfat'), await historyOnDisk('ext4')];
    const [leaf = '', base = ''] = [one.paths[0], one.paths.at(-1)];
    const ran = await runProgram(['ls', leaf, '--at', must(other.paths[0], 'a leaf')]);
    expect(ran).toMatchObject({ status: 2, text: '' });
    expect(ran.stderr).toContain('is not of the chain of');
    expect((await runProgram(['ls', base, '--at', leaf])).status).toBe(2);
    expect((await runProgram(['ls', leaf, '--at', leaf])).text).toBe((await runProgram(['ls', leaf])).text);
  });

  it('shows control characters instead of obeying them, and gives them exactly in JSON', async () => {
    const name = 'a\u001b[2Jb\u202etxt';
    const ntfs = new NtfsVolume({ sizeBytes: MIB, records: 64, label: 'x\u0007' });
    ntfs.file(NTFS_ROOT, name, Date.UTC(2024, 0, 1), new TextEncoder().encode('hello'));
    const chain = buildVolumeChain({ diskBytes: MIB, states: [ntfs.pieces()] });
    const [file = ''] = written(temporaryFolder(), chain);
    const ran = await runProgram(['ls', file]);
    expect(ran.text).toContain('  a\\u{1B}[2Jb\\u{202E}txt\n');
    expect(ran.text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect((await listed(file)).entries.map((entry) => entry.path)).toContain(name);
  });

  it('ends with 1 where a file of the chain is not here', async () => {
    const { paths } = await historyOnDisk('fat32');
    const [leaf = '', base = ''] = [paths[0], paths.at(-1)];
    expect((await runProgram(['ls', leaf, '/'])).status).toBe(0);
    rmSync(base);
    const ran = await runProgram(['ls', leaf]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('None of the files is its parent.');
    expect((await runProgram(['ls', leaf, '/'])).status).not.toBe(0);
  });

  it('says what is not a volume with files', async () => {
    const chain = buildVolumeChain({ diskBytes: MIB, states: [[]] });
    const [file = ''] = written(temporaryFolder(), chain);
    const ran = await runProgram(['ls', file]);
    expect(ran.status).toBe(0);
    expect(await runProgram(['ls', file, '/'])).toMatchObject({ status: 2, text: '' });
    expect((await runProgram(['ls', file, '/'])).stderr).toContain('has no volume with files');
  });
});
