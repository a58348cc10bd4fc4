/** Rules of the checkpoint tree: who stands on whom, and what a deletion comes to. Pure: nothing is written here. */
import { must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { type MachineNode, type MachineState, NOW } from './machine.ts';

/** Checkpoints and Now. */
export function nodesOf({ checkpoints, now }: Pick<MachineState, 'checkpoints' | 'now'>): MachineNode[] {
  return now ? [...checkpoints, now] : [...checkpoints];
}

export function nodeOf(state: MachineState, id: string): MachineNode {
  return must(
    nodesOf(state).find((node) => node.id === id),
    `the machine has a node ${id}`,
  );
}

/** Nodes whose files stand directly on those of this one: its descendants in the sense of the deletion rule, Now counted. */
export function descendantsOf(state: MachineState, id: string): MachineNode[] {
  return nodesOf(state).filter(({ parent }) => parent === id);
}

/** The node and everything below it, itself first. */
export function subtreeOf(state: MachineState, id: string): MachineNode[] {
  const found = [nodeOf(state, id)];
  for (let i = 0; i < found.length; i++) found.push(...descendantsOf(state, must(found[i], 'in range').id));
  return found;
}

/** From the node to the root, itself first. */
export function pathOf(state: MachineState, id: string): MachineNode[] {
  const path: MachineNode[] = [];
  for (let next: string | null = id; next !== null; ) {
    const node = nodeOf(state, next);
    path.push(node);
    next = node.parent;
  }
  return path;
}

/** The files of a disk as seen from the node, newest first, those of the foundation last. */
export function chainOf(state: MachineState, id: string, disk: string): string[] {
  const own = pathOf(state, id).flatMap(({ files }) => files[disk] ?? []);
  return [...own, ...(state.foundation[disk] ?? [])];
}

/** The checkpoint that is meant by an id or by a name. Throws 'bad-request' where there is none, or more than one of the name. */
export function checkpointNamed(state: MachineState, wanted: string): MachineNode {
  const there = state.checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null);
  const byId = there.find(({ id }) => id === wanted.toUpperCase());
  if (byId) return byId;
  const named = there.filter(({ name }) => name === wanted);
  const [only] = named;
  if (only && named.length === 1) return only;
  throw new DiskError({
    code: 'bad-request',
    message: only
      ? `${named.length} checkpoints are called “${wanted}”.`
      : `There is no checkpoint “${wanted}”.`,
    meaning: 'Nothing was changed.',
    remedy: only
      ? 'Name the one that is meant by its id.'
      : 'Choose one of the checkpoints that the machine has.',
  });
}

/** What a merge of one deleted checkpoint moves: the child's files go into the checkpoint's, which take the child's place. */
export interface DueMerge {
  /** The deleted checkpoint. */
  readonly node: MachineNode;
  /** Its only descendant. */
  readonly child: MachineNode;
}

/** Deleted checkpoints with one descendant left, in the order in which they were deleted. */
export function dueMerges(state: MachineState): DueMerge[] {
  return deletedNodes(state).flatMap((node) => {
    const [child, ...more] = descendantsOf(state, node.id);
    return child && more.length === 0 ? [{ node, child }] : [];
  });
}

/** Deleted checkpoints with two descendants and more: their disks stay until one is left. */
export function waitingNodes(state: MachineState): MachineNode[] {
  return deletedNodes(state).filter(({ id }) => descendantsOf(state, id).length > 1);
}

function deletedNodes({ checkpoints }: MachineState): MachineNode[] {
  const deleted = checkpoints.filter(({ deletedAtUs }) => deletedAtUs !== null);
  return deleted.sort((a, b) => (a.deletedAtUs ?? 0) - (b.deletedAtUs ?? 0));
}

/** What is left of the state when these checkpoints are marked as deleted, and the nodes whose files go at once. */
export interface Deletion {
  readonly state: MachineState;
  /** With no descendant left: their files are deleted. */
  readonly removed: readonly MachineNode[];
}

/**
 * Marks checkpoints as deleted. Those with no descendants go, and with them deleted ones above that lose their last
 * descendant by it; the others stay as `deletedAtUs`, without configuration and saved state.
 */
export function deletion(state: MachineState, ids: readonly string[], atUs: number): Deletion {
  const marked: MachineState = {
    ...state,
    checkpoints: state.checkpoints.map((node) =>
      ids.includes(node.id) && node.deletedAtUs === null
        ? { ...node, deletedAtUs: atUs, savedState: null }
        : node,
    ),
  };
  return withoutLeaves(marked);
}

/** Takes away deleted checkpoints on which nothing stands any more. */
export function withoutLeaves(state: MachineState): Deletion {
  const removed: MachineNode[] = [];
  let left = state;
  for (;;) {
    const gone = left.checkpoints.find(
      ({ id, deletedAtUs }) => deletedAtUs !== null && descendantsOf(left, id).length === 0,
    );
    if (!gone) return { state: left, removed };
    removed.push(gone);
    left = { ...left, checkpoints: left.checkpoints.filter(({ id }) => id !== gone.id) };
  }
}

/** The child's files of `disk` were merged into the node's: the child has them now. Without disks left the node goes. */
export function merged(state: MachineState, nodeId: string, childId: string, disk: string): MachineState {
  const node = nodeOf(state, nodeId);
  const file = must(node.files[disk], 'the deleted checkpoint has a file of the disk');
  const { [disk]: _taken, ...rest } = node.files;
  const isGone = Object.keys(rest).length === 0;
  const change = (one: MachineNode): MachineNode[] => {
    if (one.id === nodeId) return isGone ? [] : [{ ...one, files: rest }];
    if (one.id !== childId) return [one];
    const files = { ...one.files, [disk]: file };
    return [{ ...one, files, parent: isGone ? node.parent : one.parent }];
  };
  return {
    ...state,
    checkpoints: state.checkpoints.flatMap(change),
    now: state.now ? (change(state.now)[0] ?? null) : null,
  };
}

/** Every file that the machine's nodes hold, without those of a foundation. */
export function filesOf(state: MachineState): string[] {
  return nodesOf(state).flatMap(({ files }) => Object.values(files));
}

export function isOnPathOfNow(state: MachineState, id: string): boolean {
  return state.now !== null && pathOf(state, NOW).some((node) => node.id === id);
}
