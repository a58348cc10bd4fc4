/** Claim 2: what a read asks of the files, and how many of them it takes data from. */
import { READ_CONTROLS, USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'more-io',
  number: 2,
  question: 'Do more checkpoints mean more I/O?',
  lead: 'Predict how many requests a read with cold caches makes of the files. What is counted are requests, not time.',
  claims: [
    { text: 'More checkpoints equal more I/O.', isQuote: false, sources: ['B'] },
    { text: 'Each read may hit two drives.', isQuote: false, sources: ['T'] },
  ],
  predictions: [
    { id: 'proportional', label: 'each adds the same', shape: 'proportional' },
    { id: 'levels-off', label: 'levels off', shape: 'levels-off' },
    { id: 'flat', label: 'no more than before', shape: 'flat' },
    { id: 'explodes', label: 'each adds more than the last', shape: 'explodes' },
  ],
  controls: READ_CONTROLS,
  setup: { ...USUAL_SETUP, reads: 200, readBytes: 64 * 1024 },
  method: [
    'A request is one read of one file: a sector of a block table, a sector of a bitmap, or a run of data. They are counted from the engine’s own trace of the same reads at each depth.',
    'Walk: newest file to oldest, as Hyper-V reads. Index: as this program reads, with the bitmaps of a place read once.',
    'Cold: of the files only headers are in memory when a read begins, and for the index the block tables. Warm: the same reads were all made once before, with as much cache as the storage’s figures say.',
    'Files with data: how many different files the bytes of one read are taken from. A read that lies in two runs of which two files hold one each takes data from two files.',
    'Only reads are counted: the guest’s writes all go to the newest file, at any depth.',
  ],
};
