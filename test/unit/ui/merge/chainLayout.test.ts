import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MergeNode } from '../../../../src/engine/api.ts';
import { columnsOf, LAST_COLUMN, parentsOf } from '../../../../src/ui/merge/picture/chainForest.ts';
import {
  type ChainLayout,
  type ChainSide,
  chainLayout,
  UNFOLDED_ROWS,
} from '../../../../src/ui/merge/picture/chainLayout.ts';
import { longChain, nodesOf } from './chainSketch.ts';

const NONE: ReadonlySet<number> = new Set();

/** One line a row: `0 name`, a column is two spaces. */
function drawn(side: ChainSide, rows: number): string[] {
  return Array.from({ length: rows }, (_, row) => {
    const item = side.items.find((one) => one.row === row);
    if (!item) return '';
    const words =
      item.kind === 'file'
        ? `${item.node.layer ?? '-'} ${item.label}`
        : `${item.from}..${item.to} (${item.nodes.length})`;
    return '  '.repeat(item.column) + words;
  });
}

/** Rails as pairs of rows. */
const joined = (side: ChainSide) => side.rails.map(({ fromRow, toRow }) => `${fromRow}-${toRow}`).sort();

const BEFORE = nodesOf([
  '0 now > one merged',
  '1 one > two merged',
  '- side > two',
  '2 two > three merged',
  '3 three > four merged',
  '- other > four',
  '4 four > base',
  '5 base',
]);

describe('the chain before and after', () => {
  it('puts what stays at the same height, and a new file at that of the newest it stands for', () => {
    const after = nodesOf(['- made > four new', '- other > four', '4 four > base', '5 base']);
    const layout = chainLayout(BEFORE, after, { first: 0, last: 3, unfolded: NONE });
    expect(drawn(layout.before, layout.rows)).toEqual([
      '0 now',
      '1 one',
      '  - side',
      '2 two',
      '3 three',
      '  - other',
      '4 four',
      '5 base',
    ]);
    expect(drawn(layout.after, layout.rows)).toEqual([
      '- made',
      '',
      '',
      '',
      '',
      '  - other',
      '4 four',
      '5 base',
    ]);
    expect(joined(layout.before)).toEqual(['0-1', '1-3', '2-3', '3-4', '4-6', '5-6', '6-7']);
    expect(joined(layout.after)).toEqual(['0-6', '5-6', '6-7']);
    expect(layout.bracket).toEqual({ fromRow: 0, toRow: 4 });
    expect(layout.gap).toEqual({ row: 1, rows: 4 });
    expect(layout.columns).toBe(2);
  });

  it('leaves the target of a merge in place where it was, and the gap above it', () => {
    const { before, after } = longChain(6, 1, 3, 'in-place');
    const layout = chainLayout(before, after, { first: 1, last: 3, unfolded: NONE });
    expect(drawn(layout.after, layout.rows)).toEqual(['0 f0', '', '', '3 f3', '4 f4', '5 f5']);
    expect(joined(layout.after)).toEqual(['0-3', '3-4', '4-5']);
    expect(layout.gap).toEqual({ row: 1, rows: 2 });
  });

  it('gives a new file a row of its own where the old ones stay beside it', () => {
    const before = nodesOf(['0 leaf > base', '1 base']);
    const after = nodesOf(['- made > base new', '0 leaf > base', '1 base']);
    const layout = chainLayout(before, after, { first: 0, last: 0, unfolded: NONE });
    expect(drawn(layout.before, layout.rows)).toEqual(['', '0 leaf', '1 base']);
    expect(drawn(layout.after, layout.rows)).toEqual(['- made', '  0 leaf', '1 base']);
  });

  it('draws a new file beside the old ones, and lets no two lines share a column', () => {
    const after = nodesOf([
      '- made > four new',
      '0 now > one',
      '1 one > two',
      '- side > two',
      '2 two > three',
      '3 three > four',
      '- other > four',
      '4 four > base',
      '5 base',
    ]);
    const layout = chainLayout(BEFORE, after, { first: 0, last: 3, unfolded: NONE });
    expect(drawn(layout.before, layout.rows)[0]).toBe('');
    expect(drawn(layout.before, layout.rows)[1]).toBe('0 now');
    expect(drawn(layout.after, layout.rows)).toEqual([
      '- made',
      '  0 now',
      '  1 one',
      '    - side',
      '  2 two',
      '  3 three',
      '    - other',
      '4 four',
      '5 base',
    ]);
    const alone = nodesOf(['- made new', '0 leaf > base', '1 base']);
    const two = nodesOf(['0 leaf > base merged', '1 base merged']);
    const flat = chainLayout(two, alone, { first: 0, last: 1, unfolded: NONE });
    expect(drawn(flat.after, flat.rows)).toEqual(['- made', '0 leaf', '1 base']);
    expect(joined(flat.after)).toEqual(['1-2']);
  });

  it('drops what the names share and their endings, but never what tells two files apart', () => {
    const label = (lines: string[]) =>
      chainLayout(nodesOf(lines), [], { first: 0, last: 1, unfolded: NONE }).before.items.map((item) =>
        item.kind === 'file' ? item.label : '',
      );
    expect(label(['0 disk_aa.avhd > disk.vhd', '1 disk.vhd'])).toEqual(['aa', 'disk']);
    expect(label(['0 a/b/disk_aa.avhd > a/disk.vhd', '1 a/disk.vhd'])).toEqual(['aa', 'disk']);
    expect(label(['0 a/disk.vhd > b/disk.vhd', '1 b/disk.vhd'])).toEqual(['a/disk.vhd', 'b/disk.vhd']);
    expect(label(['0 disk.avhd > disk.vhd', '1 disk.vhd'])).toEqual(['disk.avhd', 'disk.vhd']);
  });
});

describe('long chains', () => {
  it('fold to one row on both sides, but never the ends of the stretch, the leaf or the base', () => {
    const { before, after } = longChain(64, 20, 40, 'in-place');
    const layout = chainLayout(before, after, { first: 20, last: 40, unfolded: NONE });
    expect(drawn(layout.before, layout.rows)).toEqual([
      '0 f0',
      '1..18 (18)',
      '19 f19',
      '20 f20',
      '21..39 (19)',
      '40 f40',
      '41..62 (22)',
      '63 f63',
    ]);
    expect(drawn(layout.after, layout.rows)).toEqual([
      '0 f0',
      '1..18 (18)',
      '19 f19',
      '',
      '',
      '40 f40',
      '41..62 (22)',
      '63 f63',
    ]);
    expect(layout.bracket).toEqual({ fromRow: 3, toRow: 5 });
    expect(joined(layout.before)).toEqual(['0-1', '1-2', '2-3', '3-4', '4-5', '5-6', '6-7']);
    expect(joined(layout.after)).toEqual(['0-1', '1-2', '2-5', '5-6', '6-7']);
  });

  it('stay as they are up to twelve rows, and where one layer of a fold was asked for', () => {
    const short = longChain(UNFOLDED_ROWS, 3, 5, 'new-file');
    const all = chainLayout(short.before, short.after, { first: 3, last: 5, unfolded: NONE });
    expect(all.rows).toBe(UNFOLDED_ROWS);
    const { before, after } = longChain(20, 3, 5, 'new-file');
    const folded = chainLayout(before, after, { first: 3, last: 5, unfolded: NONE });
    const opened = chainLayout(before, after, { first: 3, last: 5, unfolded: new Set([10]) });
    expect(folded.rows).toBe(9);
    expect(opened.rows).toBe(20);
  });

  it('keep a file with a branch in sight', () => {
    const { before } = longChain(20, 0, 1, 'in-place');
    const branch: MergeNode = { name: 'side', sizeBytes: 1, layer: null, parent: 10, role: 'stays' };
    const moved = before.map((node) => ({
      ...node,
      parent: node.parent !== null && node.parent >= 10 ? node.parent + 1 : node.parent,
    }));
    const nodes = [...moved.slice(0, 10), { ...branch, parent: 11 }, ...moved.slice(10)];
    const { before: side, rows } = chainLayout(nodes, [], { first: 0, last: 1, unfolded: NONE });
    const lines = drawn(side, rows);
    expect(lines).toContain('  - side');
    expect(lines).toContain('10 f10');
  });
});

describe('any list', () => {
  const nodes = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'VM_1.vhd', 'VM_2.vhd'),
      sizeBytes: fc.nat(),
      layer: fc.option(fc.nat(40), { nil: null }),
      parent: fc.option(fc.integer({ min: -1, max: 30 }), { nil: null }),
      role: fc.constantFrom<MergeNode['role']>('stays', 'merged', 'target', 'new'),
    }),
    { maxLength: 30 },
  );

  function files(side: ChainSide): number {
    return side.items.reduce((sum, item) => sum + (item.kind === 'file' ? 1 : item.nodes.length), 0);
  }
  function rowsAreDistinct(layout: ChainLayout, side: ChainSide): boolean {
    const rows = side.items.map(({ row }) => row);
    return new Set(rows).size === rows.length && rows.every((row) => row >= 0 && row < layout.rows);
  }

  it('shows every file once, in a row of its own or in one fold, whatever the links say', () => {
    fc.assert(
      fc.property(nodes, nodes, fc.nat(40), fc.nat(40), (before, after, first, last) => {
        const layout = chainLayout(before, after, { first, last, unfolded: NONE });
        expect(files(layout.before)).toBe(before.length);
        expect(files(layout.after)).toBe(after.length);
        expect(rowsAreDistinct(layout, layout.before)).toBe(true);
        expect(rowsAreDistinct(layout, layout.after)).toBe(true);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('has no cycle among the links that are drawn, and no column out of reach', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const parents = parentsOf(list);
        for (let start = 0; start < list.length; start++) {
          let at: number | null = start;
          let steps = 0;
          while (at !== null && steps <= list.length) {
            at = parents[at] ?? null;
            steps++;
          }
          expect(at).toBe(null);
        }
        const columns = columnsOf(
          list,
          list.map((_, i) => i),
        );
        for (const column of columns) expect(column >= 0 && column <= LAST_COLUMN).toBe(true);
      }),
      { seed: 12, numRuns: 300 },
    );
  });
});
