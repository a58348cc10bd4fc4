/** The chart as rows: neighbouring samples are put together until few enough are left; counts are sums, latencies ranges. */
import type { LabSample } from '../../../engine/api.ts';

export interface SampleRow {
  readonly fromUs: number;
  readonly toUs: number;
  readonly operationsPerSecond: number;
  /** Of the medians of the samples; null where nothing was done. */
  readonly leastMedianUs: number | null;
  readonly mostMedianUs: number | null;
  readonly mostP99Us: number;
  readonly pausedUs: number;
  readonly merging: 'yes' | 'partly' | 'no';
}

const US_PER_SECOND = 1_000_000;

export function sampleRows(samples: readonly LabSample[], most: number): SampleRow[] {
  const each = Math.max(1, Math.ceil(samples.length / most));
  const rows: SampleRow[] = [];
  for (let first = 0; first < samples.length; first += each) {
    rows.push(rowOf(samples.slice(first, first + each)));
  }
  return rows;
}

function rowOf(samples: readonly LabSample[]): SampleRow {
  const sum = (of: (sample: LabSample) => number) => samples.reduce((total, sample) => total + of(sample), 0);
  const medians = samples.filter(({ operations }) => operations > 0).map(({ medianUs }) => medianUs);
  const lengthUs = sum((sample) => sample.lengthUs);
  const merging = samples.filter((sample) => sample.merging).length;
  const last = samples.at(-1);
  return {
    fromUs: samples[0]?.fromUs ?? 0,
    toUs: last ? last.fromUs + last.lengthUs : 0,
    operationsPerSecond: lengthUs > 0 ? (sum(({ operations }) => operations) / lengthUs) * US_PER_SECOND : 0,
    leastMedianUs: medians.length > 0 ? Math.min(...medians) : null,
    mostMedianUs: medians.length > 0 ? Math.max(...medians) : null,
    mostP99Us: samples.reduce((top, { p99Us }) => Math.max(top, p99Us), 0),
    pausedUs: sum(({ pausedUs }) => pausedUs),
    merging: merging === 0 ? 'no' : merging === samples.length ? 'yes' : 'partly',
  };
}
