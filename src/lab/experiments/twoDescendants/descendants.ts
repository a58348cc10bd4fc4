/** One machine: a checkpoint with so many descendants is deleted, then its descendants until one is left. */
import type { Scenario } from '../../history/scenario.ts';
import type { Lab } from '../../lab.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import { changes, endedMerge, isGone } from '../deletedCheckpoint.ts';
import type { ExperimentTools } from '../experiment.ts';
import { advanceUntil, labScenario, PlayedCommands, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

export const FIRST = 'first';
export const MIDDLE = 'middle';
const WATCH_US = 5 * US_PER_SECOND;
const BETWEEN_US = US_PER_SECOND;
const MOST_US = 3600 * US_PER_SECOND;
/** Where the policy may never let it begin. */
const SHORT_US = 30 * US_PER_SECOND;

export interface Case {
  /** Of the checkpoint, Now among them or not. */
  readonly descendants: number;
  readonly withNow: boolean;
}

export interface CaseResult extends Case {
  /** From the deletion until nothing of the checkpoint is left; null: not while it was watched. */
  readonly goneUs: number | null;
  /** Its file: there after the watch or not. */
  readonly fileStays: boolean;
  /** What the lab says of the merge that waits; null = none does. */
  readonly reason: string | null;
  /** Descendants that were deleted until one was left. */
  readonly deletedLater: number;
  /** Its disk was merged while more than one was left. */
  readonly mergedEarly: boolean;
  /** From the command that left one descendant to the end of the merge; null: not done, or nothing waited. */
  readonly cameDownUs: number | null;
  readonly scenario: Scenario;
}

export function caseText({ descendants, withNow }: Case): string {
  const checkpoints = descendants - (withNow ? 1 : 0);
  const names = [
    ...(withNow ? ['Now'] : []),
    ...(checkpoints > 0 ? [`${checkpoints} ${checkpoints === 1 ? 'checkpoint' : 'checkpoints'}`] : []),
  ];
  return names.length === 0 ? 'nothing' : names.join(' and ');
}

export async function playCase(
  setup: ExperimentSetup,
  what: Case,
  tools: ExperimentTools,
): Promise<CaseResult> {
  const beginning = labScenario(setup, {
    name: `Deleted with ${caseText(what)} on it`,
    text: `“${MIDDLE}” is deleted with ${caseText(what)} on it, and then what is on it until one is left. Look at the list of merges.`,
  });
  return withLab(tools, beginning, setup.profile, async (lab) => {
    const played = new PlayedCommands(lab, tools);
    const branches = await build(played, setup, what);
    const file = lab.state.checkpoints.find(({ name }) => name === MIDDLE)?.files.disk0 ?? '';
    const deletedUs = await played.do({ do: 'delete', checkpoint: MIDDLE });
    const deletionEndUs = lab.nowUs;
    await advanceUntil(lab, () => isGone(lab, MIDDLE), WATCH_US, tools);
    const endUs = endedMerge(lab, MIDDLE)?.endedUs ?? deletionEndUs;
    const watched = {
      ...what,
      goneUs: isGone(lab, MIDDLE) ? endUs - deletedUs : null,
      fileStays: lab.folder.sizes().has(file),
      reason: waitingReason(lab),
    };
    const down = await comeDown(lab, played, branches.slice(0, Math.max(0, what.descendants - 1)), tools);
    return { ...watched, ...down, scenario: played.scenario(beginning) };
  });
}

/** Resolves to the checkpoints that stand on “middle”, the first one first. The machine runs. */
async function build(
  played: PlayedCommands,
  setup: ExperimentSetup,
  { descendants, withNow }: Case,
): Promise<string[]> {
  // The same places each time, and other bytes.
  const change = async (number: number) => {
    for (const command of changes({ ...setup, seed: setup.seed + 1000 * number })) await played.do(command);
  };
  const restart = async (checkpoint: string) => {
    await played.do({ do: 'apply', checkpoint, takeFirst: false });
    await played.do({ do: 'start' });
  };
  await played.do({ do: 'take', name: FIRST });
  await played.do({ do: 'start' });
  await change(0);
  await played.do({ do: 'take', name: MIDDLE, type: 'production' });
  const branches = Array.from({ length: descendants - (withNow ? 1 : 0) }, (_, i) => `branch ${i + 1}`);
  for (const [i, name] of branches.entries()) {
    await change(i + 1);
    await played.do({ do: 'take', name, type: 'production' });
    await restart(MIDDLE);
  }
  if (withNow) await change(branches.length + 1);
  else await restart(FIRST);
  await played.wait(US_PER_SECOND / 2);
  return branches;
}

async function comeDown(
  lab: Lab,
  played: PlayedCommands,
  branches: readonly string[],
  tools: ExperimentTools,
): Promise<Pick<CaseResult, 'deletedLater' | 'mergedEarly' | 'cameDownUs'>> {
  const deletedLater = branches.length;
  let mergedEarly = isGone(lab, MIDDLE) && deletedLater > 0;
  let lastUs = lab.nowUs;
  for (const checkpoint of branches) {
    await played.wait(BETWEEN_US);
    mergedEarly ||= isGone(lab, MIDDLE);
    lastUs = await played.do({ do: 'delete', checkpoint });
  }
  if (deletedLater === 0 || mergedEarly) return { deletedLater, mergedEarly, cameDownUs: null };
  const { policy } = lab.state;
  const mostUs = policy === 'live' || policy === 'now' ? MOST_US : SHORT_US;
  await advanceUntil(lab, () => isGone(lab, MIDDLE), mostUs, tools);
  const endedUs = endedMerge(lab, MIDDLE)?.endedUs ?? null;
  return { deletedLater, mergedEarly, cameDownUs: endedUs === null ? null : endedUs - lastUs };
}

function waitingReason(lab: Lab): string | null {
  const row = lab.view().merges.find(({ nodeName, state }) => nodeName === MIDDLE && state === 'waits');
  return row?.reason ?? null;
}
