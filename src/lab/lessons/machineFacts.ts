/** What a lesson asks of the machine in view: its nodes by name, whoever renamed them, and the files that it needs. */
import type { LabView } from '../labView.ts';
import type { MachineNode } from '../machine/machine.ts';
import { descendantsOf, nodesOf } from '../machine/tree.ts';
import type { LabMerge } from '../merges/mergeView.ts';

/** Ids of the checkpoints that have, or had when they were taken, this name. */
export function idsNamed({ machine, events }: LabView, name: string): ReadonlySet<string> {
  const ids = machine.checkpoints.filter((node) => node.name === name).map(({ id }) => id);
  const taken = `Checkpoint taken: ${name}`;
  const told = events.flatMap(({ kind, text, node }) => {
    if (kind !== 'checkpoint' || node === null || !text.startsWith(taken)) return [];
    // Behind the name stands the pause, or the end of the sentence.
    return /^(\.|, paused .*)$/.test(text.slice(taken.length)) ? [node] : [];
  });
  return new Set([...ids, ...told]);
}

/** The deleted checkpoint of this name whose disk is still there; null where there is none. */
export function deletedNode(view: LabView, name: string): MachineNode | null {
  const ids = idsNamed(view, name);
  return view.machine.checkpoints.find((node) => ids.has(node.id) && node.deletedAtUs !== null) ?? null;
}

/** A checkpoint of this name was there, and its disk is not any more. */
export function isGone(view: LabView, name: string): boolean {
  const there = new Set(view.machine.checkpoints.map(({ id }) => id));
  return [...idsNamed(view, name)].some((id) => !there.has(id));
}

export function isRunning({ state }: LabMerge): boolean {
  return state === 'merging' || state === 'catching up';
}

/** Nothing merges its disk as things are: more than one reads through it, or the policy forbids it. */
export function isWaiting({ machine, merges }: LabView, { id }: MachineNode): boolean {
  if (merges.some((merge) => merge.node === id && isRunning(merge))) return false;
  if (descendantsOf(machine, id).length > 1) return true;
  const { policy, power } = machine;
  return (policy === 'when-off' && power !== 'off') || (policy === 'when-idle' && power === 'running');
}

/** Files that the machine's nodes name and that are not in its folder. */
export function lostFiles({ machine, files }: LabView): ReadonlySet<string> {
  const needed = nodesOf(machine).flatMap((node) => [
    ...Object.values(node.files),
    ...(node.savedState ? [node.savedState.file] : []),
  ]);
  const lost = new Set([...needed, ...Object.values(machine.foundation).flat()]);
  for (const { name } of files) lost.delete(name);
  return lost;
}
