/** Claim 9: what is asked, what was said, what can be set. */
import { MIB } from '../../../base/units.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'pause',
  number: 9,
  question: 'How long does a machine stand still for a checkpoint?',
  lead: 'Checkpoints are taken of a busy machine with more and more memory, and every operation of its guest is timed.',
  claims: [
    {
      text: 'The pause at the checkpoint is not noticed; the memory copy costs a short stall.',
      isQuote: false,
      sources: ['B'],
    },
  ],
  predictions: [
    { id: 'flat', label: 'The pause is the same, however much memory there is', shape: 'flat' },
    { id: 'levels-off', label: 'It grows with the memory, but less and less', shape: 'levels-off' },
    { id: 'proportional', label: 'Twice the memory, twice the pause', shape: 'proportional' },
  ],
  controls: ['memoryBytes', 'guest', 'load', 'profile'],
  setup: {
    ...USUAL_SETUP,
    diskBytes: 64 * MIB,
    guest: 'database',
    load: 40,
    policy: 'when-off',
    memoryBytes: 64 * MIB,
  },
  method: [
    'The pause is the time between the steps “paused” and “goes on” in the lab’s log: the disks are flushed, the new files attached, the configuration is copied.',
    'The guest works on a FAT volume, and on bare sectors where the size of the disk is tried. Of its operations those count that had to wait for the drive, from the first request to the last answer. A write to a page of memory that is not saved yet has to wait until that page is saved.',
    'For comparison a production checkpoint of the same machine is taken, which saves no memory, and its operations are timed for the same length of time behind it.',
    'The whole command is the pause and what comes before it: the operation under way is ended and the new files are laid out. In the lab the guest does nothing meanwhile.',
    'All times are the lab’s: what the requests cost the drive. 100 ms stands for what people notice, and 1 s for a stall that is no longer short: both are thresholds that are set here, not findings.',
  ],
};
