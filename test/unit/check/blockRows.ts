/** Rows of the rules about blocks, their bitmaps and the space between them. */
import {
  type BuiltImage,
  buildImage,
  type ImageOptions,
  mixedEndianId,
  SECTOR,
  utf16le,
} from '../../support/imageBuilder.ts';
import { batmapRows } from './batmapRows.ts';
import { changed, findingsOf, type RuleRow } from './ruleRow.ts';

const BLOCK = 16 * 1024;
const BLOCK_SECTORS = BLOCK / SECTOR;
const filled = (...blocks: number[]): NonNullable<ImageOptions['blocks']> =>
  blocks.map((block) => [block, { data: new Uint8Array(BLOCK).fill(block + 1) }]);
const dynamic: ImageOptions = {
  type: 'dynamic',
  virtualSizeBytes: 8 * BLOCK,
  blockSizeBytes: BLOCK,
  blocks: filled(5, 0, 7),
};
const paths = (space: number) => [
  { platform: 'W2ku', data: utf16le('C:\\disks\\base.vhd'), space: 512 },
  { platform: 'W2ru', data: utf16le('.\\base.vhd'), space },
];
const parent = { id: mixedEndianId(9), name: 'base.vhd', locators: paths(512) };
const child: ImageOptions = { ...dynamic, type: 'differencing', parent };
const wide = buildImage(dynamic);
const below = buildImage(child);

const entryAt = (built: BuiltImage, block: number) => built.batOffset + block * 4;
const placeOf = (built: BuiltImage, block: number) => built.places.get(block) ?? -1;
const all = (block: number) => [block * BLOCK_SECTORS, BLOCK_SECTORS] as const;
/** The bits of a block's first sectors set, the others clear. */
const firstBits = (count: number) =>
  Uint8Array.from({ length: BLOCK_SECTORS }, (_, i) => (i < count ? 1 : 0));

interface Moved extends Omit<RuleRow, 'found' | 'at'> {
  readonly built?: BuiltImage;
  readonly block: number;
  /** What its entry says now. */
  readonly sector: number;
  /** Block whose entry the finding is at, where it is another one. */
  readonly atBlock?: number;
}

/** One entry of the table says another place. */
function moved({ built = wide, block, sector, atBlock = block, ...row }: Moved): RuleRow {
  const bytes = changed(built, (_bytes, view) => view.setUint32(entryAt(built, block), sector));
  return { ...row, at: entryAt(built, atBlock), found: (context) => findingsOf(bytes, context) };
}

function built(
  options: ImageOptions,
  at: (built: BuiltImage) => number,
  row: Omit<RuleRow, 'found' | 'at'>,
): RuleRow {
  const image = buildImage(options);
  return { ...row, at: at(image), found: (context) => findingsOf(image, context) };
}

/** The last block in the file. */
const last = placeOf(wide, 7) / SECTOR;
const leaks = ['leaked-space'];

const outside: readonly RuleRow[] = [
  moved({
    rule: 'block-outside-file',
    damage: 'an entry that names a place far behind the end',
    block: 7,
    sector: 1_000_000,
    follows: leaks,
    affects: [all(7)],
  }),
  moved({
    rule: 'block-outside-file',
    damage: 'a block of which 20 sectors are in the file',
    block: 7,
    sector: last + 20,
    follows: leaks,
    affects: [[7 * BLOCK_SECTORS + 20, 12]],
  }),
  moved({
    rule: 'bitmap-lost',
    damage: 'a child’s bitmap behind the end of the file',
    built: below,
    block: 0,
    sector: 1_000_000,
    follows: ['block-outside-file', ...leaks],
    affects: [all(0)],
  }),
];

const STRUCTURES: readonly (readonly [what: string, built: BuiltImage, block: number, sector: number])[] = [
  ['the footer’s copy', wide, 5, 0],
  ['the header', wide, 5, 1],
  ['the table', wide, 5, wide.batOffset / SECTOR],
  ['the footer at the end', wide, 7, last + 8],
  ['a path of the parent', below, 5, (below.locatorOffsets[1] ?? 0) / SECTOR],
];

const onTop: readonly RuleRow[] = [
  ...STRUCTURES.map(([what, image, block, sector]) =>
    moved({
      rule: 'block-over-structure',
      damage: `a block on top of ${what}`,
      built: image,
      block,
      sector,
      follows: image === below ? ['bitmap-lost', ...leaks] : leaks,
      affects: [all(block)],
    }),
  ),
  built({ ...child, parent: { ...parent, locators: paths(65_536) } }, (image) => entryAt(image, 5), {
    rule: 'block-over-reserved',
    damage: 'blocks in the space that a locator sets aside',
  }),
  built({ ...dynamic, maxTableEntries: 8192 }, (image) => entryAt(image, 5), {
    rule: 'block-over-reserved',
    damage: 'blocks where the table would be with all the entries that the header counts',
  }),
  moved({
    rule: 'blocks-overlap',
    damage: 'a block that begins inside another',
    block: 7,
    sector: placeOf(wide, 0) / SECTOR + 5,
    follows: leaks,
    affects: [all(0), all(7)],
  }),
  moved({
    rule: 'blocks-overlap',
    damage: 'two entries that name one place',
    block: 0,
    sector: placeOf(wide, 5) / SECTOR,
    atBlock: 5,
    follows: leaks,
    affects: [all(0), all(5)],
  }),
];

const surplus = buildImage({ ...dynamic, extraEntries: 10 });
const ending = { ...child, virtualSizeBytes: 8 * BLOCK - 3 * SECTOR };
const padded = changed(below, (bytes) => {
  bytes[placeOf(below, 0) + 4] = 0x80;
});

const bitmaps: readonly RuleRow[] = [
  {
    rule: 'entries-beyond-disk',
    damage: 'an entry behind those of the disk is in use',
    at: entryAt(surplus, 9),
    found: (context) =>
      findingsOf(
        changed(surplus, (_bytes, view) => view.setUint32(entryAt(surplus, 9), 5555)),
        context,
      ),
  },
  built(
    { ...dynamic, blocks: [[3, { data: new Uint8Array(BLOCK).fill(1), bits: firstBits(20) }]] },
    (image) => placeOf(image, 3),
    {
      rule: 'clear-bits-over-data',
      damage: 'a disk without a parent with twelve bits clear',
      affects: [[3 * BLOCK_SECTORS + 20, 12]],
    },
  ),
  built({ ...ending, blocks: filled(7) }, (image) => placeOf(image, 7) + 3, {
    rule: 'bits-beyond-disk',
    damage: 'a child with bits set for sectors behind the end of the disk',
  }),
  {
    rule: 'bits-in-padding',
    damage: 'a child with a bit set behind the last one of a bitmap',
    at: placeOf(below, 0) + 4,
    found: (context) => findingsOf(padded, context),
  },
  built(
    { ...child, blocks: [[2, { data: new Uint8Array(BLOCK), bits: firstBits(0) }]] },
    (image) => placeOf(image, 2),
    { rule: 'block-without-sectors', damage: 'a child’s block without a set bit' },
  ),
  built(
    { ...dynamic, gapSectors: (index) => (index === 1 ? 100 : 0) },
    (image) => placeOf(image, 5) + SECTOR + BLOCK,
    { rule: 'leaked-space', damage: 'room for blocks between two blocks' },
  ),
];

export const blockRows: readonly RuleRow[] = [...outside, ...onTop, ...bitmaps, ...batmapRows];
