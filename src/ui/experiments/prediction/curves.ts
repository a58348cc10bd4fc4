/** Small pictures of what a reader can expect, 60 wide and 32 high, axes at the left and below. */
import type { PredictionShape } from '../../../engine/api.ts';

export const CURVE_AXES = 'M2 0V30H60';

export const CURVES: Readonly<Record<PredictionShape, string>> = {
  proportional: 'M2 28L58 3',
  'levels-off': 'M2 28C14 8 26 7 58 6',
  flat: 'M2 22H58',
  explodes: 'M2 28C40 27 52 20 58 2',
};
