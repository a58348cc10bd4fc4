/** The footers of a file: whole ones, and those that only lack fields with one legal value. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { FileWindow } from '../../formats/fileWindow.ts';
import { chooseFooter } from '../../formats/vhd/chooseFooter.ts';
import { MAX_DISK_BYTES } from '../../formats/vhd/diskSize.ts';
import { NO_OFFSET } from '../../formats/vhd/fieldTypes.ts';
import {
  checksumHolds,
  FILE_FORMAT_VERSION,
  FOOTER_BYTES,
  FOOTER_COOKIE,
  type Footer,
  type FoundFooter,
  imageTypeOf,
} from '../../formats/vhd/footer.ts';
import { type Recovered, recoverFooter } from './recoverConstants.ts';

export interface FooterCandidate {
  readonly place: 'end' | 'copy';
  readonly offset: number;
  /** 512, or 511 as before Virtual PC 2004. */
  readonly lengthBytes: number;
  /** null where there is no cookie. */
  readonly found: FoundFooter | null;
  /** Where its own checksum proves which fields are wrong. */
  readonly recovered: Recovered<Footer> | null;
}

/** null for a place that holds nothing of a footer. */
export interface FooterCandidates {
  readonly end: FooterCandidate | null;
  readonly copy: FooterCandidate | null;
}

export function footerCandidates(window: FileWindow): FooterCandidates {
  const chosen = chooseFooter(window);
  const founds = chosen ? [chosen.chosen, chosen.other] : [];
  const end = founds.find((found) => found?.offset === chosen?.endOffset) ?? null;
  const copy = founds.find((found) => found && found !== end) ?? null;
  const isFixed = chosen !== null && imageTypeOf(chosen.chosen.footer.diskType) === 'fixed';
  const endOffset = end?.offset ?? window.sizeBytes - FOOTER_BYTES;
  // A file of less than two footers has room for one: what was found goes before what could be made of its bytes.
  const isShort = endOffset < FOOTER_BYTES;
  return {
    end: isShort && copy ? null : candidate(window, 'end', end, endOffset),
    // What a fixed disk begins with is the guest's own.
    copy: isFixed || (isShort && !copy) ? null : candidate(window, 'copy', copy, 0),
  };
}

function candidate(
  window: FileWindow,
  place: FooterCandidate['place'],
  found: FoundFooter | null,
  offset: number,
): FooterCandidate | null {
  const bytes = found?.bytes ?? window.peek(offset, FOOTER_BYTES);
  if (!bytes) return null;
  const recovered = recoverFooter(bytes);
  if (!found && !recovered) return null;
  const where = found ?? { offset, lengthBytes: FOOTER_BYTES };
  return { place, offset: where.offset, lengthBytes: where.lengthBytes, found, recovered };
}

/** True where the bytes in the file are a footer that holds. */
export function isWhole(candidate: FooterCandidate | null): boolean {
  return candidate?.found != null && checksumHolds(candidate.found);
}

/** Why a footer with a wrong checksum is not taken for whole but for one byte; null where nothing speaks against it. */
export function footerProblem(footer: Footer): string | null {
  if (footer.cookie !== FOOTER_COOKIE) return 'its cookie is not “conectix”';
  if (footer.fileFormatVersion !== FILE_FORMAT_VERSION) return 'its format version is not 1.0';
  const type = imageTypeOf(footer.diskType);
  if (type === null) return 'it names no type of disk';
  if (footer.currentSize < BigInt(SECTOR_BYTES)) return 'its size is less than a sector';
  if (footer.currentSize > BigInt(MAX_DISK_BYTES)) return 'its size is more than a VHD can hold';
  if (type !== 'fixed' && footer.dataOffset === NO_OFFSET) return 'it points at no header';
  return null;
}
