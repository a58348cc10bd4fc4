/** Looks into chains of VHD files in memory as the program does: the volumes of each point, their files, sizes, times, hashes. */
import { loadCore } from '../../src/core/loadCoreNode.ts';
import { ChainFiles } from '../../src/filesystems/chainFiles.ts';
import { wasmContentHasher } from '../../src/filesystems/contentHasher.ts';
import type { ReadItem, VolumeListing } from '../../src/filesystems/fileSystem.ts';
import { Listing } from '../../src/filesystems/listing.ts';
import { fileSystemsWith } from '../../src/filesystems/openFileSystem.ts';
import { loadSevenZipNode } from '../../src/filesystems/sevenZip/loadSevenZipNode.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import type { TrueFile } from './historyFixtures.ts';
import { opened } from './opened.ts';

/** `files` leaf first. */
export async function chainFilesOf(
  files: readonly { readonly file: RandomAccessFile }[],
): Promise<ChainFiles> {
  const images = [];
  for (const { file } of files) images.push(await opened(file));
  return new ChainFiles(images, true, {
    loadCore,
    openFileSystem: fileSystemsWith(loadSevenZipNode),
    createHasher: wasmContentHasher,
  });
}

export interface FoundVolume {
  readonly listed: VolumeListing;
  readonly listing: Listing;
  /** Without what makers put there themselves. */
  readonly files: ReadonlyMap<string, Omit<TrueFile, 'sha256'>>;
  readonly folders: ReadonlySet<string>;
  readonly links: ReadonlyMap<string, string>;
  /** What to ask for to read every file of `files`. */
  readonly items: readonly ReadItem[];
}

const MAKERS_OWN = /^(\$|\[SYSTEM\]|lost\+found|System Volume Information)/;

export function foundIn(listed: VolumeListing): FoundVolume {
  const listing = new Listing(listed.listing);
  const files = new Map<string, Omit<TrueFile, 'sha256'>>();
  const folders = new Set<string>();
  const links = new Map<string, string>();
  const items: ReadItem[] = [];
  for (let entry = 1; entry < listing.count; entry++) {
    const path = listing.path(entry);
    if (MAKERS_OWN.test(path)) continue;
    const kind = listing.kind(entry);
    if (kind === 'folder') folders.add(path);
    if (kind === 'link') links.set(path, listed.listing.linkTargets.get(entry) ?? '');
    if (kind !== 'file') continue;
    const sizeBytes = listing.sizeBytes(entry);
    files.set(path, { sizeBytes, modifiedMs: listing.modifiedMs(entry) });
    items.push({ entry, path, sizeBytes });
  }
  return { listed, listing, files, folders, links, items };
}

export const HASH_ONLY = { headBytes: 0, hash: true, runs: false } as const;
