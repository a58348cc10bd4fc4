/** Claim 4: what is asked, what was said, what can be set. */
import { KIB, MIB } from '../../../base/units.ts';
import { PROFILES } from '../../../chain/cost/profiles.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'merge-time',
  number: 4,
  question: 'How long does it take to merge a dozen checkpoints?',
  lead: 'Every checkpoint is deleted; the lab foretells the time of the merges, and then they run.',
  claims: [
    {
      text: 'A dozen checkpoints over a year can take 48 hours to merge.',
      isQuote: false,
      sources: ['B'],
    },
  ],
  predictions: [
    { id: 'proportional', label: 'Twelve take twelve times as long as one', shape: 'proportional' },
    { id: 'explodes', label: 'Much more: all is copied through every layer below', shape: 'explodes' },
    { id: 'levels-off', label: 'Less: what was changed twice is copied once', shape: 'levels-off' },
  ],
  controls: ['depth', 'changedPercent', 'runBytes', 'spread', 'diskBytes', 'blockSizeBytes', 'profile'],
  setup: {
    ...USUAL_SETUP,
    depth: 12,
    changedPercent: 1,
    runBytes: 64 * KIB,
    diskBytes: 256 * MIB,
    guest: 'idle',
    load: 0,
    policy: 'when-off',
    memoryBytes: 64 * KIB,
    profile: PROFILES.disk,
  },
  method: [
    'A machine with one dynamic disk takes checkpoints, and after each its guest writes runs that are drawn from the seed.',
    'All checkpoints are deleted while the machine runs and the policy is “when off”, so that every merge waits.',
    'The machine shuts down. The time that the lab foretells is that of its plan for “merge now”, asked for before the first merge begins; it comes from the bitmaps and the drive’s figures.',
    'The time that it took runs from the start of the first merge to the end of the last one, in the lab’s time: what the requests of the merges cost the drive.',
    'Oldest first: each merge copies what one differencing disk holds. Newest first: each merge copies what all before it have gathered.',
    'On each storage two single merges of different size tell what a merge costs whatever it copies, and what each byte costs. What would take 48 hours is extrapolated from these two; nothing of that size was merged.',
  ],
};
