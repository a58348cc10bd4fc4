/** Where the footer at the end goes, and how long the file becomes by it. */
import { must } from '../../base/assert.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { FileWindow } from '../../formats/fileWindow.ts';
import { endFooterOffset } from '../../formats/vhd/create.ts';
import { FOOTER_BYTES, footerChecksum } from '../../formats/vhd/footer.ts';
import type { Draft, StepDraft } from './draft.ts';
import { type FooterDraft, isFixed, takesCopy } from './footers.ts';
import { cutBehind, findStray, isSameDisk } from './strayFooter.ts';

export interface Contents {
  /** End of the last sector of the disk, or of a structure. */
  readonly usedEnd: number;
  /** The same, where the last block is given its whole room. */
  readonly fullEnd: number;
  /** Whose work the footer's new place is where the contents reach over its old one. */
  readonly mover: StepDraft | null;
}

export interface EndPlace {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Behind the contents; where it is, or was, as far as they leave room there. */
export async function endPlaceOf(
  draft: Draft,
  window: FileWindow,
  footers: FooterDraft,
  contents: Contents,
): Promise<EndPlace> {
  const { end } = footers;
  const { usedEnd, fullEnd, mover } = contents;
  if (end && (end.offset >= usedEnd || !mover)) return end;
  if (end) {
    footers.endOwner = mover;
    return behind(fullEnd);
  }
  const wanted = footers.wanted.values();
  footers.stray ??= isFixed(footers)
    ? null
    : await findStray(window, usedEnd, (found) => isSameDisk(found, wanted));
  const { stray } = footers;
  if (stray && stray.offset >= usedEnd) {
    const isNew = footers.endOwner?.rule !== 'trailing-data';
    if (isNew) footers.endOwner = cutBehind(draft, window, stray);
    return stray;
  }
  const lastSector = (Math.ceil(window.sizeBytes / SECTOR_BYTES) - 1) * SECTOR_BYTES;
  return lastSector >= fullEnd ? { offset: lastSector, lengthBytes: FOOTER_BYTES } : behind(fullEnd);
}

function behind(contentsEnd: number): EndPlace {
  return { offset: endFooterOffset(contentsEnd), lengthBytes: FOOTER_BYTES };
}

/** Writes both footers, field by field, and settles the size of the file. `place` null = the end stays as it is. */
export async function writeFooters(
  draft: Draft,
  footers: FooterDraft,
  place: EndPlace | null,
): Promise<void> {
  const { wanted, endOwner, copyOwner } = footers;
  if (wanted.lastEditor) wanted.set('checksum', footerChecksum(wanted.bytes), wanted.lastEditor);
  const ownerOf = (placeOwner: StepDraft | null) => (field: Parameters<typeof wanted.ownerOf>[0]) => {
    return must(
      wanted.ownerOf(field) ?? placeOwner ?? wanted.lastEditor,
      `a step sets the footer’s ${field}`,
    );
  };
  if (takesCopy(footers) && footers.frozen === null && (copyOwner ?? wanted.lastEditor)) {
    await draft.writeStructure(wanted.struct, wanted.bytes, 'Footer copy', 0, ownerOf(copyOwner));
  }
  if (place === null || !(endOwner ?? wanted.lastEditor)) return;
  const bytes = wanted.bytes.subarray(0, place.lengthBytes);
  await draft.writeStructure(wanted.struct, bytes, 'Footer', place.offset, ownerOf(endOwner));
  draft.sizeAfter = place.offset + place.lengthBytes;
  if (draft.sizeAfter !== draft.sizeBefore && endOwner) endOwner.resizes = true;
}
