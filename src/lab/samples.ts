/** What the guest got done, second by second: operations, and the latency of each in simulated time. */

import { US_PER_SECOND } from './labTime.ts';
import type { LabSample } from './labView.ts';

/** Two hours; what is older is dropped. */
const MOST_SAMPLES = 7200;

interface Bucket {
  readonly second: number;
  latencies: number[];
  merging: boolean;
  pausedUs: number;
}

export class LabSamples {
  private done: LabSample[] = [];
  private bucket: Bucket | null = null;

  operation(startUs: number, latencyUs: number, merging: boolean): void {
    const bucket = this.at(startUs);
    bucket.latencies.push(latencyUs);
    if (merging) bucket.merging = true;
  }

  merging(atUs: number): void {
    this.at(atUs).merging = true;
  }

  paused(atUs: number, pausedUs: number): void {
    this.at(atUs).pausedUs += pausedUs;
  }

  /** The newest `most`, oldest first; the second under way among them. */
  list(most: number): LabSample[] {
    const all = this.bucket ? [...this.done, sampleOf(this.bucket)] : this.done;
    return all.slice(-most);
  }

  copy(): LabSamples {
    const copy = new LabSamples();
    copy.done = [...this.done];
    copy.bucket = this.bucket && { ...this.bucket, latencies: [...this.bucket.latencies] };
    return copy;
  }

  private at(us: number): Bucket {
    const second = Math.floor(us / US_PER_SECOND);
    if (this.bucket && second <= this.bucket.second) return this.bucket;
    if (this.bucket) {
      this.done.push(sampleOf(this.bucket));
      if (this.done.length > MOST_SAMPLES) this.done.shift();
    }
    this.bucket = { second, latencies: [], merging: false, pausedUs: 0 };
    return this.bucket;
  }
}

function sampleOf({ second, latencies, merging, pausedUs }: Bucket): LabSample {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    fromUs: second * US_PER_SECOND,
    lengthUs: US_PER_SECOND,
    operations: sorted.length,
    medianUs: at(0.5),
    p99Us: at(0.99),
    merging,
    pausedUs,
  };
}
