/** Footers that are not where they belong: followed by other bytes, cut short, or written over by Xen. */
import { hexOffset, latin1 } from '../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { Finding } from '../formats/finding.ts';
import { footerAtEnd, trailingData } from '../formats/vhd/chooseFooter.ts';
import { vhdFinding } from '../formats/vhd/findings.ts';
import { FOOTER_BYTES, FOOTER_COOKIE, type FoundFooter, OLD_FOOTER_BYTES } from '../formats/vhd/footer.ts';
import { belongsToFile, firstFooterIn, lastFooterIn } from '../formats/vhd/searchFooter.ts';
import { checkFinding } from './findings.ts';
import type { Content, Structures } from './structures.ts';

/** How far from the end a footer is sought. */
export const SEARCH_BACK_BYTES = 4 * 1024 * 1024;
/** And how far behind the last block, where it was written. */
export const SEARCH_FORWARD_BYTES = 64 * 1024;

const XEN_OPEN_BYTE = 0xc7;

/** What opening said for want of the footer that is found here. */
const REPLACED: readonly string[] = ['footer-missing', 'footer-lost', 'not-a-disk', 'raw-size-not-sectors'];

export interface EndOfFile {
  readonly findings: readonly Finding[];
  /** Rules of opening's findings that no longer hold. */
  readonly replaced: readonly string[];
}

/** `blocksEnd`: end of the last block, or of the structures: a footer in front of it is an old one. */
export async function checkEnd(
  structures: Structures,
  content: Content,
  blocksEnd: number,
): Promise<EndOfFile> {
  const { window } = structures;
  if (content.format === 'vhdx' || footerAtEnd(window)) return { findings: [], replaced: [] };
  const early = content.findings.find(({ rule }) => rule === 'trailing-data');
  if (early) return early.offset < blocksEnd ? notTheEnd(structures, early) : { findings: [], replaced: [] };
  const stray = await findStray(structures, blocksEnd);
  if (stray) return { findings: [trailingData(window, stray)], replaced: REPLACED };
  return { findings: [...(await cutFooter(structures)), ...xenFooter(structures)], replaced: [] };
}

async function findStray(
  { window, footer: copy }: Structures,
  blocksEnd: number,
): Promise<FoundFooter | null> {
  const { sizeBytes } = window;
  const admit = (found: FoundFooter) => (copy ? isSame(copy, found) : belongsToFile(window, found));
  const from = Math.max(blocksEnd, sizeBytes - SEARCH_BACK_BYTES);
  const last = await lastFooterIn(window, from, sizeBytes, admit);
  if (last || blocksEnd === 0 || blocksEnd >= from) return last;
  return firstFooterIn(window, blocksEnd, Math.min(from, blocksEnd + SEARCH_FORWARD_BYTES), admit);
}

/** The copy is of the same disk, and neither of a disk that lies inside this one. */
function isSame({ footer: copy }: FoundFooter, { footer }: FoundFooter): boolean {
  const isSameId = footer.uniqueId.every((byte, i) => byte === copy.uniqueId[i]);
  return isSameId && footer.diskType === copy.diskType && footer.dataOffset === copy.dataOffset;
}

/** A footer with blocks behind it is a leftover: what follows it is no rubbish. */
function notTheEnd({ window }: Structures, early: Finding): EndOfFile {
  const offset = Math.max(0, window.sizeBytes - FOOTER_BYTES);
  const message = `No footer in the last ${FOOTER_BYTES} bytes of the file; one at ${hexOffset(early.offset - FOOTER_BYTES)}, with blocks behind it, is used.`;
  const missing = vhdFinding('footer-missing', window.file.name, offset, window.sizeBytes - offset, message);
  return { findings: [missing], replaced: ['trailing-data'] };
}

/** The last, partial sector of the file begins like a footer. */
async function cutFooter({ window }: Structures): Promise<Finding[]> {
  const lengthBytes = window.sizeBytes % SECTOR_BYTES;
  if (lengthBytes < FOOTER_COOKIE.length || lengthBytes >= OLD_FOOTER_BYTES) return [];
  const offset = window.sizeBytes - lengthBytes;
  const [bytes] = await window.read([{ offset, lengthBytes }]);
  if (!bytes || latin1(bytes.subarray(0, FOOTER_COOKIE.length)) !== FOOTER_COOKIE) return [];
  const message = `The file ends ${grouped(lengthBytes)} bytes behind the beginning of its footer, expected 512.`;
  return [checkFinding('footer-cut', window.file.name, offset, lengthBytes, message)];
}

function xenFooter({ window }: Structures): Finding[] {
  const offset = window.sizeBytes - FOOTER_BYTES;
  const bytes = window.peek(offset, FOOTER_BYTES);
  if (!bytes?.every((byte) => byte === XEN_OPEN_BYTE)) return [];
  const message = 'The last 512 bytes of the file are all 0xC7, where the footer should be.';
  return [checkFinding('footer-in-use', window.file.name, offset, FOOTER_BYTES, message)];
}
