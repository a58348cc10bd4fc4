import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileView } from '../../../../src/engine/api.ts';
import {
  filesOfRow,
  LAST_COLUMN,
  type TreeRow,
  treeRows,
  UNFOLDED_ROWS,
} from '../../../../src/ui/tree/treeLayout.ts';
import { type FileSketch, filesOf, findingOf } from '../../../support/pileOf.ts';

const options = { chain: [], keep: new Set<number>(), unfolded: new Set<number>() };

function drawn(rows: readonly TreeRow[]): string[] {
  return rows.map((row) => {
    const name = row.kind === 'file' ? row.file.name : `[${row.files.map((file) => file.name).join(' ')}]`;
    return `${row.startsTree ? '-- ' : ''}${' '.repeat(row.column)}${name}`;
  });
}

const chainOf = (count: number, findingsAt: readonly number[] = []): FileSketch[] =>
  Array.from({ length: count }, (_, i) => ({
    name: String(i),
    ...(i < count - 1 ? { parent: String(i + 1) } : {}),
    findings: findingsAt.includes(i) ? [findingOf('footer-lost', 'warning')] : [],
  }));

describe('the tree as rows', () => {
  it('puts children above parents and branches beside the chain in view', () => {
    const files = filesOf([
      { name: 'now', parent: 'b' },
      { name: 'side1', parent: 'c' },
      { name: 'b', parent: 'c' },
      { name: 'c', parent: 'base' },
      { name: 'side2', parent: 'base' },
      { name: 'base' },
    ]);
    const chain = [1, 3, 4, 6];
    expect(drawn(treeRows(files, { ...options, chain }))).toEqual([
      'now',
      'b',
      ' side1',
      'c',
      ' side2',
      'base',
    ]);
  });

  it('runs the chain in view down the first column, whichever branch it is', () => {
    const files = filesOf([
      { name: 'now', parent: 'base' },
      { name: 'old', parent: 'base' },
      { name: 'base' },
    ]);
    expect(drawn(treeRows(files, { ...options, chain: [2, 3] }))).toEqual(['old', ' now', 'base']);
  });

  it('gives two branches of one parent columns of their own', () => {
    const files = filesOf([
      { name: 'a', parent: 'base' },
      { name: 'b', parent: 'base' },
      { name: 'c', parent: 'base' },
      { name: 'base' },
    ]);
    expect(drawn(treeRows(files, options))).toEqual(['a', '  c', ' b', 'base']);
  });

  it('puts orphans last, under a dashed line', () => {
    const files = filesOf([
      { name: 'lost', more: { link: 'orphan' } },
      { name: 'now', parent: 'base' },
      { name: 'base' },
    ]);
    expect(drawn(treeRows(files, { ...options, chain: [2, 3] }))).toEqual(['now', 'base', '-- lost']);
  });

  it('shows files that only a cycle holds together', () => {
    const files = filesOf([
      { name: 'a', parent: 'b', more: { link: 'cycle' } },
      { name: 'b', parent: 'a', more: { link: 'cycle' } },
    ]);
    expect(treeRows(files, options).flatMap(filesOfRow)).toHaveLength(2);
  });

  it('folds unbranched stretches of trees above twelve rows, and unfolds them', () => {
    const files = filesOf(chainOf(64));
    const rows = treeRows(files, { ...options, chain: files.map(({ id }) => id) });
    expect(rows.map(({ kind }) => kind)).toEqual(['file', 'fold', 'file']);
    expect(filesOfRow(rows[1] as TreeRow).map(({ name }) => name)).toEqual(
      Array.from({ length: 62 }, (_, i) => String(i + 1)),
    );
    expect(treeRows(files, { ...options, unfolded: new Set([2]) })).toHaveLength(64);
    const parted = { ...options, unfolded: new Set([2, 40]), keep: new Set([20]) };
    expect(treeRows(files, parted)).toHaveLength(64);
    expect(treeRows(filesOf(chainOf(UNFOLDED_ROWS)), options)).toHaveLength(UNFOLDED_ROWS);
  });

  it('never folds away a file with findings or the selected one', () => {
    const files = filesOf(chainOf(20, [7]));
    const rows = treeRows(files, { ...options, keep: new Set([13]) });
    expect(rows.map((row) => (row.kind === 'fold' ? row.files.length : row.file.name))).toEqual([
      '0',
      6,
      '7',
      4,
      '12',
      6,
      '19',
    ]);
  });

  it('shows every file of any forest exactly once, each above its parent', () => {
    const forest = fc
      .array(fc.nat(30), { minLength: 1, maxLength: 30 })
      .map((parents) =>
        filesOf(
          parents.map(
            (parent, i): FileSketch =>
              parent < i ? { name: `f${i}`, parent: `f${parent}` } : { name: `f${i}` },
          ),
        ),
      );
    fc.assert(
      fc.property(forest, fc.nat(), (files, pick) => {
        const leaf = files[pick % files.length] as FileView;
        const chain: number[] = [];
        for (let at: FileView | undefined = leaf; at; at = files.find(({ id }) => id === at?.parent))
          chain.push(at.id);
        const rows = treeRows(files, { ...options, chain });
        const shown = rows.flatMap(filesOfRow);
        expect(shown.map(({ id }) => id).sort((a, b) => a - b)).toEqual(files.map(({ id }) => id));
        for (const [i, file] of shown.entries()) {
          if (file.parent !== null)
            expect(shown.findIndex(({ id }) => id === file.parent)).toBeGreaterThan(i);
        }
        for (const row of rows) {
          expect(row.column).toBeLessThanOrEqual(LAST_COLUMN);
          if (filesOfRow(row).some(({ id }) => chain.includes(id))) expect(row.column).toBe(0);
        }
      }),
    );
  });
});
