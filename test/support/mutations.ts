/**
 * Damages small VHDs on purpose: fields of footer, header, locators, table entries and bitmaps are set to what breaks
 * readers, bytes are flipped, ranges copied, files cut and stretched. The same seed gives the same damage.
 */
import type { Prng } from '../../src/base/prng.ts';
import { type BuiltImage, buildImage, fixChecksums, mixedEndianId, SECTOR, utf16le } from './imageBuilder.ts';

const BLOCK = 4096;

export interface SoundImage {
  readonly name: string;
  readonly built: BuiltImage;
  readonly bytes: Uint8Array;
}

/** Sound small images of every kind, which together make a chain: differencing ones seek image 0. */
export function soundImages(): SoundImage[] {
  const data = (byte: number) => new Uint8Array(BLOCK).fill(byte);
  const shape = { virtualSizeBytes: 5 * BLOCK - 3 * SECTOR, blockSizeBytes: BLOCK } as const;
  const name = 'image0.vhd';
  const locators = [
    { platform: 'W2ku', data: utf16le(`C:\\disks\\${name}`) },
    { platform: 'W2ru', data: utf16le(`.\\${name}`) },
  ];
  const parent = { id: mixedEndianId(100), name, locators };
  const bits = Uint8Array.from({ length: 8 }, (_, i) => (i % 3) % 2);
  const images = [
    buildImage({
      ...shape,
      type: 'dynamic',
      id: mixedEndianId(100),
      blocks: [
        [0, { data: data(1) }],
        [3, { data: data(2) }],
      ],
    }),
    buildImage({
      ...shape,
      type: 'dynamic',
      id: mixedEndianId(101),
      layout: 'packed',
      creator: 'vpc ',
      blocks: [
        [4, { data: data(3) }],
        [1, { data: data(4) }],
      ],
    }),
    buildImage({
      ...shape,
      type: 'differencing',
      id: mixedEndianId(102),
      layout: 'packed',
      parent,
      blocks: [
        [1, { data: data(5), bits }],
        [0, { data: data(6), bits }],
      ],
    }),
    buildImage({
      ...shape,
      type: 'differencing',
      id: mixedEndianId(103),
      parent: { ...parent, locators: [] },
      blocks: [[2, { data: data(7), bits }]],
    }),
    buildImage({
      ...shape,
      type: 'fixed',
      id: mixedEndianId(104),
      data: new Uint8Array(shape.virtualSizeBytes).fill(8),
    }),
    buildImage({
      ...shape,
      type: 'dynamic',
      id: mixedEndianId(105),
      layout: 'packed',
      endFooter: 511,
      blocks: [[2, { data: data(9) }]],
    }),
  ];
  return images.map((built, i) => ({ name: `image${i}.vhd`, built, bytes: built.bytes() }));
}

/** A damaged copy. */
export function mutated(prng: Prng, image: SoundImage): Uint8Array {
  let bytes: Uint8Array = image.bytes.slice();
  const rounds = 1 + prng.below(3);
  for (let round = 0; round < rounds; round++) bytes = damage(prng, image.built, bytes);
  // Most readers stop at a wrong checksum: with a right one the damage reaches further.
  if (prng.below(10) < 7) fixChecksums(bytes);
  return bytes;
}

function damage(prng: Prng, built: BuiltImage, bytes: Uint8Array): Uint8Array {
  switch (prng.below(10)) {
    case 0:
      return damageFooter(prng, built, bytes);
    case 1:
    case 2:
      return setField(prng, bytes, built.headerOffset, HEADER_FIELDS);
    case 3:
      return setField(prng, bytes, built.headerOffset + 576 + 24 * prng.below(8), LOCATOR_FIELDS);
    case 4:
    case 5:
      return damageTable(prng, built, bytes);
    case 6:
      return damageBitmap(prng, built, bytes);
    case 7:
      return flipBytes(prng, bytes);
    case 8:
      return copyRange(prng, bytes);
    default:
      return resize(prng, bytes);
  }
}

type Fields = readonly (readonly [offset: number, lengthBytes: number])[];
const FOOTER_FIELDS: Fields = [
  [0, 8],
  [8, 4],
  [12, 4],
  [16, 8],
  [24, 4],
  [28, 4],
  [40, 8],
  [48, 8],
  [56, 2],
  [58, 1],
  [59, 1],
  [60, 4],
  [68, 8],
  [84, 1],
];
const HEADER_FIELDS: Fields = [
  [0, 8],
  [8, 8],
  [16, 8],
  [24, 4],
  [28, 4],
  [32, 4],
  [40, 8],
  [56, 4],
  [64, 8],
];
const LOCATOR_FIELDS: Fields = [
  [0, 4],
  [4, 4],
  [8, 4],
  [16, 8],
];

/** Numbers at which arithmetic goes wrong. */
function nastyNumber(prng: Prng, lengthBytes: number): bigint {
  const bits = BigInt(lengthBytes * 8);
  const all = (1n << bits) - 1n;
  const choices = [
    0n,
    1n,
    2n,
    3n,
    4n,
    511n,
    512n,
    1024n,
    4096n,
    all,
    all - 1n,
    all >> 1n,
    (all >> 1n) + 1n,
    1n << BigInt(prng.below(Number(bits))),
    BigInt(prng.next()),
  ];
  return (choices[prng.below(choices.length)] ?? 0n) & all;
}

function setField(prng: Prng, bytes: Uint8Array, structure: number, fields: Fields): Uint8Array {
  const [offset, lengthBytes] = fields[prng.below(fields.length)] ?? [0, 1];
  const at = structure + offset;
  if (structure < 0 || at + lengthBytes > bytes.length) return bytes;
  let value = nastyNumber(prng, lengthBytes);
  for (let i = lengthBytes - 1; i >= 0; i--) {
    bytes[at + i] = Number(value & 255n);
    value >>= 8n;
  }
  return bytes;
}

/** Of the footer at the end, the copy, or (mostly) both in the same way. */
function damageFooter(prng: Prng, built: BuiltImage, bytes: Uint8Array): Uint8Array {
  const places = built.headerOffset < 0 ? [built.footerOffset] : [0, built.footerOffset];
  const which = prng.below(4);
  const changed = which < 2 && places.length > 1 ? [places[which] ?? 0] : places;
  const from = changed[0] ?? 0;
  setField(prng, bytes, from, FOOTER_FIELDS);
  for (const place of changed.slice(1)) {
    if (place + SECTOR <= bytes.length && from + SECTOR <= bytes.length)
      bytes.copyWithin(place, from, from + SECTOR);
  }
  return bytes;
}

function damageTable(prng: Prng, built: BuiltImage, bytes: Uint8Array): Uint8Array {
  if (built.batOffset < 0) return flipBytes(prng, bytes);
  const room = Math.ceil(bytes.length / SECTOR);
  for (let changes = 1 + prng.below(4); changes > 0; changes--) {
    const at = built.batOffset + prng.below(built.batEntries) * 4;
    if (at + 4 > bytes.length) break;
    const choices = [
      prng.below(room + 10),
      prng.below(room),
      0xffffffff,
      0xfffffffe,
      0,
      0x7fffffff,
      prng.next(),
    ];
    new DataView(bytes.buffer).setUint32(at, choices[prng.below(choices.length)] ?? 0);
  }
  return bytes;
}

function damageBitmap(prng: Prng, built: BuiltImage, bytes: Uint8Array): Uint8Array {
  for (const place of built.places.values()) if (place < bytes.length) bytes[place] = prng.next();
  return bytes;
}

function flipBytes(prng: Prng, bytes: Uint8Array): Uint8Array {
  for (let changes = 1 + prng.below(20); changes > 0 && bytes.length > 0; changes--) {
    // Structures are more worth than data.
    const limit = prng.below(2) === 0 ? Math.min(2048, bytes.length) : bytes.length;
    const at = prng.below(limit);
    bytes[prng.below(4) === 0 ? bytes.length - 1 - (at % SECTOR) : at] = prng.next();
  }
  return bytes;
}

function copyRange(prng: Prng, bytes: Uint8Array): Uint8Array {
  const length = prng.below(1500);
  const step = prng.below(2) === 0 ? SECTOR : 1;
  const from = Math.floor(prng.below(bytes.length + 1) / step) * step;
  const to = Math.floor(prng.below(bytes.length + 1) / step) * step;
  bytes.copyWithin(to, from, Math.min(bytes.length, from + length));
  return bytes;
}

function resize(prng: Prng, bytes: Uint8Array): Uint8Array {
  if (prng.below(3) > 0) return bytes.slice(0, prng.below(bytes.length + 1));
  const longer = new Uint8Array(bytes.length + prng.below(5000));
  longer.set(bytes);
  return longer;
}
