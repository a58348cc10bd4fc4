/** Claim 10: whether a machine stays online while its disk is merged, and what it costs its guest. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const LIVE_MERGE: Experiment = { about: ABOUT, run, verdict };
