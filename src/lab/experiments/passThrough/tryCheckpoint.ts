/** One try: a machine with some disks is asked for one checkpoint. */
import { DiskError } from '../../../base/errors.ts';
import type { LabCommand } from '../../commands.ts';
import type { Scenario, ScenarioDisk } from '../../history/scenario.ts';
import type { Lab } from '../../lab.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import type { CheckpointType } from '../../machine/machine.ts';
import type { ExperimentTools } from '../experiment.ts';
import { advanceTo, advanceUntil, labScenario, PlayedCommands, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

export interface DiskSetup {
  readonly name: string;
  readonly vhds: readonly ScenarioDisk['type'][];
  readonly passThrough: readonly string[];
  /** Detached for the checkpoint, and attached again. */
  readonly isDetached: boolean;
}

export interface Tried {
  readonly disks: DiskSetup;
  readonly type: CheckpointType;
  readonly isRunning: boolean;
  readonly isTaken: boolean;
  /** The lab's words; '' where it was taken. */
  readonly refusal: string;
  /** Refused, and yet a file or the machine's state is another. */
  readonly isChanged: boolean;
  /** Pass-through disks that the machine has at the end, and those that it would have after the checkpoint was applied. */
  readonly attached: number;
  readonly attachedAfterApply: number;
  readonly scenario: Scenario;
}

const NAME = 'tried';
const WORK_US = 2 * US_PER_SECOND;
const MOST_SAVE_US = 3600 * US_PER_SECOND;

export async function tryCheckpoint(
  setup: ExperimentSetup,
  what: Pick<Tried, 'disks' | 'type' | 'isRunning'>,
  tools: ExperimentTools,
): Promise<Tried> {
  const { disks, type, isRunning } = what;
  const scenario = labScenario(setup, {
    name: `${disks.name}: ${type}`,
    text: 'Look at what is said when the checkpoint is asked for.',
    disks: disks.vhds.map((kind) => ({
      type: kind,
      virtualSizeBytes: setup.diskBytes,
      blockSizeBytes: setup.blockSizeBytes,
    })),
  });
  return withLab(tools, scenario, setup.profile, async (lab) => {
    const played = new PlayedCommands(lab, tools);
    for (const name of disks.passThrough) await played.do({ do: 'attach-pass-through', name });
    if (isRunning) {
      await played.do({ do: 'start' });
      await advanceTo(lab, lab.nowUs + WORK_US, tools);
    }
    if (disks.isDetached)
      for (const name of disks.passThrough) await played.do({ do: 'detach-pass-through', name });
    const before = stateText(lab);
    const refusal = await refusalOf(played, { do: 'take', name: NAME, type });
    const isChanged = refusal !== '' && stateText(lab) !== before;
    await advanceUntil(lab, () => lab.pages() === null, MOST_SAVE_US, tools);
    if (disks.isDetached)
      for (const name of disks.passThrough) await played.do({ do: 'attach-pass-through', name });
    const isTaken = await isReadable(lab, disks.vhds.length, tools);
    const attached = attachedTo(lab);
    if (isTaken) await lab.do({ do: 'apply', checkpoint: NAME, takeFirst: false });
    return {
      ...what,
      isTaken,
      refusal,
      isChanged,
      attached,
      attachedAfterApply: attachedTo(lab),
      scenario: { ...scenario, commands: played.commands, endUs: lab.nowUs },
    };
  });
}

/** '' where it is carried out. */
async function refusalOf(played: PlayedCommands, command: LabCommand): Promise<string> {
  try {
    await played.do(command);
    return '';
  } catch (error) {
    if (error instanceof DiskError && error.code === 'bad-request') return error.message;
    throw error;
  }
}

/** The machine, and every file with its version. */
function stateText({ state, folder }: Lab): string {
  const files = [...folder.sizes().keys()].map((name) => `${name} ${folder.versionOf(name)}`);
  return JSON.stringify([state, files]);
}

/** The checkpoint is there with all its disks, and each of them can be read. */
async function isReadable(lab: Lab, vhds: number, { signal }: ExperimentTools): Promise<boolean> {
  const node = lab.state.checkpoints.find(({ name }) => name === NAME);
  if (!node) return false;
  const points = (await lab.hashes({ signal })).filter((point) => point.node === node.id);
  return points.length === vhds && points.every(({ sha256 }) => sha256 !== null);
}

function attachedTo({ state }: Lab): number {
  return state.now?.settings.disks.filter(({ kind }) => kind === 'pass-through').length ?? 0;
}
