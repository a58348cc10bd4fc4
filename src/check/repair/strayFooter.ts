/** A footer that is not at the end of its file: something was appended, or the file was written on. */
import { grouped } from '../../base/units.ts';
import type { FileWindow } from '../../formats/fileWindow.ts';
import type { FoundFooter } from '../../formats/vhd/footer.ts';
import { firstFooterIn, lastFooterIn } from '../../formats/vhd/searchFooter.ts';
import { SEARCH_BACK_BYTES, SEARCH_FORWARD_BYTES } from '../trailingData.ts';
import type { Draft, StepDraft } from './draft.ts';

/** Whole, at or behind `usedEnd` (where a footer in front of it is an old one), and taken by `admit`. */
export async function findStray(
  window: FileWindow,
  usedEnd: number,
  admit: (found: FoundFooter) => boolean,
): Promise<FoundFooter | null> {
  const { sizeBytes } = window;
  const from = Math.max(usedEnd, sizeBytes - SEARCH_BACK_BYTES);
  const last = await lastFooterIn(window, from, sizeBytes, admit);
  if (last || usedEnd === 0 || usedEnd >= from) return last;
  return firstFooterIn(window, usedEnd, Math.min(from, usedEnd + SEARCH_FORWARD_BYTES), admit);
}

/** True where both are of the same disk, and neither of a disk that lies inside this one. */
export function isSameDisk({ footer: one }: FoundFooter, other: FoundFooter['footer']): boolean {
  const isSameId = one.uniqueId.every((byte, i) => byte === other.uniqueId[i]);
  return isSameId && one.diskType === other.diskType && one.dataOffset === other.dataOffset;
}

/** The step that lets the file end with this footer. */
export function cutBehind(draft: Draft, window: FileWindow, stray: FoundFooter): StepDraft {
  const behind = window.sizeBytes - stray.offset - stray.lengthBytes;
  const step = draft.step(
    'trailing-data',
    `Cut off the ${grouped(behind)} bytes behind the footer`,
    'A whole footer stands behind the last block, and a VHD ends with its footer. No block lies in what follows it.',
    ['footer-missing', 'footer-lost'],
  );
  step.resizes = true;
  return step;
}
