/** Sound images in every layout and with every oddity of real makers that must not raise an alarm. */
import {
  type BuiltImage,
  bigEndianId,
  buildImage,
  type ImageOptions,
  mixedEndianId,
  utf16le,
} from '../../support/imageBuilder.ts';

const BLOCK = 16 * 1024;
const filled = (...blocks: number[]): NonNullable<ImageOptions['blocks']> =>
  blocks.map((block) => [block, { data: new Uint8Array(BLOCK).fill(block + 1) }]);
const shape: ImageOptions = {
  type: 'dynamic',
  virtualSizeBytes: 8 * BLOCK,
  blockSizeBytes: BLOCK,
  blocks: filled(5, 0, 7),
};
const locators = [
  { platform: 'W2ku', data: utf16le('C:\\Überblick\\base.vhd'), space: 4096 },
  { platform: 'W2ru', data: utf16le('.\\base.vhd'), space: 512 },
];
const parent = { id: mixedEndianId(9), name: 'C:\\Überblick\\base.vhd', locators };
const bits = Uint8Array.from({ length: BLOCK / 512 }, (_, i) => (i % 3 === 0 ? 1 : 0));
const partial: NonNullable<ImageOptions['blocks']> = [[3, { data: new Uint8Array(BLOCK).fill(4), bits }]];
const child: ImageOptions = { ...shape, type: 'differencing', parent, blocks: partial };
const xen: ImageOptions = {
  ...shape,
  creator: 'tap\0',
  id: bigEndianId(3),
  layout: 'packed',
  hidden: 1,
  extraEntries: 500,
};

const OPTIONS: Readonly<Record<string, ImageOptions>> = {
  'Windows 10, dynamic': shape,
  'Windows 10, dynamic, no blocks': { ...shape, blocks: [] },
  'Windows 10, dynamic, ending inside a block': {
    ...shape,
    virtualSizeBytes: 8 * BLOCK - 3 * 512,
    blocks: filled(1),
  },
  'Windows 10, fixed': { type: 'fixed', virtualSizeBytes: 5 * BLOCK },
  'Windows 10, child': child,
  'Windows 10, child without blocks': { ...child, blocks: [] },
  'Windows 10, child that knows its parent’s time': {
    ...child,
    parent: { ...parent, timeStamp: 600_000_000 },
  },
  'blocks one behind the other': { ...shape, layout: 'packed' },
  'blocks with gaps for alignment': { ...shape, layout: 'packed', gapSectors: () => 7 },
  'slack of 3.5 KiB before the footer': { ...shape, slackBytes: 3584 },
  'disk2vhd: zero padding, largest geometry': {
    ...shape,
    creator: 'd2v\0',
    layout: 'packed',
    batPadding: 0,
    geometry: [65535, 16, 255],
  },
  'qemu: size by geometry': {
    ...shape,
    creator: 'qemu',
    id: bigEndianId(1),
    virtualSizeBytes: 4 * 4 * 17 * 512,
    geometry: [4, 4, 17],
    layout: 'packed',
    blocks: filled(2),
  },
  'qemu with a forced size': { ...shape, creator: 'qem2', geometry: [65535, 16, 255], layout: 'packed' },
  'Virtual PC': {
    ...shape,
    creator: 'vpc ',
    id: bigEndianId(2),
    virtualSizeBytes: 3 * 4 * 17 * 512,
    geometry: [3, 4, 17],
    layout: 'packed',
    blocks: filled(1),
  },
  'Virtual PC, before 2004': { ...shape, layout: 'packed', endFooter: 511 },
  'Xen: hidden, more entries than blocks': xen,
  'a child without locators': { ...child, parent: { id: mixedEndianId(9), name: 'base.vhd' } },
  'a child with a locator of a Mac': {
    ...child,
    parent: {
      id: mixedEndianId(9),
      name: 'base.vhd',
      locators: [{ platform: 'MacX', data: new TextEncoder().encode('file://localhost/base.vhd') }],
    },
  },
  'the room of a locator in sectors': {
    ...child,
    parent: { ...parent, locators: [{ platform: 'W2ru', data: utf16le('.\\base.vhd'), space: 1 }] },
  },
  'no time stamp': { ...shape, timeStamp: 0 },
  'a day ahead, in local time': { ...shape, timeStamp: 820_454_400 + 25 * 3600 },
  'blocks of 512 KiB, as a whole sector of bitmap': {
    type: 'dynamic',
    virtualSizeBytes: 2 ** 21,
    blockSizeBytes: 2 ** 19,
    blocks: [[1, { data: new Uint8Array(2 ** 19).fill(1) }]],
  },
  '2040 GiB': { type: 'dynamic', virtualSizeBytes: 2040 * 2 ** 30, geometry: [65535, 16, 255] },
  'geometry by the specification, rounded down': {
    ...shape,
    virtualSizeBytes: 2 ** 26,
    geometry: [963, 8, 17],
    blocks: filled(9),
  },
};

export const soundImages: readonly (readonly [name: string, image: BuiltImage])[] = Object.entries(
  OPTIONS,
).map(([name, options]) => [name, buildImage(options)] as const);
