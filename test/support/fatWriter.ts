/** Writes small FAT16 volumes, sound and not: every entry and every cluster number is the caller's. */
import type { Piece } from './volumeChain.ts';

const SECTOR = 512;
export const FAT_CLUSTER_BYTES = 4096;
const CLUSTERS = 8000;
const FAT_SECTORS = 32;
const ROOT_ENTRIES = 512;
const ROOT_AT = (1 + 2 * FAT_SECTORS) * SECTOR;
const DATA_AT = ROOT_AT + ROOT_ENTRIES * 32;
export const FAT_SIZE_BYTES = DATA_AT + CLUSTERS * FAT_CLUSTER_BYTES;
export const FAT_END = 0xffff;

export interface FatEntry {
  readonly name: string;
  readonly isFolder?: boolean;
  readonly cluster: number;
  readonly sizeBytes?: number;
}

export class FatVolume {
  readonly boot = new Uint8Array(SECTOR);
  /** By cluster; 0 = free. */
  readonly fat = new Uint16Array(CLUSTERS + 2);
  private readonly data: Piece[] = [];
  private nextCluster = 2;

  constructor() {
    const view = new DataView(this.boot.buffer);
    this.boot.set([0xeb, 0x3c, 0x90, ...new TextEncoder().encode('MSDOS5.0')]);
    view.setUint16(11, SECTOR, true);
    view.setUint8(13, FAT_CLUSTER_BYTES / SECTOR);
    view.setUint16(14, 1, true);
    view.setUint8(16, 2);
    view.setUint16(17, ROOT_ENTRIES, true);
    view.setUint8(21, 0xf8);
    view.setUint16(22, FAT_SECTORS, true);
    view.setUint16(24, 63, true);
    view.setUint16(26, 255, true);
    view.setUint32(32, FAT_SIZE_BYTES / SECTOR, true);
    view.setUint8(36, 0x80);
    view.setUint8(38, 0x29);
    view.setUint32(39, 0x1234_5678, true);
    this.boot.set(new TextEncoder().encode('HOSTILE    FAT16   '), 43);
    view.setUint16(510, 0xaa55, true);
    this.fat[0] = 0xfff8;
    this.fat[1] = FAT_END;
  }

  /** Clusters in a row that hold `bytes`; the first's number. */
  put(bytes: Uint8Array): number {
    const first = this.nextCluster;
    const count = Math.max(1, Math.ceil(bytes.length / FAT_CLUSTER_BYTES));
    for (let i = 0; i < count; i++) this.fat[first + i] = i + 1 < count ? first + i + 1 : FAT_END;
    this.data.push({ offset: DATA_AT + (first - 2) * FAT_CLUSTER_BYTES, bytes });
    this.nextCluster += count;
    return first;
  }

  pieces(root: readonly FatEntry[]): Piece[] {
    const fat = new Uint8Array(FAT_SECTORS * SECTOR);
    const view = new DataView(fat.buffer);
    for (const [i, value] of this.fat.entries()) view.setUint16(i * 2, value, true);
    return [
      { offset: 0, bytes: this.boot },
      { offset: SECTOR, bytes: fat },
      { offset: (1 + FAT_SECTORS) * SECTOR, bytes: fat },
      { offset: ROOT_AT, bytes: folderBytes(root) },
      ...this.data,
    ];
  }
}

/** Each with its long name before it. */
export function folderBytes(entries: readonly FatEntry[]): Uint8Array {
  return new Uint8Array(
    entries.flatMap((entry, i) => [...longNames(entry.name, i), ...shortEntry(entry, i)]),
  );
}

/** `FILE0001.TXT`-like, ASCII, other for every number. */
function shortName(number: number): string {
  return `F${number.toString(36).toUpperCase().padStart(7, '0')}BIN`;
}

function shortEntry({ isFolder = false, cluster, sizeBytes = 0 }: FatEntry, number: number): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(shortName(number)));
  view.setUint8(11, isFolder ? 0x10 : 0x20);
  for (const at of [16, 24]) view.setUint16(at, (44 << 9) | (1 << 5) | 15, true);
  view.setUint16(26, cluster, true);
  view.setUint32(28, sizeBytes, true);
  return bytes;
}

/** Last part first, 13 letters each. */
function longNames(name: string, number: number): number[] {
  let sum = 0;
  for (const byte of new TextEncoder().encode(shortName(number)))
    sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  const parts = Math.ceil(name.length / 13);
  const all: number[] = [];
  for (let part = parts; part > 0; part--) {
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    bytes[0] = part | (part === parts ? 0x40 : 0);
    bytes[11] = 0x0f;
    bytes[13] = sum;
    for (const [i, at] of [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].entries()) {
      const place = (part - 1) * 13 + i;
      const code = place < name.length ? name.charCodeAt(place) : place === name.length ? 0 : 0xffff;
      view.setUint16(at, code, true);
    }
    all.push(...bytes);
  }
  return all;
}
