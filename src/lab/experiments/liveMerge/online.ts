/** One machine: what its guest gets done while a checkpoint's disk is merged live, and the same stretch without the merge. */
import type { Scenario } from '../../history/scenario.ts';
import type { Lab, LabOperation } from '../../lab.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import { DELETED, endedMerge, isGone, playToDeletion } from '../deletedCheckpoint.ts';
import type { ExperimentTools } from '../experiment.ts';
import { advanceTo, advanceUntil, labScenario, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

/** No merge that is played here takes longer, whatever the storage. */
const MOST_US = 24 * 3600 * US_PER_SECOND;
/** Longer than an idle guest rests. */
const MOST_REST_US = 10 * US_PER_SECOND;

export interface Work {
  readonly operations: number;
  /** From when the guest wanted an operation until it was done. */
  readonly responsesUs: readonly number[];
}

export interface LiveRun extends Work {
  /** From the deletion to the end of the merge. */
  readonly mergeUs: number;
  /** Simulated time in which the machine did not run. */
  readonly offlineUs: number;
  readonly copiedBytes: number;
  readonly scenario: Scenario;
}

export interface OffRun {
  /** From shutting down until it runs again. */
  readonly offlineUs: number;
  readonly scenario: Scenario;
}

export function playLive(setup: ExperimentSetup, tools: ExperimentTools): Promise<LiveRun> {
  const beginning = labScenario(setup, {
    name: `A live merge at ${setup.load} % load`,
    text: 'The checkpoint is deleted while the guest works. Look at its operations on the chart while the merge runs.',
    policy: 'live',
  });
  return withLab(tools, beginning, setup.profile, async (lab) => {
    const done: LabOperation[] = [];
    lab.onOperation = (operation) => done.push(operation);
    const played = await playToDeletion(lab, setup, tools);
    const offline = new OfflineTime(lab);
    const deletedUs = await played.do({ do: 'delete', checkpoint: DELETED });
    await advanceUntil(lab, () => offline.look() && isGone(lab, DELETED), MOST_US, tools);
    const merge = endedMerge(lab, DELETED);
    const endUs = merge?.endedUs ?? lab.nowUs;
    await finishWanted(lab, done, endUs, tools);
    return {
      ...workOf(done, deletedUs, endUs),
      mergeUs: endUs - deletedUs,
      offlineUs: offline.us,
      copiedBytes: merge?.copiedBytes ?? 0,
      scenario: played.scenario(beginning),
    };
  });
}

/** The same machine for as long, and nobody deletes anything. */
export function playUndisturbed(
  setup: ExperimentSetup,
  lengthUs: number,
  tools: ExperimentTools,
): Promise<Work> {
  return withLab(tools, labScenario(setup, {}), setup.profile, async (lab) => {
    const done: LabOperation[] = [];
    lab.onOperation = (operation) => done.push(operation);
    await playToDeletion(lab, setup, tools);
    const fromUs = lab.nowUs;
    await advanceTo(lab, fromUs + lengthUs, tools);
    await finishWanted(lab, done, fromUs + lengthUs, tools);
    return workOf(done, fromUs, fromUs + lengthUs);
  });
}

/** The old way: the machine is off for as long as the merge takes. */
export function playOff(setup: ExperimentSetup, tools: ExperimentTools): Promise<OffRun> {
  const beginning = labScenario(setup, {
    name: `A merge for which the machine is off, at ${setup.load} % load`,
    text: 'The checkpoint is deleted, the machine is shut down, and starts again when the merge has ended.',
    policy: 'when-off',
  });
  return withLab(tools, beginning, setup.profile, async (lab) => {
    const played = await playToDeletion(lab, setup, tools);
    await played.do({ do: 'delete', checkpoint: DELETED });
    const offFromUs = await played.do({ do: 'shut-down' });
    await advanceUntil(lab, () => isGone(lab, DELETED), MOST_US, tools);
    await played.do({ do: 'start' });
    const offlineUs = lab.nowUs - offFromUs;
    await played.wait(US_PER_SECOND);
    return { offlineUs, scenario: played.scenario(beginning) };
  });
}

/** What was wanted before then may be done after it: the guest does one thing after the other, so one that is later ends it. */
async function finishWanted(
  lab: Lab,
  done: readonly LabOperation[],
  untilUs: number,
  tools: ExperimentTools,
): Promise<void> {
  await advanceUntil(lab, () => (done.at(-1)?.dueUs ?? 0) >= untilUs, MOST_REST_US, tools);
}

function workOf(done: readonly LabOperation[], fromUs: number, untilUs: number): Work {
  const wanted = done.filter(({ dueUs }) => dueUs >= fromUs && dueUs < untilUs);
  return { operations: wanted.length, responsesUs: wanted.map(({ dueUs, endUs }) => endUs - dueUs) };
}

/** Looked at between two steps, so that no state of the machine is missed. */
class OfflineTime {
  us = 0;
  private lastUs: number;

  constructor(private readonly lab: Lab) {
    this.lastUs = lab.nowUs;
  }

  look(): true {
    const { nowUs, state } = this.lab;
    if (state.power !== 'running') this.us += nowUs - this.lastUs;
    this.lastUs = nowUs;
    return true;
  }
}
