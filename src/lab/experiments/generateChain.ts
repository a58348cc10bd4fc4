/**
 * A chain made from a seed: VHD files that any program opens, whose tables and bitmaps say what the set-up asks for. Their
 * data is left as holes, which read as zeros: what a read costs is decided by where it lies, not by what it says.
 */
import { assert } from '../../base/assert.ts';
import { Pacer } from '../../base/pacer.ts';
import { Prng } from '../../base/prng.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { isDiskImage, openImage } from '../../formats/openImage.ts';
import { BlockWriter, filledBitmap } from '../../formats/vhd/blockWriter.ts';
import { type CreateOptions, createVhd } from '../../formats/vhd/create.ts';
import { setBits } from '../../formats/vhd/sectorBitmap.ts';
import { ID_BYTES } from '../../formats/vhd/uniqueId.ts';
import { MemoryBytes, MemoryFile } from '../../storage/memoryFile.ts';
import { changedRuns, changedSectors } from './changedRuns.ts';
import type { ExperimentTools } from './experiment.ts';
import type { ExperimentSetup } from './setup.ts';

export type GenerateSetup = Pick<
  ExperimentSetup,
  'seed' | 'depth' | 'changedPercent' | 'runBytes' | 'spread' | 'blockSizeBytes' | 'diskBytes'
>;
export type GenerateTools = Pick<ExperimentTools, 'signal' | 'advance'>;

export interface GeneratedChain {
  /** `depth` differencing disks, newest first, and the base. Files in memory, open for reading. */
  readonly images: readonly DiskImage[];
  readonly name: string;
}

/** A bitmap is a sector or two in a hole of a block: larger pages would be mostly zeros. */
const PAGE_BYTES = 512;
/** When the base was made; each layer is a day younger than the one below. */
const FIRST_DAY = Date.UTC(2012, 8, 4);
const DAY_MS = 24 * 3600 * 1000;
/** Runs between two looks at the clock. */
const RUNS_AT_ONCE = 4096;

/** The same set-up gives the same bytes. Layer 0 of a less deep chain is the same file: a stretch at the end of a deep one. */
export async function generateChain(setup: GenerateSetup, tools: GenerateTools): Promise<GeneratedChain> {
  const { depth, seed } = setup;
  assert(setup.diskBytes % SECTOR_BYTES === 0 && setup.diskBytes > 0, 'a disk is whole sectors');
  const images: DiskImage[] = [];
  for (let number = 0; number <= depth; number++) {
    tools.advance(number, depth + 1, 'making the chain');
    images.unshift(await opened(await (number === 0 ? writeBase(setup) : writeLayer(setup, number, tools))));
  }
  tools.advance(depth + 1, depth + 1, 'making the chain');
  return { images, name: `chain from seed ${seed}` };
}

async function opened(file: MemoryFile): Promise<DiskImage> {
  const image = await openImage(new MemoryFile(file.name, file.content, 'read-only'));
  assert(isDiskImage(image), 'our own writer makes disks that we open');
  return image;
}

/** 0 = the base. */
function nameOf(number: number): string {
  return number === 0 ? 'base.vhd' : `layer-${String(number).padStart(2, '0')}.avhd`;
}

function idOf(seed: number, number: number): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  new Prng(seed + number * 0x51ed270b).fill(id);
  // A random id says so in two of its digits (RFC 9562, 5.4); Windows stores that group little-endian.
  id[7] = 0x40 | ((id[7] ?? 0) & 0x0f);
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f);
  return id;
}

function optionsOf(setup: GenerateSetup, number: number): CreateOptions {
  const { seed, diskBytes, blockSizeBytes } = setup;
  const own = {
    virtualSizeBytes: diskBytes,
    blockSizeBytes,
    id: idOf(seed, number),
    modified: new Date(FIRST_DAY + number * DAY_MS),
  };
  if (number === 0) return { ...own, type: 'dynamic' };
  const name = nameOf(number - 1);
  const parent = {
    id: idOf(seed, number - 1),
    name,
    relativePath: `.\\${name}`,
    modified: new Date(FIRST_DAY + (number - 1) * DAY_MS),
  };
  return { ...own, type: 'differencing', parent };
}

/** Every block is there, and marked whole as Windows marks blocks of a disk without a parent. */
async function writeBase(setup: GenerateSetup): Promise<MemoryFile> {
  const { file, writer, bitmapBytes } = await start(setup, 0);
  const bitmap = filledBitmap(bitmapBytes, setup.blockSizeBytes / SECTOR_BYTES);
  const blocks = Math.ceil(setup.diskBytes / setup.blockSizeBytes);
  for (let block = 0; block < blocks; block++) await writer.begin(block, bitmap);
  await writer.finish();
  return file;
}

async function writeLayer(setup: GenerateSetup, number: number, tools: GenerateTools): Promise<MemoryFile> {
  const { file, writer, bitmapBytes } = await start(setup, number);
  const { bits, blocks } = await changedBits(setup, number, tools);
  const bytesOfBlock = setup.blockSizeBytes / SECTOR_BYTES / 8;
  const bitmap = new Uint8Array(bitmapBytes);
  for (const block of blocks) {
    bitmap.fill(0);
    bitmap.set(bits.subarray(block * bytesOfBlock, (block + 1) * bytesOfBlock));
    await writer.begin(block, bitmap);
  }
  await writer.finish();
  return file;
}

async function start(setup: GenerateSetup, number: number) {
  const file = new MemoryFile(nameOf(number), new MemoryBytes(PAGE_BYTES));
  const vhd = createVhd(optionsOf(setup, number));
  assert(vhd.blocks, 'a disk with blocks');
  return { file, writer: await BlockWriter.start(file, vhd), bitmapBytes: vhd.blocks.bitmapBytes };
}

interface Changed {
  /** One bit a sector of the disk, most significant first. */
  readonly bits: Uint8Array;
  /** Blocks that hold any, in the order in which the guest first wrote to them. */
  readonly blocks: readonly number[];
}

async function changedBits(
  setup: GenerateSetup,
  number: number,
  { signal }: GenerateTools,
): Promise<Changed> {
  const sectorCount = setup.diskBytes / SECTOR_BYTES;
  const blockSectors = setup.blockSizeBytes / SECTOR_BYTES;
  const bits = new Uint8Array(Math.ceil(sectorCount / 8));
  const blocks = new Set<number>();
  const pacer = new Pacer();
  let left = changedSectors(setup, sectorCount);
  let untilRest = RUNS_AT_ONCE;
  for (const run of changedRuns(setup, sectorCount, new Prng(setup.seed ^ (number * 0x85ebca6b)))) {
    const { firstSector } = run;
    const length = clearSectors(bits, firstSector, run.sectorCount, left);
    left -= length.added;
    setBits(bits, firstSector, length.sectorCount);
    const last = firstSector + length.sectorCount - 1;
    for (let block = Math.floor(firstSector / blockSectors); block * blockSectors <= last; block++)
      blocks.add(block);
    if (left === 0) break;
    if (--untilRest > 0) continue;
    untilRest = RUNS_AT_ONCE;
    await pacer.step(signal);
  }
  return { bits, blocks: [...blocks] };
}

/** How much of a run is taken so that at most `most` sectors are new, and how many of those it takes are. */
function clearSectors(
  bits: Uint8Array,
  firstSector: number,
  sectorCount: number,
  most: number,
): { readonly sectorCount: number; readonly added: number } {
  let added = 0;
  for (let i = 0; i < sectorCount; i++) {
    const sector = firstSector + i;
    if (((bits[sector >>> 3] ?? 0) & (0x80 >> (sector & 7))) !== 0) continue;
    if (added === most) return { sectorCount: i, added };
    added++;
  }
  return { sectorCount, added };
}
