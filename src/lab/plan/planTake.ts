/** What taking a checkpoint comes to: CHECKPOINTS, "Taking one". */
import { must } from '../../base/assert.ts';
import { sizeText } from '../../base/units.ts';
import { labDate } from '../labTime.ts';
import { type MachineNode, type MachineState, MOST_CHECKPOINTS } from '../machine/machine.ts';
import { differencingName, savedStateName } from '../machine/paths.ts';
import { defaultName } from '../names.ts';
import type { Wanted } from '../rules/checkpointRules.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { beginsAnew } from './cascade.ts';
import { foreseeMerges } from './foreseenMerges.ts';
import type { LabPlan, PlannedCommand } from './labPlan.ts';

/** Id of the checkpoint that is not there yet. */
export const NEW_CHECKPOINT = 'NEW';

export async function planTake(
  facts: PlanFacts,
  command: Extract<PlannedCommand, { do: 'take' }>,
): Promise<LabPlan> {
  const { after, merges } = await foreseeMerges(facts, afterTake(facts, command));
  return {
    command,
    refusal: null,
    sentences: [
      gist(facts.machine),
      memorySentence(facts, command),
      ...roomSentences(facts, command),
      ...beginsAnew(facts, []),
      countSentence(facts.machine),
    ],
    removed: [],
    freedBytes: 0,
    merges,
    lostBytes: null,
    after,
  };
}

type Kind = 'production' | 'memory' | 'saved' | 'off';

/** What becomes of it: a production checkpoint falls back where its guest cannot be asked. */
function kindOf({ machine }: PlanFacts, now: MachineNode, { type }: Wanted): Kind {
  if (machine.power === 'off') return 'off';
  if (machine.power === 'saved') return 'saved';
  const isWanted = (type ?? now.settings.checkpointType).startsWith('production');
  const canAsk = machine.power === 'running' && now.settings.integrationServices;
  return isWanted && canAsk ? 'production' : 'memory';
}

/** Now becomes a checkpoint, and a new Now with empty disks stands on it. */
export function afterTake(facts: PlanFacts, wanted: Wanted): MachineState {
  const { machine, nowUs } = facts;
  const now = nowOf(machine);
  const kind = kindOf(facts, now, wanted);
  const { memoryBytes } = now.settings;
  const saved = {
    file: savedStateName(NEW_CHECKPOINT),
    fileBytes: now.savedState?.fileBytes ?? 0,
    memoryBytes,
  };
  const checkpoint: MachineNode = {
    ...now,
    id: NEW_CHECKPOINT,
    name: wanted.name ?? defaultName(machine.name, labDate(nowUs)),
    atUs: nowUs,
    savedState: kind === 'memory' || kind === 'saved' ? saved : null,
    consistency: kind === 'production' ? 'application' : kind === 'off' ? 'off' : 'memory',
    deletedAtUs: null,
  };
  const files = Object.fromEntries(
    Object.keys(now.files).map((disk) => [disk, differencingName('new', disk)]),
  );
  const next = { ...now, parent: NEW_CHECKPOINT, atUs: nowUs, files };
  return { ...machine, checkpoints: [...machine.checkpoints, checkpoint], now: next };
}

function gist(machine: MachineState): string {
  const { length } = Object.keys(nowOf(machine).files);
  const disks = length === 1 ? 'a new differencing disk takes' : `${length} new differencing disks take`;
  const frozen = length === 1 ? 'the one below is frozen' : 'those below are frozen';
  return machine.power === 'running'
    ? `the machine stands still for a moment; ${disks} its writes from then on, and ${frozen}.`
    : `${disks} its writes from then on, and ${frozen}.`;
}

function memorySentence(facts: PlanFacts, { type }: Wanted): string {
  const now = nowOf(facts.machine);
  const size = sizeText(now.settings.memoryBytes);
  const isFallback = (type ?? now.settings.checkpointType).startsWith('production');
  switch (kindOf(facts, now, { type })) {
    case 'production':
      return 'The guest brings its files in order first; no memory is saved.';
    case 'off':
      return 'The machine is off, so there is no memory to save.';
    case 'saved':
      return 'It keeps a copy of the saved state.';
    case 'memory':
      return isFallback
        ? `The guest cannot be asked to bring its files in order, so its ${size} of memory are saved instead.`
        : `Its ${size} of memory are saved, compressed, while it runs.`;
  }
}

/** How far the memory is compressed is not known before. */
function roomSentences(facts: PlanFacts, { type }: Wanted): string[] {
  const { driveBytes, usedBytes } = facts;
  const now = nowOf(facts.machine);
  const freeBytes = driveBytes === null ? Number.POSITIVE_INFINITY : Math.max(0, driveBytes - usedBytes);
  const kind = kindOf(facts, now, { type });
  const wantedBytes = kind === 'memory' ? now.settings.memoryBytes : (now.savedState?.fileBytes ?? 0);
  if (freeBytes >= wantedBytes) return [];
  return [`The drive has ${sizeText(freeBytes)} left, and up to ${sizeText(wantedBytes)} are needed.`];
}

function countSentence({ checkpoints }: MachineState): string {
  const count = checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null).length;
  return `It is number ${count + 1} of at most ${MOST_CHECKPOINTS}.`;
}

function nowOf({ now }: MachineState): MachineNode {
  return must(now, 'the machine has not been removed');
}
