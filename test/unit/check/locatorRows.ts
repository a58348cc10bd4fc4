/** Rows of the rules about parent locators and the names in them. */
import { buildImage, type LocatorOptions, mixedEndianId, utf16le } from '../../support/imageBuilder.ts';
import { DYNAMIC } from './footerRows.ts';
import { changed, findingsOf, type RuleRow } from './ruleRow.ts';

/** Offset of the first locator entry in the file; entries have 24 bytes. */
const ENTRY = 512 + 576;
const path = utf16le('.\\base.vhd');
const ru: LocatorOptions = { platform: 'W2ru', data: path };
const ku: LocatorOptions = { platform: 'W2ku', data: utf16le('C:\\disks\\base.vhd') };

function childWith(locators: readonly LocatorOptions[]) {
  const parent = { id: mixedEndianId(9), name: 'base.vhd', locators };
  return buildImage({
    ...DYNAMIC,
    type: 'differencing',
    parent,
    gapSectors: (index) => (index === 0 ? 8 : 0),
  });
}

function row(
  rule: string,
  damage: string,
  locators: readonly LocatorOptions[],
  at: number,
  follows: readonly string[] = [],
  change: (bytes: Uint8Array, view: DataView) => void = () => {},
): RuleRow {
  const bytes = changed(childWith(locators), change);
  return { rule, damage, found: (context) => findingsOf(bytes, context), at: ENTRY + at, follows };
}

const dataAt = childWith([ru]).locatorOffsets[0] ?? 0;

export const locatorRows: readonly RuleRow[] = [
  row('locators-none', 'no locator at all', [], 0),
  row('locator-data-space', 'space of 700', [{ ...ru, space: 700 }], 4),
  row('locator-data-space', 'no space', [{ ...ru, space: 0 }], 4),
  row('locator-outside-file', 'path at 1 GiB', [{ ...ru, offset: 2n ** 30n }, ku], 16),
  row(
    'locator-length',
    'path of 1000 bytes in 512',
    [{ ...ru, length: 1000, data: path }],
    8,
    ['locators-overlap'].slice(1),
  ),
  row('locator-length-odd', 'path of 19 bytes', [{ ...ru, length: path.length + 1 }], 8),
  row('locator-duplicate', 'two relative paths', [ru, ru], 24),
  row('locator-code', 'platform “Zzzz”', [ru, { ...ku, platform: 'Zzzz' }], 24),
  row('locator-empty', 'path of 0 bytes', [ru, { ...ku, length: 0 }], 24 + 8),
  row(
    'locator-unaligned',
    'path 20 bytes into its sector',
    [{ ...ru, offset: BigInt(dataAt + 20) }],
    16,
    [],
    (bytes) => {
      bytes.copyWithin(dataAt + 20, dataAt, dataAt + path.length);
      bytes.fill(0, dataAt, dataAt + 20);
    },
  ),
  row('locator-reserved', 'reserved bytes set', [ru], 12, [], (_, view) => view.setUint32(ENTRY + 12, 1)),
  row('locator-unused-not-empty', 'unused entry with an offset', [ru], 24 + 16, [], (_, view) =>
    view.setBigUint64(ENTRY + 24 + 16, 4096n),
  ),
  row(
    'locators-overlap',
    'two entries for the same bytes',
    [ru, { ...ru, platform: 'W2ku', offset: BigInt(dataAt) }],
    24 + 16,
  ),
  row('locator-space-taken', 'room over the next path', [{ ...ru, space: 1024 }, ku], 4),
  row(
    'parent-names-disagree',
    'another file in the locator',
    [{ ...ru, data: utf16le('.\\else.vhd') }],
    64 - 576,
    [],
    () => {},
  ),
];
