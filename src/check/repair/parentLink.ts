/** Points a differencing disk at a parent: id, time stamp, name, and the two paths that Windows reads. */
import { equalBytes, toHex, utf16Bytes } from '../../base/bytes.ts';
import { DiskError } from '../../base/errors.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { roundUp } from '../../formats/vhd/blockAllocationTable.ts';
import type { CreateParent } from '../../formats/vhd/create.ts';
import { headerStruct, locatorsOf } from '../../formats/vhd/dynamicDiskHeader.ts';
import { timeStampOf, unicodeName } from '../../formats/vhd/fieldTypes.ts';
import {
  baseNameOf,
  dataSpaceBytes,
  LOCATOR_READ_LIMIT_BYTES,
  type ParentLocator,
} from '../../formats/vhd/parentLocator.ts';
import type { Draft, StepDraft } from './draft.ts';
import type { FreeSpace } from './freeSpace.ts';
import type { HeaderDraft } from './header.ts';
import { LOCATOR_FIELDS, NO_LOCATOR, setLocator } from './locators.ts';

export function requireDifferencing(image: DiskImage | null, name: string): asserts image is DiskImage {
  if (image?.type === 'differencing' && image.tables.kind === 'vhd-blocks') return;
  throw new DiskError({
    code: 'bad-request',
    message: image
      ? `“${name}” is a ${image.type} disk, and only a differencing one has a parent.`
      : `“${name}” cannot be read as a differencing disk, so no parent can be set in it.`,
    meaning: 'Nothing was written.',
    remedy: 'Choose the file that lies above the parent.',
  });
}

/** The rules whose findings a new link takes away. */
const MENDS = [
  'parent-id-empty',
  'parent-names-disagree',
  'header-name-empty',
  'locators-none',
  'locator-data-space',
  'locator-outside-file',
  'locator-length',
  'locator-length-odd',
  'locator-duplicate',
  'locators-overlap',
  'locator-code',
  'locator-empty',
  'locator-unaligned',
  'locator-reserved',
  'locator-unused-not-empty',
  'locator-space-taken',
  'block-over-structure',
];

/** The step; `space` says where paths may lie, and takes them. */
export async function draftParentLink(
  draft: Draft,
  header: HeaderDraft,
  parent: CreateParent,
  space: FreeSpace,
): Promise<StepDraft> {
  const { wanted } = header;
  const before = wanted.values();
  const why =
    'You chose the parent. Its id, time and names stand in the child’s header, its paths in locators.';
  const step = draft.step(
    'parent-link',
    `Point the file at its parent “${baseNameOf(parent.name)}”`,
    why,
    MENDS,
  );
  if (!equalBytes(before.parentUniqueId, parent.id)) {
    step.lossText =
      `The id of the parent changes from ${toHex(before.parentUniqueId)} to ${toHex(parent.id)}. ` +
      'If the new parent is not the file that this one was made from, what is read through it is nonsense.';
  }
  wanted.set('parentUniqueId', parent.id, step);
  wanted.set('parentTimeStamp', timeStampOf(parent.modified), step);
  if (before.parentUnicodeName !== headerName(parent.name)) {
    const name = new Uint8Array(headerStruct.lengthOf('parentUnicodeName'));
    unicodeName(name.length).write(headerName(parent.name), name);
    wanted.set('parentUnicodeName', name, step);
  }
  await writePaths(draft, header, parent, space, step);
  return step;
}

/** A path that the header has no room for is told by its last component alone. */
function headerName(name: string): string {
  return name.length > 255 ? baseNameOf(name) : name;
}

/** Each path goes into its own old space where it fits; locators of any other kind name the old parent, and go. */
async function writePaths(
  draft: Draft,
  header: HeaderDraft,
  parent: CreateParent,
  space: FreeSpace,
  step: StepDraft,
): Promise<void> {
  const locators = locatorsOf(header.wanted.values());
  const paths = [
    { platform: 'W2ku', path: parent.absolutePath },
    { platform: 'W2ru', path: parent.relativePath },
  ];
  const taken = new Map<number, ParentLocator>();
  const homeless: { platform: string; data: Uint8Array }[] = [];
  for (const { platform, path } of paths) {
    if (path === undefined) continue;
    const data = utf16Bytes(path, true).subarray(0, LOCATOR_READ_LIMIT_BYTES);
    const index = locators.findIndex((locator) => locator.platformCode === platform);
    const old = index < 0 ? null : spaceOf(locators[index]);
    if (old && data.length <= old.lengthBytes && space.takeOld(old)) {
      const locator = locators[index];
      if (locator) taken.set(index, { ...locator, platformDataLength: data.length, reserved: 0 });
      // What is left of a longer path would be read by programs that go by its NUL.
      const rest = Math.max(data.length, Math.min(old.lengthBytes, locator?.platformDataLength ?? 0));
      await draft.writeBytes(step, `Parent locator ${platform} data`, old.offset, padded(data, rest));
    } else homeless.push({ platform, data });
  }
  for (const { platform, data } of homeless) {
    const spaceBytes = roundUp(Math.max(data.length, 1), SECTOR_BYTES);
    const offset = await space.take(spaceBytes, step);
    const free = LOCATOR_FIELDS.findIndex(
      (_field, i) => !taken.has(i) && locators[i]?.platformCode === platform,
    );
    const index = free >= 0 ? free : LOCATOR_FIELDS.findIndex((_field, i) => !taken.has(i));
    taken.set(index, {
      platformCode: platform,
      platformDataSpace: spaceBytes,
      platformDataLength: data.length,
      reserved: 0,
      platformDataOffset: BigInt(offset),
    });
    await draft.writeBytes(step, `Parent locator ${platform} data`, offset, padded(data, spaceBytes));
  }
  LOCATOR_FIELDS.forEach((field, index) => {
    const locator = taken.get(index);
    if (locator) setLocator(header, index, locator, step);
    else header.wanted.set(field, NO_LOCATOR, step);
  });
}

function spaceOf(locator: ParentLocator | undefined) {
  const lengthBytes = locator ? dataSpaceBytes(locator.platformDataSpace) : null;
  if (!locator || !lengthBytes || locator.platformDataOffset > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return { offset: Number(locator.platformDataOffset), lengthBytes };
}

function padded(bytes: Uint8Array, lengthBytes: number): Uint8Array {
  const whole = new Uint8Array(lengthBytes);
  whole.set(bytes);
  return whole;
}
