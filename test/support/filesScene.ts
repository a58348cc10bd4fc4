/** An NTFS volume on the disk of a chain of three files, made in a page or in Node: what each point holds is known by contents. */
import { Prng } from '../../src/base/prng.ts';
import type { FilesSource } from '../../src/engine/filesSource.ts';
import type { ReadItem } from '../../src/filesystems/fileSystem.ts';
import type { ContentConsumer, FilesHost, VolumePlace } from '../../src/filesystems/filesHost.ts';
import { Listing } from '../../src/filesystems/listing.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { BlobFile } from '../../src/storage/blobFile.ts';
import type { MemoryFile } from '../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import { NTFS_ROOT, NtfsVolume } from './ntfsWriter.ts';
import { buildVolumeChain, type Piece } from './volumeChain.ts';

const MIB = 2 ** 20;
const CLUSTER = 4096;

export interface FilesScene {
  /** Leaf first. */
  readonly files: readonly MemoryFile[];
  /** Contents by path, one map for each point. */
  readonly contents: readonly ReadonlyMap<string, Uint8Array>[];
}

/** `largeMib`: size of one of its files, the other ones are small. */
export function filesScene(largeMib: number): FilesScene {
  const diskBytes = (largeMib + 24) * MIB;
  const ntfs = new NtfsVolume({ sizeBytes: diskBytes, records: 64, label: 'SCENE' });
  const now = new Map<string, Uint8Array>();
  const data: Piece[] = [];
  const clusters = new Map<string, number>();
  const put = (path: string, seed: number, sizeBytes: number) => {
    const bytes = new Uint8Array(sizeBytes);
    new Prng(seed).fillWords(bytes);
    now.set(path, bytes);
    const count = Math.ceil(sizeBytes / CLUSTER);
    const cluster = clusters.get(path) ?? ntfs.allocate(count);
    clusters.set(path, cluster);
    data.push({ offset: cluster * CLUSTER, bytes });
    return { sizeBytes, runs: [{ cluster, count }] };
  };
  const folder = ntfs.folder(NTFS_ROOT, 'folder', 1_700_000_000_000);
  const changing = ntfs.file(
    folder,
    'changing.bin',
    1_700_000_000_000,
    put('folder/changing.bin', 1, 200_000),
  );
  ntfs.file(NTFS_ROOT, 'large.bin', 1_700_000_001_000, put('large.bin', 2, largeMib * MIB - 77));
  ntfs.file(NTFS_ROOT, 'small.txt', 1_700_000_002_000, new TextEncoder().encode('hello'));
  now.set('small.txt', new TextEncoder().encode('hello'));
  const contents = [new Map(now)];
  const states = [[...ntfs.pieces(), ...data.splice(0)]];
  for (const seed of [11, 12]) {
    const change = put('folder/changing.bin', seed, 200_000);
    ntfs.rewriteFile(changing, folder, 'changing.bin', 1_700_000_000_000 + seed * 1000, change);
    states.push([...ntfs.pieces(), ...data.splice(0)]);
    contents.unshift(new Map(now));
  }
  return { files: buildVolumeChain({ diskBytes, states }).files.map(({ file }) => file), contents };
}

export function asBlob(file: MemoryFile): Blob {
  return new Blob([file.bytes() as Uint8Array<ArrayBuffer>]);
}

export function asBlobFile(file: MemoryFile): BlobFile {
  return new BlobFile(file.name, asBlob(file));
}

/** Leaf first; the chain is complete when the last one has no parent. */
export async function asFilesSource(files: readonly RandomAccessFile[]): Promise<FilesSource> {
  const images = await Promise.all(files.map(openImage));
  const disks = images.filter(isDiskImage);
  return { images: disks, complete: disks.at(-1)?.parent === null };
}

/** The one volume of a point, and its files. */
export async function lookInto(
  host: FilesHost,
  point: number,
): Promise<{ volume: VolumePlace; items: ReadItem[] }> {
  const [volume] = (await host.volumes(point)).volumes;
  if (!volume) throw new Error('no volume');
  const listing = new Listing((await host.list(point, volume)).listing);
  const items: ReadItem[] = [];
  for (let entry = 1; entry < listing.count; entry++) {
    const path = listing.path(entry);
    if (listing.kind(entry) !== 'file' || !/^(folder\/|large|small)/.test(path)) continue;
    items.push({ entry, path, sizeBytes: listing.sizeBytes(entry) });
  }
  return { volume, items };
}

/** What files come to, by path. */
export function keeping(onWrite: () => void | Promise<void> = () => undefined) {
  const found = new Map<string, Uint8Array>();
  const consumer: ContentConsumer = {
    begin: ({ path, sizeBytes }) => void found.set(path, new Uint8Array(sizeBytes)),
    async write({ path }, offset, bytes) {
      found.get(path)?.set(bytes, offset);
      await onWrite();
      return true;
    },
    end: () => undefined,
  };
  return { found, consumer };
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** False, or where they differ. */
export function differs(a: Uint8Array | undefined, b: Uint8Array): string | false {
  if (a?.length !== b.length) return `${a?.length} and ${b.length} bytes`;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return `at ${i}`;
  return false;
}
