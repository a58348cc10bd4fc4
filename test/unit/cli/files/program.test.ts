/** The built program, with the thread of its own that reads file systems. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { must } from '../../../../src/base/assert.ts';
import { nodeFilesHost } from '../../../../src/cli/nodeFilesHost.ts';
import { filesScene } from '../../../support/filesScene.ts';
import { historyOnDisk, isMakers, treeOf, written } from '../../../support/historyOnDisk.ts';
import { NTFS_ROOT, NtfsVolume } from '../../../support/ntfsWriter.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { runProgram } from '../../../support/terminal.ts';
import { sha256 } from '../../../support/vhdFiles.ts';
import { buildVolumeChain } from '../../../support/volumeChain.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../../../dist/cli/disklab.js');
const MIB = 2 ** 20;

interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function start(...args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  const out: Buffer[] = [];
  child.stderr?.on('data', (text) => {
    stderr += String(text);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (status) => resolve({ status, stdout: Buffer.concat(out), stderr }));
  });
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
  return { child, ended };
}

/** Without taking the processor from it. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 5));

const run = (...args: readonly string[]): Promise<Ended> => start(...args).ended;

/** A file of 60 MiB among small ones, in a chain of three. */
function largeFile(): { leaf: string; large: Uint8Array } {
  const { files, contents } = filesScene(60);
  const named = files.map((file) => ({ name: file.name, file, bytes: file }));
  const [leaf = ''] = written(temporaryFolder(), { files: named });
  return { leaf, large: must(contents[0]?.get('large.bin'), 'the large file') };
}

/** Nothing of it is on the disk but its beginning: taking it out takes seconds. */
function hugeFile(): string {
  const ntfs = new NtfsVolume({ sizeBytes: MIB, records: 64 });
  const clusters = 2 ** 20;
  const runs = [
    { cluster: ntfs.allocate(16), count: 16 },
    { cluster: null, count: clusters - 16 },
  ];
  ntfs.file(NTFS_ROOT, 'huge.bin', 0, { sizeBytes: clusters * 4096, runs });
  const [file = ''] = written(
    temporaryFolder(),
    buildVolumeChain({ diskBytes: MIB, states: [ntfs.pieces()] }),
  );
  return file;
}

/** 30,000 of one byte. */
function manyFiles(): string {
  const ntfs = new NtfsVolume({ sizeBytes: 64 * MIB, records: 30_100 });
  for (let i = 0; i < 30_000; i++) ntfs.file(NTFS_ROOT, `file ${i}`, i, new Uint8Array(1));
  const chain = buildVolumeChain({ diskBytes: 64 * MIB, states: [ntfs.pieces()] });
  return must(written(temporaryFolder(), chain)[0], 'a disk');
}

describe.skipIf(!existsSync(PROGRAM))('the built program looks into disks', { timeout: 120_000 }, () => {
  it('lists, prints, compares and takes out what the truth says', async () => {
    const { paths, states } = await historyOnDisk('ntfs');
    const [leaf = '', base = ''] = [paths[0], paths.at(-1)];
    const { files, folders } = must(states[0], 'the leaf’s');
    const listing = await run('ls', leaf, '--recursive', '--json');
    expect(listing).toMatchObject({ status: 0, stderr: '' });
    const { entries } = JSON.parse(listing.stdout.toString()) as {
      entries: { path: string; kind: string }[];
    };
    const listed = entries.filter(({ path: entry, kind }) => kind === 'file' && !isMakers(entry));
    expect(listed.map((entry) => entry.path).sort()).toEqual([...files.keys()].sort());

    const out = path.join(temporaryFolder(), 'out');
    expect(await run('extract', leaf, '/', out)).toMatchObject({ status: 0, stderr: '' });
    const found = treeOf(out);
    expect([...found.files].filter(([file]) => !isMakers(file)).sort()).toEqual([...files].sort());
    expect([...found.folders].filter((folder) => !isMakers(folder)).sort()).toEqual([...folders].sort());

    const old = await run('cat', leaf, 'big.log', '--at', base);
    expect(sha256(old.stdout)).toBe(states.at(-1)?.files.get('big.log')?.sha256);
    const differences = await run('diff', base, leaf, '--contents');
    expect(differences).toMatchObject({ status: 1, stderr: '' });
    expect(differences.stdout.toString()).toContain('~ quiet.bin  content\n');
  });

  it('is stopped by Ctrl-C in the middle of an extraction, and leaves nothing half-made', async () => {
    const file = hugeFile();
    for (const out of ['out', 'out.zip']) {
      const folder = temporaryFolder();
      const { child, ended } = start('extract', file, 'huge.bin', path.join(folder, out));
      const isBegun = () =>
        readdirSync(folder, { recursive: true }).some((name) => `${name}`.endsWith('.part'));
      while (child.exitCode === null && !isBegun()) await moment();
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ status: 130, stderr: 'disklab: interrupted.\n' });
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('is stopped by Ctrl-C among many small files, and leaves those that are whole', async () => {
    const out = path.join(temporaryFolder(), 'out');
    const { child, ended } = start('extract', manyFiles(), '/', out);
    const isBegun = () => existsSync(out) && readdirSync(out).some((name) => /^file \d+$/.test(name));
    while (child.exitCode === null && !isBegun()) await moment();
    child.kill('SIGINT');
    const { status, stderr } = await ended;
    expect(status).toBe(130);
    const told = /whole and left in .*: ([\d\u202f]+) files?\.\n/.exec(stderr)?.[1]?.replace(/\D/g, '');
    const { files } = treeOf(out);
    expect(files.size).toBe(Number(told));
    const ours = [...files].filter(([name]) => !isMakers(name));
    expect(ours.filter(([name, { sizeBytes }]) => !/^file \d+$/.test(name) || sizeBytes !== 1)).toEqual([]);
  });

  it('is stopped by Ctrl-C while nobody takes in what it prints', async () => {
    const { leaf, large } = largeFile();
    const { child, ended } = start('cat', leaf, 'large.bin');
    const stdout = must(child.stdout, 'a pipe');
    await new Promise((resolve) => stdout.once('readable', resolve));
    stdout.removeAllListeners('data').pause();
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('exit', resolve));
    stdout.resume();
    expect(await ended).toMatchObject({ status: 130, stderr: 'disklab: interrupted.\n' });
    expect(large.length).toBeGreaterThan(50 * MIB);
  });

  it('prints a large file to a reader that is slow, or leaves', async () => {
    const { leaf, large } = largeFile();
    const { child, ended } = start('cat', leaf, 'large.bin');
    child.stdout?.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.stdout?.resume();
    const { status, stdout, stderr } = await ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.equals(large)).toBe(true);
    const leaving = start('cat', leaf, 'large.bin');
    leaving.child.stdout?.once('data', () => leaving.child.stdout?.destroy());
    expect(await leaving.ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('ends its thread when a long listing is stopped', async () => {
    const file = manyFiles();
    const controller = new AbortController();
    const told: string[] = [];
    const ran = await runProgram(['ls', file], {
      openFiles: (source) => nodeFilesHost(source, pathToFileURL(PROGRAM)),
      errIsTerminal: true,
      signal: controller.signal,
      onErr(text) {
        told.push(text);
        if (/Listing files {2}[1-9]/.test(text)) controller.abort();
      },
    });
    expect(ran).toMatchObject({ status: 130, text: '' });
    expect(told.at(-1)).toBe('disklab: interrupted.\n');
    const whole = await run('ls', file);
    expect(whole.stdout.toString().split('\n').length).toBeGreaterThan(30_000);
  });
});
