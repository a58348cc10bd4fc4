/** Claim 7: what is asked, what was said, what can be set. */
import { MIB } from '../../../base/units.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'memory',
  number: 7,
  question: 'A database goes back to a checkpoint: are orders lost that it had confirmed?',
  lead: 'Orders are confirmed when they stand in memory, and written to the disk every few seconds. The same moments are gone back to with the memory, without it, and from a production checkpoint.',
  claims: [
    {
      text: 'A checkpoint does not contain memory, so a database can lose data.',
      isQuote: false,
      sources: ['D'],
    },
    { text: 'the memory is saved too', isQuote: true, sources: ['A', 'B', 'T'] },
  ],
  predictions: [
    { id: 'none', label: 'None: the memory is saved too', shape: null },
    { id: 'always', label: 'Some every time: a checkpoint is only the disks', shape: null },
    { id: 'depends', label: 'It depends on how the checkpoint is taken and applied', shape: null },
  ],
  controls: ['load', 'profile'],
  setup: {
    ...USUAL_SETUP,
    diskBytes: 64 * MIB,
    guest: 'database',
    load: 80,
    policy: 'when-off',
    memoryBytes: MIB,
  },
  method: [
    'The guest is a database on a FAT volume. An order counts as confirmed when it stands in the guest’s memory; a lazy writer brings changed pages to the disk every 3.5 to 5 seconds and then notes in the first sector of the order book how many orders it holds.',
    'At moments drawn from the seed standard checkpoints are taken, then production checkpoints. The orders confirmed at that moment are the guest’s own count when the machine has just been paused for the checkpoint.',
    'With memory: the checkpoint is applied, the machine starts from the saved memory, shuts down and starts again. Without: the checkpoint is applied, its saved state is deleted, and the machine starts from the disk. Production: the checkpoint is applied and the machine starts from the disk.',
    'The guest is idle meanwhile, so that no new order hides a lost one. What is there after the restart is what the guest reads from its disk. Lost is the difference.',
  ],
};
