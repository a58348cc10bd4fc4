import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import type { MachineNode } from '../../../../src/engine/api.ts';
import { type LabRow, labRows, rowBelow, rowKey } from '../../../../src/ui/lab/tree/labTree.ts';
import { labViewOf, nodeOf } from '../../../support/labViews.ts';

function rowsOf(
  checkpoints: readonly MachineNode[],
  now: MachineNode | null,
  foundation: string[] = [],
): LabRow[] {
  const view = labViewOf();
  const machine = { ...view.machine, checkpoints, now, foundation: { disk0: foundation } };
  return labRows({ ...view, machine }, 'disk0');
}

describe('rows of the checkpoint table', () => {
  it('stand newest on top, the path of Now in the first column, a branch beside it', () => {
    const rows = labRows(labViewOf(), 'disk0');
    const words = rows.map((row) =>
      row.kind === 'node' ? [row.node.name, row.column, row.layer, row.depth] : row.file,
    );
    expect(words).toEqual([
      ['Now', 0, 0, 5],
      ['load test', 0, 1, 4],
      ['after hotfix', 0, 2, 3],
      ['schema v2', 1, null, 3],
      ['before hotfix', 0, 3, 2],
      ['clean install', 0, 4, 1],
    ]);
  });

  it('end with the files that the machine stands on and does not own', () => {
    const rows = rowsOf([], nodeOf('NOW', 'Now', null), ['mine.avhd', 'mine.vhd']);
    expect(rows.map((row) => [row.file, row.layer, row.depth])).toEqual([
      ['Snapshots/NOW.avhd', 0, 3],
      ['mine.avhd', 1, 2],
      ['mine.vhd', 2, 1],
    ]);
    expect(rows.map((_, i) => rowBelow(rows, i))).toEqual([1, 2, null]);
  });

  it('count layers only over nodes that have a file of the disk', () => {
    const bare = nodeOf('A', 'a', null, { files: {} });
    const rows = rowsOf([bare], nodeOf('NOW', 'Now', 'A'));
    expect(rows.map(({ layer }) => layer)).toEqual([0, null]);
  });

  it('have no layer where the machine was removed', () => {
    const rows = rowsOf([nodeOf('A', 'a', null), nodeOf('B', 'b', 'A')], null);
    expect(rows.map((row) => [rowKey(row), row.layer])).toEqual([
      ['B', null],
      ['A', null],
    ]);
  });

  it('put each node above the one that it stands on, once, in every tree', () => {
    const prng = new Prng(20);
    for (let round = 0; round < 200; round++) {
      const count = 1 + Math.floor(prng.fraction() * 12);
      const nodes = Array.from({ length: count }, (_, i) =>
        nodeOf(`N${i}`, `n${i}`, i === 0 ? null : `N${Math.floor(prng.fraction() * i)}`),
      );
      const now = nodeOf('NOW', 'Now', `N${Math.floor(prng.fraction() * count)}`);
      const rows = rowsOf(nodes, now);
      expect(rows.map(rowKey).sort()).toEqual([...nodes, now].map(({ id }) => id).sort());
      expect(rowKey(rows[0] as LabRow)).toBe('NOW');
      rows.forEach((row, i) => {
        const below = rowBelow(rows, i);
        const parent = row.kind === 'node' ? row.node.parent : null;
        expect(below === null ? null : rowKey(rows[below] as LabRow)).toBe(parent);
        if (below !== null) expect(below).toBeGreaterThan(i);
        // What Now reads, and only that, has a layer and stands in the first column.
        expect(row.layer !== null).toBe(row.column === 0);
      });
    }
  });

  it('do not let two branches that overlap share a column', () => {
    const nodes = [
      nodeOf('R', 'root', null),
      nodeOf('A', 'a', 'R'),
      nodeOf('B', 'b', 'R'),
      nodeOf('C', 'c', 'R'),
    ];
    const rows = rowsOf(nodes, nodeOf('NOW', 'Now', 'A'));
    expect(rows.map((row) => [rowKey(row), row.column])).toEqual([
      ['NOW', 0],
      ['A', 0],
      ['C', 2],
      ['B', 1],
      ['R', 0],
    ]);
  });
});
