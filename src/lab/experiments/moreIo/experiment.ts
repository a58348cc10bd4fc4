/** Experiment 2: requests to files by the number of differencing disks. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const MORE_IO: Experiment = { about: ABOUT, run, verdict };
