/** For experiments that play the lab: a small machine on the set-up's storage, time that passes, and what was played. */
import { Pacer } from '../../base/pacer.ts';
import type { DriveCosts } from '../../chain/cost/storageProfile.ts';
import type { LabCommand } from '../commands.ts';
import { DRIVES, type DriveModel, type DriveName } from '../drive/driveModel.ts';
import { advance } from '../history/playScenario.ts';
import type { Scenario, TimedCommand } from '../history/scenario.ts';
import { Lab } from '../lab.ts';
import { DRIVE_NAMES } from '../machine/readSettings.ts';
import type { ExperimentTools } from './experiment.ts';
import type { ExperimentSetup } from './setup.ts';

/** The lab's own drive with the same figures; null: none has them, and a scenario cannot name it. */
export function driveNamed(costs: DriveCosts): DriveName | null {
  return DRIVE_NAMES.find((name) => sameCosts(DRIVES[name], costs)) ?? null;
}

function sameCosts(one: DriveCosts, other: DriveCosts): boolean {
  return (
    one.requestUs === other.requestUs &&
    one.seekUs === other.seekUs &&
    one.bytesPerSecond === other.bytesPerSecond &&
    one.flushUs === other.flushUs
  );
}

/** A machine as the set-up has it: one dynamic disk, a guest on bare sectors, nothing done to it yet. */
export function labScenario(setup: ExperimentSetup, change: Partial<Scenario>): Scenario {
  return {
    name: 'An experiment',
    text: '',
    seed: setup.seed,
    machineName: 'LAB-VM',
    settings: {
      memoryBytes: setup.memoryBytes,
      processors: 1,
      notes: '',
      checkpointType: 'standard',
      integrationServices: true,
    },
    disks: [{ type: 'dynamic', virtualSizeBytes: setup.diskBytes, blockSizeBytes: setup.blockSizeBytes }],
    policy: setup.policy,
    guest: { kind: setup.guest, load: setup.load },
    volume: false,
    drive: driveNamed(setup.profile) ?? 'ssd',
    commands: [],
    endUs: 0,
    ...change,
  };
}

/** The machine lies on a drive with these costs. The lab is closed in any case. */
export async function withLab<T>(
  tools: ExperimentTools,
  scenario: Scenario,
  costs: DriveCosts,
  work: (lab: Lab) => Promise<T>,
): Promise<T> {
  tools.signal.throwIfAborted();
  const { name, requestUs, seekUs, bytesPerSecond, flushUs } = costs;
  const drive: DriveModel = { name, requestUs, seekUs, bytesPerSecond, flushUs };
  const lab = await Lab.create({ ...tools.labHost(), drive }, scenario);
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

/** Everything that is due until then has happened. */
export function advanceTo(lab: Lab, untilUs: number, tools: ExperimentTools): Promise<void> {
  return advance(lab, untilUs, tools.signal);
}

/**
 * Until it is so, asked between two steps; at most `mostUs` from now. Resolves to whether it came to be so. Then everything
 * that was due at that moment has happened, so that a command given now comes at the same place when it is played again.
 */
export async function advanceUntil(
  lab: Lab,
  isSo: () => boolean,
  mostUs: number,
  tools: ExperimentTools,
): Promise<boolean> {
  const untilUs = lab.nowUs + mostUs;
  const pacer = new Pacer();
  while (!isSo() && lab.nowUs < untilUs) {
    await lab.advance(untilUs, () => !pacer.due && !isSo());
    await pacer.step(tools.signal);
  }
  const cameToBeSo = isSo();
  for (let due = lab.nextUs(); due !== null && due <= lab.nowUs; due = lab.nextUs())
    await advance(lab, lab.nowUs, tools.signal);
  return cameToBeSo;
}

/** Commands given as things turn out, with the moments at which they were: `commands` is what has to be played again. */
export class PlayedCommands {
  readonly commands: TimedCommand[] = [];

  constructor(
    private readonly lab: Lab,
    private readonly tools: ExperimentTools,
  ) {}

  /** Now; resolves to the moment. */
  async do(command: LabCommand): Promise<number> {
    const { lab, tools } = this;
    await advanceUntil(lab, () => true, 0, tools);
    const atUs = lab.nowUs;
    this.commands.push({ atUs, command });
    await lab.do(command);
    return atUs;
  }

  /** Lets so much time pass. */
  wait(us: number): Promise<void> {
    return advanceTo(this.lab, this.lab.nowUs + us, this.tools);
  }

  /** The scenario as it was played up to now: played again, it ends the same. */
  scenario(beginning: Scenario): Scenario {
    return { ...beginning, commands: [...this.commands], endUs: this.lab.nowUs };
  }

  /** Until then first. */
  async at(atUs: number, command: LabCommand): Promise<number> {
    await advanceTo(this.lab, atUs, this.tools);
    return this.do(command);
  }
}

/** Scenarios to be opened in the lab: only where the lab has a drive with the set-up's figures, else they would end otherwise. */
export function openable(
  setup: ExperimentSetup,
  scenarios: readonly { readonly label: string; readonly scenario: Scenario }[],
): readonly { readonly label: string; readonly scenario: Scenario }[] {
  return driveNamed(setup.profile) === null ? [] : scenarios;
}
