/** One machine, one load, one policy: how long the merge of the deleted checkpoint takes to come about. */
import type { Scenario } from '../../history/scenario.ts';
import type { Lab } from '../../lab.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import type { MergePolicy } from '../../machine/machine.ts';
import { DELETED, endedMerge, isGone, playToDeletion } from '../deletedCheckpoint.ts';
import type { ExperimentTools } from '../experiment.ts';
import { advanceUntil, labScenario, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

export interface Watch {
  readonly seconds: number;
  /** Of the guest: where it does so many sooner, they are enough. */
  readonly operations: number;
}

export interface Watched {
  readonly policy: MergePolicy;
  readonly load: number;
  /** From the deletion to the end of the merge; null: not while it was watched. */
  readonly mergedUs: number | null;
  readonly watchedUs: number;
  readonly operations: number;
  /** Longest time in which the guest asked nothing of its disks. */
  readonly longestPauseUs: number;
  /** 'when-off' only: from shutting down to the end of the merge. */
  readonly offUs: number | null;
  readonly scenario: Scenario;
}

/** A merge that has begun is watched so many times as long. */
export const MORE_ONCE_BEGUN = 10;
/** A merge takes no longer than this while its machine is off, whatever the storage. */
const MOST_OFF_US = 24 * 3600 * US_PER_SECOND;

export async function watchMerge(
  setup: ExperimentSetup,
  { seconds, operations: most }: Watch,
  tools: ExperimentTools,
): Promise<Watched> {
  const { policy, load } = setup;
  const beginning = labScenario(setup, {
    name: `A deletion at ${load} % load, merged ${POLICY_WORDS[policy]}`,
    text: 'The machine works when its checkpoint is deleted. Look when the merge begins, and whether it does.',
  });
  return withLab(tools, beginning, setup.profile, async (lab) => {
    const guest = new GuestPauses(lab);
    const played = await playToDeletion(lab, setup, tools);
    const deletedUs = await played.do({ do: 'delete', checkpoint: DELETED });
    guest.begin();
    const isOver = () => isGone(lab, DELETED) || guest.operations >= most;
    await advanceUntil(lab, isOver, seconds * US_PER_SECOND, tools);
    if (lab.facts().merging !== null) {
      const moreUs = seconds * (MORE_ONCE_BEGUN - 1) * US_PER_SECOND;
      await advanceUntil(lab, () => isGone(lab, DELETED), moreUs, tools);
    }
    const merge = endedMerge(lab, DELETED);
    const watched = {
      policy,
      load,
      mergedUs: merge?.endedUs ? merge.endedUs - deletedUs : null,
      watchedUs: lab.nowUs - deletedUs,
      operations: guest.operations,
      longestPauseUs: guest.longestUs(),
    };
    if (policy !== 'when-off') return { ...watched, offUs: null, scenario: played.scenario(beginning) };
    const offFromUs = await played.do({ do: 'shut-down' });
    await advanceUntil(lab, () => isGone(lab, DELETED), MOST_OFF_US, tools);
    const endedUs = endedMerge(lab, DELETED)?.endedUs ?? null;
    const offUs = endedUs === null ? null : endedUs - offFromUs;
    return { ...watched, offUs, scenario: played.scenario(beginning) };
  });
}

export const POLICY_WORDS: Readonly<Record<MergePolicy, string>> = {
  'when-idle': 'when idle',
  live: 'live',
  now: 'at once',
  'when-off': 'when off',
};

/** What touches memory alone leaves the disks idle. */
class GuestPauses {
  operations = 0;
  private lastEndUs = 0;
  private longest = 0;

  constructor(private readonly lab: Lab) {
    // From when the guest wanted something: that it was held, by a command or the merge, is no pause of its own.
    lab.onOperation = ({ dueUs, startUs, endUs }) => {
      this.operations++;
      if (endUs === startUs) return;
      this.longest = Math.max(this.longest, dueUs - this.lastEndUs);
      this.lastEndUs = endUs;
    };
  }

  begin(): void {
    this.operations = 0;
    this.longest = 0;
  }

  /** The one that goes on now among them. */
  longestUs(): number {
    return Math.max(this.longest, this.lab.nowUs - this.lastEndUs);
  }
}
