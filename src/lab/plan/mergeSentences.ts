/** Merges that follow from something, as sentences. */
import type { MachineState } from '../machine/machine.ts';
import { NOW } from '../machine/machine.ts';
import { nodeOf } from '../machine/tree.ts';
import { countText, listText } from '../rules/words.ts';
import type { PlannedMerge } from './labPlan.ts';
import { costText } from './mergeTime.ts';

/** The merges of one node, one for each disk. */
export interface NodeMerge {
  readonly name: string;
  readonly node: string;
  readonly childName: string;
  readonly diskCount: number;
  readonly cost: string;
}

export function byNode(machine: MachineState, merges: readonly PlannedMerge[]): NodeMerge[] {
  const nodes = [...new Set(merges.map(({ node }) => node))];
  return nodes.map((node) => {
    const each = merges.filter((merge) => merge.node === node);
    const child = each[0]?.child ?? NOW;
    return {
      node,
      name: nameOf(machine, node),
      childName: nameOf(machine, child),
      diskCount: each.length,
      cost: costOf(each),
    };
  });
}

export function costOf(merges: readonly PlannedMerge[]): string {
  const copyBytes = merges.reduce((sum, merge) => sum + merge.copyBytes, 0);
  return costText(
    copyBytes,
    merges.reduce((sum, merge) => sum + merge.seconds, 0),
  );
}

export function nameOf(machine: MachineState, id: string): string {
  return id === NOW ? 'Now' : nodeOf(machine, id).name;
}

/** Of nodes that were deleted before and waited: `Then x has one descendant left, so it merges with y: …`. */
export function followingSentences(merges: readonly NodeMerge[]): string[] {
  return merges.map(
    ({ name, childName, cost }) =>
      `Then ${name} has one descendant left, so it merges with ${childName}: ${cost}.`,
  );
}

/** Why what was foreseen does not start at once; nothing where it does. */
export function waitSentences(merges: readonly PlannedMerge[]): string[] {
  const [first] = merges;
  if (!first) return [];
  const nodes = new Set(merges.map(({ node }) => node)).size;
  const it = nodes === 1 ? 'The merge' : `The ${countText(nodes, 'merge')}`;
  const waits = nodes === 1 ? 'waits' : 'wait';
  return first.waitsFor === null ? [] : [`${it} ${waits} until ${first.waitsFor}.`];
}

/** Deleted ones with more than one descendant. */
export function stillWaitingSentence(name: string, readers: readonly string[]): string {
  return `${name} still waits: ${listText(readers)} read through its disk.`;
}
