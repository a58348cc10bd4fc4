/** Claim 5: what is asked, what was said, what can be set. */
import { MIB } from '../../../base/units.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'two-descendants',
  number: 5,
  question: 'What becomes of a deleted checkpoint’s disk when two stand on it?',
  lead: 'A checkpoint with none to four descendants is deleted, and then its descendants one by one.',
  claims: [
    {
      text: 'A checkpoint with two descendants does not merge when it is deleted',
      isQuote: false,
      sources: ['A'],
    },
  ],
  predictions: [
    { id: 'waits', label: 'It waits until one descendant is left', shape: null },
    { id: 'at-once', label: 'It merges at once, as with one', shape: null },
    { id: 'for-ever', label: 'It stays for ever', shape: null },
  ],
  controls: ['policy', 'guest', 'load', 'changedPercent', 'diskBytes', 'blockSizeBytes', 'profile'],
  setup: { ...USUAL_SETUP, changedPercent: 1, diskBytes: 256 * MIB, load: 10, policy: 'live' },
  method: [
    'Each machine is built anew: its checkpoint “middle” stands on “first” and gets its descendants by being applied again and again. Each of them, and “middle” itself, holds the share of the sectors that is set.',
    'A descendant is whatever stands directly on the checkpoint; Now counts as one. Every number is tried twice: with Now among the descendants, and with Now on “first”, beside them. Without a descendant only the second is possible.',
    'The machine runs when “middle” is deleted. Under the policies live and now nothing but the number of its descendants can keep the merge waiting; the others wait for something besides, with one descendant too. It is watched for 5 simulated seconds.',
    'Then its descendants are deleted one after the other, 1 s apart, until one is left: Now where it is among them, else the checkpoint that was made last. From that command on it is watched for as long as it takes, an hour at most; half a minute under the policies that wait for something besides.',
    'The time runs to the end of the merge, or for a checkpoint without descendants until its file is gone.',
  ],
};
