/** Reads what a differencing disk says of its parent: id, time stamp, name, and the paths of its locators. */
import { toHex } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { Maker, ParentPath, ParentReference } from '../diskImage.ts';
import type { FileWindow } from '../fileWindow.ts';
import type { Finding } from '../finding.ts';
import type { Annotation } from '../struct.ts';
import { type DynamicDiskHeader, headerStruct, locatorOffset, locatorsOf } from './dynamicDiskHeader.ts';
import { dateOfTimeStamp } from './fieldTypes.ts';
import { type VhdRule, vhdFinding } from './findings.ts';
import {
  baseNameOf,
  dataSpaceBytes,
  decodeLocator,
  isUsed,
  LOCATOR_READ_LIMIT_BYTES,
  type ParentLocator,
  parentLocatorStruct,
} from './parentLocator.ts';
import { guidText } from './uniqueId.ts';

export interface ParentRead {
  readonly parent: ParentReference;
  /** The locators' data, in the order of the entries. */
  readonly structures: readonly Annotation[];
  readonly findings: readonly Finding[];
}

interface PlacedLocator {
  readonly platform: string;
  readonly offset: number;
  readonly lengthBytes: number;
}

/** At most eight reads of at most 64 KiB, in one batch. */
export async function readParent(
  window: FileWindow,
  header: DynamicDiskHeader,
  headerOffset: number,
  idOrder: Maker['idOrder'],
): Promise<ParentRead> {
  const findings: Finding[] = [];
  const placed = placeLocators(window, header, headerOffset, findings);
  const data = await window.read(placed);
  const paths: ParentPath[] = [];
  const structures: Annotation[] = [];
  placed.forEach((locator, index) => {
    const path = decodeLocator(locator.platform, data[index] ?? new Uint8Array(0));
    if (path) {
      const { platform, offset, lengthBytes } = locator;
      paths.push({ platform, path, offset, lengthBytes });
    }
    structures.push({
      name: `Parent locator ${locator.platform} data`,
      offset: locator.offset,
      lengthBytes: locator.lengthBytes,
      value: path === null ? '' : `“${path}”`,
      explanation:
        path === null ? 'A path in an encoding that is not read.' : 'One spelling of the parent’s path.',
    });
  });
  const parent: ParentReference = {
    id: toHex(header.parentUniqueId),
    idText: guidText(header.parentUniqueId, idOrder),
    modified: dateOfTimeStamp(header.parentTimeStamp),
    name: header.parentUnicodeName,
    paths,
  };
  judgeParent(window.file.name, headerOffset, parent, placed.length, findings);
  return { parent, structures, findings };
}

/** The used entries whose data lies in the file, clipped to it and to the reading limit. */
function placeLocators(
  window: FileWindow,
  header: DynamicDiskHeader,
  headerOffset: number,
  findings: Finding[],
): PlacedLocator[] {
  const placed: PlacedLocator[] = [];
  const seen = new Set<string>();
  locatorsOf(header).forEach((locator, index) => {
    if (!isUsed(locator)) return;
    const add = (rule: VhdRule, field: keyof ParentLocator, message: string) => {
      const offset = locatorOffset(headerOffset, index) + parentLocatorStruct.offsetOf(field);
      findings.push(
        vhdFinding(
          rule,
          window.file.name,
          offset,
          parentLocatorStruct.lengthOf(field),
          `Locator ${index + 1}: ${message}`,
        ),
      );
    };
    if (seen.has(locator.platformCode))
      add('locator-duplicate', 'platformCode', `a second “${locator.platformCode}”.`);
    seen.add(locator.platformCode);
    const space = dataSpaceBytes(locator.platformDataSpace);
    if (space === null)
      add('locator-data-space', 'platformDataSpace', `data space ${locator.platformDataSpace}.`);
    const lengthBytes = judgeLength(locator, space, add);
    const where = placeOf(window, locator, lengthBytes, add);
    if (where) placed.push(where);
  });
  return placed;
}

type Add = (rule: VhdRule, field: keyof ParentLocator, message: string) => void;

function judgeLength(locator: ParentLocator, space: number | null, add: Add): number {
  const length = locator.platformDataLength;
  if (length > LOCATOR_READ_LIMIT_BYTES) {
    add('locator-length', 'platformDataLength', `${grouped(length)} bytes long; at most 65 536 are read.`);
  } else if (space !== null && length > Math.max(space, SECTOR_BYTES)) {
    add(
      'locator-length',
      'platformDataLength',
      `${grouped(length)} bytes long in a space of ${grouped(space)}.`,
    );
  }
  return Math.min(length, LOCATOR_READ_LIMIT_BYTES);
}

function placeOf(
  window: FileWindow,
  locator: ParentLocator,
  lengthBytes: number,
  add: Add,
): PlacedLocator | null {
  const platform = locator.platformCode;
  if (lengthBytes === 0) return null;
  if (locator.platformDataOffset + BigInt(lengthBytes) <= BigInt(window.sizeBytes)) {
    return { platform, offset: Number(locator.platformDataOffset), lengthBytes };
  }
  const at = `0x${locator.platformDataOffset.toString(16).toUpperCase()}`;
  const message = `its ${grouped(lengthBytes)} bytes at ${at} reach beyond the end of the file (${grouped(window.sizeBytes)} bytes).`;
  add('locator-outside-file', 'platformDataOffset', message);
  return null;
}

function judgeParent(
  file: string,
  headerOffset: number,
  parent: ParentReference,
  locatorCount: number,
  findings: Finding[],
): void {
  const add = (rule: VhdRule, field: keyof DynamicDiskHeader, message: string) =>
    findings.push(
      vhdFinding(
        rule,
        file,
        headerOffset + headerStruct.offsetOf(field),
        headerStruct.lengthOf(field),
        message,
      ),
    );
  if (/^0+$/.test(parent.id)) add('parent-id-empty', 'parentUniqueId', 'The parent’s id is all zeros.');
  if (locatorCount === 0)
    add('locators-none', 'parentLocator1', 'The header has no parent locator that can be read.');
  const names = new Map<string, string>();
  for (const path of [parent.name, ...parent.paths.map((each) => each.path)]) {
    const name = baseNameOf(path);
    if (name !== '') names.set(name.normalize('NFC').toLowerCase(), name);
  }
  if (names.size > 1) {
    const spelled = [...names.values()].map((name) => `“${name}”`).join(', ');
    add(
      'parent-names-disagree',
      'parentUnicodeName',
      `Header and locators name different files: ${spelled}.`,
    );
  }
}
