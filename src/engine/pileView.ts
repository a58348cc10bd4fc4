/** The pile as the page sees it: plain data, files in the order of their trees. */
import { SECTOR_BYTES } from '../base/units.ts';
import { ParentLocator } from '../chain/locateParent.ts';
import { isDiskImage } from '../formats/openImage.ts';
import type { FileId, FileView, OtherFileView, PileView } from './api.ts';
import type { ImageEntry, Pile, PileEntry, Trees } from './pile.ts';

export function pileView(pile: Pile, openMilliseconds: number): PileView {
  const trees = pile.trees();
  const idAt = (place: number): FileId => trees.entries[place]?.id ?? 0;
  const locator = new ParentLocator(trees.forest);
  return {
    files: trees.forest.order.flatMap((place) => {
      const entry = trees.entries[place];
      return entry ? [fileView(trees, locator, place, entry)] : [];
    }),
    others: pile.all.flatMap((entry) => (isDiskImage(entry.content) ? [] : [otherView(entry)])),
    leaves: trees.forest.leaves.map(idAt),
    failures: pile.failures,
    openMilliseconds,
  };
}

function fileView(trees: Trees, locator: ParentLocator, place: number, entry: ImageEntry): FileView {
  const { content: image } = entry;
  const link = trees.forest.links[place];
  const idAt = (other: number): FileId => trees.entries[other]?.id ?? 0;
  const lost = link?.state === 'orphan' || link?.state === 'ambiguous' || link?.state === 'cycle';
  return {
    id: entry.id,
    name: image.file.name,
    path: entry.path,
    sizeBytes: image.file.sizeBytes,
    storage: entry.storage,
    format: image.format,
    type: image.type,
    virtualSizeBytes: image.virtualSizeBytes,
    blockSizeBytes: image.blockSizeBytes,
    rawId: image.id,
    idText: image.idText,
    maker: image.maker,
    modifiedMs: image.modified?.getTime() ?? null,
    seeks: image.parent,
    parent: link?.parent == null ? null : idAt(link.parent),
    link: link?.state ?? 'whole',
    matches: link?.matches ?? true,
    candidates: lost ? locator.candidates(place).map((each) => ({ ...each, file: idAt(each.file) })) : [],
    children: link?.children.map(idAt) ?? [],
    duplicates: link?.sameId.filter((other) => other !== place).map(idAt) ?? [],
    findings: [...image.findings, ...(link?.findings ?? [])],
    blocks: entry.blocks,
  };
}

function otherView({ id, path, storage, content }: PileEntry): OtherFileView {
  const { file, format, findings } = content;
  return {
    id,
    name: file.name,
    path,
    sizeBytes: file.sizeBytes,
    storage,
    format,
    findings,
    canBeRaw: format === 'unknown' && file.sizeBytes >= SECTOR_BYTES,
  };
}
