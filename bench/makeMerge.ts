/** A parent and a child to be merged into it, written directly: what the child holds is as the figure wants it. */
import { Prng } from '../src/base/prng.ts';
import { MIB, SECTOR_BYTES } from '../src/base/units.ts';
import { BlockWriter } from '../src/formats/vhd/blockWriter.ts';
import { createVhd } from '../src/formats/vhd/create.ts';
import { setBits } from '../src/formats/vhd/sectorBitmap.ts';
import type { DiskFolder } from '../src/storage/diskFolder.ts';

export interface MergeShape {
  /** Of the disk; every block of it is in the child. */
  readonly sizeBytes: number;
  /** Runs and the gaps between them are this long; null: whole blocks. */
  readonly runs: { readonly leastBytes: number; readonly mostBytes: number } | null;
  /** The parent has every block, or none. */
  readonly parentIsFull: boolean;
  readonly seed: number;
}

/** A run where it lies in the child, and where it goes in a full parent. */
export interface PlacedRun {
  readonly from: number;
  readonly to: number;
  readonly lengthBytes: number;
}

export interface MadeMerge {
  readonly child: string;
  readonly parent: string;
  readonly runs: readonly PlacedRun[];
  readonly heldBytes: number;
}

const BLOCK_BYTES = 2 * MIB;
const BLOCK_SECTORS = BLOCK_BYTES / SECTOR_BYTES;
const POOL_BYTES = 8 * MIB;
/** Runs of guests begin and end on pages. */
const PAGE_BYTES = 4096;

/** Both files are flushed. Names begin with `prefix`. */
export async function makeMerge(folder: DiskFolder, prefix: string, shape: MergeShape): Promise<MadeMerge> {
  const [parent, child] = [`${prefix}parent.vhd`, `${prefix}child.vhd`];
  const blocks = Array.from({ length: shape.sizeBytes / BLOCK_BYTES }, (_, block) => runsOf(shape, block));
  const to = await writeDisk(folder, parent, shape, null, shape.parentIsFull ? blocks : []);
  const from = await writeDisk(folder, child, shape, parent, blocks);
  const runs = blocks.flatMap((held, block) =>
    held.map(({ first, count }) => ({
      from: (from[block] ?? 0) + first * SECTOR_BYTES,
      to: (to[block] ?? 0) + first * SECTOR_BYTES,
      lengthBytes: count * SECTOR_BYTES,
    })),
  );
  return { child, parent, runs, heldBytes: runs.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0) };
}

interface SectorRun {
  readonly first: number;
  readonly count: number;
}

/** Runs of one block, each with a gap behind it; lengths are as often small as large on a logarithmic scale. */
function runsOf({ runs, seed }: MergeShape, block: number): SectorRun[] {
  if (!runs) return [{ first: 0, count: BLOCK_SECTORS }];
  const prng = new Prng(seed * 65_537 + block);
  const times = Math.log2(runs.mostBytes / runs.leastBytes);
  const length = () => {
    const bytes = runs.leastBytes * 2 ** (prng.fraction() * times);
    return (Math.round(bytes / PAGE_BYTES) * PAGE_BYTES) / SECTOR_BYTES;
  };
  const found: SectorRun[] = [];
  for (let at = length(); at < BLOCK_SECTORS; at += length()) {
    const count = Math.min(length(), BLOCK_SECTORS - at);
    found.push({ first: at, count });
    at += count;
  }
  return found;
}

/** Returns where the data of each block stands in the file. */
async function writeDisk(
  folder: DiskFolder,
  name: string,
  { sizeBytes, seed }: MergeShape,
  parent: string | null,
  blocks: readonly (readonly SectorRun[])[],
): Promise<number[]> {
  const pool = poolOf(parent === null ? seed : seed + 1);
  const file = await folder.create(name);
  const vhd = createVhd({
    type: parent === null ? 'dynamic' : 'differencing',
    virtualSizeBytes: sizeBytes,
    blockSizeBytes: BLOCK_BYTES,
    id: idOf(name),
    modified: null,
    ...(parent === null
      ? {}
      : { parent: { id: idOf(parent), name: parent, relativePath: `.\\${parent}`, modified: null } }),
  });
  const writer = await BlockWriter.start(file, vhd);
  const offsets: number[] = [];
  for (const [block, runs] of blocks.entries()) {
    const bitmap = new Uint8Array(vhd.blocks?.bitmapBytes ?? 0);
    if (parent === null) bitmap.fill(0xff);
    else for (const { first, count } of runs) setBits(bitmap, first, count);
    const at = ((block * 7919) % ((POOL_BYTES - BLOCK_BYTES) / SECTOR_BYTES)) * SECTOR_BYTES;
    offsets.push(await writer.add(block, bitmap, pool.subarray(at, at + BLOCK_BYTES)));
  }
  await writer.finish();
  await file.flush();
  await file.close();
  return offsets;
}

const pools = new Map<number, Uint8Array>();

/** Seeded bytes without runs of zeros. */
function poolOf(seed: number): Uint8Array {
  const pool = pools.get(seed) ?? new Uint8Array(POOL_BYTES);
  if (!pools.has(seed)) new Prng(seed).fill(pool);
  pools.set(seed, pool);
  return pool;
}

function idOf(name: string): Uint8Array {
  const id = new Uint8Array(16);
  const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  new Prng(seed).fill(id);
  return id;
}
