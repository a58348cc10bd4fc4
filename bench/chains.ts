/** Chains for the figures: made in private storage, or opened from files that were given. */
import { must } from '../src/base/assert.ts';
import type { DiskChain } from '../src/chain/diskChain.ts';
import { openChain } from '../src/chain/openChain.ts';
import type { DiskCore } from '../src/core/core.ts';
import { loadCore } from '../src/core/loadCore.ts';
import type { DiskImage } from '../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../src/formats/openImage.ts';
import { BlobFile } from '../src/storage/blobFile.ts';
import { OpfsFolder } from '../src/storage/opfsFolder.ts';
import type { RandomAccessFile } from '../src/storage/randomAccessFile.ts';
import { type ChainShape, makeChain } from './makeChain.ts';

const core = loadCore();

/** A chain in a folder of private storage of its own; layer 0 first. */
export interface PrivateChain {
  readonly folder: OpfsFolder;
  readonly folderName: string;
  readonly names: readonly string[];
}

export async function makePrivateChain(folderName: string, shape: ChainShape): Promise<PrivateChain> {
  const folder = await OpfsFolder.open(folderName);
  return { folder, folderName, names: await makeChain(folder, shape) };
}

export async function removePrivateChain({ folderName }: PrivateChain): Promise<void> {
  await (await navigator.storage.getDirectory()).removeEntry(folderName, { recursive: true });
}

/** The files of a chain from `leaf` (0 = the newest) on. */
export function openFiles({ folder, names }: PrivateChain, leaf = 0): Promise<RandomAccessFile[]> {
  return Promise.all(names.slice(leaf).map((name) => folder.open(name, 'read-only')));
}

/** Picked files `d0.vhd` to `dN.vhd` as layers: the newest first. */
export function openPicked(files: readonly File[]): RandomAccessFile[] {
  const number = ({ name }: File) => Number(/\d+/.exec(name)?.[0] ?? 0);
  return [...files].sort((a, b) => number(b) - number(a)).map((file) => new BlobFile(file.name, file));
}

export async function openImages(files: readonly RandomAccessFile[]): Promise<DiskImage[]> {
  const images: DiskImage[] = [];
  for (const file of files) {
    const image = await openImage(file);
    if (!isDiskImage(image)) throw new Error(`${file.name} is not a disk`);
    images.push(image);
  }
  return images;
}

export async function openDisk(
  files: readonly RandomAccessFile[],
  stagingBytes?: number,
): Promise<DiskChain> {
  const images = await openImages(files);
  return openChain(await core, images, { complete: true, ...(stagingBytes ? { stagingBytes } : {}) });
}

/** The core behind a disk: lookups alone are timed there. */
export function coreOf(disk: DiskChain): DiskCore {
  // biome-ignore lint/complexity/useLiteralKeys: the field is private, and stays so for all but this.
  return disk['core'];
}

export async function closeFiles(files: readonly RandomAccessFile[]): Promise<void> {
  for (const file of files) await file.close();
}

/** The browser's own handles of the same files: reading without any code of ours. */
export async function rawHandles({ folderName, names }: PrivateChain): Promise<FileSystemSyncAccessHandle[]> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(folderName);
  const handles: FileSystemSyncAccessHandle[] = [];
  for (const name of names) {
    const file = await folder.getFileHandle(name);
    handles.push(await file.createSyncAccessHandle({ mode: 'read-only' }));
  }
  return handles;
}

export function closeHandles(handles: readonly FileSystemSyncAccessHandle[]): void {
  for (const handle of handles) handle.close();
}

/** One read of a file into its place. */
export interface RawRead {
  readonly handle: FileSystemSyncAccessHandle;
  readonly target: Uint8Array;
  readonly at: { readonly at: number };
}

/** The reads that answer a range, ready to be made; what no file holds is zeroed already. */
export async function rawReads(
  disk: DiskChain,
  handles: readonly FileSystemSyncAccessHandle[],
  firstSector: number,
  target: Uint8Array,
): Promise<RawRead[]> {
  const reads: RawRead[] = [];
  for (const extent of await disk.extents(firstSector, target.length / 512)) {
    const start = (extent.firstSector - firstSector) * 512;
    const part = target.subarray(start, start + extent.sectorCount * 512);
    if (extent.kind !== 'data') part.fill(0);
    else
      reads.push({
        handle: must(handles[extent.layer], 'a handle'),
        target: part,
        at: { at: extent.fileOffset },
      });
  }
  return reads;
}

export function makeReads(reads: readonly RawRead[]): void {
  for (const { handle, target, at } of reads) handle.read(target, at);
}
