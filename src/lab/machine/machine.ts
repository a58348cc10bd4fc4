/**
 * What there is to know of one virtual machine: its settings, its state, and the tree of its checkpoints. Plain data: this
 * is what the configuration file holds (docs/formats/lab-machine.md). Times are simulated microseconds since the lab began.
 */

export type CheckpointType = 'disabled' | 'standard' | 'production' | 'production-only';

/** 'paused': in memory, and nothing runs. 'saved': its memory lies in a file. */
export type PowerState = 'off' | 'running' | 'paused' | 'saved';

/** When a merge runs: CHECKPOINTS, "four policies". */
export type MergePolicy = 'when-idle' | 'when-off' | 'live' | 'now';

/** A disk of the machine as its settings name it. `id` is unique in the machine: `disk0`, `disk1` … */
export type DiskSetting =
  | { readonly kind: 'vhd'; readonly id: string }
  /** A physical disk: it has no file, so it cannot be checkpointed. */
  | { readonly kind: 'pass-through'; readonly id: string; readonly name: string };

/** What a checkpoint keeps a copy of, and what applying it brings back. */
export interface MachineSettings {
  readonly memoryBytes: number;
  readonly processors: number;
  readonly notes: string;
  readonly checkpointType: CheckpointType;
  /** The guest can be asked to bring its files in order (VSS): what a production checkpoint needs. */
  readonly integrationServices: boolean;
  readonly disks: readonly DiskSetting[];
}

/** A file with the memory of a machine, and what its guest was about: docs/formats/saved-state.md. */
export interface SavedStateFile {
  /** In the machine's folder. */
  readonly file: string;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

/** A file of a disk, by the id of the disk. */
export type DiskFiles = Readonly<Record<string, string>>;

/** A checkpoint with the files that it froze; or Now, with the files that are written to. */
export interface MachineNode {
  /** A GUID in upper case; `NOW` for Now. */
  readonly id: string;
  readonly name: string;
  /** The node whose files these stand on; null = none. */
  readonly parent: string | null;
  readonly atUs: number;
  /** One file for each disk with a VHD, by its name in the machine's folder (`Snapshots/…avhd`). */
  readonly files: DiskFiles;
  readonly settings: MachineSettings;
  /** Of a checkpoint: null = it has no memory. Of Now: what the machine starts from next; null = from its disk. */
  readonly savedState: SavedStateFile | null;
  /** 'application': taken with the guest's help (production). 'crash': like a power cut. 'off': the machine was off. */
  readonly consistency: 'memory' | 'application' | 'crash' | 'off';
  /** Deleted, but its disks are still needed: `disk_merge_pending`. When it was deleted; null = it is not. */
  readonly deletedAtUs: number | null;
}

export const NOW = 'NOW';

export interface MachineState {
  /** GUID, upper case. */
  readonly id: string;
  readonly name: string;
  readonly power: PowerState;
  readonly policy: MergePolicy;
  /** Checkpoints in the order in which they were taken, deleted ones that still hold disks among them. */
  readonly checkpoints: readonly MachineNode[];
  /** null: the machine was removed; what is left is one VHD for each disk. */
  readonly now: MachineNode | null;
  /** Files of somebody else's chain that the bottom files stand on, newest first, by disk; they are never written to. */
  readonly foundation: Readonly<Record<string, readonly string[]>>;
  /** Disks left behind when the machine was removed. */
  readonly left: readonly string[];
}

export const MOST_CHECKPOINTS = 50;
export const LONGEST_NAME = 100;
export const VHD_FOLDER = 'Virtual Hard Disks';
export const SNAPSHOT_FOLDER = 'Snapshots';
export const MACHINE_FOLDER = 'Virtual Machines';
