/** Rows of the rules about files taken together. */
import { joinSplitFiles } from '../../../src/chain/joinSplitFiles.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import {
  type BuiltImage,
  buildImage,
  type ImageOptions,
  mixedEndianId,
  utf16le,
} from '../../support/imageBuilder.ts';
import { DYNAMIC } from './footerRows.ts';
import { changed, linkFindingsOf, type PileRow, type RuleRow } from './ruleRow.ts';

const base = buildImage({ ...DYNAMIC, id: mixedEndianId(1) });

function childOf(
  parent: number,
  id: number,
  name = 'base.vhd',
  more: Partial<ImageOptions> = {},
): BuiltImage {
  const locators = [{ platform: 'W2ru', data: utf16le(`.\\${name}`) }];
  const timeStamp = more.parent?.timeStamp ?? 0;
  const parentPart = { id: mixedEndianId(parent), name, locators, timeStamp };
  return buildImage({ ...DYNAMIC, type: 'differencing', id: mixedEndianId(id), ...more, parent: parentPart });
}

const child = childOf(1, 2);
const PARENT_ID = 512 + 40;

function row(
  rule: string,
  damage: string,
  pile: readonly (readonly [path: string, source: BuiltImage | Uint8Array])[],
  at: number,
  more: Partial<RuleRow> & { byHand?: readonly [number, number]; of?: number } = {},
): RuleRow {
  const { byHand, of, ...rest } = more;
  const files: PileRow[] = pile.map(([path, source]) => ({ path, source }));
  const found: RuleRow['found'] = (context) =>
    linkFindingsOf(files, context, new Map(byHand ? [byHand] : []), of);
  return { rule, damage, found, at, ...rest };
}

/** Each file on top of the one before; the first is the leaf. */
function deep(layers: number): [string, BuiltImage][] {
  return Array.from({ length: layers }, (_, i) => {
    const id = 1000 + layers - i;
    const name = `d${i + 1}.vhd`;
    const image =
      i === layers - 1
        ? buildImage({ ...DYNAMIC, blocks: [], id: mixedEndianId(id) })
        : childOf(id - 1, id, name, { blocks: [] });
    return [`d${i}.vhd`, image];
  });
}

function pieces(...numbers: readonly string[]): RuleRow['found'] {
  return async () => {
    const files = numbers.map((ending, i) => ({
      path: `${i > 0 && numbers.indexOf(ending) < i ? 'DISK' : 'disk'}.${ending}`,
      file: MemoryFile.of(`disk.${ending}`, new Uint8Array(1024).fill(i), 'read-only'),
    }));
    return (await joinSplitFiles(files)).flatMap(({ findings }) => findings);
  };
}

const damagedBase = changed(base, (_, view) => view.setUint32(base.batOffset, 1000));
const refusedBase = changed(base, (bytes) => bytes.fill(0, 512, 520));

export const linkRows: readonly RuleRow[] = [
  row('parent-missing', 'child alone', [['child.vhd', child]], PARENT_ID),
  row(
    'parent-ambiguous',
    'two copies under other names',
    [
      ['child.vhd', child],
      ['one.vhd', base],
      ['two.vhd', base],
    ],
    PARENT_ID,
  ),
  row(
    'parent-chosen-by-name',
    'a copy beside the parent',
    [
      ['child.vhd', child],
      ['base.vhd', base],
      ['copy.vhd', base],
    ],
    PARENT_ID,
  ),
  row(
    'parent-renamed',
    'parent under another name',
    [
      ['child.vhd', child],
      ['old.vhd', base],
    ],
    512 + 64,
  ),
  row(
    'parent-id-mismatch',
    'pointed at a stranger',
    [
      ['child.vhd', child],
      ['stranger.vhd', buildImage({ ...DYNAMIC, id: mixedEndianId(77) })],
    ],
    PARENT_ID,
    { byHand: [0, 1] },
  ),
  row(
    'wrong-id-for-name',
    'another disk under the parent’s name',
    [
      ['base.vhd', buildImage({ ...DYNAMIC, id: mixedEndianId(77) })],
      ['child.vhd', child],
    ],
    68,
  ),
  row(
    'duplicate-id',
    'a copy in the pile',
    [
      ['base.vhd', base],
      ['copy.vhd', base],
    ],
    68,
  ),
  row(
    'chain-cycle',
    'two files each the other’s parent',
    [
      ['one.vhd', childOf(6, 5, 'two.vhd')],
      ['two.vhd', childOf(5, 6, 'one.vhd')],
    ],
    PARENT_ID,
  ),
  row(
    'parent-size-mismatch',
    'child two sectors larger',
    [
      ['child.vhd', childOf(1, 2, 'base.vhd', { virtualSizeBytes: 4 * 4096 + 1024 })],
      ['base.vhd', base],
    ],
    48,
    { affects: [[32, 2]] },
  ),
  row(
    'parent-time-mismatch',
    'parent’s time remembered otherwise',
    [
      ['child.vhd', childOf(1, 2, 'base.vhd', { parent: { id: mixedEndianId(1), timeStamp: 600_000_000 } })],
      ['base.vhd', base],
    ],
    512 + 56,
  ),
  row(
    'parent-newer',
    'parent stamped two years later',
    [
      ['child.vhd', childOf(1, 2, 'base.vhd', { timeStamp: 600_000_000 })],
      ['base.vhd', base],
    ],
    24,
  ),
  row(
    'several-children',
    'two children',
    [
      ['base.vhd', base],
      ['child.vhd', child],
      ['other.vhd', childOf(1, 3)],
    ],
    0,
  ),
  row('chain-too-deep', '254 layers', deep(254), 0),
  {
    rule: 'piece-missing',
    damage: 'the second of three pieces is not here',
    found: pieces('vhd', 'v02'),
    at: 0,
  },
  { rule: 'piece-repeated', damage: 'two files for one piece', found: pieces('vhd', 'v01', 'v01'), at: 0 },
  row(
    'error-in-parent',
    'parent with a lost block',
    [
      ['child.vhd', child],
      ['base.vhd', damagedBase],
    ],
    PARENT_ID,
  ),
  row(
    'error-in-parent',
    'grandparent missing',
    [
      ['grandchild.vhd', childOf(2, 4, 'child.vhd')],
      ['child.vhd', child],
    ],
    PARENT_ID,
  ),
  row(
    'parent-refused',
    'parent without its header, by id',
    [
      ['child.vhd', child],
      ['elsewhere/base2.vhd', refusedBase],
    ],
    PARENT_ID,
    { follows: ['parent-missing'] },
  ),
  row(
    'parent-refused',
    'parent without a footer, by name',
    [
      ['child.vhd', child],
      ['base.vhd', buildImage({ ...DYNAMIC, endFooter: 0, footerCopy: false })],
    ],
    PARENT_ID,
    { follows: ['parent-missing'] },
  ),
];
