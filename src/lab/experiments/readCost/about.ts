/** Claim 1: what a differencing disk more costs a read. */
import { READ_CONTROLS, USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'read-cost',
  number: 1,
  question: 'Is the read cost proportional to the number of differencing disks?',
  lead: 'The literature says yes and no. Predict the walk with cold caches first, then run it on real files.',
  claims: [
    {
      text: 'The impact on the read performance is directly proportional to the number of differencing disks',
      isQuote: true,
      sources: ['P'],
    },
    { text: 'there is a performance hit, but it is minimal', isQuote: true, sources: ['A'] },
  ],
  predictions: [
    { id: 'proportional', label: 'proportional', shape: 'proportional' },
    { id: 'levels-off', label: 'levels off', shape: 'levels-off' },
    { id: 'flat', label: 'flat', shape: 'flat' },
    { id: 'explodes', label: 'explodes', shape: 'explodes' },
  ],
  controls: READ_CONTROLS,
  setup: { ...USUAL_SETUP, changedPercent: 1 },
  method: [
    'The same reads are made of the same chain, seen from files of less and less depth. What each of them asks of the files is counted from the engine’s own trace; the storage’s figures turn requests into time.',
    'Walk: newest file to oldest, as Hyper-V reads. Each file on the way is asked for an entry of its block table and, where it has the block, for a bit of its bitmap.',
    'Index: as this program reads. It keeps which layer holds what, so that one question answers at any depth; it needs the bitmaps of a place once.',
    'Cold: of the files only headers are in memory when a read begins; the index has the block tables too, which it read when the chain was opened. Warm: the same reads were all made once before, with as much cache as the storage’s figures say.',
    'What is answered from memory takes no time in the model. The table “on this machine” says what it takes with everything in memory.',
    'Flat: the ends differ by a tenth or less. Levels off, explodes: the upper half of the curve is less than 0.6 times as steep as the lower one, or more than 1.6 times. Proportional: a line (R² of 0.95 or more) of which a quarter or less does not grow.',
  ],
};
