/** Locator entries that are wrong in a way that the file itself can put right. */
import { utf16 } from '../../base/bytes.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { Finding } from '../../formats/finding.ts';
import { roundUp } from '../../formats/vhd/blockAllocationTable.ts';
import { type DynamicDiskHeader, locatorsOf } from '../../formats/vhd/dynamicDiskHeader.ts';
import {
  dataSpaceBytes,
  isUsed,
  LOCATOR_READ_LIMIT_BYTES,
  type ParentLocator,
  parentLocatorStruct,
} from '../../formats/vhd/parentLocator.ts';
import { askYes, type Choices } from './choices.ts';
import type { Draft, StepDraft } from './draft.ts';
import type { HeaderDraft } from './header.ts';

export interface LocatorRepair {
  readonly draft: Draft;
  readonly image: DiskImage;
  readonly header: HeaderDraft;
  readonly choices: Choices;
  readonly findings: readonly Finding[];
}

/** Fields of the header that hold locators, in the order of the entries. */
export const LOCATOR_FIELDS = [
  'parentLocator1',
  'parentLocator2',
  'parentLocator3',
  'parentLocator4',
  'parentLocator5',
  'parentLocator6',
  'parentLocator7',
  'parentLocator8',
] as const satisfies readonly (keyof DynamicDiskHeader)[];

export const NO_LOCATOR = new Uint8Array(parentLocatorStruct.sizeBytes);

export function setLocator(
  header: HeaderDraft,
  index: number,
  locator: ParentLocator,
  step: StepDraft,
): void {
  const bytes = new Uint8Array(parentLocatorStruct.sizeBytes);
  parentLocatorStruct.write(locator, bytes);
  header.wanted.set(LOCATOR_FIELDS[index] ?? 'parentLocator1', bytes, step);
}

/** Differencing disks whose parent is not chosen anew. */
export async function draftLocators(repair: LocatorRepair): Promise<void> {
  const { draft, image, header, choices, findings } = repair;
  if (header.isDoubtful) return;
  const outside = draft.step(
    'locator-outside-file',
    'Take out locators whose path is not in the file',
    OUTSIDE,
  );
  const spaces = draft.step(
    'locator-data-space',
    'Write the space of locators as whole sectors in bytes',
    SPACE,
  );
  const lengths = draft.step('locator-length', 'Write the length that the locator’s path has', LENGTH);
  const locators = locatorsOf(header.wanted.values());
  for (const [index, locator] of locators.entries()) {
    if (!isUsed(locator)) continue;
    const { platformDataLength: length, platformDataOffset: offset, platformDataSpace } = locator;
    const space = dataSpaceBytes(platformDataSpace);
    const read = Math.min(length, LOCATOR_READ_LIMIT_BYTES);
    if (length > 0 && offset + BigInt(read) > BigInt(image.file.sizeBytes)) {
      header.wanted.set(LOCATOR_FIELDS[index] ?? 'parentLocator1', NO_LOCATOR, outside);
    } else if (space === null && length <= LOCATOR_READ_LIMIT_BYTES) {
      const platformDataSpace = roundUp(Math.max(length, 1), SECTOR_BYTES);
      setLocator(header, index, { ...locator, platformDataSpace }, spaces);
    } else if (space !== null && length > Math.max(space, SECTOR_BYTES)) {
      const found = await pathBytes(image, locator, space);
      if (found > 0) setLocator(header, index, { ...locator, platformDataLength: found }, lengths);
    }
  }
  const hasRule = (rule: string) => findings.some((finding) => finding.rule === rule);
  if (hasRule('locator-reserved') && askYes(choices, RESERVED)) {
    const step = draft.step('locator-reserved', RESERVED.title, 'You chose it.');
    locatorsOf(header.wanted.values()).forEach((locator, index) => {
      if (isUsed(locator) && locator.reserved !== 0)
        setLocator(header, index, { ...locator, reserved: 0 }, step);
    });
  }
  if (hasRule('locator-unused-not-empty') && askYes(choices, UNUSED)) {
    const step = draft.step('locator-unused-not-empty', UNUSED.title, 'You chose it.');
    locators.forEach((locator, index) => {
      if (!isUsed(locator)) header.wanted.set(LOCATOR_FIELDS[index] ?? 'parentLocator1', NO_LOCATOR, step);
    });
  }
}

const OUTSIDE = 'Nothing of this path can be read. The parent’s id and the other spellings stay.';
const SPACE =
  'It is neither a number of sectors nor whole sectors in bytes; the path’s own length says what it needs.';
const LENGTH = 'The path ends with a NUL inside the space that is set aside for it.';

/** Length of the UTF-16 text that ends with a NUL in the locator's space; 0 where none does. */
async function pathBytes(image: DiskImage, locator: ParentLocator, space: number): Promise<number> {
  if (locator.platformCode !== 'W2ku' && locator.platformCode !== 'W2ru') return 0;
  const offset = Number(locator.platformDataOffset);
  const held = Math.min(space, LOCATOR_READ_LIMIT_BYTES, image.file.sizeBytes - offset);
  if (held <= 0) return 0;
  const bytes = new Uint8Array(held);
  await image.file.read(offset, bytes);
  const length = utf16(bytes, true).length * 2;
  return length < held ? length : 0;
}

const RESERVED = {
  rule: 'locator-reserved',
  question: 'Reserved bytes of parent locators are not zeros. Shall they be?',
  title: 'Write zeros into the reserved bytes of the locators',
  meaning: 'Nothing here reads them; Xen then takes the file.',
};
const UNUSED = {
  rule: 'locator-unused-not-empty',
  question: 'Locator entries that name no platform are not empty. Shall they be?',
  title: 'Write zeros into the unused locator entries',
  meaning: 'Nothing here reads them; Xen then takes the file.',
};
