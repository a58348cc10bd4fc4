/** From what was merged here to what the claim speaks of. */
import { GIB } from '../../../base/units.ts';

const CLAIMED_SECONDS = 48 * 3600;
const DOZEN = 12;
/** Windows attaches no VHD that is larger: more than that no checkpoint can have changed. */
export const LARGEST_VHD_BYTES = 2040 * GIB;

/** What merges cost on one storage, from two single merges of different size. */
export interface MergeRate {
  /** To begin and to end it, however little is copied. */
  readonly secondsEach: number;
  readonly secondsPerByte: number;
}

interface OneMerge {
  readonly tookSeconds: number;
  readonly copiedBytes: number;
}

export function rateOf(small: OneMerge, large: OneMerge): MergeRate {
  const secondsPerByte = (large.tookSeconds - small.tookSeconds) / (large.copiedBytes - small.copiedBytes);
  return { secondsPerByte, secondsEach: small.tookSeconds - secondsPerByte * small.copiedBytes };
}

/** What each of a dozen checkpoints must have changed for 48 hours, merged oldest first: an extrapolation. */
export function eachOfADozen({ secondsEach, secondsPerByte }: MergeRate): number {
  return Math.max(0, Math.round((CLAIMED_SECONDS / DOZEN - secondsEach) / secondsPerByte));
}
