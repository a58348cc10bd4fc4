/** Experiment 1: the cost of a read by the number of differencing disks. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const READ_COST: Experiment = { about: ABOUT, run, verdict };
