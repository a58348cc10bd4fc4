/** What storage costs, so that counted reads become time. Every figure is on screen with its source and can be edited. */

/** The drive's part: what a request costs. */
export interface DriveCosts {
  readonly name: string;
  /** Of every read and write. */
  readonly requestUs: number;
  /** Added where a request does not begin where the last one on the drive ended. */
  readonly seekUs: number;
  readonly bytesPerSecond: number;
  readonly flushUs: number;
}

export interface StorageProfile extends DriveCosts {
  /** Memory of the host for block tables and bitmaps that were read before. */
  readonly cacheBytes: number;
  /** Where the figures are from, in a sentence. */
  readonly source: string;
}

const NS_PER_US = 1000;
const NS_PER_SECOND = 1e9;

/** Whole nanoseconds of one request: transfers of sectors are exact, and sums do not depend on their order. */
export function requestNs(costs: DriveCosts, lengthBytes: number, seeks: boolean): number {
  const transfer = Math.round((lengthBytes * NS_PER_SECOND) / costs.bytesPerSecond);
  return (costs.requestUs + (seeks ? costs.seekUs : 0)) * NS_PER_US + transfer;
}
