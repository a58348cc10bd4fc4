/** Claim 3: what is asked, what was said, what can be set. */
import { MIB } from '../../../base/units.ts';
import { PROFILES } from '../../../chain/cost/profiles.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'merge-under-load',
  number: 3,
  question: 'Does a merge ever happen while the machine is busy?',
  lead: 'A checkpoint of a working machine is deleted: when is its disk merged, at which load and by which policy?',
  claims: [{ text: 'A merge under constant load never happens', isQuote: false, sources: ['T'] }],
  predictions: [
    { id: 'never', label: 'Never, whatever the policy', shape: null },
    { id: 'idle-rule', label: 'Never when it waits for idle disks, else it does', shape: null },
    { id: 'always', label: 'Always; under load it only takes longer', shape: null },
  ],
  controls: ['guest', 'changedPercent', 'diskBytes', 'blockSizeBytes', 'profile'],
  setup: {
    ...USUAL_SETUP,
    changedPercent: 10,
    diskBytes: 256 * MIB,
    guest: 'file-server',
    profile: PROFILES.disk,
  },
  method: [
    'A machine has one checkpoint, and the disk above it holds the share of the sectors that is set. While the guest works the checkpoint is deleted: its only descendant is Now, so its disk is due to be merged at once.',
    'The time runs from the command to the end of the merge, in the lab’s time: what every request of the guest and of the merge costs the drive.',
    'The machine is watched for 60 simulated seconds, or until its guest has done 10 000 operations; if a merge has begun by then, ten times as long. What has not ended has no point.',
    'When idle: the policy of the 2007 preview. It says that the disks must be idle and not for how long; that they must have been left alone for 1 s is our rule. Live: while the machine runs, every other moment of the drive is left to the guest (our rule as well). At once: without such rests. When off: only while the machine is off; after the watch it is shut down, and the time until the merge ends is told apart.',
    'The load is the share of the time for which the guest would keep the lab’s plain SSD busy. A slower drive is busy sooner; from then on a higher load asks for no more.',
    'The longest pause is the longest time in which the guest asked nothing of its disks, while “when idle” was watched.',
  ],
};
