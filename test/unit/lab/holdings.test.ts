import { beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../../src/lab/drive/labFolders.ts';
import { holdingsOf } from '../../../src/lab/holdings.ts';
import { HELD_ANSWERS, HELD_NOT, HELD_SHADOWED, type LabHoldings } from '../../../src/lab/labView.ts';
import { type MachineState, NOW } from '../../../src/lab/machine/machine.ts';
import { createBase } from '../../../src/lab/machine/newDisks.ts';
import { nodeOf, pathOf } from '../../../src/lab/machine/tree.ts';
import { LiveGuest } from '../../../src/merge/liveGuest.ts';
import type { FolderTree } from '../../../src/storage/folderTree.ts';
import { type BuiltMachine, buildMachine, SMALL_DISK } from '../../support/builtMachine.ts';
import { SECTOR } from '../../support/imageBuilder.ts';

let module: CoreModule;
let folder: FolderTree;
let built: BuiltMachine;
let state: MachineState;

beforeAll(async () => {
  module = await loadCore();
  folder = memoryTree();
  built = await buildMachine(folder, module, 5);
  ({ state } = built.machine);
});

/** What a row must say, sector by sector from plain arrays. */
function expectedRow(node: string, cells: number, isFixed = false): Uint8Array {
  const { held } = built;
  const path = pathOf(state, NOW).map(({ id }) => held.get(`${id} disk0`) ?? new Uint8Array(0));
  const own = held.get(`${node} disk0`) ?? new Uint8Array(0);
  const isOnPath = pathOf(state, NOW).some(({ id }) => id === node);
  const row = new Uint8Array(cells);
  own.forEach((isHeld, sector) => {
    if (!isHeld && !isFixed) return;
    const first = path.findIndex((layer) => layer[sector] === 1);
    const answers = isOnPath && path[first] === own;
    const from = Math.floor((sector * cells) / own.length);
    const to = Math.ceil(((sector + 1) * cells) / own.length);
    for (let cell = from; cell < to; cell++)
      row[cell] = Math.max(row[cell] ?? 0, answers ? HELD_ANSWERS : HELD_SHADOWED);
  });
  return row;
}

function rowOf({ rows }: LabHoldings, node: string): Uint8Array {
  return rows.find((row) => row.node === node)?.held ?? new Uint8Array(0);
}

describe('cells smaller than a block', () => {
  it.each([10_243, 1_000, 64])(
    'say of %i cells what each file holds and what Now reads from it',
    async (cells) => {
      const holdings = await holdingsOf(folder, state, 'disk0', cells, { module });
      for (const { node, held } of holdings.rows) {
        if (node === state.checkpoints[0]?.id) continue;
        const expected = expectedRow(node, cells);
        // A sector on a boundary may be drawn into either cell; which cells are drawn at all is exact elsewhere.
        const differing = held.findIndex(
          (value, cell) => value !== expected[cell] && !isEdge(expected, cell),
        );
        expect({ cells, node, differing }).toEqual({ cells, node, differing: -1 });
      }
    },
  );

  /** A dynamic disk answers for whole blocks. */
  it('shows the whole blocks of the base', async () => {
    const holdings = await holdingsOf(folder, state, 'disk0', 10_243, { module });
    const base = state.checkpoints[0]?.id ?? '';
    const own = built.held.get(`${base} disk0`) ?? new Uint8Array(0);
    const perBlock = SMALL_DISK.blockSizeBytes / SECTOR;
    const blockHeld = (sector: number) =>
      own.subarray(sector - (sector % perBlock), sector - (sector % perBlock) + perBlock).includes(1);
    const row = rowOf(holdings, base);
    expect(row.findIndex((value, sector) => (value !== HELD_NOT) !== blockHeld(sector))).toBe(-1);
  });
});

function isEdge(row: Uint8Array, cell: number): boolean {
  return [-1, 1].some((step) => row[cell + step] !== row[cell]);
}

describe('cells of a block and more', () => {
  it.each([5, 1])('mark with %i cells each layer that answers any of the cell', async (cells) => {
    const holdings = await holdingsOf(folder, state, 'disk0', cells, { module });
    const perCell = built.machine.virtualSizeBytes.disk0 ?? 0;
    expect(perCell / cells).toBeGreaterThan(SMALL_DISK.blockSizeBytes);
    for (const { node, held } of holdings.rows) {
      const expected = expectedRow(node, cells);
      expected.forEach((value, cell) => {
        if (value === HELD_ANSWERS) expect(held[cell]).toBe(HELD_ANSWERS);
        if (value !== HELD_NOT) expect(held[cell]).not.toBe(HELD_NOT);
      });
    }
  });
});

it('lists Now first and then the newest checkpoint', async () => {
  const { rows } = await holdingsOf(folder, state, 'disk0', 8, { module });
  const newest = [...state.checkpoints].reverse().map(({ id }) => id);
  expect(rows.map(({ node }) => node)).toEqual([NOW, ...newest]);
  expect(rows.map(({ file }) => file)).toEqual([NOW, ...newest].map((id) => nodeOf(state, id).files.disk0));
});

it('marks nothing of a branch that Now does not read as answering', async () => {
  const holdings = await holdingsOf(folder, state, 'disk0', 500, { module });
  const branch = state.checkpoints.slice(2).map(({ id }) => rowOf(holdings, id));
  expect(branch).toHaveLength(2);
  for (const row of branch) {
    expect(row.includes(HELD_SHADOWED)).toBe(true);
    expect(row.includes(HELD_ANSWERS)).toBe(false);
  }
});

it('leaves a file out that is lost, and marks nothing above it as answering: the disk cannot be read', async () => {
  const other = memoryTree();
  const { machine } = await buildMachine(other, module, 8);
  const base = machine.state.checkpoints[0];
  await other.remove(base?.files.disk0 ?? '');
  const { rows } = await holdingsOf(other, machine.state, 'disk0', 100, { module });
  expect(rows.map(({ node }) => node)).not.toContain(base?.id);
  expect(rows).toHaveLength(4);
  for (const { held } of rows) expect(held.includes(HELD_ANSWERS)).toBe(false);
});

it('shows a fixed base as answering wherever nothing newer does', async () => {
  const other = memoryTree();
  const fixed = { ...SMALL_DISK, type: 'fixed' as const };
  const { machine, held } = await buildMachine(other, module, 6, {
    disks: [fixed],
    tree: [
      ['a', null],
      [NOW, 'a'],
    ],
  });
  const cells = fixed.virtualSizeBytes / SECTOR;
  const holdings = await holdingsOf(other, machine.state, 'disk0', cells, { module });
  const now = held.get(`${NOW} disk0`) ?? new Uint8Array(0);
  const expected = now.map((isHeld) => (isHeld ? HELD_SHADOWED : HELD_ANSWERS));
  expect(rowOf(holdings, machine.state.checkpoints[0]?.id ?? '')).toEqual(expected);
});

it('tells disks too large for their bitmaps by their tables', async () => {
  const other = memoryTree();
  const large = { type: 'dynamic' as const, virtualSizeBytes: 64 * 2 ** 30, blockSizeBytes: 2 ** 19 };
  const name = 'Virtual Hard Disks/large.vhd';
  const id = new Uint8Array(16);
  new Prng(3).fill(id);
  await createBase(other, name, large, { id, made: new Date(0) });
  const guest = await LiveGuest.open(other, { names: [name], complete: true, written: [0] }, { module });
  await guest.disk.write(2 ** 26, new Uint8Array(SECTOR).fill(1));
  await guest.close();
  const now = { ...nodeOf(state, NOW), parent: null, files: { disk0: name } };
  const { rows } = await holdingsOf(other, { ...state, checkpoints: [], now }, 'disk0', 128, { module });
  const expected = new Uint8Array(128);
  expected[64] = HELD_ANSWERS;
  expect(rows[0]?.held).toEqual(expected);
});

it.each([0, -1, 1.5, 65_537, Number.NaN])('refuses %d cells', async (cells) => {
  await expect(holdingsOf(folder, state, 'disk0', cells, { module })).rejects.toMatchObject({
    code: 'bad-request',
  });
});
