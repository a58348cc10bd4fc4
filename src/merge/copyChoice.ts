/** Whether a block that the target has is merged run by run in place, or as a whole at another place of the file. */
import { KIB, SECTOR_BYTES } from '../base/units.ts';
import { type HeldRun, sectorsIn } from './stretchSource.ts';

/**
 * What a small write costs beyond its bytes, told in bytes: about 50 µs in the browser's private storage, where large
 * writes come to some 700 MiB a second, flushed.
 */
const REQUEST_BYTES = 32 * KIB;
/** Reading costs about a quarter of writing. */
const READ_SHARE = 1 / 4;

/** A whole block is read, put together with the runs and written once; runs are written one by one. */
export function isCheaperWhole(runs: readonly HeldRun[], blockSizeBytes: number): boolean {
  const runCost = runs.length * REQUEST_BYTES + sectorsIn(runs) * SECTOR_BYTES;
  const wholeCost = 2 * REQUEST_BYTES + blockSizeBytes * (1 + READ_SHARE);
  return wholeCost < runCost;
}
