/** Which footer counts: the one at the end, its copy at the start, or neither; and what is wrong with them. */
import { equalBytes, hexOffset } from '../../base/bytes.ts';
import { grouped } from '../../base/units.ts';
import type { FileWindow } from '../fileWindow.ts';
import type { Finding } from '../finding.ts';
import type { Annotation } from '../struct.ts';
import { vhdFinding } from './findings.ts';
import {
  checksumHolds,
  differingFields,
  FOOTER_BYTES,
  type FoundFooter,
  findFooter,
  footerStruct,
  hidesCarelessly,
  imageTypeOf,
  OLD_FOOTER_BYTES,
} from './footer.ts';

export const FOOTER_NAME = 'Footer';
export const FOOTER_COPY_NAME = 'Footer copy';

export interface ChosenFooter {
  readonly chosen: FoundFooter;
  /** The other one, where it is there too. */
  readonly other: FoundFooter | null;
  /** Offset of the footer at the end; the file's size where it has none. */
  readonly endOffset: number;
  readonly structures: readonly Annotation[];
  readonly findings: readonly Finding[];
}

/** null where the file has no footer at all. `stray` is one that was found before the end, where none is at the end. */
export function chooseFooter(window: FileWindow, stray: FoundFooter | null = null): ChosenFooter | null {
  const end = footerAtEnd(window) ?? stray;
  const isFixed = end !== null && checksumHolds(end) && imageTypeOf(end.footer.diskType) === 'fixed';
  const copy = isFixed ? null : footerAtStart(window, end);
  const chosen = pick(end, copy);
  if (chosen === null) return null;
  return {
    chosen,
    other: chosen === end ? copy : end,
    endOffset: end?.offset ?? window.sizeBytes,
    structures: annotate(end, copy),
    findings: judge(window, chosen, end, copy),
  };
}

export function footerAtEnd(window: FileWindow): FoundFooter | null {
  for (const lengthBytes of [FOOTER_BYTES, OLD_FOOTER_BYTES]) {
    const offset = window.sizeBytes - lengthBytes;
    const bytes = window.peek(offset, lengthBytes);
    const found = bytes && findFooter(bytes, offset);
    if (found) return found;
  }
  return null;
}

/** Only dynamic and differencing disks have a copy: what a fixed disk begins with is the guest's own. */
function footerAtStart(window: FileWindow, end: FoundFooter | null): FoundFooter | null {
  if (end !== null && end.offset < FOOTER_BYTES) return null;
  const bytes = window.peek(0, FOOTER_BYTES);
  const found = bytes && findFooter(bytes, 0);
  if (!found || imageTypeOf(found.footer.diskType) === 'fixed') return null;
  return found;
}

function pick(end: FoundFooter | null, copy: FoundFooter | null): FoundFooter | null {
  if (end && checksumHolds(end)) return end;
  if (copy && checksumHolds(copy)) return copy;
  return end ?? copy;
}

function annotate(end: FoundFooter | null, copy: FoundFooter | null): Annotation[] {
  const structures: Annotation[] = [];
  if (copy) {
    const explanation = 'A copy of the footer, in case the one at the end is lost.';
    structures.push(footerStruct.annotate(copy.bytes, copy.offset, explanation, FOOTER_COPY_NAME));
  }
  if (end) {
    const explanation = 'Says what this file is: size, type, maker and id of the disk.';
    const whole = footerStruct.annotate(end.bytes, end.offset, explanation, FOOTER_NAME);
    structures.push(end.lengthBytes < FOOTER_BYTES ? { ...whole, lengthBytes: end.lengthBytes } : whole);
  }
  return structures;
}

function judge(
  window: FileWindow,
  chosen: FoundFooter,
  end: FoundFooter | null,
  copy: FoundFooter | null,
): Finding[] {
  const findings: Finding[] = [];
  const { name } = window.file;
  if (end === null) findings.push(endMissing(window));
  if (end !== null && end.offset + end.lengthBytes < window.sizeBytes)
    findings.push(trailingData(window, end));
  if (end !== null && !checksumHolds(end)) findings.push(checksumWrong(name, end, chosen !== end));
  if (copy !== null && !checksumHolds(copy) && !sameFooter(end, copy)) {
    findings.push(checksumWrong(name, copy, chosen !== copy));
  }
  if (end !== null && end.lengthBytes === OLD_FOOTER_BYTES) {
    findings.push(
      vhdFinding('footer-511-bytes', name, end.offset, end.lengthBytes, 'The footer is 511 bytes long.'),
    );
  }
  if (end !== null && copy === null && hasCopy(end)) {
    const message = 'The copy of the footer at the start of the file is not there.';
    findings.push(vhdFinding('footer-copy-missing', name, 0, FOOTER_BYTES, message));
  }
  if (end !== null && copy !== null && checksumHolds(end) && checksumHolds(copy) && !sameFooter(end, copy)) {
    const fields = differingFields(end.footer, copy.footer).join(', ') || 'the last byte';
    const message = `The footer at the end (used) and its copy at the start differ in ${fields}.`;
    findings.push(vhdFinding('footer-copy-differs', name, copy.offset, FOOTER_BYTES, message));
  }
  return findings;
}

function hasCopy(end: FoundFooter): boolean {
  const type = imageTypeOf(end.footer.diskType);
  return end.offset >= FOOTER_BYTES && (type === 'dynamic' || type === 'differencing');
}

export function sameFooter(end: FoundFooter | null, copy: FoundFooter): boolean {
  if (end === null) return false;
  const [one, other] = [end, copy].map((each) => {
    const bytes = each.bytes.slice(0, end.lengthBytes);
    if (hidesCarelessly(end.footer) || hidesCarelessly(copy.footer)) bytes[HIDDEN_AT] = 0;
    return bytes;
  });
  return one !== undefined && other !== undefined && equalBytes(one, other);
}

const HIDDEN_AT = footerStruct.offsetOf('hidden');

/** What stands behind a footer that is not at the end of the file. */
export function trailingData({ file, sizeBytes }: FileWindow, footer: FoundFooter): Finding {
  const behind = footer.offset + footer.lengthBytes;
  const message = `The footer is at ${hexOffset(footer.offset)}; ${grouped(sizeBytes - behind)} bytes follow it, expected none.`;
  return vhdFinding('trailing-data', file.name, behind, sizeBytes - behind, message);
}

function endMissing(window: FileWindow): Finding {
  const offset = Math.max(0, window.sizeBytes - FOOTER_BYTES);
  const message = `No footer in the last ${FOOTER_BYTES} bytes of the file; its copy at the start is used.`;
  return vhdFinding('footer-missing', window.file.name, offset, window.sizeBytes - offset, message);
}

function checksumWrong(name: string, found: FoundFooter, otherIsUsed: boolean): Finding {
  const which = found.offset === 0 ? 'The footer’s copy' : 'The footer';
  const message =
    `${which} has checksum ${hexOffset(found.checksumFound, 8)}, ` +
    `its bytes make ${hexOffset(found.checksumExpected, 8)}${otherIsUsed ? '; the other one is whole and is used' : ''}.`;
  const offset = found.offset + footerStruct.offsetOf('checksum');
  return vhdFinding('footer-checksum', name, offset, footerStruct.lengthOf('checksum'), message);
}
