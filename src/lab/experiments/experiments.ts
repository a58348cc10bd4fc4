/** The ten experiments with what runs them, by id. */
import type { Experiment, ExperimentId } from './experiment.ts';
import { LIVE_MERGE } from './liveMerge/experiment.ts';
import { MEMORY } from './memory/experiment.ts';
import { MERGE_TIME } from './mergeTime/experiment.ts';
import { MERGE_UNDER_LOAD } from './mergeUnderLoad/experiment.ts';
import { MORE_IO } from './moreIo/experiment.ts';
import { NOT_A_BACKUP } from './notABackup/experiment.ts';
import { PASS_THROUGH } from './passThrough/experiment.ts';
import { PAUSE } from './pause/experiment.ts';
import { READ_COST } from './readCost/experiment.ts';
import { TWO_DESCENDANTS } from './twoDescendants/experiment.ts';

export const EXPERIMENTS: Readonly<Record<ExperimentId, Experiment>> = {
  'read-cost': READ_COST,
  'more-io': MORE_IO,
  'merge-under-load': MERGE_UNDER_LOAD,
  'merge-time': MERGE_TIME,
  'two-descendants': TWO_DESCENDANTS,
  'not-a-backup': NOT_A_BACKUP,
  memory: MEMORY,
  'pass-through': PASS_THROUGH,
  pause: PAUSE,
  'live-merge': LIVE_MERGE,
};
