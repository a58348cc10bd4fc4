/** Rows of the rules about Xen's map of the wholly written blocks. */
import { type ImageOptions, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { xenImage } from '../../support/xenImage.ts';
import { findingsOf, type RuleRow } from './ruleRow.ts';

const BLOCK = 16 * 1024;
const BLOCK_SECTORS = BLOCK / SECTOR;
const data = new Uint8Array(BLOCK).fill(7);
const bits = Uint8Array.from({ length: BLOCK_SECTORS }, (_, i) => (i === 9 ? 0 : 1));
const shape: ImageOptions = {
  type: 'differencing',
  virtualSizeBytes: 8 * BLOCK,
  blockSizeBytes: BLOCK,
  parent: { id: mixedEndianId(9), name: 'base.vhd' },
  blocks: [
    [1, { data }],
    [3, { data, bits }],
  ],
};
const sound = xenImage(shape, [1]);

function damaged(change: (view: DataView) => void): RuleRow['found'] {
  const bytes = sound.bytes.slice();
  change(new DataView(bytes.buffer));
  return (context) => findingsOf(bytes, context);
}

const { headerOffset, bitsOffset, built } = sound;
const follows = ['locators-none'];
const place = { rule: 'batmap-place', at: headerOffset + 8, follows };

export const batmapRows: readonly RuleRow[] = [
  {
    ...place,
    damage: 'Xen’s map behind the end of the file',
    found: damaged((view) => view.setBigUint64(headerOffset + 8, 2n ** 63n)),
  },
  {
    ...place,
    damage: 'Xen’s map on top of a block',
    found: damaged((view) =>
      view.setBigUint64(headerOffset + 8, BigInt((built.places.get(3) ?? 0) + SECTOR)),
    ),
  },
  {
    ...place,
    damage: 'Xen’s map on top of the table',
    found: damaged((view) => view.setBigUint64(headerOffset + 8, BigInt(built.batOffset))),
  },
  {
    rule: 'batmap-checksum',
    damage: 'a byte of Xen’s map changed',
    at: headerOffset + 24,
    follows,
    found: damaged((view) => view.setUint8(bitsOffset + 100, 1)),
  },
  {
    rule: 'batmap-bits',
    damage: 'Xen’s map calls a block written that is not in the file',
    at: bitsOffset,
    follows,
    affects: [[5 * BLOCK_SECTORS, BLOCK_SECTORS]],
    found: (context) => findingsOf(xenImage(shape, [1, 5]).bytes, context),
  },
  {
    rule: 'batmap-bits',
    damage: 'Xen’s map calls a block wholly written of which a bit is clear',
    at: bitsOffset,
    follows,
    affects: [[3 * BLOCK_SECTORS, BLOCK_SECTORS]],
    found: (context) => findingsOf(xenImage(shape, [1, 3]).bytes, context),
  },
];
