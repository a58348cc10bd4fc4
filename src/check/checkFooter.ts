/** What a check says of the footer beyond what opening does: reserved bytes, id, time, geometry, original size. */
import { hexOffset, latin1 } from '../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { Finding } from '../formats/finding.ts';
import { MAX_DISK_BYTES } from '../formats/vhd/diskSize.ts';
import { bigGrouped, dateOfTimeStamp, type Geometry, geometry } from '../formats/vhd/fieldTypes.ts';
import { type Footer, type FoundFooter, footerStruct } from '../formats/vhd/footer.ts';
import { geometryBytes, geometryOf, isMaximalGeometry, sizeRuleOf } from '../formats/vhd/geometry.ts';
import type { CheckContext } from './fileCheck.ts';
import { type CheckRule, checkFinding } from './findings.ts';
import { nonZero } from './nonZero.ts';
import type { Structures } from './structures.ts';

/** Xen writes zeros. */
const HOST_SYSTEMS: readonly string[] = ['Wi2k', 'Mac ', '\0\0\0\0'];

/** Makers whose geometry is the specification's. */
const STRICT_MAKERS: readonly string[] = ['win ', 'd2v ', 'd2v\0', 'tap\0', 'wa\0\0'];

/** Makers stamp in UTC or in local time. */
const ZONES_MS = 26 * 3600 * 1000;

export function checkFooter(
  { window, footer: found, endOffset }: Structures,
  context: CheckContext,
): Finding[] {
  if (found === null) return [];
  const { footer } = found;
  const findings: Finding[] = [];
  const add = (rule: CheckRule, field: keyof Footer, message: string) => {
    const offset = found.offset + footerStruct.offsetOf(field);
    findings.push(checkFinding(rule, window.file.name, offset, footerStruct.lengthOf(field), message));
  };
  const unaligned = endOffset % SECTOR_BYTES;
  if (endOffset < window.sizeBytes && unaligned !== 0) {
    const message = `The footer begins at ${hexOffset(endOffset)}, ${unaligned} bytes behind a multiple of 512.`;
    const length = window.sizeBytes - endOffset;
    findings.push(checkFinding('file-size-unaligned', window.file.name, endOffset, length, message));
  }
  const stray = nonZero(footer.reserved.subarray(0, reservedHeld(found)));
  if (stray) {
    const offset = found.offset + footerStruct.offsetOf('reserved') + stray.first;
    const message = `${grouped(stray.count)} of the footer’s 426 reserved bytes are not zero, the first at ${hexOffset(offset)}.`;
    const length = stray.last - stray.first + 1;
    findings.push(checkFinding('footer-reserved', window.file.name, offset, length, message));
  }
  if (footer.uniqueId.every((byte) => byte === 0))
    add('id-empty', 'uniqueId', 'The footer’s id is all zeros.');
  const late = futureText(footer.timeStamp, context.now);
  if (late) add('time-in-future', 'timeStamp', `The file says it was written ${late}.`);
  if (!HOST_SYSTEMS.includes(footer.creatorHostOs)) {
    const spelled = latin1(new TextEncoder().encode(footer.creatorHostOs));
    add(
      'host-system-unknown',
      'creatorHostOs',
      `The host system is “${spelled}”, expected “Wi2k” or “Mac ”.`,
    );
  }
  judgeSizes(footer, add);
  return findings;
}

/** The last byte of a 511-byte footer is not in the file. */
function reservedHeld({ lengthBytes }: FoundFooter): number {
  return lengthBytes - footerStruct.offsetOf('reserved');
}

/** A time that is surely later than now, in words; null where it is not. */
export function futureText(timeStamp: number, now: Date): string | null {
  const date = dateOfTimeStamp(timeStamp);
  if (date === null || date.getTime() <= now.getTime() + ZONES_MS) return null;
  const text = (each: Date) =>
    each
      .toISOString()
      .replace(/\.\d+Z$/, ' UTC')
      .replace('T', ' ');
  return `on ${text(date)}; it is ${text(now)}`;
}

/** Where the geometry is the disk's size, opening has judged it. */
function judgeSizes(
  footer: Footer,
  add: (rule: CheckRule, field: keyof Footer, message: string) => void,
): void {
  const current = footer.currentSize;
  const isBySize = sizeRuleOf(footer.creatorApplication, footer.diskGeometry) !== 'geometry';
  if (isBySize && isUnlike(footer.diskGeometry, footer)) {
    const expected = geometryOf(Number(current) / SECTOR_BYTES);
    const message =
      `The geometry is ${geometry.text(footer.diskGeometry)} (${grouped(geometryBytes(footer.diskGeometry))} bytes); ` +
      `a disk of ${bigGrouped(current)} bytes has ${geometry.text(expected)}.`;
    add('geometry-unlike-size', 'diskGeometry', message);
  }
  if (footer.originalSize !== current) {
    const message = `The disk was made with ${bigGrouped(footer.originalSize)} bytes and has ${bigGrouped(current)} now.`;
    add('original-size', 'originalSize', message);
  }
}

/**
 * True where the geometry is not what the specification's algorithm gives, by makers who follow it, or leaves out a
 * cylinder or more of the disk. The largest geometry says "see the current size"; one that is too large is found at opening.
 */
function isUnlike(found: Geometry, { currentSize, creatorApplication }: Footer): boolean {
  if (currentSize <= 0n || currentSize > BigInt(MAX_DISK_BYTES) || isMaximalGeometry(found)) return false;
  const left = Number(currentSize) - geometryBytes(found);
  const expected = geometryOf(Math.floor(Number(currentSize) / SECTOR_BYTES));
  if (left < 0 || geometry.text(expected) === geometry.text(found)) return false;
  const cylinder = found.heads * found.sectorsPerTrack * SECTOR_BYTES;
  return STRICT_MAKERS.includes(creatorApplication) || left >= Math.max(cylinder, SECTOR_BYTES);
}
