/** What the host's drive costs: the lab's time is made of these figures, not of a clock. All of them are on screen. */

export interface DriveModel {
  readonly name: string;
  /** Of every read and write. */
  readonly requestUs: number;
  /** Added where a request does not begin where the last one on the drive ended. */
  readonly seekUs: number;
  readonly bytesPerSecond: number;
  readonly flushUs: number;
}

export const DRIVES = {
  ssd: { name: 'SSD', requestUs: 60, seekUs: 20, bytesPerSecond: 500e6, flushUs: 400 },
  disk: {
    name: 'disk with 7200 revolutions',
    requestUs: 50,
    seekUs: 8300,
    bytesPerSecond: 160e6,
    flushUs: 8300,
  },
} as const satisfies Record<string, DriveModel>;

export type DriveName = keyof typeof DRIVES;

/** What was asked of the drive, and the time that it was busy with it. */
export interface DriveUse {
  readonly reads: number;
  readonly readBytes: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly flushes: number;
  readonly seeks: number;
  /** Names made, changed and removed; the size of files. Each costs a request. */
  readonly others: number;
  readonly busyUs: number;
}
