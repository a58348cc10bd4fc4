/** What a database has of its confirmed orders after going back to a checkpoint: with its memory, without, and quiesced. */
import type { Experiment } from '../experiment.ts';
import { ABOUT } from './about.ts';
import { run } from './run.ts';
import { verdict } from './verdict.ts';

export const MEMORY: Experiment = { about: ABOUT, run, verdict };
