/** Claim 8: what is asked, what was said, what can be set. */
import { KIB, MIB } from '../../../base/units.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'pass-through',
  number: 8,
  question: 'A machine has a pass-through disk: can a checkpoint of it be taken?',
  lead: 'Machines with different disks are asked for checkpoints of every type, while they are off and while they run.',
  claims: [{ text: 'Pass-through disks cannot be checkpointed.', isQuote: false, sources: ['T'] }],
  predictions: [
    { id: 'refused', label: 'Refused, whatever the type', shape: null },
    { id: 'vhd-only', label: 'Taken, of the other disks only', shape: null },
    { id: 'production', label: 'A production checkpoint is taken, a standard one not', shape: null },
  ],
  controls: ['guest', 'load'],
  setup: {
    ...USUAL_SETUP,
    diskBytes: 4 * MIB,
    blockSizeBytes: 512 * KIB,
    guest: 'file-server',
    load: 10,
    policy: 'live',
    memoryBytes: 256 * KIB,
  },
  method: [
    'Each try is a lab of its own: a machine with these disks, off or running for two seconds, is asked for one checkpoint.',
    'Taken means that the checkpoint is in the tree afterwards and that the disk of each of its VHDs can be read to the end at that point. Refused means the lab’s words; it is checked that no file and nothing of the machine’s state has changed.',
    'Way out: the pass-through disk is detached, the checkpoint is taken, and the disk is attached again.',
    'That a pass-through disk refuses checkpoints is a rule of this lab, made after the source: a checkpoint freezes the file of a disk, and here there is none. The lab has no physical disk, so this shows the rule and its way out, and proves nothing about Hyper-V.',
  ],
};
