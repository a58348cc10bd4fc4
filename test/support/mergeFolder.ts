/** Chains in a folder, as a merge finds them, and what is left of them as the disk that they make. */
import { openChain } from '../../src/chain/openChain.ts';
import { checkFile } from '../../src/check/checkFile.ts';
import { nodeHasher } from '../../src/cli/nodeHasher.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { DiskImage } from '../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { openRaw } from '../../src/formats/raw/open.ts';
import { pendingMerges } from '../../src/merge/mergeJournal.ts';
import { removeUnbegun } from '../../src/merge/removeUnbegun.ts';
import { type MergeTools, resumeMerge } from '../../src/merge/runMerge.ts';
import type { ChildOf, Stretch } from '../../src/merge/stretch.ts';
import type { DiskFolder } from '../../src/storage/diskFolder.ts';
import { MemoryFolder } from '../../src/storage/memoryFolder.ts';
import { finishPatch, unfinishedPatches } from '../../src/storage/patchJournal.ts';

interface Contents {
  readonly name: string;
  bytes(): Uint8Array;
}

export function folderOf(files: readonly Contents[]): MemoryFolder {
  const folder = new MemoryFolder();
  for (const file of files) folder.put(file.name, file.bytes());
  return folder;
}

export async function imageIn(folder: DiskFolder, name: string): Promise<DiskImage> {
  const file = await folder.open(name, 'read-only');
  const image = await openImage(file);
  if (isDiskImage(image)) return image;
  const raw = image.format === 'unknown' ? await openRaw(file) : image;
  if (isDiskImage(raw)) return raw;
  throw new Error(`${name} is refused: ${image.findings.map(({ message }) => message).join(' ')}`);
}

/** `names` newest first, as far down as the chain goes. */
export async function stretchIn(
  folder: DiskFolder,
  names: readonly string[],
  first: number,
  last: number,
  children: readonly ChildOf[] = [],
): Promise<Stretch> {
  const images: DiskImage[] = [];
  for (const name of names) images.push(await imageIn(folder, name));
  const above = names[first - 1];
  const image = images[first - 1];
  const next = above !== undefined && image ? [{ name: above, image, of: first }] : [];
  return { images, names, complete: true, first, last, children: [...next, ...children] };
}

/** The whole disk as seen from the first of `names`. */
export async function diskIn(
  module: CoreModule,
  folder: DiskFolder,
  names: readonly string[],
): Promise<Uint8Array> {
  const images: DiskImage[] = [];
  for (const name of names) images.push(await imageIn(folder, name));
  const disk = await openChain(module, images, { complete: true, stagingBytes: 2 ** 20 });
  const bytes = new Uint8Array(disk.sectorCount * 512);
  await disk.read(0, bytes);
  return bytes;
}

/** Rules of everything that a check finds, notes left out. */
export async function checkIn(module: CoreModule, folder: DiskFolder, name: string): Promise<string[]> {
  const image = await imageIn(folder, name);
  const { findings } = await checkFile(image, { module, now: new Date('2026-01-01') });
  return findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule);
}

export function mergeTools(module: CoreModule, more: Partial<MergeTools> = {}): MergeTools {
  return { module, createHasher: async () => nodeHasher(), prove: true, ...more };
}

/** What a start after a power cut does with everything that waits. Returns what it found, by journal and phase. */
export async function recoverIn(folder: DiskFolder, tools: MergeTools): Promise<string[]> {
  for (const { undoName } of await unfinishedPatches(folder)) await finishPatch(folder, undoName);
  const found: string[] = [];
  for (const { name, head, state, problem } of await pendingMerges(folder)) {
    if (problem) throw new Error(problem.message);
    found.push(`${name} ${state?.phase ?? 'not begun'}`);
    if (head) await resumeMerge(folder, name, tools);
    else await removeUnbegun(folder, name);
  }
  return found;
}
