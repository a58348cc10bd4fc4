/** The controls of the experiments, with everything that can be chosen; and a set-up as a piece of a link. */
import { GIB, KIB, MIB } from '../../base/units.ts';
import { PROFILES } from '../../chain/cost/profiles.ts';
import type { Control, ControlName, ExperimentSetup } from './setup.ts';

export const CONTROLS: Readonly<Record<ControlName, Control>> = {
  depth: {
    kind: 'steps',
    label: 'Depth',
    unit: 'count',
    steps: [1, 2, 4, 8, 12, 16, 24, 32, 48, 64],
  },
  changedPercent: {
    kind: 'steps',
    label: 'Changed',
    unit: 'percent',
    steps: [0.1, 0.3, 1, 2, 3, 5, 10, 20, 40],
  },
  runBytes: {
    kind: 'steps',
    label: 'Run length',
    unit: 'bytes',
    steps: [512, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB],
  },
  spread: {
    kind: 'choice',
    label: 'Spread',
    options: [
      { value: 'everywhere', label: 'all over the disk' },
      { value: 'places', label: 'in eight places' },
      { value: 'one-place', label: 'in one place' },
    ],
  },
  blockSizeBytes: {
    kind: 'steps',
    label: 'Block',
    unit: 'bytes',
    steps: [512 * KIB, MIB, 2 * MIB, 4 * MIB, 8 * MIB],
  },
  diskBytes: {
    kind: 'steps',
    label: 'Disk size',
    unit: 'bytes',
    steps: [64 * MIB, 256 * MIB, GIB, 4 * GIB],
  },
  disk: {
    kind: 'choice',
    label: 'Disk',
    options: [
      { value: 'generated', label: 'made from the seed' },
      { value: 'sample', label: 'the sample chain' },
      { value: 'open', label: 'the chain in view' },
    ],
  },
  reads: { kind: 'steps', label: 'Reads', unit: 'count', steps: [50, 100, 200, 500, 1000, 2000, 5000] },
  readBytes: {
    kind: 'steps',
    label: 'Read size',
    unit: 'bytes',
    steps: [512, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB],
  },
  pattern: {
    kind: 'choice',
    label: 'Pattern',
    options: [
      { value: 'random', label: 'anywhere' },
      { value: 'sequential', label: 'one after the other' },
      { value: 'hot', label: '80 % to a tenth of the disk' },
    ],
  },
  guest: {
    kind: 'choice',
    label: 'Guest',
    options: [
      { value: 'idle', label: 'idle' },
      { value: 'file-server', label: 'file server' },
      { value: 'database', label: 'database' },
      { value: 'build', label: 'build' },
    ],
  },
  load: { kind: 'steps', label: 'Load', unit: 'percent', steps: [0, 10, 20, 40, 60, 80, 100] },
  policy: {
    kind: 'choice',
    label: 'Policy',
    options: [
      { value: 'when-idle', label: 'when idle' },
      { value: 'when-off', label: 'when off' },
      { value: 'live', label: 'live' },
      { value: 'now', label: 'now' },
    ],
  },
  memoryBytes: {
    kind: 'steps',
    label: 'Memory',
    unit: 'bytes',
    steps: [16 * MIB, 32 * MIB, 64 * MIB, 128 * MIB, 256 * MIB],
  },
  profile: { kind: 'profile', label: 'Storage' },
};

/** Of experiments with reads of a chain. */
export const READ_CONTROLS: readonly ControlName[] = [
  'depth',
  'changedPercent',
  'runBytes',
  'spread',
  'blockSizeBytes',
  'diskBytes',
  'disk',
  'reads',
  'readBytes',
  'pattern',
  'profile',
];

/** What every experiment begins with, where it does not say otherwise. */
export const USUAL_SETUP: ExperimentSetup = {
  seed: 4711,
  depth: 64,
  changedPercent: 3,
  runBytes: 16 * KIB,
  spread: 'everywhere',
  blockSizeBytes: 2 * MIB,
  diskBytes: GIB,
  disk: 'generated',
  reads: 500,
  readBytes: 4 * KIB,
  pattern: 'random',
  guest: 'file-server',
  load: 60,
  policy: 'live',
  memoryBytes: 32 * MIB,
  profile: PROFILES.ssd,
};
