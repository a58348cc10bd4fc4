/**
 * The power goes at every operation of short scripts of writes and flushes, and of what was not flushed any part is kept
 * or lost. Invariants: the file opens; every sector reads a value that it had at the last flush that ended or has had
 * since; sectors that nobody wrote read as before; no finding but a lost end footer; the disk can be written to again.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { DiskChain } from '../../../src/chain/diskChain.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import type { MemoryFile } from '../../../src/storage/memoryFile.ts';
import type { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { type CrashPoint, crashEverywhere } from '../../support/crashPoints.ts';
import { buildImage, type ImageOptions, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { concerns, openToWrite } from '../../support/writtenDisk.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

type Step = readonly [firstSector: number, sectorCount: number] | 'flush';
const LEAF = 'leaf.avhd';

/** What a sector holds: its number and the write that made it; 0 = before all writes. */
function sectorBytes(sector: number, version: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR).fill(version * 16 + 1 + (sector % 13));
  new DataView(bytes.buffer).setUint32(0, sector);
  return bytes;
}

/** What each sector may read: its values at the last flush and since. A value is a version; -1 = zeros. */
class Allowed {
  readonly values: number[][];

  constructor(before: readonly number[]) {
    this.values = before.map((version) => [version]);
  }

  begin(first: number, count: number, version: number): void {
    for (let sector = first; sector < first + count; sector++) this.values[sector]?.push(version);
  }

  flushed(): void {
    for (const values of this.values) values.splice(0, values.length - 1);
  }
}

interface Scene {
  /** At its end. */
  readonly hasFooter: boolean;
  readonly leaf: Uint8Array;
  readonly parents: readonly MemoryFile[];
  /** The version of each sector of the disk before the script; -1 = zeros. */
  readonly before: readonly number[];
}

async function cutRuns(
  scene: Scene,
  steps: readonly Step[],
  more: { seeds?: number; exhaustiveChanges?: number } = { exhaustiveChanges: 6 },
) {
  let allowed = new Allowed(scene.before);
  const findings = new Set<string>();
  const open = async (folder: DiskFolder) =>
    openToWrite(module, [await folder.open(LEAF, 'read-write'), ...scene.parents]);
  const write = async (folder: DiskFolder) => {
    allowed = new Allowed(scene.before);
    const disk = await open(folder);
    for (const [i, step] of steps.entries()) {
      if (step === 'flush') {
        await disk.flush();
        allowed.flushed();
        continue;
      }
      const [first, count] = step;
      // A script may write zeros: every third write.
      const version = i % 3 === 2 ? -1 : i + 1;
      const bytes = new Uint8Array(count * SECTOR);
      for (let at = 0; version > 0 && at < count; at++)
        bytes.set(sectorBytes(first + at, version), at * SECTOR);
      allowed.begin(first, count, version);
      await disk.write(first, bytes);
    }
  };
  const check = async (folder: MemoryFolder, point: CrashPoint) => {
    const disk = await open(folder);
    const rules = concerns(disk);
    for (const rule of rules) findings.add(rule);
    expect(rules.filter((rule) => rule !== 'footer-missing')).toEqual([]);
    if (rules.includes('footer-missing') && scene.hasFooter) expectFooterSomewhere(folder.bytes(LEAF));
    await expectAllowed(disk, allowed);
    // Without a cut nothing is missing.
    if (point.cutAt === null && point.fates === 'all kept') expect(rules).toEqual([]);
    if (!/subset|seed [1-9]/.test(point.fates)) {
      await expectWritable(disk, await folder.open(LEAF, 'read-write'), scene.parents);
    }
  };
  const totals = await crashEverywhere({
    files: { [LEAF]: scene.leaf },
    write,
    check,
    garbage: false,
    ...more,
  });
  return { ...totals, findings: [...findings] };
}

/** The old footer goes only when the new one is there to stay: beside the copy at the start there is always another. */
function expectFooterSomewhere(bytes: Uint8Array): void {
  const copy = bytes.subarray(0, SECTOR);
  for (let at = SECTOR; at + SECTOR <= bytes.length; at += SECTOR) {
    if (Buffer.compare(bytes.subarray(at, at + SECTOR), copy) === 0) return;
  }
  expect.fail('no footer but the copy at the start');
}

async function expectAllowed(disk: DiskChain, { values }: Allowed): Promise<void> {
  const bytes = new Uint8Array(values.length * SECTOR);
  await disk.read(0, bytes);
  for (const [sector, versions] of values.entries()) {
    const found = bytes.subarray(sector * SECTOR, (sector + 1) * SECTOR);
    const isAllowed = versions.some((version) => {
      const wanted = version < 0 ? new Uint8Array(SECTOR) : sectorBytes(sector, version);
      return Buffer.compare(found, wanted) === 0;
    });
    if (!isAllowed) expect.fail(`sector ${sector} begins with ${found.subarray(0, 8)}, allowed: ${versions}`);
  }
}

/** Life goes on: a write to the survivor is there when the file is opened again, and nothing else changed. */
async function expectWritable(
  disk: DiskChain,
  leaf: RandomAccessFile,
  parents: readonly MemoryFile[],
): Promise<void> {
  const before = new Uint8Array(disk.sectorCount * SECTOR);
  await disk.read(0, before);
  const first = Math.floor(disk.sectorCount / 3);
  const bytes = new Uint8Array((disk.sectorCount - first) * SECTOR).fill(0xab);
  await disk.write(first, bytes);
  before.set(bytes, first * SECTOR);
  const again = await openToWrite(module, [leaf, ...parents]);
  expect(concerns(again)).toEqual([]);
  const after = new Uint8Array(before.length);
  await again.read(0, after);
  expect(Buffer.compare(after, before)).toBe(0);
}

const BLOCK_SECTORS = 8;

interface Shape {
  readonly layout: 'windows10' | 'packed';
  readonly sectors: number;
  readonly blockSizeBytes?: number;
  readonly endFooter?: 512 | 511 | 0;
  readonly slackBytes?: number;
  readonly cutLastBlock?: boolean;
}

/** `held` of the leaf's sectors have version 0; a parent's have 9. */
function sceneOf(type: 'dynamic' | 'differencing', held: readonly number[], shape: Shape): Scene {
  const { sectors, blockSizeBytes = BLOCK_SECTORS * SECTOR, ...rest } = shape;
  const virtualSizeBytes = sectors * SECTOR;
  const perBlock = blockSizeBytes / SECTOR;
  const isChild = type === 'differencing';
  const blocks = [...new Set(held.map((sector) => Math.floor(sector / perBlock)))];
  const before = Array.from<unknown, number>({ length: sectors }, () => (isChild ? 9 : -1));
  for (const sector of held) before[sector] = 0;
  const image: ImageOptions = {
    type,
    virtualSizeBytes,
    blockSizeBytes,
    id: mixedEndianId(2),
    ...rest,
    blocks: blocks.map((block) => {
      const data = new Uint8Array(blockSizeBytes).fill(isChild ? 0xdd : 0);
      const bits = new Uint8Array(perBlock);
      for (const sector of held.filter((each) => Math.floor(each / perBlock) === block)) {
        data.set(sectorBytes(sector, 0), (sector % perBlock) * SECTOR);
        bits[sector % perBlock] = 1;
      }
      return [block, isChild ? { data, bits } : { data }] as const;
    }),
    ...(isChild ? { parent: { id: mixedEndianId(1), name: 'base.vhd' } } : {}),
  };
  const disk = new Uint8Array(virtualSizeBytes);
  for (let sector = 0; sector < sectors; sector++) disk.set(sectorBytes(sector, 9), sector * SECTOR);
  const base = buildImage({ type: 'fixed', virtualSizeBytes, id: mixedEndianId(1), data: disk });
  const hasFooter = shape.endFooter === undefined;
  return {
    hasFooter,
    leaf: buildImage(image).bytes(),
    parents: isChild ? [base.file('base.vhd')] : [],
    before,
  };
}

/** New blocks, parts of them, bits set and in place, over the border of two, zeros, partial last block; flushes between. */
const SCRIPTS: Readonly<Record<string, readonly Step[]>> = {
  'one sector of a new block': [[17, 1]],
  'a block of its own, then another beside it': [[16, 8], 'flush', [24, 2]],
  'clear bits and set bits of a block that is there': [[2, 4], [3, 4], 'flush', [0, 8]],
  'three blocks at once, new ones and old': [[6, 14]],
  'all of it, then some of it again': [[0, 43], [40, 3], [7, 2], 'flush', [16, 3]],
  'bits set again before they are flushed': [[3, 1], [3, 1], [20, 2], [20, 1], [21, 3], 'flush'],
};
const HELD = [1, 2, 5, 12, 34];

describe('after a power cut', () => {
  for (const type of ['differencing', 'dynamic'] as const) {
    for (const layout of ['windows10', 'packed'] as const) {
      it(`at any moment of a script, a ${type} disk (${layout}) reads old or new`, async () => {
        const scene = sceneOf(type, HELD, { layout, sectors: 43 });
        let checked = 0;
        let isFooterLost = false;
        for (const [name, steps] of Object.entries(SCRIPTS)) {
          const totals = await cutRuns(scene, steps).catch((error: unknown) => {
            throw new Error(`${name}: ${String(error)}`, { cause: error });
          });
          checked += totals.checked;
          isFooterLost ||= totals.findings.includes('footer-missing');
        }
        // The fates did reach the moment that the footer's copy is for.
        expect(isFooterLost).toBe(true);
        expect(checked).toBeGreaterThan(200);
      });
    }
  }

  it('a file that had no block yet, lost its end footer, had an old one, or slack before it', async () => {
    const script: Step[] = [[30, 4]];
    for (const type of ['differencing', 'dynamic'] as const) {
      for (const layout of ['windows10', 'packed'] as const) {
        const run = (scene: Scene, steps: Step[]) =>
          cutRuns(scene, steps, { seeds: 5, exhaustiveChanges: 3 });
        await run(sceneOf(type, [], { layout, sectors: 43 }), script);
        await run(sceneOf(type, HELD, { layout, sectors: 43, endFooter: 0 }), script);
        await run(sceneOf(type, HELD, { layout, sectors: 43, endFooter: 511, slackBytes: 0 }), script);
        await run(sceneOf(type, HELD, { layout, sectors: 43, slackBytes: 3 * SECTOR }), script);
        await run(sceneOf(type, [...HELD, 41], { layout, sectors: 43, cutLastBlock: true }), script);
        await run(sceneOf(type, HELD, { layout, sectors: 43, slackBytes: 20 * SECTOR }), script);
      }
    }
  });

  it('while room is given back after a write that found none', async () => {
    for (const layout of ['windows10', 'packed'] as const) {
      const scene = sceneOf('differencing', HELD, { layout, sectors: 43 });
      let allowed = new Allowed(scene.before);
      for (const room of [0, 1, 8, 9, 10, 20]) {
        const write = async (folder: DiskFolder) => {
          allowed = new Allowed(scene.before);
          const file = new FaultyFile(await folder.open(LEAF, 'read-write'));
          const disk = await openToWrite(module, [file, ...scene.parents]);
          file.faults.fullAtBytes = file.sizeBytes + room * SECTOR;
          const full = disk.write(0, new Uint8Array(43 * SECTOR).fill(0xee));
          await expect(full).rejects.toThrow(/no space|power/);
          file.faults.fullAtBytes = null;
          allowed.begin(20, 1, 2);
          await disk.write(20, sectorBytes(20, 2));
        };
        const check = async (folder: MemoryFolder) => {
          const disk = await openToWrite(module, [await folder.open(LEAF, 'read-write'), ...scene.parents]);
          expect(concerns(disk).filter((rule) => rule !== 'footer-missing')).toEqual([]);
          await expectAllowed(disk, allowed);
        };
        await crashEverywhere({
          files: { [LEAF]: scene.leaf },
          write,
          check,
          garbage: false,
          seeds: 4,
          exhaustiveChanges: 4,
        });
      }
    }
  });

  it('blocks whose bitmaps have several sectors', async () => {
    const shape = { layout: 'windows10', sectors: 8192, blockSizeBytes: 2 ** 22 } as const;
    const scene = sceneOf('differencing', [4090, 4095, 4096], shape);
    await cutRuns(scene, [[4094, 4]], { exhaustiveChanges: 4, seeds: 2 });
  });
});
