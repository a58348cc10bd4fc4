/** What there is in the lab to be shown in motion: a merge, a read, a memory that was saved. */
import { type LabHoldings, type LabView, type MachineNode, NOW } from '../../engine/api.ts';

export interface MergePair {
  readonly child: { readonly node: string; readonly name: string };
  readonly parent: { readonly node: string; readonly name: string };
  /** It runs or waits; else it is what deleting the parent would do. */
  readonly isDue: boolean;
}

function named({ id, name }: MachineNode): { node: string; name: string } {
  return { node: id, name: id === NOW ? 'Now' : name };
}

/** The merge that runs, else one that waits for its time, else what deleting the newest checkpoint would do. */
export function mergeToShow({ machine, merges }: LabView): MergePair | null {
  const nodes = machine.now ? [...machine.checkpoints, machine.now] : machine.checkpoints;
  const find = (id: string | null) => nodes.find((node) => node.id === id);
  const order = ['merging', 'catching up', 'waits'];
  for (const state of order)
    for (const merge of merges.filter((one) => one.state === state)) {
      const [child, parent] = [find(merge.child), find(merge.node)];
      if (child && parent) return { child: named(child), parent: named(parent), isDue: true };
    }
  const parent = find(machine.now?.parent ?? null);
  if (!parent || !machine.now) return null;
  return { child: named(machine.now), parent: named(parent), isDue: false };
}

/** The middle of the longest stretch that the oldest file answers: its way is the longest one. */
export function sectorToFollow(holdings: LabHoldings, sectorCount: number, answers: number): number | null {
  const oldest = holdings.rows.at(-1);
  if (!oldest) return null;
  let best = { from: 0, length: 0 };
  for (let from = 0; from < oldest.held.length; from++) {
    if (oldest.held[from] !== answers) continue;
    let to = from;
    while (oldest.held[to] === answers) to++;
    if (to - from > best.length) best = { from, length: to - from };
    from = to;
  }
  if (best.length === 0) return null;
  const middle = Math.floor(((best.from + best.length / 2) * sectorCount) / holdings.cells);
  return Math.min(sectorCount - 1, middle);
}

/** The newest checkpoint with memory. */
export function memoryToShow({ machine, memorySave }: LabView): MachineNode | null {
  const saved = machine.checkpoints.filter(
    ({ id, savedState }) => savedState !== null && memorySave?.checkpoint !== id,
  );
  return saved.at(-1) ?? null;
}
