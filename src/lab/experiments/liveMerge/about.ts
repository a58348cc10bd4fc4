/** Claim 10: what is asked, what was said, what can be set. */
import { MIB } from '../../../base/units.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'live-merge',
  number: 10,
  question: 'Does the machine stay online during a live merge, and does its guest notice?',
  lead: 'The same stretch of work with a live merge and without one, beside a merge for which the machine must be off.',
  claims: [{ text: 'With live merge the VM stays online', isQuote: false, sources: ['P'] }],
  predictions: [
    { id: 'unnoticed', label: 'It stays online and hardly slows', shape: null },
    { id: 'slower', label: 'It stays online and is slower meanwhile', shape: null },
    { id: 'stops', label: 'It stands still for a while', shape: null },
  ],
  controls: ['guest', 'changedPercent', 'diskBytes', 'blockSizeBytes', 'profile'],
  setup: { ...USUAL_SETUP, changedPercent: 5, diskBytes: 256 * MIB, policy: 'live' },
  method: [
    'A machine has one checkpoint, and the disk above it holds the share of the sectors that is set. At each load it is built from three seeds, each time twice: in one of the two the checkpoint is deleted and its disk merges while the guest works.',
    'Both are looked at for the same stretch of simulated time: from the deletion to the end of its merge. Operations count where the guest wanted them in that stretch.',
    'An operation takes from when the guest wants it until it is done, with what it waited for the drive and for the merge. 99 % and the longest are those of all three seeds together.',
    'Offline is the simulated time in which the machine was not running. In a third machine merges run only when it is off: after the deletion it is shut down, and started again as soon as the merge has ended; shutting down costs what the guest writes, and its boot is not counted.',
    'How Hyper-V shares the drive between a guest and its live merge is not public. Here the merge copies about 2 MiB at a time and then leaves the drive to the guest for as long as that took.',
    'A tenth fewer operations or less is called hardly slower, and an operation of 1 s or more standing still; both bounds are ours.',
  ],
};
