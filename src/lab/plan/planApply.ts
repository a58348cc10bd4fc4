/** What applying a checkpoint and reverting come to: CHECKPOINTS, "Applying one". */
import { must } from '../../base/assert.ts';
import { sizeText } from '../../base/units.ts';
import { clockText } from '../labTime.ts';
import { type MachineNode, type MachineState, NOW } from '../machine/machine.ts';
import { differencingName, machineStateName } from '../machine/paths.ts';
import { checkpointNamed, descendantsOf, withoutLeaves } from '../machine/tree.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { revertTarget } from '../rules/refusals.ts';
import { beginsAnew, brokenOff, goneWith } from './cascade.ts';
import { foreseeMerges } from './foreseenMerges.ts';
import type { LabPlan, PlannedCommand } from './labPlan.ts';
import { byNode, followingSentences, waitSentences } from './mergeSentences.ts';
import { freedBytes, heldBytesOf } from './planBytes.ts';
import { afterTake } from './planTake.ts';

/** Stands for names and ids that do not exist yet. */
const NEW = 'new';

type ApplyCommand = Extract<PlannedCommand, { do: 'apply' | 'revert' }>;

export async function planApply(facts: PlanFacts, command: ApplyCommand): Promise<LabPlan> {
  const { machine } = facts;
  const now = must(machine.now, 'the machine has not been removed');
  const target =
    command.do === 'apply'
      ? checkpointNamed(machine, command.checkpoint)
      : must(revertTarget(machine), 'there is a checkpoint above Now');
  const begun = command.takeFirst ? afterTake(facts, {}) : machine;
  const { state, removed } = withoutLeaves(nowAbove(begun, target, facts.nowUs));
  const { merges, after } = await foreseeMerges(facts, state);
  const held = command.takeFirst ? 0 : await heldBytesOf(facts, NOW);
  const gone = command.takeFirst ? removed : [now, ...removed];
  const sentences = [
    gist(command, target),
    ...lossSentences(facts, command.takeFirst, held),
    ...(sameSettings(now, target) ? [] : ['The settings of that moment come back with it.']),
    ...goneWith(facts, removed, []),
    ...brokenOff(facts, removed),
    ...beginsAnew(facts, removed),
    ...followingSentences(byNode(machine, merges)),
    ...waitSentences(merges),
    branchSentence(state, target),
  ];
  return {
    command,
    refusal: null,
    sentences,
    removed: gone.map(({ id }) => id),
    freedBytes: freedBytes(facts, gone, []),
    merges,
    lostBytes: held === 0 ? null : held,
    after,
  };
}

/** New disks above the checkpoint's, its settings, and a copy of its saved state. */
function nowAbove(machine: MachineState, target: MachineNode, nowUs: number): MachineState {
  const files = Object.fromEntries(
    Object.keys(target.files).map((disk) => [disk, differencingName(NEW, disk)]),
  );
  const savedState = target.savedState && { ...target.savedState, file: machineStateName(machine.id) };
  const now = { ...target, id: NOW, name: 'Now', parent: target.id, atUs: nowUs, files, savedState };
  return { ...machine, power: savedState ? 'saved' : 'off', now };
}

function gist({ do: what }: ApplyCommand, { name, atUs, savedState, consistency }: MachineNode): string {
  const when = clockText(atUs).slice(0, 8);
  const where = what === 'revert' ? `it goes back to ${name}, ${when},` : `the machine goes back to ${when}`;
  if (savedState) return `${where} and is saved: it starts with the memory of that moment.`;
  const why =
    consistency === 'off'
      ? 'it was off then'
      : consistency === 'application'
        ? 'its guest had its files in order, and no memory was saved'
        : 'no memory was saved, so it starts as after a power cut';
  return `${where} and is off: ${why}.`;
}

function lossSentences(facts: PlanFacts, takeFirst: boolean, held: number | null): string[] {
  const { power } = facts.machine;
  if (takeFirst) return ['Now is kept first, as a checkpoint of its own.'];
  const memory = power === 'off' ? '' : ', and so is what its guest has in memory';
  if (held === null) return ['The newest disk cannot be read, and is lost.'];
  if (held > 0) return [`What Now has written since is lost: ${sizeText(held)}${memory}.`];
  return [
    power === 'off'
      ? 'Nothing was written since, so nothing is lost.'
      : 'Nothing was written since; what its guest has in memory is lost.',
  ];
}

function sameSettings(a: MachineNode, b: MachineNode): boolean {
  return JSON.stringify(a.settings) === JSON.stringify(b.settings);
}

function branchSentence(state: MachineState, target: MachineNode): string {
  const beside = descendantsOf(state, target.id).some(({ id }) => id !== NOW);
  return beside ? 'The other checkpoints stay; the next one begins a branch.' : 'The other checkpoints stay.';
}
