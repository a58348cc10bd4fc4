/** Chains and reads to count the requests of: many, small and odd. */
import { Prng } from '../../src/base/prng.ts';
import type { SectorRange } from '../../src/base/units.ts';
import type { MemoryFile } from '../../src/storage/memoryFile.ts';
import { SECTOR } from './imageBuilder.ts';
import { buildRandomChain } from './randomChain.ts';

export interface CostScene {
  /** Leaf first; the oldest may be left out. */
  readonly files: readonly MemoryFile[];
  readonly complete: boolean;
  /** The disk as all files together make it. */
  readonly truth: Uint8Array;
  readonly reads: readonly SectorRange[];
}

const BLOCK_SIZES = [[4096], [8192, 65_536], [4096, 16_384, 524_288], [32_768]];
/** Bitmaps of several sectors; files of MiB, so only now and then. */
const LARGE_BLOCK_SIZES = [2 ** 23, 2 ** 22];

/** Every seed another mixture of depth (1 to 12), block sizes, sizes of the disks, and files that are not here. */
export function costScene(seed: number, readCount = 6): CostScene {
  const prng = new Prng(seed * 7919);
  const isLarge = seed % 40 === 0;
  const blockSizes = isLarge ? LARGE_BLOCK_SIZES : (BLOCK_SIZES[seed % BLOCK_SIZES.length] ?? []);
  const layers = isLarge ? 1 + prng.below(4) : 1 + prng.below(12);
  const chain = buildRandomChain(seed, {
    layers,
    blockSizes,
    virtualSizeBytes: (1 + prng.below(isLarge ? 18_000 : 1000)) * SECTOR,
    sizesDiffer: prng.below(3) === 0,
    strayBaseBits: prng.below(3) === 0,
  });
  const here = layers > 1 && prng.below(4) === 0 ? 1 + prng.below(layers - 1) : layers;
  const truth = chain.truth[0] ?? new Uint8Array(0);
  const sectors = truth.length / SECTOR;
  const longest = prng.below(3) === 0 ? sectors : 64;
  const reads = Array.from({ length: readCount }, () => {
    const firstSector = prng.below(sectors);
    return { firstSector, sectorCount: 1 + prng.below(Math.min(longest, sectors - firstSector)) };
  });
  return {
    files: chain.files.slice(0, here).map((each) => each.file),
    complete: here === layers,
    truth,
    // Some of them twice.
    reads: [...reads, ...reads.slice(0, prng.below(readCount))],
  };
}
