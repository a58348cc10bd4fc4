/** What an experiment is run with: one set of controls for all of them, each declared once with its bounds. Plain data. */
import type { StorageProfile } from '../../chain/cost/storageProfile.ts';
import type { GuestKind } from '../guest/guest.ts';
import type { MergePolicy } from '../machine/machine.ts';

/** Where changed runs lie: all over the disk, in a few places, or around one. */
export type Spread = 'everywhere' | 'places' | 'one-place';
/** Where the reads of the guest go: anywhere, one after the other, or mostly to a tenth of the disk. */
export type ReadPattern = 'random' | 'sequential' | 'hot';
/** Files made from the seed, the sample chain, or the chain that the user has in view. */
export type StudiedDisk = 'generated' | 'sample' | 'open';

export interface ExperimentSetup {
  readonly seed: number;
  /** Most differencing disks, or checkpoints. 1 to 64. */
  readonly depth: number;
  /** Of the disk's sectors, by each differencing disk, in percent. */
  readonly changedPercent: number;
  /** Mean length of a changed run. */
  readonly runBytes: number;
  readonly spread: Spread;
  readonly blockSizeBytes: number;
  readonly diskBytes: number;
  readonly disk: StudiedDisk;
  /** Reads at each point of the plot, their length and where they go. */
  readonly reads: number;
  readonly readBytes: number;
  readonly pattern: ReadPattern;
  /** Of the lab's machine. */
  readonly guest: GuestKind;
  /** 0 to 100 %. */
  readonly load: number;
  readonly policy: MergePolicy;
  readonly memoryBytes: number;
  readonly profile: StorageProfile;
}

export type ControlName = Exclude<keyof ExperimentSetup, 'seed'>;

/** A control as the page draws it: a slider over `steps`, or a choice. Values are what `ExperimentSetup` holds. */
export type Control =
  | {
      readonly kind: 'steps';
      readonly label: string;
      readonly unit: 'count' | 'percent' | 'bytes';
      /** Ascending; all that can be chosen. */
      readonly steps: readonly number[];
    }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly options: readonly { readonly value: string; readonly label: string }[];
    }
  | { readonly kind: 'profile'; readonly label: string };
