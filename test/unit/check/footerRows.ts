/** Rows of the rules about footers, sizes, and files of which no disk is seen. */

import { checkFile } from '../../../src/check/checkFile.ts';
import { openRaw } from '../../../src/formats/raw/open.ts';
import { type BuiltImage, buildImage, type ImageOptions } from '../../support/imageBuilder.ts';
import { changed, fileFrom, findingsOf, type RuleRow } from './ruleRow.ts';

const BLOCK = 4096;
const GIB = 1024 ** 3;
export const DYNAMIC: ImageOptions = {
  type: 'dynamic',
  layout: 'packed',
  virtualSizeBytes: 4 * BLOCK,
  blockSizeBytes: BLOCK,
  blocks: [
    [0, { data: new Uint8Array(BLOCK).fill(1) }],
    [2, { data: new Uint8Array(BLOCK).fill(2) }],
  ],
};
const FIXED: ImageOptions = {
  type: 'fixed',
  virtualSizeBytes: 8192,
  data: new Uint8Array(8192).fill(7),
};

type Changes = Partial<Omit<RuleRow, 'rule' | 'damage' | 'found'>>;

/** The finding is `at` bytes into the footer at the end. */
function inFooter(
  rule: string,
  damage: string,
  options: ImageOptions,
  at: number,
  more: Changes = {},
): RuleRow {
  const built = buildImage(options);
  return {
    rule,
    damage,
    found: (context) => findingsOf(built, context),
    at: built.footerOffset + at,
    ...more,
  };
}

/** Both footers are changed alike; the finding is `at` bytes into the one at the end. */
function inBoth(
  rule: string,
  damage: string,
  options: ImageOptions,
  change: (bytes: Uint8Array, view: DataView) => void,
  at: number,
  more: Changes = {},
): RuleRow {
  const built = buildImage(options);
  const places = options.type === 'fixed' ? [built.footerOffset] : [0, built.footerOffset];
  const bytes = changed(built, (all) => {
    for (const place of places) {
      const footer = all.subarray(place, place + 512);
      change(footer, new DataView(footer.buffer, footer.byteOffset, 512));
    }
  });
  return {
    rule,
    damage,
    found: (context) => findingsOf(bytes, context),
    at: built.footerOffset + at,
    ...more,
  };
}

function ofBytes(rule: string, damage: string, bytes: Uint8Array, at: number, more: Changes = {}): RuleRow {
  return { rule, damage, found: (context) => findingsOf(bytes, context), at, ...more };
}

function appended(built: BuiltImage, lengthBytes: number, byte = 0x20): Uint8Array {
  const bytes = new Uint8Array(built.sizeBytes + lengthBytes).fill(byte);
  bytes.set(built.bytes());
  return bytes;
}

const dynamic = buildImage(DYNAMIC);
const fixed = buildImage(FIXED);
const farFixed = buildImage({ ...FIXED, virtualSizeBytes: 8192 });

const footers: readonly RuleRow[] = [
  ofBytes(
    'footer-lost',
    'no footer at either end',
    buildImage({ ...DYNAMIC, endFooter: 0, footerCopy: false }).bytes(),
    dynamic.sizeBytes - 1024,
  ),
  ofBytes(
    'footer-missing',
    'footer at the end cut off',
    dynamic.bytes().subarray(0, dynamic.footerOffset),
    dynamic.footerOffset - 512,
  ),
  ofBytes(
    'footer-missing',
    'cut in front of a block whose footer an appended block left behind',
    leftBehind(),
    dynamic.sizeBytes + 8 * 512,
    { follows: ['footer-copy-missing'] },
  ),
  ofBytes('trailing-data', '1000 bytes behind a fixed disk', appended(fixed, 1000), fixed.sizeBytes),
  ofBytes('trailing-data', '3 MiB behind a fixed disk', appended(farFixed, 3 * 2 ** 20), farFixed.sizeBytes),
  ofBytes('trailing-data', '1000 bytes behind a dynamic disk', appended(dynamic, 1000), dynamic.sizeBytes),
  ofBytes('trailing-data', '9 MiB behind a dynamic disk', appended(dynamic, 9 * 2 ** 20), dynamic.sizeBytes),
  ofBytes(
    'trailing-data',
    '1000 bytes behind a dynamic disk without a copy of its footer',
    appended(buildImage({ ...DYNAMIC, footerCopy: false }), 1000),
    dynamic.sizeBytes,
    { follows: ['footer-copy-missing'] },
  ),
  ofBytes(
    'footer-copy-missing',
    'copy of the footer zeroed',
    buildImage({ ...DYNAMIC, footerCopy: false }).bytes(),
    0,
  ),
  ofBytes(
    'footer-copy-differs',
    'another time in the copy',
    changed(dynamic, (_, view) => view.setUint32(24, 5)),
    0,
  ),
  ofBytes(
    'footer-checksum',
    'one bit of the footer flipped',
    changed(dynamic, (bytes) => bytes.set([0x20], dynamic.footerOffset + 36), true),
    dynamic.footerOffset + 64,
  ),
  inFooter('footer-511-bytes', 'footer of old Virtual PC', { ...DYNAMIC, endFooter: 511 }, 0),
  ofBytes(
    'footer-cut',
    'fixed disk cut inside its footer',
    fixed.bytes().subarray(0, fixed.footerOffset + 200),
    fixed.footerOffset,
    { follows: ['not-a-disk'] },
  ),
  ofBytes(
    'footer-in-use',
    'footer written over by Xen',
    changed(dynamic, (bytes) => bytes.fill(0xc7, dynamic.footerOffset), true),
    dynamic.footerOffset,
    { follows: ['footer-missing'] },
  ),
  ofBytes(
    'file-size-unaligned',
    '100 bytes too many before the footer',
    buildImage({ ...DYNAMIC, slackBytes: 100 }).bytes(),
    dynamic.footerOffset + 100,
  ),
  inBoth(
    'footer-reserved',
    'text in the reserved bytes',
    DYNAMIC,
    (footer) => footer.set([65, 66], 300),
    300,
  ),
  inFooter('format-version', 'version 1.5', { ...DYNAMIC, formatVersion: 0x00010005 }, 12),
  inFooter('format-version', 'version 2.0', { ...DYNAMIC, formatVersion: 0x00020000 }, 12),
  inFooter('disk-type', 'type 5', { ...DYNAMIC, diskType: 5 }, 60),
  inFooter('disabled-by-resize', 'cookie v_poison', { ...DYNAMIC, cookie: 'v_poison' }, 0),
  inFooter('saved-state', 'saved state 1', { ...DYNAMIC, savedState: 1 }, 84),
  inFooter('temporary-disk', 'feature “temporary”', { ...DYNAMIC, features: 3 }, 8),
  inFooter('features-unknown', 'reserved feature clear', { ...DYNAMIC, features: 0 }, 8),
  inFooter('id-empty', 'id of zeros', { ...DYNAMIC, id: new Uint8Array(16) }, 68),
  inBoth(
    'host-system-unknown',
    'host system “Lnx5”',
    DYNAMIC,
    (footer) => footer.set(new TextEncoder().encode('Lnx5'), 36),
    36,
  ),
  inFooter(
    'geometry-unlike-size',
    'heads and cylinders swapped',
    { ...DYNAMIC, virtualSizeBytes: 2 ** 20, geometry: [7, 17, 17], blocks: [] },
    56,
  ),
  inFooter('time-in-future', 'time stamp of 2090', { ...DYNAMIC, timeStamp: 90 * 365 * 86_400 }, 24),
];

/** A block was appended behind a footer that stayed: what follows that footer is no rubbish. */
function leftBehind(): Uint8Array {
  const built = buildImage({ ...DYNAMIC, footerCopy: false });
  const bytes = appended(built, 9 * 512, 0);
  const place = built.footerOffset + 512;
  new DataView(bytes.buffer).setUint32(built.batOffset + 4, place / 512);
  bytes[place] = 0xff;
  return bytes;
}

const sizes: readonly RuleRow[] = [
  inFooter('size-invalid', 'size 0', { ...DYNAMIC, currentSize: 0n }, 48),
  inFooter(
    'size-over-limit',
    '2041 GiB',
    {
      ...DYNAMIC,
      virtualSizeBytes: 2041 * GIB,
      blockSizeBytes: 2 ** 21,
      blocks: [],
      geometry: [65535, 16, 255],
    },
    48,
  ),
  inBoth(
    'size-not-sectors',
    '100 bytes more than whole sectors',
    { ...DYNAMIC, currentSize: BigInt(4 * BLOCK + 100) },
    () => {},
    48,
  ),
  inFooter(
    'size-by-geometry',
    'Virtual PC, sizes differ',
    { ...DYNAMIC, virtualSizeBytes: 40_000, creator: 'vpc ', geometry: [1, 4, 17], blocks: [] },
    56,
  ),
  inFooter('size-ambiguous', 'unknown maker, sizes differ', { ...DYNAMIC, creator: 'new?', blocks: [] }, 48),
  inFooter(
    'geometry-empty',
    'qemu without cylinders',
    { ...DYNAMIC, creator: 'qemu', geometry: [0, 0, 0] },
    56,
  ),
  inFooter('geometry-beyond-size', 'geometry of a larger disk', { ...DYNAMIC, geometry: [2, 4, 17] }, 56),
  inFooter(
    'geometry-unlike-size',
    'geometry of a disk half as large',
    { ...DYNAMIC, virtualSizeBytes: 2 ** 20, geometry: [15, 4, 17], blocks: [] },
    56,
  ),
  inBoth('original-size', 'disk was smaller once', DYNAMIC, (_, view) => view.setBigUint64(40, 8192n), 40),
  inFooter(
    'fixed-data-short',
    'fixed disk without its last 2 sectors',
    { ...FIXED, currentSize: 9216n, geometry: [0, 4, 17] },
    48,
    {
      affects: [[16, 2]],
      follows: [],
    },
  ),
  inFooter(
    'fixed-data-long',
    'two sectors behind the disk',
    { ...FIXED, currentSize: 7168n, geometry: [0, 4, 17] },
    48,
  ),
  inFooter('fixed-data-offset', 'fixed disk with a header’s place', { ...FIXED, dataOffset: 512n }, 16),
];

const text = new TextEncoder().encode('Dear reader, '.repeat(100));
const bootSector = new Uint8Array(1100);
bootSector.set([0x55, 0xaa], 510);
const vhdx = new Uint8Array(0x30000);
vhdx.set(new TextEncoder().encode('vhdxfile'));

const noDisks: readonly RuleRow[] = [
  ofBytes('not-a-disk', 'a letter', text, 0),
  ofBytes('file-empty', 'an empty file', new Uint8Array(0), 0),
  ofBytes('raw-size-not-sectors', 'raw disk cut inside a sector', bootSector, 1024),
  {
    rule: 'raw-by-hand',
    damage: 'a letter opened as a raw disk',
    found: async (context) =>
      (await checkFile(await openRaw(fileFrom('a.txt', text.subarray(0, 1024))), context)).findings,
    at: 0,
  },
  ofBytes('vhdx-not-supported', 'a VHDX with damaged headers', vhdx, 0, { follows: ['vhdx-header-invalid'] }),
  ofBytes('vhdx-header-invalid', 'a VHDX with damaged headers', vhdx, 0x10000, {
    follows: ['vhdx-not-supported'],
  }),
];

export const footerRows: readonly RuleRow[] = [...footers, ...sizes, ...noDisks];
