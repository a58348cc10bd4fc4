/** What a check says of the parent locators beyond what opening does: codes, lengths, room, what shares their bytes. */
import { hexOffset } from '../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { locatorOffset, locatorsOf } from '../formats/vhd/dynamicDiskHeader.ts';
import { vhdFinding } from '../formats/vhd/findings.ts';
import {
  dataSpaceBytes,
  isKnownPlatform,
  isUsed,
  LOCATOR_READ_LIMIT_BYTES,
  type ParentLocator,
  parentLocatorStruct,
} from '../formats/vhd/parentLocator.ts';
import { type CheckRule, checkFinding } from './findings.ts';
import type { Structures } from './structures.ts';

/** Bytes of the file that something uses. */
interface Taken {
  readonly name: string;
  readonly offset: number;
  readonly endOffset: number;
}

type Rule = CheckRule | 'locator-data-space';
type At = (rule: Rule, field: keyof ParentLocator, message: string) => void;

/** Blocks in the room set aside for a path are not judged here. */
export function checkLocators(structures: Structures, image: DiskImage): Finding[] {
  const { window, header: found } = structures;
  if (found === null || image.type !== 'differencing') return [];
  const findings: Finding[] = [];
  const locators = locatorsOf(found.header);
  const paths = locators.map((locator, index) => pathOf(locator, index, window.sizeBytes));
  const others = takenBy(structures, image);
  locators.forEach((locator, index) => {
    const at: At = (rule, field, message) => {
      const offset = locatorOffset(found.offset, index) + parentLocatorStruct.offsetOf(field);
      const length = parentLocatorStruct.lengthOf(field);
      const text = `Locator ${index + 1}: ${message}`;
      const finding =
        rule === 'locator-data-space'
          ? vhdFinding(rule, window.file.name, offset, length, text, { severity: 'note' })
          : checkFinding(rule, window.file.name, offset, length, text);
      findings.push(finding);
    };
    if (isUsed(locator)) judgeEntry(locator, at);
    else judgeUnused(locator, at);
    const path = paths[index];
    if (path) judgePlace(locator, path, paths, others, at);
  });
  return findings;
}

const UNUSED_FIELDS = ['platformDataSpace', 'platformDataLength', 'reserved', 'platformDataOffset'] as const;
const UTF16_PLATFORMS: readonly string[] = ['W2ku', 'W2ru'];

function judgeUnused(locator: ParentLocator, at: At): void {
  const field = UNUSED_FIELDS.find((name) => BigInt(locator[name]) !== 0n);
  if (field) at('locator-unused-not-empty', field, `it names no platform, but its ${field} is not 0.`);
}

function judgeEntry(locator: ParentLocator, at: At): void {
  const { platformCode, platformDataLength, platformDataOffset, platformDataSpace, reserved } = locator;
  if (!isKnownPlatform(platformCode))
    at('locator-code', 'platformCode', `its platform is “${platformCode}”.`);
  if (reserved !== 0) {
    at('locator-reserved', 'reserved', `reserved bytes are ${hexOffset(reserved, 8)}, expected zeros.`);
  }
  if (platformDataLength === 0) {
    at('locator-empty', 'platformDataLength', 'its path has 0 bytes.');
    return;
  }
  if (platformDataSpace === 0) {
    const message = `no space is set aside for its ${grouped(platformDataLength)} bytes.`;
    at('locator-data-space', 'platformDataSpace', message);
  }
  if (UTF16_PLATFORMS.includes(platformCode) && platformDataLength % 2 !== 0) {
    const message = `its path in UTF-16 has ${grouped(platformDataLength)} bytes, expected an even number.`;
    at('locator-length-odd', 'platformDataLength', message);
  }
  if (platformDataOffset % BigInt(SECTOR_BYTES) !== 0n) {
    const message = `its path is at 0x${platformDataOffset.toString(16).toUpperCase()}, expected a multiple of 512.`;
    at('locator-unaligned', 'platformDataOffset', message);
  }
}

/** What shares bytes with the path is an error; what lies only in its room, a note. */
function judgePlace(
  locator: ParentLocator,
  path: Taken,
  paths: readonly (Taken | null)[],
  others: readonly Taken[],
  at: At,
): void {
  const before = paths.slice(0, paths.indexOf(path));
  const shared = before.find((other) => other && overlap(other, path));
  if (shared) {
    const message = `its path ${placeText(path)} and that of ${shared.name} share bytes.`;
    at('locators-overlap', 'platformDataOffset', message);
  }
  const space = { ...path, endOffset: path.offset + (dataSpaceBytes(locator.platformDataSpace) ?? 0) };
  const elsewhere = paths.filter((other): other is Taken => other !== null && other !== path);
  const taken = [...others, ...elsewhere].find((other) => overlap(other, space) && !overlap(other, path));
  if (taken) {
    const message = `its room ${placeText(space)} reaches into ${taken.name}.`;
    at('locator-space-taken', 'platformDataSpace', message);
  }
}

/** What lies in the file beside paths and blocks. */
function takenBy({ endOffset }: Structures, image: DiskImage): Taken[] {
  const others = image.structures
    .filter(({ name }) => !name.startsWith('Parent locator'))
    .map(({ name, offset, lengthBytes }) => ({ name: `“${name}”`, offset, endOffset: offset + lengthBytes }));
  const end = { name: 'the end of the file', offset: endOffset, endOffset: Number.POSITIVE_INFINITY };
  return [...others, end];
}

/** The bytes of a path that are read; null where it has none in the file. */
function pathOf(locator: ParentLocator, index: number, sizeBytes: number): Taken | null {
  const length = Math.min(locator.platformDataLength, LOCATOR_READ_LIMIT_BYTES);
  if (!isUsed(locator) || length === 0) return null;
  if (locator.platformDataOffset + BigInt(length) > BigInt(sizeBytes)) return null;
  const offset = Number(locator.platformDataOffset);
  return { name: `locator ${index + 1}`, offset, endOffset: offset + length };
}

function overlap(one: Taken, other: Taken): boolean {
  return one.offset < other.endOffset && other.offset < one.endOffset;
}

function placeText({ offset, endOffset }: Taken): string {
  return `(${hexOffset(offset)}–${hexOffset(endOffset - 1)})`;
}
