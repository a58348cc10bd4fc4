/** Claim 5: whether a checkpoint's disk merges while two read through it. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const TWO_DESCENDANTS: Experiment = { about: ABOUT, run, verdict };
