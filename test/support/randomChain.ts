/**
 * Random chains with the truth beside them: block sizes, strides, gaps, orders, bitmaps and sizes vary with the seed;
 * what each file's disk must read as is kept in one flat array a layer.
 */
import { Prng } from '../../src/base/prng.ts';
import type { MemoryFile } from '../../src/storage/memoryFile.ts';
import {
  type BlockContent,
  buildImage,
  type ImageOptions,
  type Layout,
  mixedEndianId,
  type ParentOptions,
  SECTOR,
  utf16le,
} from './imageBuilder.ts';

export interface RandomChainOptions {
  /** Files, the base included. Default: 1 to 5. */
  readonly layers?: number;
  /** Default: 512 KiB, 1 MiB, 2 MiB, 4 MiB; each file takes one of them. */
  readonly blockSizes?: readonly number[];
  /** Bytes of the leaf's disk. Default: random, 3 to 12 MiB, rarely whole blocks. */
  readonly virtualSizeBytes?: number;
  /** Default: dynamic, fixed or raw. */
  readonly base?: 'dynamic' | 'fixed' | 'raw';
  /** Parents may be larger or smaller than their children. Default: false. */
  readonly sizesDiffer?: boolean;
  /** Bits of the dynamic base that say nothing: readers ignore them. Default: false, bits are as Windows sets them. */
  readonly strayBaseBits?: boolean;
  /** Default: each file takes one of them. */
  readonly layout?: Layout;
  /** Only what 7-Zip reads too: parents named without folders, tables with as many entries as the disk has blocks. */
  readonly forSevenZip?: boolean;
  /** Goes before the number in file names. Default: `disk`. */
  readonly prefix?: string;
}

export interface ChainFile {
  readonly name: string;
  readonly file: MemoryFile;
  readonly bytes: MemoryFile;
}

export interface RandomChain {
  readonly seed: number;
  /** Leaf first. */
  readonly files: readonly ChainFile[];
  /** The disk as seen from the file of the same index. */
  readonly truth: readonly Uint8Array[];
}

const USUAL_BLOCK_SIZES = [2 ** 19, 2 ** 20, 2 ** 21, 2 ** 22];

export function buildRandomChain(seed: number, options: RandomChainOptions = {}): RandomChain {
  const prng = new Prng(seed);
  const layers = options.layers ?? 1 + prng.below(5);
  const blockSizes = options.blockSizes ?? USUAL_BLOCK_SIZES;
  const sectors = Math.max(
    1,
    options.virtualSizeBytes ? options.virtualSizeBytes / SECTOR : 6144 + prng.below(18_432),
  );
  const files: ChainFile[] = [];
  const truth: Uint8Array[] = [];
  for (let layer = layers - 1; layer >= 0; layer--) {
    const isBase = layer === layers - 1;
    const varied = options.sizesDiffer && layer > 0 ? 1 + prng.below(sectors * 2) : sectors;
    const disk = new Uint8Array(varied * SECTOR);
    const below = truth[0];
    if (below) disk.set(below.subarray(0, Math.min(below.length, disk.length)));
    const name = `${options.prefix ?? 'disk'}${layers - 1 - layer}.${isBase ? 'vhd' : 'avhd'}`;
    const held = randomRuns(prng, disk, isBase);
    const base = isBase
      ? (options.base ?? pick(prng, ['dynamic', 'dynamic', 'fixed', 'raw'] as const))
      : 'dynamic';
    const id = mixedEndianId(seed * 100 + layer);
    const shape = { virtualSizeBytes: disk.length, id, timeStamp: 700_000_000 + layers - layer };
    let file: MemoryFile;
    if (isBase && base !== 'dynamic') {
      const image = buildImage({
        ...shape,
        type: 'fixed',
        data: disk.slice(),
        endFooter: base === 'raw' ? 0 : 512,
      });
      file = image.file(base === 'raw' ? name.replace('.vhd', '.img') : name);
    } else {
      const parentFile = files[0];
      const parent =
        parentFile && parentOf(prng, seed * 100 + layer + 1, parentFile.name, options.forSevenZip);
      const image = randomBlocks(prng, shape, pick(prng, blockSizes), disk, held, parent, options);
      file = buildImage(image).file(name);
    }
    files.unshift({ name: file.name, file, bytes: file });
    truth.unshift(disk);
  }
  return { seed, files, truth };
}

function pick<T>(prng: Prng, values: readonly T[]): T {
  const value = values[prng.below(values.length)];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
}

/** Writes runs into the disk: noise, or zeros that must hide what is below. Returns a byte a sector: held by this file. */
function randomRuns(prng: Prng, disk: Uint8Array, isBase: boolean): Uint8Array {
  const sectors = disk.length / SECTOR;
  const held = new Uint8Array(sectors);
  const longest = Math.max(1, Math.floor(sectors / 4));
  for (let runs = prng.below(isBase ? 12 : 24); runs >= 0; runs--) {
    const first = prng.below(sectors);
    const length = Math.min(sectors - first, 1 + Math.floor(longest ** prng.fraction()), longest);
    const run = disk.subarray(first * SECTOR, (first + length) * SECTOR);
    if (prng.below(4) === 0) run.fill(0);
    else noise(prng, run);
    held.fill(1, first, first + length);
  }
  return held;
}

/** Different in every sector, and fast. */
function noise(prng: Prng, target: Uint8Array): void {
  for (let at = 0; at < target.length; at += SECTOR) {
    const sector = target.subarray(at, at + SECTOR);
    sector.fill(prng.next());
    new DataView(sector.buffer, sector.byteOffset).setUint32(0, prng.next());
    new DataView(sector.buffer, sector.byteOffset).setUint32(508, prng.next());
  }
}

function randomBlocks(
  prng: Prng,
  shape: Pick<ImageOptions, 'virtualSizeBytes' | 'id' | 'timeStamp'>,
  blockSizeBytes: number,
  disk: Uint8Array,
  held: Uint8Array,
  parent: ParentOptions | undefined,
  options: RandomChainOptions,
): ImageOptions {
  const perBlock = blockSizeBytes / SECTOR;
  const blocks: [number, BlockContent][] = [];
  for (let block = 0; block * perBlock < held.length; block++) {
    const bits = held.slice(block * perBlock, (block + 1) * perBlock);
    // Now and then a block that holds nothing: allocated, every bit clear.
    if (!bits.includes(1) && prng.below(10) > 0) continue;
    const data = disk.slice(block * blockSizeBytes, (block + 1) * blockSizeBytes);
    if (parent) garble(prng, data, bits);
    const stray = options.strayBaseBits && prng.below(2) === 0;
    const said =
      parent || stray
        ? stray && !parent
          ? bits.map(() => prng.below(2))
          : padded(bits, perBlock)
        : undefined;
    // What a dynamic disk does not hold of a block is zeros in the file.
    blocks.push([block, said ? { data, bits: said } : { data }]);
  }
  shuffle(prng, blocks);
  const hasGaps = prng.below(2) === 0;
  return {
    ...shape,
    type: parent ? 'differencing' : 'dynamic',
    blockSizeBytes,
    blocks,
    layout: options.layout ?? pick(prng, ['windows10', 'packed'] as const),
    batPadding: pick(prng, [0xff, 0x00] as const),
    extraEntries: prng.below(4) === 0 && !options.forSevenZip ? prng.below(300) : 0,
    cutLastBlock: prng.below(3) === 0,
    gapSectors: () => (hasGaps ? prng.below(40) : 0),
    ...(prng.below(3) === 0 ? { slackBytes: prng.below(8) * SECTOR } : {}),
    ...(parent ? { parent } : {}),
  };
}

/** A last block's bits behind the end of the disk are clear. */
function padded(bits: Uint8Array, length: number): Uint8Array {
  const all = new Uint8Array(length);
  all.set(bits);
  return all;
}

/** Sectors that this file does not hold have stale bytes in its blocks: nobody may read them. */
function garble(prng: Prng, data: Uint8Array, bits: Uint8Array): void {
  for (let sector = 0; sector * SECTOR < data.length; sector++) {
    if (!bits[sector]) data.fill(0xa5 ^ prng.next(), sector * SECTOR, (sector + 1) * SECTOR);
  }
}

function shuffle<T>(prng: Prng, values: T[]): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = prng.below(i + 1);
    const [a, b] = [values[i], values[j]];
    if (a === undefined || b === undefined) continue;
    values[i] = b;
    values[j] = a;
  }
}

function parentOf(prng: Prng, id: number, name: string, isPlain = false): ParentOptions {
  const absolute = { platform: 'W2ku', data: utf16le(`C:\\disks\\${name}`) };
  const relative = { platform: 'W2ru', data: utf16le(`.\\${name}`) };
  const locators = pick(prng, [[absolute, relative], [relative], []] as const);
  return {
    id: mixedEndianId(id),
    name: prng.below(2) === 0 || isPlain ? name : `C:\\disks\\${name}`,
    locators,
  };
}
