/** Deleting: what goes at once, what merges, and what waits follows from the tree; the queue does the merging. */
import type { LabContext } from '../context.ts';
import { configurationFiles, heldFiles } from './heldFiles.ts';
import type { MachineNode, MachineState } from './machine.ts';
import { deletion, descendantsOf, nodeOf, subtreeOf, withoutLeaves } from './tree.ts';

/** One checkpoint, or with `subtree` everything below it too; Now survives. */
export async function deleteCheckpoints(lab: LabContext, id: string, subtree: boolean): Promise<void> {
  const nodes = subtree
    ? subtreeOf(lab.state, id).filter(({ id: each }) =>
        lab.state.checkpoints.some((node) => node.id === each),
      )
    : [nodeOf(lab.state, id)];
  const fresh = nodes.filter(({ deletedAtUs }) => deletedAtUs === null);
  const { state, removed } = deletion(
    lab.state,
    nodes.map((node) => node.id),
    lab.clock.nowUs,
  );
  const gone = new Set(removed.map((node) => node.id));
  await lab.clock.hold(() => lab.commit(state));
  await lab.clock.hold(() =>
    lab.remove([...removed.flatMap(heldFiles), ...fresh.flatMap(configurationFiles)]),
  );
  for (const { id: each } of removed) lab.guest.forgetNode(each);
  for (const node of fresh) lab.event('checkpoint', deletedText(node, state, gone), { node: node.id });
}

function deletedText(node: MachineNode, state: MachineState, gone: ReadonlySet<string>): string {
  if (gone.has(node.id)) return `Checkpoint deleted: ${node.name}, no descendant: its files are gone.`;
  const descendants = descendantsOf(state, node.id);
  const rest =
    descendants.length === 1 ? '1 descendant' : `${descendants.length} descendants, merge deferred`;
  return `Checkpoint deleted: ${node.name}, ${rest}.`;
}

/** Files of deleted checkpoints on which nothing stands any more. */
export async function sweep(lab: LabContext): Promise<void> {
  const { state, removed } = withoutLeaves(lab.state);
  if (removed.length === 0) return;
  await lab.clock.hold(() => lab.commit(state));
  await lab.clock.hold(() => lab.remove(removed.flatMap(heldFiles)));
}
