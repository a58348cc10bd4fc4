/** When a checkpoint is not taken, applied, renamed or deleted: CHECKPOINTS, "Taking one" to "Deleting one". */
import { DiskError } from '../../base/errors.ts';
import { MAX_LAYERS } from '../../core/records.ts';
import {
  type CheckpointType,
  type MachineNode,
  type MachineState,
  MOST_CHECKPOINTS,
  NOW,
} from '../machine/machine.ts';
import { checkpointNamed, dueMerges, pathOf, waitingNodes } from '../machine/tree.ts';
import { checkName } from '../names.ts';
import type { LabFacts } from './facts.ts';
import { chainsOf, refusalOfLost, refusalOfSavedState } from './lostFiles.ts';
import { type Refusal, refuse } from './refusal.ts';
import { listText } from './words.ts';

export function refusalOfBusy({ savingMemoryOf }: LabFacts): Refusal | null {
  if (savingMemoryOf === null) return null;
  return refuse('busy', 'The machine is busy: a checkpoint’s memory is being saved.');
}

/** What taking one wants of it; what is left out comes from the settings. */
export interface Wanted {
  readonly name?: string | undefined;
  readonly type?: CheckpointType | undefined;
}

export function refusalOfTake(facts: LabFacts, now: MachineNode, { name, type }: Wanted): Refusal | null {
  const { settings } = now;
  const wanted = type ?? settings.checkpointType;
  if (settings.checkpointType === 'disabled' || wanted === 'disabled') {
    return refuse('checkpoints-disabled', 'Checkpoints are disabled for this machine.');
  }
  return (
    refusalOfPassThrough(now) ??
    refusalOfCount(facts.machine) ??
    (wanted === 'production-only'
      ? refusalOfProduction(facts.machine, settings.integrationServices)
      : null) ??
    (name === undefined ? null : checkName(name)) ??
    refusalOfDepth(facts.machine, NOW) ??
    refusalOfLost(facts, NOW) ??
    refusalOfSavedState(facts, now.savedState)
  );
}

function refusalOfPassThrough({ settings }: MachineNode): Refusal | null {
  const names = settings.disks.flatMap((disk) => (disk.kind === 'pass-through' ? [`“${disk.name}”`] : []));
  if (names.length === 0) return null;
  const are = names.length === 1 ? 'is a pass-through disk' : 'are pass-through disks';
  return refuse('pass-through', `${listText(names)} ${are}, so no checkpoint of this machine can be taken.`);
}

/** Deleted ones are not in Hyper-V's list any more, so they do not count; the depth of the chain has its own limit. */
function refusalOfCount({ checkpoints }: MachineState): Refusal | null {
  const count = checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null).length;
  if (count < MOST_CHECKPOINTS) return null;
  return refuse(
    'checkpoint-limit',
    `The machine has ${count} checkpoints, and ${MOST_CHECKPOINTS} is the limit.`,
  );
}

/** While the machine is off there is nothing to bring in order: its disk is as its guest left it. */
function refusalOfProduction({ power }: MachineState, integrationServices: boolean): Refusal | null {
  if (power === 'off') return null;
  const reason =
    power === 'running'
      ? integrationServices
        ? null
        : 'the guest has no integration services to ask'
      : `the machine is ${power}, and its guest cannot be asked`;
  return reason === null
    ? null
    : refuse('production-only', `No production checkpoint can be taken: ${reason}.`);
}

function refusalOfDepth(machine: MachineState, node: string): Refusal | null {
  const depth = Math.max(0, ...chainsOf(machine, node).map(({ length }) => length));
  if (depth < MAX_LAYERS) return null;
  return refuse(
    'chain-too-deep',
    `The chain has ${depth} files, and ${MAX_LAYERS} is the most that can be read.`,
  );
}

/** Names and ids that mean no checkpoint, more than one, or one that was deleted. */
export function refusalOfNaming({ machine }: LabFacts, wanted: string): Refusal | null {
  try {
    checkpointNamed(machine, wanted);
    return null;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const called = machine.checkpoints.filter(
      ({ id, name }) => id === wanted.toUpperCase() || name === wanted,
    );
    const isLive = called.some(({ deletedAtUs }) => deletedAtUs === null);
    if (isLive) return refuse('ambiguous-name', error.message);
    const [deleted] = called;
    return deleted
      ? refuse('checkpoint-deleted', `The checkpoint “${deleted.name}” was deleted.`)
      : refuse('no-checkpoint', error.message);
  }
}

export function refusalOfApply(facts: LabFacts, now: MachineNode, target: MachineNode, takeFirst: boolean) {
  const taking = takeFirst ? refusalOfTake(facts, now, {}) : null;
  return (
    (taking && {
      ...taking,
      text: `The checkpoint of Now that is to be taken first is refused: ${taking.text}`,
    }) ??
    refusalOfDepth(facts.machine, target.id) ??
    refusalOfLost(facts, target.id) ??
    refusalOfSavedState(facts, target.savedState)
  );
}

/** The checkpoint above Now that reverting goes back to. A deleted one cannot be applied: then it is the next above. */
export function revertTarget(machine: MachineState): MachineNode | null {
  if (!machine.now) return null;
  return pathOf(machine, NOW).find(({ id, deletedAtUs }) => id !== NOW && deletedAtUs === null) ?? null;
}

export function refusalOfRevert(facts: LabFacts, now: MachineNode, takeFirst: boolean): Refusal | null {
  const target = revertTarget(facts.machine);
  return target
    ? refusalOfApply(facts, now, target, takeFirst)
    : refuse('nothing-above', 'There is no checkpoint above Now to go back to.');
}

export function refusalOfMergeNow({ machine }: LabFacts): Refusal | null {
  if (dueMerges(machine).length > 0) return null;
  const waiting = waitingNodes(machine).map(({ name }) => `“${name}”`);
  const why =
    waiting.length === 0
      ? 'no deleted checkpoint has a disk left'
      : `${listText(waiting)} ${waiting.length === 1 ? 'has' : 'have'} more than one descendant`;
  return refuse('nothing-due', `No merge is due: ${why}.`);
}
