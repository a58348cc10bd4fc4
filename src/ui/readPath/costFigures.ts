/** Measured microseconds as figures that add up: rounded together, so that a column's sum is the rounded total. */
import { grouped } from '../../base/units.ts';
import type { CostTotals, ReadTrace, TraceCosts } from '../../engine/api.ts';

export type Caching = 'cold' | 'cached';

export function stepCosts(costs: TraceCosts, caching: Caching): readonly number[] {
  return caching === 'cold' ? costs.coldMicroseconds : costs.cachedMicroseconds;
}

export function totalOf(totals: CostTotals, caching: Caching): number {
  return caching === 'cold' ? totals.coldMicroseconds : totals.cachedMicroseconds;
}

/** Digits behind the point, so that about three or four figures are left that mean something. */
export function digitsFor(total: number): number {
  if (total >= 1000) return 0;
  return total >= 10 ? 1 : total >= 1 ? 2 : 3;
}

/**
 * Rounds to `digits` so that the sum of the rounded is the rounded sum: what rounding down left over goes, one last
 * digit each, to the values that lost most.
 */
export function roundedTogether(values: readonly number[], digits: number): number[] {
  const unit = 10 ** digits;
  const scaled = values.map((value) => value * unit);
  const whole = scaled.map((value) => Math.floor(value + 1e-9));
  const target = Math.round(scaled.reduce((sum, value) => sum + value, 0));
  let left = target - whole.reduce((sum, value) => sum + value, 0);
  const byLoss = scaled
    .map((value, i) => ({ i, loss: value - (whole[i] ?? 0) }))
    .sort((a, b) => b.loss - a.loss);
  for (const { i } of byLoss) {
    if (left <= 0) break;
    whole[i] = (whole[i] ?? 0) + 1;
    left--;
  }
  return whole.map((value) => value / unit);
}

export interface CostRow {
  readonly lookups: number;
  readonly fileReads: number;
  readonly bytes: number;
  readonly microseconds: number;
}

/** A row of the totals. With tables and bitmaps in memory only the data is still read from files. */
export function costRow(trace: ReadTrace, totals: CostTotals, caching: Caching): CostRow {
  const { lookups, fileReads, bytes } = totals;
  const microseconds = totalOf(totals, caching);
  if (caching === 'cold') return { lookups, fileReads, bytes, microseconds };
  const dataBytes = trace.fileReads.reduce((sum, read) => sum + read.lengthBytes, 0);
  return { lookups, fileReads: trace.fileReads.length, bytes: dataBytes, microseconds };
}

/** `9 356.8`: thin spaces in the whole part only. */
export function microsecondsText(value: number, digits = digitsFor(value)): string {
  const [whole = '0', part] = value.toFixed(digits).split('.');
  return part === undefined ? grouped(Number(whole)) : `${grouped(Number(whole))}.${part}`;
}
