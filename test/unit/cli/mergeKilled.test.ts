/** The built program, killed in the middle of a merge: whatever the moment, `recover` brings it to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { objectOf, runProgram } from '../../support/terminal.ts';
import { idOf, sha256, vhdBytes } from '../../support/vhdFiles.ts';

const PROGRAM = fileURLToPath(new URL('../../../dist/cli/disklab.js', import.meta.url));
const SECTOR = 512;
const BLOCK_BYTES = 2 ** 21;
/** More than one batch of a merge writes. */
const SIZE_BYTES = 45 * BLOCK_BYTES + 7 * SECTOR;
const KILLS = 4;

let source: string;
let truth: string;

/** A base and a child that holds half of every block, in runs of 3 to 90 sectors. */
beforeAll(() => {
  source = mkdtempSync(path.join(tmpdir(), 'disklab-killed-'));
  const prng = new Prng(77);
  const noise = Buffer.alloc(2 ** 20);
  prng.fill(noise);
  const sectorCount = SIZE_BYTES / SECTOR;
  const disk = Buffer.alloc(SIZE_BYTES);
  const layer = (covers: (run: number) => boolean) => {
    const sectors = new Map<number, Buffer>();
    for (let first = 0, run = 0; first < sectorCount; run++) {
      const end = Math.min(sectorCount, first + 3 + prng.below(88));
      for (let sector = first; covers(run) && sector < end; sector++) {
        const at = prng.below(noise.length - SECTOR);
        const data = noise.subarray(at, at + SECTOR);
        sectors.set(sector, data);
        data.copy(disk, sector * SECTOR);
      }
      first = end;
    }
    return sectors;
  };
  const base = { id: idOf('killed base'), name: 'base.vhd' };
  const shape = { sizeBytes: SIZE_BYTES, blockSizeBytes: BLOCK_BYTES };
  const baseBytes = vhdBytes({ ...shape, id: base.id, parent: null, sectors: layer(() => true) });
  writeFileSync(path.join(source, base.name), baseBytes);
  const sectors = layer((run) => run % 2 === 0);
  writeFileSync(
    path.join(source, 'child.avhd'),
    vhdBytes({ ...shape, id: idOf('killed child'), parent: base, sectors }),
  );
  truth = sha256(disk);
});

afterAll(() => rmSync(source, { recursive: true, force: true }));

function lay(): string {
  const folder = temporaryFolder();
  for (const name of readdirSync(source)) copyFileSync(path.join(source, name), path.join(folder, name));
  return folder;
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'ignore' });
  return { child, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** Milliseconds until the journal is there; null where the program ended without one being seen. */
async function untilBegun(folder: string, ended: Promise<unknown>): Promise<boolean> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    if (readdirSync(folder).some((name) => name.endsWith('.merge-journal'))) return true;
    await pause(1);
  }
  return false;
}

async function hashOf(file: string): Promise<string> {
  return (await runProgram(['hash', file])).text.slice(0, 64);
}

/** The chain reads as before at every moment: from the child, or from what has taken its place. */
async function expectReads(folder: string, survivor: string): Promise<void> {
  const seen: string[] = [];
  for (const name of ['child.avhd', survivor]) {
    if (existsSync(path.join(folder, name))) seen.push(await hashOf(path.join(folder, name)));
  }
  expect(seen).toContain(truth);
}

describe.skipIf(!existsSync(PROGRAM))('a merge that is killed', { timeout: 180_000 }, () => {
  it.each([
    ['in place', ['--yes'], 'base.vhd', ['base.vhd']],
    ['to a new file', ['--to', 'new.vhd'], 'new.vhd', ['base.vhd', 'child.avhd', 'new.vhd']],
  ] as const)('%s is finished by recover', async (way, more, survivor, left) => {
    const args = (folder: string) =>
      ['merge', path.join(folder, 'child.avhd'), ...more].map((arg) =>
        arg === 'new.vhd' ? path.join(folder, arg) : arg,
      );
    const whole = lay();
    const run = start(args(whole));
    expect(await untilBegun(whole, run.ended)).toBe(true);
    const startMs = performance.now();
    expect(await run.ended).toBe(0);
    const takesMs = performance.now() - startMs;
    expect(await hashOf(path.join(whole, survivor))).toBe(truth);

    const prng = new Prng(4711);
    let waited = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const folder = lay();
      const { child, ended } = start(args(folder));
      await untilBegun(folder, ended);
      await pause((takesMs * prng.below(1000)) / 1000);
      child.kill('SIGKILL');
      await ended;
      await expectReads(folder, survivor);
      const recovered = objectOf(await runProgram(['recover', folder, '--json'])) as { merges: unknown[] };
      expect(recovered.merges).toEqual(
        recovered.merges.map(() => expect.objectContaining({ problem: null })),
      );
      waited += recovered.merges.length;
      const names = readdirSync(folder).sort();
      expect(names).toEqual(left);
      expect(await hashOf(path.join(folder, survivor))).toBe(truth);
      if (names.includes('child.avhd')) expect(await hashOf(path.join(folder, 'child.avhd'))).toBe(truth);
      expect((await runProgram(['check', folder])).text).toMatch(/^0 errors, 0 warnings/m);
      const bytes = sha256(readFileSync(path.join(folder, survivor)));
      expect((await runProgram(['recover', folder])).text).toContain('Nothing waits');
      expect(sha256(readFileSync(path.join(folder, survivor)))).toBe(bytes);
      rmSync(folder, { recursive: true, force: true });
    }
    console.log(`killed ${KILLS} times ${way}; ${waited} merges waited`);
    expect(waited).toBeGreaterThan(0);
  });

  it('stops at Ctrl-C, says how it goes on, and goes on', async () => {
    const folder = lay();
    const child = spawn(process.execPath, [PROGRAM, 'merge', path.join(folder, 'child.avhd'), '--yes']);
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += String(text);
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await untilBegun(folder, ended);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr).toBe(
      `The chain reads as before; disklab recover ${folder} goes on.\ndisklab: interrupted.\n`,
    );
    expect(await hashOf(path.join(folder, 'child.avhd'))).toBe(truth);
    const ran = await runProgram(['recover', folder, '--verify']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.text).toContain(truth);
    expect(readdirSync(folder)).toEqual(['base.vhd']);
    expect(await hashOf(path.join(folder, 'base.vhd'))).toBe(truth);
  });
});
