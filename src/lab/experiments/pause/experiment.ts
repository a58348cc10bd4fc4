/** How long a machine stands still for a checkpoint, and what saving its memory costs its guest. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const PAUSE: Experiment = { about: ABOUT, run, verdict };
