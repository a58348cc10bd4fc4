/** What the host's drive costs: the lab's time is made of these figures, not of a clock. All of them are on screen. */
import { DRIVE_COSTS, type ProfileName } from '../../chain/cost/profiles.ts';
import type { DriveCosts } from '../../chain/cost/storageProfile.ts';

export type DriveModel = DriveCosts;
export type DriveName = ProfileName;

export const DRIVES: Readonly<Record<DriveName, DriveModel>> = DRIVE_COSTS;

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
