/**
 * CHECKPOINTS, "Deleting one" [A], on every tree of up to five checkpoints with Now anywhere, deleted in every order, with
 * merges run as soon as they are due or only at the end. Invariants: what Now and every checkpoint that is not deleted
 * reads stays the same list of changes; a deleted one stays only as long as two or more stand on it; no file is lost or
 * kept twice. The oracle is a list of writes for each file.
 */
import { describe, expect, it } from 'vitest';
import { must } from '../../../../src/base/assert.ts';
import { type MachineState, NOW } from '../../../../src/lab/machine/machine.ts';
import {
  chainOf,
  checkpointNamed,
  deletion,
  descendantsOf,
  dueMerges,
  filesOf,
  isOnPathOfNow,
  merged,
  nodeOf,
  nodesOf,
  pathOf,
  subtreeOf,
  waitingNodes,
  withoutLeaves,
} from '../../../../src/lab/machine/tree.ts';
import { checkpoint, machineWith } from '../../../support/labFacts.ts';

const MOST = 5;

/** Every way in which `count` checkpoints can stand on one another: each on an earlier one; one root. */
function* parentsOf(count: number): Generator<(number | null)[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const parents of parentsOf(count - 1)) {
    if (parents.length === 0) yield [null];
    else for (let parent = 0; parent < parents.length; parent++) yield [...parents, parent];
  }
}

function idOf(index: number): string {
  return `C${index}`;
}

function* trees(most: number): Generator<MachineState> {
  for (let count = 0; count <= most; count++) {
    for (const parents of parentsOf(count)) {
      const checkpoints = parents.map((parent, i) =>
        checkpoint(idOf(i), parent === null ? null : idOf(parent)),
      );
      // Now stands on any of them; the machine's only disk where there is no checkpoint.
      if (count === 0) yield machineWith([], null);
      for (let on = 0; on < count; on++) yield machineWith(checkpoints, idOf(on));
    }
  }
}

function* orders(ids: readonly string[]): Generator<string[]> {
  yield [];
  for (const id of ids) {
    for (const rest of orders(ids.filter((other) => other !== id))) yield [id, ...rest];
  }
}

/** What each file holds: the ids of the nodes whose writes are in it, oldest first. */
type Contents = Map<string, string[]>;

function contentsOf(state: MachineState): Contents {
  return new Map(nodesOf(state).map(({ id, files }) => [must(files.disk0, 'one disk'), [id]]));
}

function read(state: MachineState, contents: Contents, id: string): string {
  const chain = chainOf(state, id, 'disk0').reverse();
  return chain.flatMap((file) => must(contents.get(file), `${file} is there`)).join(' ');
}

function viewsOf(state: MachineState, contents: Contents): Map<string, string> {
  const seen = nodesOf(state).filter(({ deletedAtUs }) => deletedAtUs === null);
  return new Map(seen.map(({ id }) => [id, read(state, contents, id)]));
}

/** Folds the child's file into the node's, as a merge does. */
function merge(state: MachineState, contents: Contents): MachineState {
  const { node, child } = must(dueMerges(state)[0], 'one is due');
  const [source, target] = [must(child.files.disk0, 'one disk'), must(node.files.disk0, 'one disk')];
  contents.set(target, [...must(contents.get(target), 'there'), ...must(contents.get(source), 'there')]);
  contents.delete(source);
  return merged(state, node.id, child.id, 'disk0');
}

function remove(contents: Contents, removed: readonly { files: Readonly<Record<string, string>> }[]): void {
  for (const { files } of removed) for (const file of Object.values(files)) contents.delete(file);
}

function checkState(state: MachineState, contents: Contents): void {
  const files = filesOf(state);
  if (new Set(files).size !== files.length) throw new Error('a file belongs to two nodes');
  if (files.toSorted().join() !== [...contents.keys()].toSorted().join())
    throw new Error('a file is left or gone');
  for (const { id, deletedAtUs } of state.checkpoints) {
    const count = descendantsOf(state, id).length;
    if (deletedAtUs === null) continue;
    if (count === 0) throw new Error(`${id} is deleted, has no descendant and is there`);
    const isDue = dueMerges(state).some(({ node }) => node.id === id);
    if (isDue !== (count === 1))
      throw new Error(`${id} has ${count} descendants and ${isDue ? 'is' : 'is not'} due`);
    const waits = waitingNodes(state).some((node) => node.id === id);
    if (waits !== count > 1)
      throw new Error(`${id} has ${count} descendants and ${waits ? 'waits' : 'does not wait'}`);
  }
}

function play(first: MachineState, order: readonly string[], isMergedAtOnce: boolean): string {
  let state = first;
  const contents = contentsOf(state);
  const views = viewsOf(state, contents);
  const settle = () => {
    while (dueMerges(state).length > 0) {
      state = merge(state, contents);
      checkState(state, contents);
    }
  };
  order.forEach((id, at) => {
    const result = deletion(state, [id], at + 1);
    state = result.state;
    remove(contents, result.removed);
    checkState(state, contents);
    if (isMergedAtOnce) settle();
  });
  settle();
  for (const [id, seen] of viewsOf(state, contents)) {
    if (seen !== views.get(id)) throw new Error(`${id} read ${views.get(id)} and reads ${seen}`);
  }
  return shapeOf(state);
}

function shapeOf(state: MachineState): string {
  return nodesOf(state)
    .map(({ id, parent, deletedAtUs }) => `${id}${deletedAtUs === null ? '' : '†'}<${parent ?? ''}`)
    .toSorted()
    .join(' ');
}

/** The rule, said anew: who stays, and who stands on whom when nothing is left to do. */
function expectedShape(first: MachineState, deleted: readonly string[]): string {
  const gone = new Set(deleted);
  let nodes = nodesOf(first).map(({ id, parent }) => ({ id, parent }));
  for (;;) {
    const node = nodes.find(
      ({ id }) => gone.has(id) && nodes.filter(({ parent }) => parent === id).length < 2,
    );
    if (!node) break;
    nodes = nodes
      .filter(({ id }) => id !== node.id)
      .map((each) => (each.parent === node.id ? { ...each, parent: node.parent } : each));
  }
  return nodes
    .map(({ id, parent }) => `${id}${gone.has(id) ? '†' : ''}<${parent ?? ''}`)
    .toSorted()
    .join(' ');
}

describe('deleting, on every tree of up to five checkpoints in every order [A]', () => {
  it.each([
    ['when merges run at once', true],
    ['when merges wait until everything is deleted', false],
  ])('keeps what everybody reads, and ends in the tree of the rule, %s', (_name, isMergedAtOnce) => {
    let runs = 0;
    for (const tree of trees(MOST)) {
      const ids = tree.checkpoints.map(({ id }) => id);
      for (const order of orders(ids)) {
        const shape = play(tree, order, isMergedAtOnce);
        if (shape !== expectedShape(tree, order)) {
          throw new Error(`${shapeOf(tree)} without ${order}: ${shape}, not ${expectedShape(tree, order)}`);
        }
        runs++;
      }
    }
    // 1, 1, 4, 18, 96, 600 … trees with a place of Now, times 1, 2, 5, 16, 65, 326 orders.
    expect(runs).toBe(1 + 1 * 2 + 2 * 5 + 6 * 16 + 24 * 65 + 120 * 326);
  });
});

it('0 descendants: its files are deleted [A]', () => {
  const state = machineWith([checkpoint('A', null), checkpoint('B', 'A')], 'A');
  const { state: left, removed } = deletion(state, ['B'], 7);
  expect(removed.map(({ id }) => id)).toEqual(['B']);
  expect(left.checkpoints.map(({ id }) => id)).toEqual(['A']);
});

it('1 descendant: configuration and saved state go, and its disk is due to be merged with its descendant’s [A]', () => {
  const savedState = { file: 'Snapshots/A.vsv', fileBytes: 1, memoryBytes: 1 };
  const state = machineWith([checkpoint('A', null, { savedState })], 'A');
  const { state: left, removed } = deletion(state, ['A'], 7);
  expect(removed).toEqual([]);
  expect(nodeOf(left, 'A')).toMatchObject({ deletedAtUs: 7, savedState: null });
  expect(dueMerges(left).map(({ node, child }) => [node.id, child.id])).toEqual([['A', NOW]]);
});

it('2 descendants, Now counted: its disks stay until they come down to one, then merge [A]', () => {
  const state = machineWith([checkpoint('A', null), checkpoint('B', 'A')], 'A');
  const waiting = deletion(state, ['A'], 7).state;
  expect(dueMerges(waiting)).toEqual([]);
  expect(waitingNodes(waiting).map(({ id }) => id)).toEqual(['A']);
  const down = deletion(waiting, ['B'], 8);
  expect(down.removed.map(({ id }) => id)).toEqual(['B']);
  expect(dueMerges(down.state).map(({ node, child }) => [node.id, child.id])).toEqual([['A', NOW]]);
});

it('merges the child into the parent’s file, which keeps its name; grandchildren stay on the child [A]', () => {
  const state = machineWith(
    [
      checkpoint('A', null),
      checkpoint('B', 'A', { deletedAtUs: 1 }),
      checkpoint('C', 'B'),
      checkpoint('D', 'C'),
    ],
    'C',
  );
  const after = merged(state, 'B', 'C', 'disk0');
  expect(after.checkpoints.map(({ id }) => id)).toEqual(['A', 'C', 'D']);
  expect(nodeOf(after, 'C')).toMatchObject({ parent: 'A', files: { disk0: 'Snapshots/B.avhd' } });
  expect([nodeOf(after, 'D').parent, nodeOf(after, NOW).parent]).toEqual(['C', 'C']);
});

it('a machine with two disks stands on both files until both are merged', () => {
  const files = (id: string) => ({ disk0: `Snapshots/${id}.avhd`, disk1: `Snapshots/${id}-disk1.avhd` });
  const state = machineWith(
    [
      checkpoint('A', null, { files: files('A') }),
      checkpoint('B', 'A', { files: files('B'), deletedAtUs: 3 }),
    ],
    'B',
    { now: checkpoint(NOW, 'B', { files: files('N') }) },
  );
  const half = merged(state, 'B', NOW, 'disk0');
  expect(nodeOf(half, NOW)).toMatchObject({
    parent: 'B',
    files: { disk0: 'Snapshots/B.avhd', disk1: 'Snapshots/N-disk1.avhd' },
  });
  const views = ['disk0', 'disk1'].map((disk) => chainOf(half, NOW, disk));
  expect(views).toEqual([
    ['Snapshots/B.avhd', 'Snapshots/A.avhd'],
    ['Snapshots/N-disk1.avhd', 'Snapshots/B-disk1.avhd', 'Snapshots/A-disk1.avhd'],
  ]);
  const whole = merged(half, 'B', NOW, 'disk1');
  expect(nodeOf(whole, NOW)).toMatchObject({ parent: 'A', files: files('B') });
  expect(whole.checkpoints.map(({ id }) => id)).toEqual(['A']);
});

it('a deleted subtree goes whole, and with it deleted checkpoints above that nothing else needs', () => {
  for (const tree of trees(MOST)) {
    for (const top of tree.checkpoints) {
      const below = subtreeOf(tree, top.id).filter(({ id }) => id !== NOW);
      const { state, removed } = deletion(
        tree,
        below.map(({ id }) => id),
        1,
      );
      const isNowInside = isOnPathOfNow(tree, top.id);
      const path = pathOf(tree, NOW).map(({ id }) => id);
      const kept = below.filter(({ id }) => path.includes(id)).map(({ id }) => id);
      expect(removed.map(({ id }) => id).toSorted()).toEqual(
        below
          .map(({ id }) => id)
          .filter((id) => !kept.includes(id))
          .toSorted(),
      );
      expect(kept.length > 0).toBe(isNowInside);
      expect(dueMerges(state).map(({ node }) => node.id)).toEqual(kept);
      expect(state.now?.id).toBe(NOW);
    }
  }
});

it('a subtree is the node and everything whose path leads through it', () => {
  for (const tree of trees(MOST)) {
    for (const { id } of nodesOf(tree)) {
      const through = nodesOf(tree).filter((node) => pathOf(tree, node.id).some((each) => each.id === id));
      expect(
        subtreeOf(tree, id)
          .map((node) => node.id)
          .toSorted(),
      ).toEqual(through.map((node) => node.id).toSorted());
      expect(subtreeOf(tree, id)[0]?.id).toBe(id);
    }
  }
});

it('leaves go only where they were deleted, however deep', () => {
  const dead = { deletedAtUs: 1 };
  const state = machineWith(
    [checkpoint('A', null), checkpoint('B', 'A', dead), checkpoint('C', 'B', dead), checkpoint('D', 'A')],
    'A',
  );
  const { state: left, removed } = withoutLeaves(state);
  expect(removed.map(({ id }) => id)).toEqual(['C', 'B']);
  expect(left.checkpoints.map(({ id }) => id)).toEqual(['A', 'D']);
});

it('deleting twice keeps the time of the first', () => {
  const state = machineWith([checkpoint('A', null, { deletedAtUs: 3 })], 'A');
  expect(deletion(state, ['A'], 9).state.checkpoints[0]?.deletedAtUs).toBe(3);
});

it('merges are due in the order in which their checkpoints were deleted; together, from the base up', () => {
  const state = machineWith([checkpoint('A', null), checkpoint('B', 'A'), checkpoint('C', 'B')], 'C');
  const later = deletion(deletion(state, ['C'], 1).state, ['A'], 2).state;
  expect(dueMerges(later).map(({ node }) => node.id)).toEqual(['C', 'A']);
  const together = deletion(state, ['C', 'B', 'A'], 1).state;
  expect(dueMerges(together).map(({ node }) => node.id)).toEqual(['A', 'B', 'C']);
});

it('names a checkpoint by its id in either case or by a name that only it has', () => {
  const state = machineWith(
    [
      checkpoint('AB', null),
      checkpoint('X1', 'AB', { name: 'twice' }),
      checkpoint('X2', 'AB', { name: 'twice' }),
    ],
    'AB',
  );
  expect(checkpointNamed(state, 'ab').id).toBe('AB');
  expect(checkpointNamed(state, 'x1').id).toBe('X1');
  expect(() => checkpointNamed(state, 'twice')).toThrow('2 checkpoints are called “twice”.');
  expect(() => checkpointNamed(state, 'none')).toThrow('There is no checkpoint “none”.');
  const dead = machineWith([checkpoint('AB', null, { deletedAtUs: 1 })], 'AB');
  expect(() => checkpointNamed(dead, 'AB')).toThrow('There is no checkpoint “AB”.');
});

it('a chain ends with the files of the foundation', () => {
  const state = machineWith([checkpoint('A', null)], 'A', { foundation: { disk0: ['own.avhd', 'own.vhd'] } });
  expect(chainOf(state, NOW, 'disk0')).toEqual([
    'Snapshots/NOW.avhd',
    'Virtual Hard Disks/A.vhd',
    'own.avhd',
    'own.vhd',
  ]);
});
