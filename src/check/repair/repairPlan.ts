/** A repair as something to look at before it is made: which bytes change, why, and what is lost by it. Plain data. */
import type { Affected, Finding } from '../../formats/finding.ts';
import type { ByteChange } from '../../storage/patch.ts';

export interface FieldChange extends ByteChange {
  /** What the bytes are: `Footer · checksum`, `BAT entry 17`. */
  readonly field: string;
}

/** What is done about one finding. */
export interface RepairStep {
  /** The finding's rule; several findings of one rule share a step. */
  readonly rule: string;
  /** In words, as something that will be done: `Write the footer's copy anew from the footer`. */
  readonly title: string;
  /** Why these bytes are right. */
  readonly why: string;
  readonly changes: readonly FieldChange[];
  /** Sectors of the disk that read differently afterwards; null where none do. */
  readonly loses: Affected | null;
  /** What is lost, in words; '' where nothing is. */
  readonly lossText: string;
}

export interface RepairOption {
  readonly id: string;
  readonly title: string;
  /** What it means for the data. */
  readonly meaning: string;
  /** What the disk would read there, to judge by: the first bytes of each reading. */
  readonly preview: readonly {
    readonly label: string;
    readonly offset: number;
    readonly bytes: Uint8Array;
  }[];
}

/** What the program does not guess: overlapping blocks, a parent. */
export interface RepairChoice {
  readonly id: string;
  readonly rule: string;
  readonly question: string;
  readonly options: readonly RepairOption[];
  /** Id of the option that was chosen; null = left as it is. */
  readonly chosen: string | null;
}

export interface RepairPlan {
  /** Name of the file. */
  readonly file: string;
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  /** In the order in which they are applied; a sound file has none. */
  readonly steps: readonly RepairStep[];
  readonly choices: readonly RepairChoice[];
  /** What stays as it is, and why. Notes that need nothing are not listed. */
  readonly left: readonly { readonly finding: Finding; readonly why: string }[];
}
