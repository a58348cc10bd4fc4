/** What the rules have to know of a lab. Plain data, but for two questions that need the files. */
import type { DriveModel } from '../drive/driveModel.ts';
import type { MachineState } from '../machine/machine.ts';

export interface LabFacts {
  readonly machine: MachineState;
  /** False: the host has no power. */
  readonly hostOn: boolean;
  /** Memory of this checkpoint is being saved; null = of none. */
  readonly savingMemoryOf: string | null;
  /** Node that is being merged away; null = none. */
  readonly merging: string | null;
  /** Files that were lost. */
  readonly lostFiles: readonly string[];
  /** Files in the folder, with their sizes. */
  readonly fileBytes: ReadonlyMap<string, number>;
}

export interface ToCopy {
  readonly copyBytes: number;
  /** Stretches of the disk that they lie in: each is read and written by itself. */
  readonly runs: number;
}

export interface PlanFacts extends LabFacts {
  readonly drive: DriveModel;
  readonly driveBytes: number | null;
  readonly usedBytes: number;
  readonly nowUs: number;
  /** What a merge of the newest file of this chain into the next would copy: from its bitmaps. */
  toCopy(chain: readonly string[]): Promise<ToCopy>;
  /** Bytes that the newest file of this chain holds: what is lost with it. */
  heldBytes(chain: readonly string[]): Promise<number>;
}
