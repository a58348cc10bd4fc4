/** Finds a footer that is not at the end of its file, because something was appended or the file was written on. */
import { latin1 } from '../../base/bytes.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { FileWindow } from '../fileWindow.ts';
import { roundUp } from './blockAllocationTable.ts';
import { HEADER_COOKIE } from './dynamicDiskHeader.ts';
import { checksumHolds, FOOTER_BYTES, type FoundFooter, findFooter, imageTypeOf } from './footer.ts';
import { geometryBytes } from './geometry.ts';

const PIECE_BYTES = 256 * 1024;

/**
 * The last footer with a right checksum that lies wholly in bytes `from` to `to` (exclusive) and that `admit` takes.
 * Footers stand behind whole sectors, so only multiples of 512 are looked at.
 */
export async function lastFooterIn(
  window: FileWindow,
  from: number,
  to: number,
  admit: (found: FoundFooter) => boolean,
): Promise<FoundFooter | null> {
  const lowest = roundUp(Math.max(0, from), SECTOR_BYTES);
  let end = Math.floor(to / SECTOR_BYTES) * SECTOR_BYTES;
  while (end > lowest) {
    const start = Math.max(lowest, end - PIECE_BYTES);
    const [bytes] = await window.read([{ offset: start, lengthBytes: end - start }]);
    const found = bytes && lastFooterOf(bytes, start, admit);
    if (found) return found;
    end = start;
  }
  return null;
}

/** The same, first to last: for the place where a footer should be. */
export async function firstFooterIn(
  window: FileWindow,
  from: number,
  to: number,
  admit: (found: FoundFooter) => boolean,
): Promise<FoundFooter | null> {
  const lowest = roundUp(Math.max(0, from), SECTOR_BYTES);
  const [bytes] = await window.read([{ offset: lowest, lengthBytes: Math.max(0, to - lowest) }]);
  for (let at = 0; bytes && at + FOOTER_BYTES <= bytes.length; at += SECTOR_BYTES) {
    const found = soundFooter(bytes, at, lowest);
    if (found && admit(found)) return found;
  }
  return null;
}

function lastFooterOf(bytes: Uint8Array, start: number, admit: (found: FoundFooter) => boolean) {
  for (let at = bytes.length - FOOTER_BYTES; at >= 0; at -= SECTOR_BYTES) {
    const found = soundFooter(bytes, at, start);
    if (found && admit(found)) return found;
  }
  return null;
}

function soundFooter(bytes: Uint8Array, at: number, start: number): FoundFooter | null {
  const found = findFooter(bytes.subarray(at, at + FOOTER_BYTES), start + at);
  return found && checksumHolds(found) ? found : null;
}

/**
 * True where the footer is this file's own and not that of a disk which lies inside it: a fixed disk ends where its
 * footer begins, any other has its header where the footer says.
 */
export function belongsToFile(window: FileWindow, { footer, offset }: FoundFooter): boolean {
  const type = imageTypeOf(footer.diskType);
  if (type === null) return false;
  if (type === 'fixed') {
    const sizes = [Number(footer.currentSize), geometryBytes(footer.diskGeometry)];
    return sizes.some((bytes) => bytes > 0 && roundUp(bytes, SECTOR_BYTES) === offset);
  }
  if (footer.dataOffset > BigInt(offset)) return false;
  const cookie = window.peek(Number(footer.dataOffset), HEADER_COOKIE.length);
  return cookie !== null && latin1(cookie) === HEADER_COOKIE;
}
