/** The six lessons, in their order. */
import { CHECKPOINT } from './checkpoint.ts';
import { DELETE_MEANS_MERGE } from './deleteMeansMerge.ts';
import { DIFFERENCING_DISK } from './differencingDisk.ts';
import type { Lesson } from './lesson.ts';
import { LIVE_MERGE } from './liveMerge.ts';
import { READ_PATH } from './readPath.ts';
import { WHY_MERGES_WAIT } from './whyMergesWait.ts';

export const LESSONS: readonly Lesson[] = [
  DIFFERENCING_DISK,
  READ_PATH,
  CHECKPOINT,
  DELETE_MEANS_MERGE,
  WHY_MERGES_WAIT,
  LIVE_MERGE,
];
