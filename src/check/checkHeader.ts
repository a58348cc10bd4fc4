/** What a check says of the dynamic disk header beyond what opening does. */
import { hexOffset } from '../base/bytes.ts';
import { grouped, KIB, MIB, SECTOR_BYTES } from '../base/units.ts';
import type { Finding } from '../formats/finding.ts';
import { isBlockSize } from '../formats/vhd/blockAllocationTable.ts';
import { type DynamicDiskHeader, headerStruct, locatorsOf } from '../formats/vhd/dynamicDiskHeader.ts';
import { NO_OFFSET } from '../formats/vhd/fieldTypes.ts';
import { isUsed } from '../formats/vhd/parentLocator.ts';
import { futureText } from './checkFooter.ts';
import type { CheckContext } from './fileCheck.ts';
import { type CheckRule, checkFinding } from './findings.ts';
import { nonZero } from './nonZero.ts';
import type { Structures } from './structures.ts';

/** Block sizes in bytes. */
const USUAL = { from: 512 * KIB, to: 4 * MIB };

export function checkHeader(
  { window, header: found }: Structures,
  isDifferencing: boolean,
  context: CheckContext,
): Finding[] {
  if (found === null) return [];
  const { header } = found;
  const findings: Finding[] = [];
  const at = (
    rule: CheckRule,
    field: keyof DynamicDiskHeader,
    message: string,
    from = 0,
    length?: number,
  ) => {
    const offset = found.offset + headerStruct.offsetOf(field) + from;
    const lengthBytes = length ?? headerStruct.lengthOf(field);
    findings.push(checkFinding(rule, window.file.name, offset, lengthBytes, message));
  };
  if (found.offset % SECTOR_BYTES !== 0) {
    at('header-unaligned', 'cookie', `The header begins at ${hexOffset(found.offset)}.`);
  }
  if (isBlockSize(header.blockSize) && (header.blockSize < USUAL.from || header.blockSize > USUAL.to)) {
    const message = `Blocks have ${grouped(header.blockSize)} bytes, usually 512 KiB to 4 MiB.`;
    at('block-size-unusual', 'blockSize', message);
  }
  if (header.dataOffset !== NO_OFFSET) {
    const spelled = `0x${header.dataOffset.toString(16).toUpperCase()}`;
    at('header-data-offset', 'dataOffset', `The header’s own data offset is ${spelled}, expected all ones.`);
  }
  if (header.reserved1 !== 0) {
    at(
      'header-reserved',
      'reserved1',
      `Reserved bytes are ${hexOffset(header.reserved1, 8)}, expected zeros.`,
    );
  }
  const stray = nonZero(header.reserved2);
  if (stray) {
    const message = `${grouped(stray.count)} of the header’s last 256 bytes are not zero.`;
    at('header-reserved', 'reserved2', message, stray.first, stray.last - stray.first + 1);
  }
  if (isDifferencing) {
    if (header.parentUnicodeName === '') {
      at('header-name-empty', 'parentUnicodeName', 'The header names no parent file.');
    }
    const late = futureText(header.parentTimeStamp, context.now);
    if (late) at('time-in-future', 'parentTimeStamp', `The parent is said to have been written ${late}.`);
    return findings;
  }
  const named = PARENT_FIELDS.filter((field) => isSet(header[field]));
  const [first] = named;
  if (first)
    at('parent-not-expected', first, `A dynamic disk has no parent, but ${named.join(', ')} is filled in.`);
  const locators = locatorsOf(header);
  const used = locators.findIndex(isUsed);
  if (used >= 0) {
    const codes = locators.filter(isUsed).map(({ platformCode }) => `“${platformCode}”`);
    const message = `A dynamic disk has no parent, but the header holds locators: ${codes.join(', ')}.`;
    at('locators-not-expected', 'parentLocator1', message, used * headerStruct.lengthOf('parentLocator1'));
  }
  return findings;
}

const PARENT_FIELDS = ['parentUniqueId', 'parentTimeStamp', 'parentUnicodeName'] as const;

function isSet(value: Uint8Array | number | string): boolean {
  return value instanceof Uint8Array ? value.some((byte) => byte !== 0) : value !== 0 && value !== '';
}
