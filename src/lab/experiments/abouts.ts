/** The ten experiments, as the page shows them before anything is run. */
import type { ExperimentAbout } from './experiment.ts';
import { ABOUT as LIVE_MERGE } from './liveMerge/about.ts';
import { ABOUT as MEMORY } from './memory/about.ts';
import { ABOUT as MERGE_TIME } from './mergeTime/about.ts';
import { ABOUT as MERGE_UNDER_LOAD } from './mergeUnderLoad/about.ts';
import { ABOUT as MORE_IO } from './moreIo/about.ts';
import { ABOUT as NOT_A_BACKUP } from './notABackup/about.ts';
import { ABOUT as PASS_THROUGH } from './passThrough/about.ts';
import { ABOUT as PAUSE } from './pause/about.ts';
import { ABOUT as READ_COST } from './readCost/about.ts';
import { ABOUT as TWO_DESCENDANTS } from './twoDescendants/about.ts';

export const ABOUTS: readonly ExperimentAbout[] = [
  READ_COST,
  MORE_IO,
  MERGE_UNDER_LOAD,
  MERGE_TIME,
  TWO_DESCENDANTS,
  NOT_A_BACKUP,
  MEMORY,
  PASS_THROUGH,
  PAUSE,
  LIVE_MERGE,
];
