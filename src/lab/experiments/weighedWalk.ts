/** What a cold walk costs after a merge, for many merges one after the other. */
import { must } from '../../base/assert.ts';
import { NS_PER_US, nanosecondsOf } from '../../chain/cost/costOf.ts';
import type { StorageProfile } from '../../chain/cost/storageProfile.ts';
import { TableCache } from '../../chain/cost/tableCache.ts';
import { walkRequests } from '../../chain/cost/walkRequests.ts';
import type { TraceStep } from '../../chain/readTrace.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { type MergedStretch, mergedPart, mergedSteps, type WalkedRun } from './mergedWalk.ts';

/** Microseconds of the walk when the stretch is one file. */
export type WeighedWalk = (stretch: MergedStretch) => number;

export function weighedWalk(
  runs: readonly WalkedRun[],
  images: readonly DiskImage[],
  profile: StorageProfile,
): WeighedWalk {
  const [run] = runs;
  if (run && runs.length === 1) return weighedRun(run, images, profile);
  return (stretch) => coldNs(mergedSteps(runs, images, stretch), profile) / NS_PER_US;
}

/**
 * A walk of one run asks file after file, each once, and a request that goes on to another file seeks: what the files cost
 * adds up, and those outside the stretch cost what they cost now.
 */
function weighedRun(run: WalkedRun, images: readonly DiskImage[], profile: StorageProfile): WeighedWalk {
  // Of the files above each layer, and of all.
  const aboveNs = [0];
  for (const layer of images.keys()) {
    const own = run.steps.filter((step) => step.layer === layer);
    aboveNs.push(must(aboveNs[layer], 'a sum') + coldNs(own, profile));
  }
  const above = (layer: number) => must(aboveNs[layer], 'a sum');
  const allNs = above(images.length);
  return (stretch) => {
    const part = mergedPart(run, images, stretch);
    if (!part) return allNs / NS_PER_US;
    const belowNs = part.ends ? 0 : allNs - above(stretch.last + 1);
    return (above(stretch.first) + coldNs(part.steps, profile) + belowNs) / NS_PER_US;
  };
}

function coldNs(steps: readonly TraceStep[], profile: StorageProfile): number {
  return nanosecondsOf(walkRequests({ steps }, new TableCache(profile.cacheBytes)).requests, profile);
}
