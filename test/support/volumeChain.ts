/**
 * Chains of VHD files out of what happened to one disk: a base, and a differencing disk for every checkpoint that holds exactly
 * the sectors that changed since. Built by the tests' own image builder; runs in Node and in pages.
 */
import { MemoryBytes } from '../../src/storage/memoryFile.ts';
import {
  type BlockContent,
  buildImage,
  type Layout,
  mixedEndianId,
  type ParentOptions,
  SECTOR,
  utf16le,
} from './imageBuilder.ts';
import type { ChainFile } from './randomChain.ts';

/** Bytes at a place of the disk, or of a volume; any offset, any length. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface VolumeChainOptions {
  /** A multiple of 512. */
  readonly diskBytes: number;
  /** What was written up to each point, oldest first; the first makes the base. Later pieces lie over earlier ones. */
  readonly states: readonly (readonly Piece[])[];
  /** Default: 2 MiB. */
  readonly blockSizeBytes?: number;
  readonly layout?: Layout;
  /** Goes before the number in file names. Default: `disk`. */
  readonly prefix?: string;
  /** Makes ids differ. Default: 1. */
  readonly seed?: number;
  /** A differencing disk also holds what was written with the bytes that were there. Default: false. */
  readonly holdsUnchanged?: boolean;
}

export interface VolumeChain {
  readonly diskBytes: number;
  /** Leaf first. */
  readonly files: readonly ChainFile[];
  /** The whole disk as seen from the file of the same index. */
  readonly disks: readonly MemoryBytes[];
  /** How many sectors of the disk the file of the same index holds. */
  readonly heldSectors: readonly number[];
  /** The layer (0 = leaf) that answers a sector of the disk as seen from layer `point`; -1 = no file holds it. */
  layerOf(point: number, sector: number): number;
}

const DEFAULT_BLOCK_BYTES = 2 ** 21;
/** What lies in a block where its file does not hold the sector: nobody may read it. */
const STALE = 0xa5;

export function buildVolumeChain(options: VolumeChainOptions): VolumeChain {
  const { diskBytes, states, prefix = 'disk', seed = 1 } = options;
  if (diskBytes % SECTOR !== 0 || states.length === 0)
    throw new Error('a disk of whole sectors, and a state');
  const files: ChainFile[] = [];
  const disks: MemoryBytes[] = [];
  const heldSectors: number[] = [];
  const holds: ((sector: number) => boolean)[] = [];
  for (const [state, pieces] of states.entries()) {
    const before = disks[0];
    const disk = before ? before.copy() : new MemoryBytes();
    disk.truncate(diskBytes);
    for (const { offset, bytes } of pieces) disk.write(offset, bytes);
    if (disk.sizeBytes > diskBytes) throw new Error(`state ${state} writes past the end of the disk`);
    const blockSizeBytes = options.blockSizeBytes ?? DEFAULT_BLOCK_BYTES;
    const held = before
      ? changedSectors(before, disk, pieces, options.holdsUnchanged ?? false)
      : writtenBlocks(disk, blockSizeBytes);
    const inFile = new Set(held);
    holds.unshift((sector) => inFile.has(before ? sector : Math.floor((sector * SECTOR) / blockSizeBytes)));
    const parent = files[0];
    const image = buildImage({
      type: parent ? 'differencing' : 'dynamic',
      virtualSizeBytes: diskBytes,
      id: mixedEndianId(seed * 1000 + state),
      timeStamp: 700_000_000 + state,
      blockSizeBytes,
      ...(options.layout ? { layout: options.layout } : {}),
      ...(parent ? { parent: parentOf(seed * 1000 + state - 1, parent.name) } : {}),
      blocks: parent
        ? heldBlocks(disk, held, blockSizeBytes)
        : held.map((block) => [block, wholeBlock(disk, block, blockSizeBytes)]),
    });
    const file = image.file(`${prefix}${state}.${parent ? 'avhd' : 'vhd'}`);
    files.unshift({ name: file.name, file, bytes: file });
    disks.unshift(disk);
    heldSectors.unshift(parent ? held.length : held.length * (blockSizeBytes / SECTOR));
  }
  const layerOf = (point: number, sector: number) =>
    holds.findIndex((has, layer) => layer >= point && has(sector));
  return { diskBytes, files, disks, heldSectors, layerOf };
}

/** The pieces `bytes` further on: a volume's pieces as its disk has them. */
export function movedPieces(pieces: readonly Piece[], byBytes: number): Piece[] {
  return pieces.map(({ offset, bytes }) => ({ offset: offset + byBytes, bytes }));
}

function parentOf(id: number, name: string): ParentOptions {
  return {
    id: mixedEndianId(id),
    name,
    locators: [{ platform: 'W2ru', data: utf16le(`.\\${name}`) }],
  };
}

/** Blocks of which anything is not zero. */
function writtenBlocks(disk: MemoryBytes, blockSizeBytes: number): number[] {
  const blocks = new Set<number>();
  for (const { offset, bytes } of disk.held()) {
    for (let at = 0; at < bytes.length; at += SECTOR) {
      if (bytes.subarray(at, at + SECTOR).some((byte) => byte !== 0))
        blocks.add(Math.floor((offset + at) / blockSizeBytes));
    }
  }
  return [...blocks].sort((a, b) => a - b);
}

function changedSectors(
  before: MemoryBytes,
  after: MemoryBytes,
  pieces: readonly Piece[],
  all: boolean,
): number[] {
  const changed = new Set<number>();
  const [old, now] = [new Uint8Array(SECTOR), new Uint8Array(SECTOR)];
  for (const { offset, bytes } of pieces) {
    const end = Math.ceil((offset + bytes.length) / SECTOR);
    for (let sector = Math.floor(offset / SECTOR); sector < end; sector++) {
      before.read(sector * SECTOR, old);
      after.read(sector * SECTOR, now);
      if (all || old.some((byte, i) => byte !== now[i])) changed.add(sector);
    }
  }
  return [...changed].sort((a, b) => a - b);
}

function wholeBlock(disk: MemoryBytes, block: number, blockSizeBytes: number): BlockContent {
  // Read when the builder asks, so that no two blocks stand in memory beside the image.
  return {
    get data() {
      const data = new Uint8Array(Math.min(blockSizeBytes, disk.sizeBytes - block * blockSizeBytes));
      disk.read(block * blockSizeBytes, data);
      return data;
    },
  };
}

function heldBlocks(
  disk: MemoryBytes,
  sectors: readonly number[],
  blockSizeBytes: number,
): [number, BlockContent][] {
  const perBlock = blockSizeBytes / SECTOR;
  const byBlock = new Map<number, Uint8Array>();
  for (const sector of sectors) {
    const block = Math.floor(sector / perBlock);
    const bits = byBlock.get(block) ?? new Uint8Array(perBlock);
    byBlock.set(block, bits);
    bits[sector % perBlock] = 1;
  }
  return [...byBlock].map(([block, bits]) => [block, heldBlock(disk, block, bits)]);
}

function heldBlock(disk: MemoryBytes, block: number, bits: Uint8Array): BlockContent {
  return {
    bits,
    get data() {
      const data = new Uint8Array(bits.length * SECTOR).fill(STALE);
      for (const [i, bit] of bits.entries()) {
        if (bit !== 1) continue;
        disk.read((block * bits.length + i) * SECTOR, data.subarray(i * SECTOR, (i + 1) * SECTOR));
      }
      return data;
    },
  };
}
