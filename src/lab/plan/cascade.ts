/** What else goes when the last descendant of a deleted checkpoint goes. */
import { sizeText } from '../../base/units.ts';
import type { MachineNode } from '../machine/machine.ts';
import { isOnPathOfNow, nodeOf } from '../machine/tree.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { diskBytes } from './planBytes.ts';

/** Deleted ones that only waited: nothing stands on them any more. */
export function goneWith(
  facts: PlanFacts,
  removed: readonly MachineNode[],
  named: readonly string[],
): string[] {
  return removed
    .filter(({ id }) => !named.includes(id))
    .map((node) => {
      const disks = Object.keys(node.files).length === 1 ? 'disk' : 'disks';
      return `The ${disks} of ${node.name}, deleted before, ${disks === 'disk' ? 'goes' : 'go'} too (${sizeText(diskBytes(facts, node))}).`;
    });
}

/** A merge whose target goes with them. */
export function brokenOff({ merging }: PlanFacts, removed: readonly MachineNode[]): string[] {
  const node = removed.find(({ id }) => id === merging);
  return node
    ? [`The merge of ${node.name} that is under way is given up: nothing reads its disk any more.`]
    : [];
}

/** A merge in the chain of Now holds its files open: it is broken off when Now gets other files. */
export function beginsAnew({ machine, merging }: PlanFacts, removed: readonly MachineNode[]): string[] {
  if (merging === null || !isOnPathOfNow(machine, merging)) return [];
  if (removed.some(({ id }) => id === merging)) return [];
  return [`The merge of ${nodeOf(machine, merging).name} that is under way is broken off and begins anew.`];
}
