/**
 * A seeded chain of VHD files as virtual machines leave them: a base, and differencing disks of which each overwrites
 * runs of 4 to 256 KiB, some in a region that is always busy, some anywhere, most in a few places that the layer works on.
 */
import { Prng } from '../src/base/prng.ts';
import { MIB, SECTOR_BYTES } from '../src/base/units.ts';
import { BlockWriter } from '../src/formats/vhd/blockWriter.ts';
import { createVhd } from '../src/formats/vhd/create.ts';
import type { DiskFolder } from '../src/storage/diskFolder.ts';
import type { RandomAccessFile } from '../src/storage/randomAccessFile.ts';

export interface ChainShape {
  readonly sizeBytes: number;
  /** Differencing disks on top of the base. */
  readonly depth: number;
  /** Bytes that the base holds, in whole blocks. */
  readonly baseBytes: number;
  /** Bytes that each differencing disk holds. */
  readonly changedBytes: number;
  readonly seed: number;
  /** False: tables and bitmaps only, the data stays a hole. */
  readonly writesData: boolean;
}

const BLOCK_BYTES = 2 * MIB;
const BLOCK_SECTORS = BLOCK_BYTES / SECTOR_BYTES;
const HOT_BYTES = 64 * MIB;
const POOL_BYTES = 8 * MIB;

/** Files `d0.vhd` (the base) to `dN.vhd`. Returns their names, the newest first, as a chain's layers stand. */
export async function makeChain(folder: DiskFolder, shape: ChainShape): Promise<string[]> {
  const pool = new Uint8Array(POOL_BYTES);
  new Prng(shape.seed).fill(pool);
  const base = baseBlocks(shape);
  const names: string[] = [];
  for (let layer = 0; layer <= shape.depth; layer++) {
    const runs = layer === 0 ? [] : changedRuns(shape, layer, base);
    names.unshift(await writeLayer(folder, shape, layer, runs, base, pool));
  }
  return names;
}

interface Run {
  readonly firstSector: number;
  readonly sectorCount: number;
}

/** Blocks of the base: clusters of 1 to 64 MiB at random places. */
function baseBlocks({ sizeBytes, baseBytes, seed }: ChainShape): number[] {
  const prng = new Prng(seed ^ 0xba5e);
  const blockCount = Math.ceil(sizeBytes / BLOCK_BYTES);
  const wanted = Math.min(blockCount, Math.ceil(baseBytes / BLOCK_BYTES));
  const taken = new Set<number>();
  while (taken.size < wanted) {
    const first = wanted === blockCount ? taken.size : prng.below(blockCount);
    const length = 1 + prng.below(32);
    for (let block = first; block < Math.min(blockCount, first + length) && taken.size < wanted; block++) {
      taken.add(block);
    }
  }
  return [...taken];
}

/** What one differencing disk overwrites. */
function changedRuns({ sizeBytes, changedBytes, seed }: ChainShape, layer: number, base: number[]): Run[] {
  const prng = new Prng(seed * 1000 + layer);
  const sectors = sizeBytes / SECTOR_BYTES;
  const near = (block: number, sectorCount: number) => ({
    first: Math.min(block * BLOCK_SECTORS, Math.max(0, sectors - sectorCount)),
    sectorCount: Math.min(sectorCount, sectors),
  });
  const anyBase = () => base[prng.below(base.length)] ?? 0;
  const hot = near(base[Math.floor(base.length / 3)] ?? 0, HOT_BYTES / SECTOR_BYTES);
  const places = Array.from({ length: 8 }, () =>
    near(anyBase(), (4 * MIB * 2 ** prng.below(4)) / SECTOR_BYTES),
  );
  const runs: Run[] = [];
  for (let held = 0; held < changedBytes; ) {
    const small = prng.fraction() < 0.05;
    const sectorCount = small ? 1 + prng.below(7) : 8 * Math.round(2 ** (prng.fraction() * 6));
    const choice = prng.fraction();
    const place =
      choice < 0.2 ? hot : choice < 0.3 ? { first: 0, sectorCount: sectors } : (places[prng.below(8)] ?? hot);
    const at = prng.below(place.sectorCount - sectorCount + 1);
    runs.push({ firstSector: place.first + (small ? at : at - (at % 8)), sectorCount });
    held += sectorCount * SECTOR_BYTES;
  }
  return runs;
}

async function writeLayer(
  folder: DiskFolder,
  shape: ChainShape,
  layer: number,
  runs: readonly Run[],
  base: readonly number[],
  pool: Uint8Array,
): Promise<string> {
  const name = `d${layer}.vhd`;
  const file = await folder.create(name);
  const vhd = createVhd({
    type: layer === 0 ? 'dynamic' : 'differencing',
    virtualSizeBytes: shape.sizeBytes,
    blockSizeBytes: BLOCK_BYTES,
    id: idOf(shape, layer),
    modified: null,
    ...(layer === 0 ? {} : { parent: parentOf(shape, layer - 1) }),
  });
  const writer = await BlockWriter.start(file, vhd);
  const bitmapBytes = vhd.blocks?.bitmapBytes ?? 0;
  if (layer === 0) await writeBase(file, writer, shape, base, bitmapBytes, pool);
  else await writeRuns(file, writer, shape, layer, runs, bitmapBytes, pool);
  await writer.finish();
  await file.close();
  return name;
}

async function writeBase(
  file: RandomAccessFile,
  writer: BlockWriter,
  shape: ChainShape,
  base: readonly number[],
  bitmapBytes: number,
  pool: Uint8Array,
): Promise<void> {
  const bitmap = new Uint8Array(bitmapBytes).fill(0xff);
  for (const block of base) {
    const offset = await writer.begin(block, bitmap);
    if (shape.writesData) await file.write(offset, poolAt(pool, block * 7919, BLOCK_BYTES));
  }
}

async function writeRuns(
  file: RandomAccessFile,
  writer: BlockWriter,
  shape: ChainShape,
  layer: number,
  runs: readonly Run[],
  bitmapBytes: number,
  pool: Uint8Array,
): Promise<void> {
  const byBlock = new Map<number, { bitmap: Uint8Array; runs: Run[] }>();
  for (const { firstSector, sectorCount } of runs) {
    for (let at = firstSector; at < firstSector + sectorCount; ) {
      const block = Math.floor(at / BLOCK_SECTORS);
      const count = Math.min(firstSector + sectorCount, (block + 1) * BLOCK_SECTORS) - at;
      const held = byBlock.get(block) ?? { bitmap: new Uint8Array(bitmapBytes), runs: [] };
      byBlock.set(block, held);
      const first = at - block * BLOCK_SECTORS;
      held.runs.push({ firstSector: first, sectorCount: count });
      // Bit order of VHD: the most significant bit is the first sector.
      for (let s = first; s < first + count; s++) {
        held.bitmap[s >> 3] = (held.bitmap[s >> 3] ?? 0) | (0x80 >> (s & 7));
      }
      at += count;
    }
  }
  for (const [block, held] of byBlock) {
    const offset = await writer.begin(block, held.bitmap);
    if (!shape.writesData) continue;
    for (const { firstSector, sectorCount } of held.runs) {
      const bytes = poolAt(pool, block * 7919 + firstSector + layer * 131, sectorCount * SECTOR_BYTES);
      await file.write(offset + firstSector * SECTOR_BYTES, bytes);
    }
  }
}

/** Seeded bytes without runs of zeros. */
function poolAt(pool: Uint8Array, key: number, lengthBytes: number): Uint8Array {
  const places = (pool.length - lengthBytes) / SECTOR_BYTES + 1;
  const at = (key % places) * SECTOR_BYTES;
  return pool.subarray(at, at + lengthBytes);
}

function idOf({ seed, depth }: ChainShape, layer: number): Uint8Array {
  const id = new Uint8Array(16);
  new Prng(seed * 100_003 + depth * 1009 + layer).fill(id);
  return id;
}

function parentOf(shape: ChainShape, layer: number) {
  const name = `d${layer}.vhd`;
  return { id: idOf(shape, layer), name, relativePath: `.\\${name}`, modified: null };
}
