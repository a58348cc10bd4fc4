/** The change that points a differencing disk at the file which its parent was merged into: its link, and nothing else. */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { clues } from '../chain/findParent.ts';
import { parentPathsFor } from '../chain/parentPaths.ts';
import { fileNameKey, nameOf, parseStoredPath, pilePathParts } from '../chain/windowsPath.ts';
import { Draft, StructureDraft } from '../check/repair/draft.ts';
import { FreeSpace } from '../check/repair/freeSpace.ts';
import { type HeaderDraft, writeHeader } from '../check/repair/header.ts';
import { draftParentLink, requireDifferencing } from '../check/repair/parentLink.ts';
import { patchOf } from '../check/repair/patchOf.ts';
import { structureRanges } from '../check/repair/structureRanges.ts';
import { readTable } from '../check/repair/table.ts';
import type { DiskImage, ParentReference } from '../formats/diskImage.ts';
import type { ByteRange } from '../formats/fileWindow.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import { FOOTER_NAME } from '../formats/vhd/chooseFooter.ts';
import type { CreateParent } from '../formats/vhd/create.ts';
import {
  type DynamicDiskHeader,
  HEADER_BYTES,
  headerChecksum,
  headerStruct,
  locatorOffset,
  locatorsOf,
} from '../formats/vhd/dynamicDiskHeader.ts';
import type { Patch } from '../storage/patch.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { linkTangled } from './journalErrors.ts';

/** Names are those of the pile: folders and name, `/` between. */
export interface NewLink {
  readonly child: string;
  /** What the parent was until now. */
  readonly old: string;
  readonly survivor: string;
  /** The survivor's own time stamp. */
  readonly modified: Date | null;
}

/**
 * Sets the name, the time stamp and the paths of the parent; its id stays, for the survivor has taken it. A path for which
 * the file has no room is left out: the file does not grow. Without changes where the link is right already. Throws
 * 'bad-request' for what is no differencing VHD, 'corrupt' where its structures share bytes.
 */
export async function relinkPatch(file: RandomAccessFile, link: NewLink): Promise<Patch> {
  const opened = await openImage(file);
  const image = isDiskImage(opened) ? opened : null;
  requireDifferencing(image, file.name);
  const found = must(
    image.structures.find(({ name }) => name === headerStruct.name),
    'a differencing disk has a header',
  );
  const bytes = new Uint8Array(HEADER_BYTES);
  await file.read(found.offset, bytes);
  const room = await roomOf(image, headerStruct.parse(bytes));
  for (const parent of parentsOf(image, headerStruct.parse(bytes), link)) {
    const header: HeaderDraft = {
      wanted: new StructureDraft(headerStruct, withRoomReused(bytes, parent)),
      offset: found.offset,
      owner: null,
      isDoubtful: false,
    };
    const draft = new Draft(file);
    const space = new FreeSpace(file, room.taken, room.end, file.sizeBytes);
    await draftParentLink(draft, header, parent, space);
    if (space.appender !== null) continue;
    await writeLink(draft, header, bytes);
    const { sizeBefore, sizeAfter } = draft;
    const steps = draft.finished();
    return patchOf({ file: file.name, sizeBefore, sizeAfter, steps, choices: [], left: [] });
  }
  throw new Error('a link without paths needs no room');
}

/** Kinds of locators that are not written any more, those that are likeliest to have held a relative path first. */
const REUSED = ['Wi2r', 'MacX', 'Wi2k', 'W2ku'];

/** The header, with the room of a path that goes given to the relative path, where that has none. */
function withRoomReused(bytes: Uint8Array, { relativePath, absolutePath }: CreateParent): Uint8Array {
  const reused = bytes.slice();
  const codes = locatorsOf(headerStruct.parse(bytes)).map(({ platformCode }) => platformCode);
  if (relativePath === undefined || codes.includes('W2ru')) return reused;
  const kind = REUSED.find(
    (code) => codes.includes(code) && !(code === 'W2ku' && absolutePath !== undefined),
  );
  const at = kind === undefined ? -1 : locatorOffset(0, codes.indexOf(kind));
  if (at >= 0) reused.set(new TextEncoder().encode('W2ru'), at);
  return reused;
}

/** A header whose checksum is wrong keeps the wrong one: what else is wrong in it must not be hidden. */
async function writeLink(draft: Draft, header: HeaderDraft, before: Uint8Array): Promise<void> {
  const { wanted } = header;
  const step = wanted.lastEditor;
  if (headerStruct.parse(before).checksum === headerChecksum(before)) await writeHeader(draft, header);
  else if (step)
    await draft.writeStructure(headerStruct, wanted.bytes, headerStruct.name, header.offset, () => step);
}

/** What may not be written over, and where the blocks begin. */
async function roomOf(
  image: DiskImage,
  { maxTableEntries }: DynamicDiskHeader,
): Promise<{ taken: readonly ByteRange[]; end: number }> {
  const { file, structures, tables } = image;
  const footer = structures.find(({ name }) => name === FOOTER_NAME);
  const footerOffset = footer?.offset ?? file.sizeBytes;
  const blocks = must(tables.kind === 'vhd-blocks' ? tables : null, 'a differencing disk has blocks');
  const { places } = await readTable(image, blocks, footerOffset);
  const end = Math.min(footerOffset, (places.sectors[0] ?? Number.POSITIVE_INFINITY) * SECTOR_BYTES);
  const { taken, isTangled } = await structureRanges(image, blocks, maxTableEntries, end, true);
  if (isTangled) throw linkTangled(file.name);
  return { taken, end };
}

/** What the child is to say, best first: which of them it has room for is found by trying. */
function parentsOf(image: DiskImage, header: DynamicDiskHeader, link: NewLink): CreateParent[] {
  const reference = must(image.parent, 'a differencing disk names a parent');
  const folder = windowsFolderOf(reference, link);
  const { absolutePath, relativePath } = parentPathsFor(link.child, link.survivor, folder);
  const ownName = pilePathParts(link.survivor).at(-1) ?? link.survivor;
  const name = /[\\/]/.test(reference.name) ? (absolutePath ?? ownName) : ownName;
  const had = (code: string) => locatorsOf(header).some(({ platformCode }) => platformCode === code);
  const absolute = had('W2ku') && absolutePath !== null ? { absolutePath } : {};
  const relative = relativePath === null ? {} : { relativePath };
  const same = { id: header.parentUniqueId, name, modified: link.modified };
  const one = had('W2ru') ? [relative, absolute] : [absolute, relative];
  return [{ ...absolute, ...relative }, ...one, {}].map((paths) => ({ ...same, ...paths }));
}

/**
 * The survivor's folder as Windows names it. Known where it lies beside the old parent and the child gives that one's whole
 * path; else null, since a wrong path is worse than none.
 */
function windowsFolderOf(reference: ParentReference, { old, survivor }: NewLink): string | null {
  const from = pilePathParts(old).map(fileNameKey);
  const to = pilePathParts(survivor).map(fileNameKey);
  if (from.slice(0, -1).join('/') !== to.slice(0, -1).join('/')) return null;
  const key = (path: string) => fileNameKey(nameOf(path));
  // Where the link was rewritten before, its paths end in the survivor's name: all of them, or it was not this.
  const isDone = clues(reference).every((path) => key(path) === to.at(-1));
  const wanted = isDone ? to.at(-1) : from.at(-1);
  const { name, paths } = reference;
  const whole = [...paths.filter(({ platform }) => platform === 'W2ku').map(({ path }) => path), name];
  const found = whole.find((path) => parseStoredPath(path).root !== '' && key(path) === wanted);
  return found?.replace(/[\\/][^\\/]*$/, '') ?? null;
}
