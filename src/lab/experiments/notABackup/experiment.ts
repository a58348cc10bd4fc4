/** What is left of a chain of checkpoints when one of its files is lost or altered. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const NOT_A_BACKUP: Experiment = { about: ABOUT, run, verdict };
