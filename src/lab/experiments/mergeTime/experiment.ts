/** How long merges take, and whether that was foretold. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const MERGE_TIME: Experiment = { about: ABOUT, run, verdict };
