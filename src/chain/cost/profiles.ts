/**
 * Storage that the costs are told for. The figures are round: what matters is their order of magnitude. How much memory a
 * host has for tables and bitmaps stands in no data sheet: it is the same everywhere, and for the reader to change.
 */
import { MIB } from '../../base/units.ts';
import type { DriveCosts, StorageProfile } from './storageProfile.ts';

/** The drive's part alone: the lab runs on it. */
export const DRIVE_COSTS = {
  ssd: { name: 'SSD', requestUs: 60, seekUs: 20, bytesPerSecond: 500e6, flushUs: 400 },
  disk: {
    name: 'disk with 7200 revolutions',
    requestUs: 50,
    seekUs: 8300,
    bytesPerSecond: 160e6,
    flushUs: 8300,
  },
  nvme: { name: 'NVMe SSD', requestUs: 20, seekUs: 50, bytesPerSecond: 3.2e9, flushUs: 400 },
  /** The SSD above behind a round trip. */
  share: {
    name: 'network share over 1 Gbit/s',
    requestUs: 560,
    seekUs: 20,
    bytesPerSecond: 100e6,
    flushUs: 900,
  },
  object: {
    name: 'object storage',
    requestUs: 100_000,
    seekUs: 0,
    bytesPerSecond: 85e6,
    flushUs: 100_000,
  },
} as const satisfies Record<string, DriveCosts>;

export type ProfileName = keyof typeof DRIVE_COSTS;

const CACHE_BYTES = 64 * MIB;

/** In the order in which they are offered. Of each figure: who published it, or that it is a rule of thumb. */
export const PROFILES: Readonly<Record<ProfileName, StorageProfile>> = {
  disk: {
    ...DRIVE_COSTS.disk,
    cacheBytes: CACHE_BYTES,
    source:
      'Western Digital, “Hard Disk Drive Specifications, Ultrastar DC HC310”, 2018: 7200 revolutions a minute, so 8.33 ms for one and 4.16 ms for half of one, and a mean seek of 7.4 ms over the whole disk. Files of one chain lie nearer each other, so one revolution stands for seek and latency, and another for a flush. Request and transfer are rules of thumb.',
  },
  ssd: {
    ...DRIVE_COSTS.ssd,
    cacheBytes: CACHE_BYTES,
    source:
      'Samsung’s specification of the SATA SSD 850 EVO, as dealers reprint it: 540 MB/s, and at most 10 000 random reads of 4 KiB a second, one at a time, so 100 µs each; here such a read takes 88 µs. The flush is a rule of thumb.',
  },
  nvme: {
    ...DRIVE_COSTS.nvme,
    cacheBytes: CACHE_BYTES,
    source:
      'Samsung’s specification of the NVMe SSD 960 EVO, as HotHardware’s review reprints it: about 3 200 MB/s, and about 14 000 random reads of 4 KiB a second, one at a time, so 71 µs each. How these are shared between request and seek, and the flush, are rules of thumb.',
  },
  share: {
    ...DRIVE_COSTS.share,
    cacheBytes: CACHE_BYTES,
    source:
      'The list “Latency numbers every programmer should know”, as the System Design Primer has it: 500 µs for a round trip within a data centre, 100 MB/s over Ethernet of 1 Gbit/s. One round trip for each request of SMB, and the SSD of this list in the server, are rules of thumb.',
  },
  object: {
    ...DRIVE_COSTS.object,
    cacheBytes: CACHE_BYTES,
    source:
      'Amazon, “Best Practices Design Patterns: Optimizing Amazon S3 Performance”: 100 to 200 ms until the first byte comes, of which the lower is taken, and 85 to 90 MB/s for one request at a time. An object cannot be changed in place: that a flush costs as much as a request is a rule of thumb.',
  },
};
