/** exFAT volumes built by hand, independent of the reader, and everything that a reader gives back. */
import { DiskError } from '../../src/base/errors.ts';
import type { DiskWindow } from '../../src/filesystems/diskWindow.ts';
import type { ContentEnd, FileSystem } from '../../src/filesystems/fileSystem.ts';
import type { Listing } from '../../src/filesystems/listing.ts';
import { MemoryBytes } from '../../src/storage/memoryFile.ts';

/** Offsets in [from, to) throw 'parent-missing'. */
interface Missing {
  readonly from: number;
  readonly to: number;
}

export class MemoryWindow implements DiskWindow {
  readonly missing: Missing[] = [];
  readBytes = 0;

  constructor(
    readonly content: MemoryBytes,
    readonly sizeBytes = content.sizeBytes,
  ) {}

  static of(bytes: Uint8Array): MemoryWindow {
    const content = new MemoryBytes();
    content.write(0, bytes);
    return new MemoryWindow(content);
  }

  readNow(offset: number, target: Uint8Array): void {
    const end = offset + target.length;
    if (!Number.isInteger(offset) || offset < 0 || end > this.sizeBytes)
      throw new DiskError({ code: 'bad-request', message: `Bytes ${offset} to ${end} lie past the end.` });
    if (this.missing.some(({ from, to }) => offset < to && end > from))
      throw new DiskError({ code: 'parent-missing', message: 'A file that is not here would answer.' });
    if (target.length > 2 ** 20) throw new Error(`${target.length} bytes at once`);
    this.readBytes += target.length;
    this.content.read(offset, target);
  }
}

export interface ReadBack {
  bytes: Uint8Array;
  end: ContentEnd;
}

/** Every file's bytes by entry; each piece is written over afterwards, as a reader may. */
export async function readAll(
  fileSystem: FileSystem,
  listing: Listing,
  most = 2 ** 26,
): Promise<Map<number, ReadBack>> {
  const items = [];
  for (let entry = 1; entry < listing.count; entry++)
    if (listing.kind(entry) === 'file')
      items.push({ entry, path: listing.path(entry), sizeBytes: listing.sizeBytes(entry) });
  const read = new Map<number, ReadBack>();
  let parts: { offset: number; bytes: Uint8Array }[] = [];
  let open = -1;
  await fileSystem.read(items, {
    begin(item) {
      if (open !== -1) throw new Error('begin inside a file');
      open = item.entry;
      parts = [];
    },
    write(item, offset, bytes) {
      const last = parts.at(-1);
      if (item.entry !== open || (last && offset < last.offset + last.bytes.length))
        throw new Error('out of order');
      parts.push({ offset, bytes: bytes.slice() });
      return true;
    },
    end(item, end) {
      if (item.entry !== open) throw new Error('end of another file');
      open = -1;
      if (end.sizeBytes > most) throw new Error(`${end.sizeBytes} bytes`);
      const bytes = new Uint8Array(end.sizeBytes);
      for (const part of parts) bytes.set(part.bytes, part.offset);
      read.set(item.entry, { bytes, end });
    },
  });
  return read;
}

export interface SetOptions {
  readonly name: string;
  readonly folder?: boolean;
  readonly attributes?: number;
  readonly first?: number;
  readonly size?: number | bigint;
  readonly valid?: number | bigint;
  readonly contiguous?: boolean;
  /** Added to the right checksum. */
  readonly checksumError?: number;
  /** [timestamp, hundredths, offset] of the last change. */
  readonly modified?: readonly [number, number, number];
}

/** File, stream and name entries. */
export function entrySet(options: SetOptions): Buffer {
  const size = BigInt(options.size ?? 0);
  const nameEntries = Math.ceil(options.name.length / 15);
  const set = Buffer.alloc((2 + nameEntries) * 32);
  set[0] = 0x85;
  set[1] = 1 + nameEntries;
  set.writeUInt16LE((options.attributes ?? 0x20) | (options.folder ? 0x10 : 0), 4);
  const [stamp, hundredths, offset] = options.modified ?? [0x5365_6000, 0, 0x80];
  set.writeUInt32LE(stamp, 12);
  set[21] = hundredths;
  set[23] = offset;
  set[32] = 0xc0;
  set[33] = options.contiguous ? 3 : 1;
  set[35] = options.name.length;
  set.writeBigUInt64LE(BigInt(options.valid ?? size), 40);
  set.writeUInt32LE(options.first ?? 0, 52);
  set.writeBigUInt64LE(size, 56);
  for (let i = 0; i < nameEntries; i++) {
    set[64 + i * 32] = 0xc1;
    set.write(options.name.slice(i * 15, i * 15 + 15), 66 + i * 32, 30, 'utf16le');
  }
  let sum = options.checksumError ?? 0;
  let right = 0;
  for (let i = 0; i < set.length; i++)
    if (i !== 2 && i !== 3) right = (((right << 15) | (right >> 1)) + (set[i] ?? 0)) & 0xffff;
  sum = (sum + right) & 0xffff;
  set.writeUInt16LE(sum, 2);
  return set;
}

export function labelEntry(label: string): Buffer {
  const entry = Buffer.alloc(32);
  entry[0] = 0x83;
  entry[1] = label.length;
  entry.write(label, 2, 'utf16le');
  return entry;
}

const TABLE_SECTOR = 32;

export class ExfatBuilder {
  readonly content = new MemoryBytes();
  readonly clusterBytes: number;
  readonly heapOffset: number;
  readonly root: number;
  private nextFree = 2;

  constructor(
    readonly clusterCount = 1000,
    clusterShift = 3,
    private readonly sectorShift = 9,
  ) {
    const sectorBytes = 2 ** sectorShift;
    this.clusterBytes = sectorBytes * 2 ** clusterShift;
    const tableSectors = Math.ceil(((clusterCount + 2) * 4) / sectorBytes);
    const heapSector = TABLE_SECTOR + tableSectors;
    this.heapOffset = heapSector * sectorBytes;
    this.content.truncate(this.heapOffset + clusterCount * this.clusterBytes);
    this.root = this.take(1);
    const boot = Buffer.alloc(12 * sectorBytes);
    boot.write('\xeb\x76\x90EXFAT   ', 'latin1');
    boot.writeBigUInt64LE(BigInt(this.content.sizeBytes / sectorBytes), 72);
    for (const [i, value] of [
      TABLE_SECTOR,
      tableSectors,
      heapSector,
      clusterCount,
      this.root,
      0x12345678,
    ].entries())
      boot.writeUInt32LE(value, 80 + i * 4);
    boot.writeUInt16LE(0x100, 104);
    boot.set([sectorShift, clusterShift, 1, 0x80, 0xff], 108);
    boot.writeUInt16LE(0xaa55, 510);
    let sum = 0;
    for (let i = 0; i < 11 * sectorBytes; i++)
      if (i !== 106 && i !== 107 && i !== 112) sum = (((sum << 31) | (sum >>> 1)) + (boot[i] ?? 0)) >>> 0;
    for (let at = 11 * sectorBytes; at < boot.length; at += 4) boot.writeUInt32LE(sum, at);
    this.content.write(0, boot);
    this.content.write(boot.length, boot);
    this.link(this.root, 0xffff_ffff);
  }

  get window(): MemoryWindow {
    return new MemoryWindow(this.content);
  }

  /** Clusters that follow one another; the first's number. */
  take(count: number): number {
    const first = this.nextFree;
    this.nextFree += count;
    return first;
  }

  link(cluster: number, next: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(next);
    this.content.write(TABLE_SECTOR * 2 ** this.sectorShift + cluster * 4, bytes);
  }

  chain(clusters: readonly number[]): void {
    for (const [i, cluster] of clusters.entries()) this.link(cluster, clusters[i + 1] ?? 0xffff_ffff);
  }

  offsetOf(cluster: number): number {
    return this.heapOffset + (cluster - 2) * this.clusterBytes;
  }

  write(cluster: number, bytes: Uint8Array): void {
    this.content.write(this.offsetOf(cluster), bytes);
  }

  /** Over these clusters, in this order. */
  writeOver(clusters: readonly number[], bytes: Uint8Array): void {
    for (const [i, cluster] of clusters.entries())
      this.write(cluster, bytes.subarray(i * this.clusterBytes, (i + 1) * this.clusterBytes));
  }

  /** A contiguous file; its entry set. */
  file(name: string, bytes: Uint8Array): Buffer {
    const first = this.take(Math.ceil(bytes.length / this.clusterBytes));
    this.write(first, bytes);
    return entrySet({ name, first, size: bytes.length, contiguous: true });
  }

  writeRoot(...entries: readonly Buffer[]): this {
    this.write(this.root, Buffer.concat(entries));
    return this;
  }
}
