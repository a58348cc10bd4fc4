/** Rows of the rules about the dynamic disk header, its table, and Xen's map. */
import {
  buildImage,
  checksum,
  type ImageOptions,
  mixedEndianId,
  utf16le,
} from '../../support/imageBuilder.ts';
import { DYNAMIC } from './footerRows.ts';
import { changed, findingsOf, type RuleRow } from './ruleRow.ts';

const BLOCK = 4096;
const HEADER = 512;
const BAT = 1536;
const built = buildImage(DYNAMIC);
type Changes = Partial<Omit<RuleRow, 'rule' | 'damage' | 'found'>>;
type Change = (bytes: Uint8Array, view: DataView) => void;

function row(
  rule: string,
  damage: string,
  change: Change,
  at: number,
  more: Changes = {},
  of = built,
): RuleRow {
  const bytes = changed(of, change);
  return { rule, damage, found: (context) => findingsOf(bytes, context), at, ...more };
}

/** A differencing disk without a block and with one locator, packed. */
const child: ImageOptions = {
  ...DYNAMIC,
  type: 'differencing',
  parent: {
    id: mixedEndianId(9),
    name: 'base.vhd',
    locators: [{ platform: 'W2ru', data: utf16le('.\\base.vhd') }],
  },
};
const childBuilt = buildImage(child);

/** With room between the table and the first block. */
const spacious = buildImage({ ...DYNAMIC, gapSectors: () => 2 });

function sumHeader(bytes: Uint8Array): void {
  bytes.fill(0, 36, 40);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(36, checksum(bytes));
}

const header: readonly RuleRow[] = [
  row(
    'header-missing',
    'header’s cookie zeroed',
    (bytes) => bytes.fill(0, HEADER, HEADER + 8),
    built.footerOffset + 16,
  ),
  row(
    'header-misplaced',
    'footers point elsewhere',
    (_, view) => {
      for (const footer of [0, built.footerOffset]) view.setBigUint64(footer + 16, 4096n);
    },
    built.footerOffset + 16,
  ),
  {
    ...row('header-checksum', 'one bit of the header flipped', () => {}, HEADER + 36),
    found: (context) =>
      findingsOf(
        changed(built, (bytes) => bytes.set([0xfe], HEADER + 8 + 7), true),
        context,
      ),
    follows: ['header-data-offset'],
  },
  row('header-version', 'version 1.7', (_, view) => view.setUint32(HEADER + 24, 0x00010007), HEADER + 24),
  row('header-version', 'version 3.0', (_, view) => view.setUint32(HEADER + 24, 0x00030000), HEADER + 24),
  row(
    'header-unaligned',
    'header 4 bytes further',
    (bytes, view) => {
      bytes.copyWithin(BAT + 512, BAT, BAT + 512);
      bytes.copyWithin(HEADER + 4, HEADER, HEADER + 1024);
      bytes.set(
        [...'cxsparse'].map((char) => char.charCodeAt(0)),
        HEADER + 4,
      );
      view.setBigUint64(HEADER + 4 + 16, BigInt(BAT + 512));
      bytes.fill(0, HEADER, HEADER + 4);
      for (const footer of [0, spacious.footerOffset]) view.setBigUint64(footer + 16, BigInt(HEADER + 4));
      sumHeader(bytes.subarray(HEADER + 4, HEADER + 4 + 1024));
    },
    HEADER + 4,
    {},
    spacious,
  ),
  {
    rule: 'block-size-unusual',
    damage: 'blocks of 8 MiB',
    found: (context) => findingsOf(buildImage({ ...DYNAMIC, blocks: [], blockSizeBytes: 2 ** 23 }), context),
    at: HEADER + 32,
  },
  row('header-data-offset', 'data offset 0', (_, view) => view.setBigUint64(HEADER + 8, 0n), HEADER + 8),
  row('header-reserved', 'reserved number set', (_, view) => view.setUint32(HEADER + 60, 1), HEADER + 60),
  row('header-reserved', 'text in the last bytes', (bytes) => bytes.set([65], HEADER + 1000), HEADER + 1000),
  row('block-size', 'blocks of 3 MiB', (_, view) => view.setUint32(HEADER + 32, 3 * 2 ** 20), HEADER + 32),
  row(
    'block-count',
    '2040 GiB in blocks of 4 KiB',
    (_, view) => {
      for (const footer of [0, built.footerOffset]) {
        for (const field of [40, 48]) view.setBigUint64(footer + field, 2040n * 2n ** 30n);
        view.setUint32(footer + 56, 0xffff10ff);
      }
    },
    HEADER + 32,
  ),
  row(
    'parent-not-expected',
    'dynamic disk with a parent’s id',
    (bytes) => bytes.set(mixedEndianId(4), HEADER + 40),
    HEADER + 40,
  ),
  row(
    'parent-not-expected',
    'differencing disk made dynamic by hand',
    (bytes) => {
      for (const footer of [0, childBuilt.footerOffset]) bytes[footer + 63] = 3;
    },
    HEADER + 40,
    { follows: ['locators-not-expected'] },
    childBuilt,
  ),
  row(
    'locators-not-expected',
    'dynamic disk with a locator',
    (bytes) =>
      bytes.set(
        [...'W2ru'].map((char) => char.charCodeAt(0)),
        HEADER + 576 + 24,
      ),
    HEADER + 576 + 24,
  ),
  row(
    'header-name-empty',
    'name zeroed',
    (bytes) => bytes.fill(0, HEADER + 64, HEADER + 576),
    HEADER + 64,
    {},
    childBuilt,
  ),
  row(
    'parent-id-empty',
    'parent’s id zeroed',
    (bytes) => bytes.fill(0, HEADER + 40, HEADER + 56),
    HEADER + 40,
    {},
    childBuilt,
  ),
  row(
    'time-in-future',
    'parent’s time in 2090',
    (_, view) => view.setUint32(HEADER + 56, 90 * 365 * 86_400),
    HEADER + 56,
    {},
    childBuilt,
  ),
];

const short = built.bytes().subarray(0, BAT + 8);
const wide = buildImage({ ...DYNAMIC, virtualSizeBytes: 3 * BLOCK, extraEntries: 200 });

const empty = buildImage({ ...DYNAMIC, blocks: [] });
const table: readonly RuleRow[] = [
  row(
    'bat-outside-file',
    'table at 1 GiB',
    (_, view) => view.setBigUint64(HEADER + 16, 2n ** 30n),
    HEADER + 16,
  ),
  {
    rule: 'bat-cut-short',
    damage: 'file cut after two entries',
    found: (context) => findingsOf(short, context),
    at: HEADER + 16,
    affects: [[16, 16]],
    follows: ['block-outside-file', 'footer-missing'],
  },
  row('bat-too-small', 'two entries of four', (_, view) => view.setUint32(HEADER + 28, 2), HEADER + 28, {
    affects: [[16, 16]],
    follows: ['bat-padding', 'leaked-space'],
  }),
  row(
    'structures-overlap',
    'table over the end of the parent’s name in the header',
    (bytes, view) => {
      bytes.copyWithin(1024, BAT, BAT + 16);
      view.setBigUint64(HEADER + 16, 1024n);
    },
    1024,
  ),
  row('bat-unaligned', 'table 4 bytes further', moveTable, HEADER + 16, {}, spacious),
  row('bat-padding', 'mixed padding', (bytes) => bytes.set([0, 1, 2], BAT + 100), BAT + 16),
  row(
    'bat-room',
    'a million entries',
    (_, view) => view.setUint32(HEADER + 28, 1_000_000),
    HEADER + 28,
    {},
    empty,
  ),
];

function moveTable(bytes: Uint8Array, view: DataView): void {
  bytes.copyWithin(BAT + 4, BAT, BAT + 16);
  view.setUint32(BAT, 0xffffffff);
  view.setBigUint64(HEADER + 16, BigInt(BAT + 4));
}

/** With Xen's map behind the table, sound but for the change. */
function mapped(change: (header: DataView) => void): Uint8Array {
  const xen = buildImage({ ...DYNAMIC, creator: 'tap\0', gapSectors: (index) => (index === 0 ? 2 : 0) });
  return changed(xen, (bytes) => {
    const map = BAT + 512;
    bytes.set(
      [...'tdbatmap'].map((char) => char.charCodeAt(0)),
      map,
    );
    const view = new DataView(bytes.buffer, map, 512);
    view.setBigUint64(8, BigInt(map + 512));
    view.setUint32(16, 1);
    view.setUint32(20, 0x00010002);
    view.setUint32(24, 0xffffffff);
    change(view);
  });
}

const large = buildImage({
  ...DYNAMIC,
  virtualSizeBytes: 8192 * BLOCK,
  geometry: [65535, 16, 255],
  gapSectors: (index) => (index === 0 ? 2 : 0),
  creator: 'tap\0',
});

const map: readonly RuleRow[] = [
  mapRow('batmap-version', 'version 2.0', (view) => view.setUint32(20, 0x00020000), 20),
  mapRow('batmap-stale', 'marked as stale', (view) => view.setUint8(28, 1), 28),
  {
    rule: 'batmap-size',
    damage: 'a map of one sector for 8192 blocks',
    found: (context) =>
      findingsOf(
        changed(large, (bytes) => {
          const at = BAT + 8192 * 4;
          bytes.set(mapped(() => {}).subarray(BAT + 512, BAT + 512 + 29), at);
          new DataView(bytes.buffer).setBigUint64(at + 8, BigInt(at + 512));
        }),
        context,
      ),
    at: BAT + 8192 * 4 + 16,
  },
];

function mapRow(rule: string, damage: string, change: (header: DataView) => void, at: number): RuleRow {
  const bytes = mapped(change);
  return { rule, damage, found: (context) => findingsOf(bytes, context), at: BAT + 512 + at };
}

const blocks: readonly RuleRow[] = [
  row('block-outside-file', 'entry behind the end', (_, view) => view.setUint32(BAT, 1000), BAT, {
    affects: [[0, 8]],
  }),
  row('block-over-structure', 'entry at the header', (_, view) => view.setUint32(BAT, 1), BAT, {
    affects: [[0, 8]],
  }),
  row(
    'blocks-overlap',
    'two entries alike',
    (_, view) => view.setUint32(BAT, view.getUint32(BAT + 8)),
    BAT + 8,
    {
      affects: [
        [0, 8],
        [16, 8],
      ],
    },
  ),
];

export const headerRows: readonly RuleRow[] = [...header, ...table, ...map, ...blocks];

/** Entries beyond the need, unused, are no finding: for the test of sound images. */
export const soundWide = wide;
