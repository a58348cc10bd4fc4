/**
 * Whether a command is carried out, and why not: the one place for it. The lab throws what this says, and a plan shows it.
 * Not here: what only the open disk knows (a sector past its end, a damaged file), and a drive that fills up on the way.
 */
import type { LabCommand } from '../commands.ts';
import type { MachineNode } from '../machine/machine.ts';
import { checkpointNamed } from '../machine/tree.ts';
import { checkName } from '../names.ts';
import {
  refusalOfApply,
  refusalOfBusy,
  refusalOfMergeNow,
  refusalOfNaming,
  refusalOfRevert,
  refusalOfTake,
} from './checkpointRules.ts';
import type { LabFacts } from './facts.ts';
import {
  refusalOfAltering,
  refusalOfDriveSize,
  refusalOfLosing,
  refusalOfNewId,
  refusalOfPuttingBack,
} from './faultRules.ts';
import { refusalOfLost, refusalOfSavedState } from './lostFiles.ts';
import {
  refusalOfAttach,
  refusalOfDetach,
  refusalOfLoad,
  refusalOfSettings,
  refusalOfState,
  refusalOfWrite,
} from './machineRules.ts';
import { type Refusal, refuse } from './refusal.ts';

export { revertTarget } from './checkpointRules.ts';
export type { Refusal, RefusalRule } from './refusal.ts';

/** null: it is carried out. */
export function refusalOf(facts: LabFacts, command: LabCommand): Refusal | null {
  if (command.do === 'power-on') {
    return facts.hostOn ? refuse('host-on', 'The host has power already.') : null;
  }
  if (!facts.hostOn) return refuse('host-off', 'The host has no power.');
  if (isOfTheHost(command)) return refusalOfHost(facts, command);
  const { now, power } = facts.machine;
  if (!now) return refuse('removed', 'The machine was removed.');
  return (
    (WHILE_SAVING.has(command.do) ? refusalOfBusy(facts) : null) ??
    refusalOfState(command, power) ??
    refusalOfMachine(facts, now, command)
  );
}

type HostCommand = Extract<
  LabCommand,
  { do: 'pull-plug' | 'drive-size' | 'lose-file' | 'put-file-back' | 'alter-file' | 'change-id' }
>;
type MachineCommand = Exclude<LabCommand, HostCommand | { do: 'power-on' }>;

const OF_THE_HOST: ReadonlySet<LabCommand['do']> = new Set([
  'pull-plug',
  'drive-size',
  'lose-file',
  'put-file-back',
  'alter-file',
  'change-id',
]);

function isOfTheHost(command: Exclude<LabCommand, { do: 'power-on' }>): command is HostCommand {
  return OF_THE_HOST.has(command.do);
}

/** What would change the tree, or save memory a second time, while a checkpoint is not complete. */
const WHILE_SAVING: ReadonlySet<LabCommand['do']> = new Set([
  'take',
  'apply',
  'revert',
  'rename',
  'delete',
  'delete-subtree',
  'remove-machine',
  'save',
]);

function refusalOfHost(facts: LabFacts, command: HostCommand): Refusal | null {
  switch (command.do) {
    case 'pull-plug':
      return null;
    case 'drive-size':
      return refusalOfDriveSize(command.bytes);
    case 'lose-file':
      return refusalOfLosing(facts, command.file);
    case 'put-file-back':
      return refusalOfPuttingBack(facts, command.file);
    case 'alter-file':
      return refusalOfAltering(facts, command.file, command.offset, command.lengthBytes);
    case 'change-id':
      return refusalOfNewId(facts, command.file);
  }
}

function refusalOfMachine(facts: LabFacts, now: MachineNode, command: MachineCommand): Refusal | null {
  switch (command.do) {
    case 'start':
    case 'resume':
      return refusalOfLost(facts, now.id) ?? refusalOfSavedState(facts, now.savedState);
    case 'remove-machine':
      return refusalOfLost(facts, now.id);
    case 'settings':
      return refusalOfSettings(command.change);
    case 'attach-pass-through':
      return refusalOfAttach(command.name, now);
    case 'detach-pass-through':
      return refusalOfDetach(command.name, now);
    case 'guest':
      return refusalOfLoad(command.load);
    case 'write':
      return refusalOfWrite(command, now);
    case 'take':
      return refusalOfTake(facts, now, command);
    case 'apply':
      return (
        refusalOfNaming(facts, command.checkpoint) ??
        refusalOfApply(facts, now, checkpointNamed(facts.machine, command.checkpoint), command.takeFirst)
      );
    case 'revert':
      return refusalOfRevert(facts, now, command.takeFirst);
    case 'rename':
      return refusalOfNaming(facts, command.checkpoint) ?? checkName(command.name);
    case 'delete':
    case 'delete-subtree':
      return refusalOfNaming(facts, command.checkpoint);
    case 'merge-now':
      return refusalOfMergeNow(facts);
    case 'cancel-merge':
      return facts.merging === null ? refuse('no-merge', 'No merge is under way.') : null;
    case 'shut-down':
    case 'turn-off':
    case 'pause':
    case 'save':
    case 'delete-saved-state':
    case 'policy':
      return null;
  }
}
