/** Claim 3: whether a merge waits for ever while the machine works. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const MERGE_UNDER_LOAD: Experiment = { about: ABOUT, run, verdict };
