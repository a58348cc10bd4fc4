/** A lab as the page and the terminal see it. Plain data; times in simulated microseconds. */

import type { DriveModel, DriveUse } from './drive/driveModel.ts';
import type { LabEvent } from './events.ts';
import type { GuestFigures, GuestKind } from './guest/guest.ts';
import type { MachineState } from './machine/machine.ts';
import type { MemorySaveProgress } from './memory/memory.ts';
import type { LabMerge } from './merges/mergeView.ts';

export interface LabFile {
  /** In the machine's folder. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly kind: 'disk' | 'saved state' | 'configuration' | 'journal' | 'other';
}

/** One stretch of the chart. Latencies in simulated microseconds. */
export interface LabSample {
  readonly fromUs: number;
  readonly lengthUs: number;
  readonly operations: number;
  /** 0 where nothing was done. */
  readonly medianUs: number;
  readonly p99Us: number;
  readonly merging: boolean;
  /** The machine stood still for so long of it (pauses of checkpoints). */
  readonly pausedUs: number;
}

export interface LabMark {
  readonly atUs: number;
  readonly kind: 'checkpoint' | 'apply' | 'merge' | 'fault' | 'command';
  readonly text: string;
}

export interface LabView {
  readonly scenarioName: string;
  readonly seed: number;
  readonly storage: 'memory' | 'private';
  readonly nowUs: number;
  /** Everything that happened up to here, in operations and steps. */
  readonly steps: number;
  readonly machine: MachineState;
  /** The status line of Hyper-V: `Running`, `Running, merging`, `Off` … */
  readonly status: string;
  /** False: the host has no power. */
  readonly hostOn: boolean;
  readonly virtualSizeBytes: Readonly<Record<string, number>>;
  readonly blockSizeBytes: Readonly<Record<string, number>>;
  readonly guest: {
    readonly kind: GuestKind;
    readonly load: number;
    readonly figures: GuestFigures;
    readonly checkedReads: number;
    readonly wrongReads: number;
    /** Sectors read that nobody in the lab wrote: nothing to check them against. */
    readonly unknownSectors: number;
  };
  readonly files: readonly LabFile[];
  readonly usedBytes: number;
  readonly driveBytes: number | null;
  readonly drive: DriveModel;
  readonly driveUse: DriveUse;
  readonly merges: readonly LabMerge[];
  readonly memorySave: MemorySaveProgress | null;
  /** The newest, oldest first. */
  readonly events: readonly LabEvent[];
  readonly samples: readonly LabSample[];
  readonly marks: readonly LabMark[];
  /** Of history: how many commands there are, how many of them lie before now, and when the last one was. */
  readonly history: {
    readonly commands: number;
    readonly done: number;
    readonly endUs: number;
    /** False where what is before now cannot be played again (a machine that was found in storage). */
    readonly canSeek: boolean;
  };
}

/** What the files of one disk hold, cell by cell, newest node first. */
export interface LabHoldings {
  readonly disk: string;
  readonly cells: number;
  readonly rows: readonly {
    readonly node: string;
    readonly file: string;
    /** One byte a cell. */
    readonly held: Uint8Array;
  }[];
}
/** Of a cell: nothing there · held, and a newer file answers (or Now does not read it) · Now reads it from here. */
export const HELD_NOT = 0;
export const HELD_SHADOWED = 1;
export const HELD_ANSWERS = 2;
