/** Which machines can be checkpointed, by their disks. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const PASS_THROUGH: Experiment = { about: ABOUT, run, verdict };
