/** Claim 6: what is asked, what was said, what can be set. */
import { KIB, MIB } from '../../../base/units.ts';
import { USUAL_SETUP } from '../controls.ts';
import type { ExperimentAbout } from '../experiment.ts';

export const ABOUT: ExperimentAbout = {
  id: 'not-a-backup',
  number: 6,
  question: 'One file of the chain is lost or altered: which checkpoints can still be read?',
  lead: 'Each file in turn is taken away, altered in one sector, or given another id; then every checkpoint’s disk is read whole.',
  claims: [
    {
      text: 'A checkpoint is not a backup: lose or alter the base and every checkpoint is lost.',
      isQuote: false,
      sources: ['D'],
    },
  ],
  predictions: [
    { id: 'none', label: 'Without the base none of them', shape: null },
    { id: 'some', label: 'Those that have changed enough themselves', shape: null },
    { id: 'all', label: 'All: each has its own file', shape: null },
  ],
  controls: ['depth', 'changedPercent', 'runBytes', 'spread', 'blockSizeBytes'],
  setup: {
    ...USUAL_SETUP,
    depth: 6,
    changedPercent: 3,
    runBytes: 16 * KIB,
    diskBytes: 8 * MIB,
    blockSizeBytes: 512 * KIB,
    guest: 'idle',
    load: 0,
    policy: 'when-off',
    memoryBytes: 64 * KIB,
  },
  method: [
    'A machine with a dynamic disk of 8 MiB takes checkpoints; before the first and after each one its guest writes runs that are drawn from the seed. Then it shuts down.',
    'Each checkpoint’s disk is read from its first to its last sector and hashed (SHA-256). A checkpoint reads whole where the hash is what it was before.',
    'Lost: the file is taken away, everything is hashed, the file is put back, and everything is hashed again.',
    'Altered: one sector of the data that the file holds, drawn from the seed, gets other bytes. A VHD has checksums over its header and footer and none over its data.',
    'Another id: the unique id in the file’s footers is replaced, as a copy or a tool that mounts and changes the file does. Each differencing disk names its parent by that id.',
    'With many checkpoints, ten files spread over the chain are tried.',
  ],
};
