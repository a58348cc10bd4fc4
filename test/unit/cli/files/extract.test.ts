import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { must } from '../../../../src/base/assert.ts';
import { HISTORY_NAMES } from '../../../support/historyFixtures.ts';
import { historyOnDisk, isMakers, treeOf, written } from '../../../support/historyOnDisk.ts';
import { NTFS_ROOT, NtfsVolume } from '../../../support/ntfsWriter.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { objectOf, runProgram } from '../../../support/terminal.ts';
import { sha256 } from '../../../support/vhdFiles.ts';
import { buildVolumeChain } from '../../../support/volumeChain.ts';

const MIB = 2 ** 20;

describe.each(HISTORY_NAMES)('disklab extract on %s', { timeout: 60_000 }, (name) => {
  it('takes everything out as it was at any file of the chain, with times', async () => {
    const { paths, states } = await historyOnDisk(name);
    for (const point of [0, 3, paths.length - 1]) {
      const out = path.join(temporaryFolder(), 'out');
      const args = ['extract', must(paths[0], 'a leaf'), '/', out, '--at', must(paths[point], 'a point')];
      const ran = await runProgram([...args, '--json']);
      expect(ran).toMatchObject({ status: 0, stderr: '' });
      const { files, folders, links } = must(states[point], 'its state');
      const found = treeOf(out);
      expect([...found.files].filter(([file]) => !isMakers(file)).sort()).toEqual([...files].sort());
      expect([...found.folders].filter((folder) => !isMakers(folder)).sort()).toEqual([...folders].sort());
      const bytes = [...found.files.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const told = { path: out, zip: false, files: found.files.size, folders: found.folders.size, bytes };
      expect(objectOf(ran)).toMatchObject({ ...told, failed: [], renamed: [], skipped: [...links.keys()] });
    }
  });
});

/** A volume with one good file, and one whose contents lie behind its end. */
function withBadFile(): string {
  const ntfs = new NtfsVolume({ sizeBytes: MIB, records: 64 });
  const time = Date.UTC(2024, 0, 1);
  ntfs.file(NTFS_ROOT, 'bad.bin', time, { sizeBytes: 8192, runs: [{ cluster: 1000, count: 2 }] });
  ntfs.file(NTFS_ROOT, 'good.txt', time, new TextEncoder().encode('hello'));
  const [file = ''] = written(
    temporaryFolder(),
    buildVolumeChain({ diskBytes: MIB, states: [ntfs.pieces()] }),
  );
  return file;
}

describe('disklab extract', { timeout: 60_000 }, () => {
  it('takes what was chosen, beside what has its name', async () => {
    const { paths, states } = await historyOnDisk('ext4');
    const leaf = must(paths[0], 'a leaf');
    const out = temporaryFolder();
    writeFileSync(path.join(out, 'big.log'), 'mine');
    const ran = await runProgram(['extract', leaf, 'big.log', '\\docs\\old', 'link to the report', out]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.text).toMatch(/: 2 files, 2 folders, 4\.98 KiB, \d+\.\d s\n/);
    expect(ran.text).toContain('renamed  big.log -> big (2).log\n');
    expect(ran.text).toContain('skipped  link to the report: not a file\n');
    expect(readFileSync(path.join(out, 'big.log'), 'utf8')).toBe('mine');
    expect([...treeOf(out).files.keys()].sort()).toEqual(['big (2).log', 'big.log', 'old/deeper/b.txt']);
    expect(sha256(readFileSync(path.join(out, 'big (2).log')))).toBe(
      must(states[0], 'the leaf’s').files.get('big.log')?.sha256,
    );
  });

  it('makes a ZIP of it, never over another file unless told so', async () => {
    const { paths, states } = await historyOnDisk('exfat');
    const leaf = must(paths[0], 'a leaf');
    const out = path.join(temporaryFolder(), 'out.zip');
    const args = ['extract', leaf, '/', out];
    expect(await runProgram(args)).toMatchObject({ status: 0, stderr: '' });
    const packed = Object.entries(unzipSync(readFileSync(out))).filter(([name]) => !name.endsWith('/'));
    const truth = [...must(states[0], 'the leaf’s').files].map(([file, { sha256: hash }]) => [
      file.replace(/[<>]/g, '_'),
      hash,
    ]);
    expect(packed.map(([file, bytes]) => [file, sha256(bytes)]).sort()).toEqual(truth.sort());
    expect((await runProgram(args)).stderr).toContain('exists');
    expect((await runProgram([...args, '--force'])).status).toBe(0);
    const other = path.join(path.dirname(out), 'other');
    expect((await runProgram(['extract', leaf, 'docs', other, '--zip'])).status).toBe(0);
    expect(Object.keys(unzipSync(readFileSync(other)))).toContain('docs/report.txt');
    const input = await runProgram(['extract', leaf, 'docs', leaf, '--zip', '--force']);
    expect(input).toMatchObject({ status: 2 });
    expect(readdirSync(path.dirname(out)).sort()).toEqual(['other', 'out.zip']);
  });

  it('leaves nothing behind where the call is at fault', async () => {
    const { paths } = await historyOnDisk('exfat');
    const leaf = must(paths[0], 'a leaf');
    const folder = temporaryFolder();
    const out = path.join(folder, 'out');
    expect(await runProgram(['extract', leaf, 'docs', 'none', out])).toMatchObject({ status: 2, text: '' });
    expect(existsSync(out)).toBe(false);
    expect((await runProgram(['extract', leaf, 'docs', path.join(out, 'deep')])).stderr).toContain(
      `There is no folder “${out}”.`,
    );
    writeFileSync(out, 'mine');
    expect((await runProgram(['extract', leaf, 'docs', out])).stderr).toContain('is not a folder');
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it('goes on after a file that cannot be read, names it, and ends with 1', async () => {
    const file = withBadFile();
    const out = temporaryFolder();
    const ran = await runProgram(['extract', file, 'bad.bin', 'good.txt', out]);
    expect(ran.status).toBe(1);
    expect(ran.text).toContain('1 failed');
    expect(ran.stderr).toContain('disklab: bad.bin: not extracted\n  ');
    expect(readdirSync(out)).toEqual(['good.txt']);
    const json = await runProgram(['extract', file, 'bad.bin', path.join(out, 'x'), '--json']);
    expect(json.status).toBe(1);
    expect(objectOf(json)).toMatchObject({ files: 0, failed: [{ path: 'bad.bin' }] });
  });

  it('removes what it had begun when it is stopped', async () => {
    const { paths } = await historyOnDisk('ext4');
    const leaf = must(paths[0], 'a leaf');
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'there'));
    for (const out of ['out', 'out.zip', 'there']) {
      const controller = new AbortController();
      const ran = await runProgram(['extract', leaf, '/', path.join(folder, out)], {
        errIsTerminal: true,
        signal: controller.signal,
        onErr: (text) => text.includes('Extracting') && controller.abort(),
      });
      expect(ran).toMatchObject({ status: 130, text: '' });
    }
    expect(readdirSync(folder)).toEqual(['there']);
    expect(readdirSync(path.join(folder, 'there'))).toEqual([]);
  });
});

describe('disklab cat', { timeout: 60_000 }, () => {
  it('prints a file byte for byte, as it was at any file of the chain', async () => {
    const { paths, states } = await historyOnDisk('ntfs');
    for (const [i, at] of paths.entries()) {
      const ran = await runProgram(['cat', must(paths[0], 'a leaf'), '/big.log', '--at', at]);
      expect(ran).toMatchObject({ status: 0, stderr: '' });
      expect(sha256(ran.stdout)).toBe(must(states[i], 'its state').files.get('big.log')?.sha256);
    }
  });

  it('fills with zeros what a file does not hold, and ends when its reader leaves', async () => {
    const ntfs = new NtfsVolume({ sizeBytes: 4 * MIB, records: 64 });
    const runs = [
      { cluster: ntfs.allocate(16), count: 16 },
      { cluster: null, count: 784 },
    ];
    ntfs.file(NTFS_ROOT, 'sparse.bin', 0, { sizeBytes: 800 * 4096 - 5, runs });
    const data = { offset: (runs[0]?.cluster ?? 0) * 4096, bytes: new Uint8Array(16 * 4096).fill(7) };
    const chain = buildVolumeChain({ diskBytes: 4 * MIB, states: [[...ntfs.pieces(), data]] });
    const [file = ''] = written(temporaryFolder(), chain);
    const ran = await runProgram(['cat', file, 'sparse.bin']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout.equals(Buffer.concat([data.bytes, Buffer.alloc(784 * 4096 - 5)]))).toBe(true);
    expect(await runProgram(['cat', file, 'sparse.bin'], { closeAfter: 1 })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('prints nothing that a terminal obeys, when it prints to one', async () => {
    const ntfs = new NtfsVolume({ sizeBytes: MIB, records: 64 });
    const text = 'ä\tb\r\nc\u001b[2J\u202ed\n';
    ntfs.file(NTFS_ROOT, 'a.txt', 0, new TextEncoder().encode(text));
    const chain = buildVolumeChain({ diskBytes: MIB, states: [ntfs.pieces()] });
    const [file = ''] = written(temporaryFolder(), chain);
    expect((await runProgram(['cat', file, 'a.txt'])).text).toBe(text);
    const shown = await runProgram(['cat', file, 'a.txt'], { outIsTerminal: true, errIsTerminal: true });
    expect(shown.text).toBe('ä\tb\nc\\u{1B}[2J\\u{202E}d\n');
  });

  it('refuses what is no file, and says what cannot be read', async () => {
    const { paths } = await historyOnDisk('exfat');
    const leaf = must(paths[0], 'a leaf');
    expect(await runProgram(['cat', leaf, 'docs'])).toMatchObject({ status: 2, text: '' });
    expect(await runProgram(['cat', leaf, 'none'])).toMatchObject({ status: 2, text: '' });
    expect(await runProgram(['cat', leaf, 'big.log', '--json'])).toMatchObject({ status: 2, text: '' });
    const ran = await runProgram(['cat', withBadFile(), 'bad.bin']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('What was printed is not the whole file.');
  });
});
