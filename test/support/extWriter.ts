/** Writes small ext2 volumes of one block group, sound and not: every inode and every folder entry is the caller's. */
import type { Piece } from './volumeChain.ts';

export const EXT_BLOCK_BYTES = 4096;
const INODE_BYTES = 128;
const INODES = 1024;
const BLOCKS = 4096;
export const EXT_SIZE_BYTES = BLOCKS * EXT_BLOCK_BYTES;
const INODE_TABLE_BLOCK = 4;
const FIRST_DATA_BLOCK = INODE_TABLE_BLOCK + (INODES * INODE_BYTES) / EXT_BLOCK_BYTES;
export const EXT_ROOT = 2;
const FIRST_FREE_INODE = 12;
const TIME = Date.UTC(2024, 0, 1) / 1000;
const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;
const LINK_MODE = 0o120777;

export interface ExtEntry {
  readonly name: string;
  readonly inode: number;
  readonly isFolder?: boolean;
  readonly isLink?: boolean;
}

export class ExtVolume {
  readonly superBlock = new Uint8Array(1024);
  readonly groups = new Uint8Array(EXT_BLOCK_BYTES);
  private readonly inodes = new Uint8Array(INODES * INODE_BYTES);
  private readonly data: Piece[] = [];
  private nextInode = FIRST_FREE_INODE;
  private nextBlock = FIRST_DATA_BLOCK;
  private folders = 0;

  constructor() {
    const view = new DataView(this.superBlock.buffer);
    const fields: readonly (readonly [at: number, value: number])[] = [
      [0, INODES],
      [4, BLOCKS],
      [24, 2],
      [28, 2],
      [32, 32_768],
      [36, 32_768],
      [40, INODES],
      [44, TIME],
      [48, TIME],
      [76, 1],
      [84, FIRST_FREE_INODE - 1],
      // Folder entries have a type; files may be larger than 2 GiB.
      [96, 2],
      [100, 2],
    ];
    for (const [at, value] of fields) view.setUint32(at, value, true);
    view.setUint16(56, 0xef53, true);
    view.setUint16(58, 1, true);
    view.setUint16(88, INODE_BYTES, true);
    const group = new DataView(this.groups.buffer);
    for (const [i, block] of [2, 3, INODE_TABLE_BLOCK].entries()) group.setUint32(i * 4, block, true);
  }

  /** The inode's 128 bytes; what is written to them is written. */
  inode(number: number): DataView {
    return new DataView(this.inodes.buffer, (number - 1) * INODE_BYTES, INODE_BYTES);
  }

  file(bytes: Uint8Array): number {
    return this.make(this.nextInode++, FILE_MODE, bytes);
  }

  link(target: string): number {
    const bytes = new TextEncoder().encode(target);
    if (bytes.length < 60) {
      const number = this.make(this.nextInode++, LINK_MODE, new Uint8Array(0));
      const view = this.inode(number);
      view.setUint32(4, bytes.length, true);
      for (const [i, byte] of bytes.entries()) view.setUint8(40 + i, byte);
      return number;
    }
    return this.make(this.nextInode++, LINK_MODE, bytes);
  }

  folder(parent: number, entries: readonly ExtEntry[]): number {
    const number = this.nextInode++;
    return this.make(number, FOLDER_MODE, entryBytes(number, parent, entries));
  }

  pieces(root: readonly ExtEntry[]): Piece[] {
    this.make(EXT_ROOT, FOLDER_MODE, entryBytes(EXT_ROOT, EXT_ROOT, root));
    const used = { blocks: this.nextBlock, inodes: this.nextInode - 1 };
    const whole = new DataView(this.superBlock.buffer);
    whole.setUint32(12, BLOCKS - used.blocks, true);
    whole.setUint32(16, INODES - used.inodes, true);
    const group = new DataView(this.groups.buffer);
    group.setUint16(12, BLOCKS - used.blocks, true);
    group.setUint16(14, INODES - used.inodes, true);
    group.setUint16(16, this.folders, true);
    return [
      { offset: 2 * EXT_BLOCK_BYTES, bytes: bitmapOf(used.blocks, BLOCKS) },
      { offset: 3 * EXT_BLOCK_BYTES, bytes: bitmapOf(used.inodes, INODES) },
      { offset: 1024, bytes: this.superBlock },
      { offset: EXT_BLOCK_BYTES, bytes: this.groups },
      { offset: INODE_TABLE_BLOCK * EXT_BLOCK_BYTES, bytes: this.inodes },
      ...this.data,
    ];
  }

  /** Twelve blocks are named by the inode, a thousand more by a block of numbers. */
  private make(number: number, mode: number, bytes: Uint8Array): number {
    const view = this.inode(number);
    const count = Math.ceil(bytes.length / EXT_BLOCK_BYTES);
    const first = this.nextBlock;
    view.setUint16(0, mode, true);
    if (mode === FOLDER_MODE) this.folders++;
    view.setUint32(4, bytes.length, true);
    for (const at of [8, 12, 16]) view.setUint32(at, TIME, true);
    view.setUint16(26, 1, true);
    view.setUint32(28, count * (EXT_BLOCK_BYTES / 512), true);
    for (let i = 0; i < Math.min(12, count); i++) view.setUint32(40 + i * 4, first + i, true);
    if (bytes.length > 0) this.data.push({ offset: first * EXT_BLOCK_BYTES, bytes });
    this.nextBlock += count;
    if (count > 12) {
      const numbers = Uint32Array.from({ length: count - 12 }, (_, i) => first + 12 + i);
      view.setUint32(40 + 48, this.nextBlock, true);
      this.data.push({
        offset: this.nextBlock * EXT_BLOCK_BYTES,
        bytes: new Uint8Array(numbers.buffer),
      });
      this.nextBlock++;
    }
    if (this.nextBlock > BLOCKS) throw new Error('the volume is full');
    return number;
  }
}

/** The first `used` are taken, and what is behind the last. */
function bitmapOf(used: number, count: number): Uint8Array {
  const bytes = new Uint8Array(EXT_BLOCK_BYTES);
  for (let i = 0; i < EXT_BLOCK_BYTES * 8; i++)
    if (i < used || i >= count) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  return bytes;
}

/** No entry lies across two blocks; the last of each reaches to its end. */
function entryBytes(own: number, parent: number, entries: readonly ExtEntry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  let block = new Uint8Array(EXT_BLOCK_BYTES);
  let [at, last] = [0, 0];
  const close = () => {
    new DataView(block.buffer).setUint16(last + 4, EXT_BLOCK_BYTES - last, true);
    blocks.push(block);
  };
  const dots: ExtEntry[] = [
    { name: '.', inode: own, isFolder: true },
    { name: '..', inode: parent, isFolder: true },
  ];
  for (const { name, inode, isFolder, isLink } of [...dots, ...entries]) {
    const bytes = new TextEncoder().encode(name);
    const length = Math.ceil((8 + bytes.length) / 4) * 4;
    if (at + length > EXT_BLOCK_BYTES) {
      close();
      block = new Uint8Array(EXT_BLOCK_BYTES);
      at = 0;
    }
    const view = new DataView(block.buffer);
    view.setUint32(at, inode, true);
    view.setUint16(at + 4, length, true);
    view.setUint8(at + 6, bytes.length);
    view.setUint8(at + 7, isFolder ? 2 : isLink ? 7 : 1);
    block.set(bytes, at + 8);
    last = at;
    at += length;
  }
  close();
  const all = new Uint8Array(blocks.length * EXT_BLOCK_BYTES);
  for (const [i, each] of blocks.entries()) all.set(each, i * EXT_BLOCK_BYTES);
  return all;
}
