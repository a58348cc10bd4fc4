/** What a call can be, one type a command, once its words are understood. */

import type { ExperimentId } from '../lab/experiments/experiment.ts';
import type { ExperimentSetup } from '../lab/experiments/setup.ts';
import type { NewFormat } from '../merge/stretch.ts';

export const EXPORT_FORMATS = ['raw', 'fixed', 'dynamic'] as const;
export type Format = (typeof EXPORT_FORMATS)[number];
export const MERGE_FORMATS = [
  'dynamic',
  'fixed',
  'raw',
  'differencing',
] as const satisfies readonly NewFormat[];

/** What every command takes. */
interface CommonOptions {
  readonly with: readonly string[];
  readonly parent: string | null;
  readonly raw: boolean;
  readonly json: boolean;
}

export interface Range {
  readonly firstSector: number;
  readonly sectorCount: number;
}

/** Where changed bytes go. */
export type Change =
  | { readonly kind: 'plan' }
  | { readonly kind: 'out'; readonly out: string; readonly force: boolean }
  /** `yes`: the question was answered beforehand. */
  | { readonly kind: 'in-place'; readonly yes: boolean };

/** How a child spells the way to its parent. */
export interface ParentWay {
  readonly path: 'relative' | 'absolute' | 'both';
  /** The parent's folder as Windows knows it. */
  readonly windowsFolder: string | null;
}

type OnPaths<Name> = Name extends unknown
  ? { readonly command: Name; readonly paths: readonly string[] }
  : never;
type OnFile<Name> = Name extends unknown ? { readonly command: Name; readonly file: string } : never;
type OnRange<Name> = Name extends unknown ? OnFile<Name> & { readonly range: Range } : never;

export type Call =
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | (CommonOptions &
      (
        | OnPaths<'tree' | 'check'>
        | OnFile<'info' | 'hash' | 'measure'>
        | OnRange<'trace' | 'read'>
        | ExportCall
        | {
            readonly command: 'repair';
            readonly file: string;
            readonly change: Change;
            readonly undo: string | null;
            /** Option by choice. */
            readonly choices: Readonly<Record<string, string>>;
          }
        | {
            readonly command: 'reparent';
            readonly file: string;
            readonly newParent: string;
            readonly change: Change;
            readonly way: ParentWay;
          }
        | {
            readonly command: 'create';
            readonly out: string;
            readonly force: boolean;
            /** null: its parent's. */
            readonly sizeBytes: number | null;
            readonly type: 'fixed' | 'dynamic' | null;
            readonly blockSizeBytes: number | null;
            readonly way: ParentWay;
          }
        | {
            readonly command: 'compact';
            readonly file: string;
            readonly out: string;
            readonly force: boolean;
          }
        | {
            readonly command: 'grow';
            readonly file: string;
            readonly sizeBytes: number;
            readonly change: Change;
          }
        | { readonly command: 'compare'; readonly files: readonly [string, string] }
        | MergeCall
        | {
            readonly command: 'recover';
            readonly folder: string;
            readonly plan: boolean;
            /** Give up what can be given up, instead of finishing it. */
            readonly abandon: boolean;
            readonly verify: boolean;
          }
        | LabCall
        | ExperimentCall
        | CostCall
        | ListCall
        | CatCall
        | ExtractCall
        | DiffCall
      ));

/** The call of one command. */
export type CallOf<Name extends Call['command']> = Extract<Call, { readonly command: Name }>;

export interface ExportCall {
  readonly command: 'export';
  readonly file: string;
  readonly out: string;
  readonly format: Format;
  readonly force: boolean;
  readonly blockSizeBytes: number | null;
  readonly wholeMib: boolean;
}

export interface MergeCall {
  readonly command: 'merge';
  readonly file: string;
  /** Oldest file of the stretch; null: the parent, or for a new file as far down as its format goes. */
  readonly into: string | null;
  /** null: in place. */
  readonly to: NewFile | null;
  readonly plan: boolean;
  readonly verify: boolean;
  /** The question was answered beforehand. */
  readonly yes: boolean;
}

export interface LabCall {
  readonly command: 'lab';
  /** A file, or a link. */
  readonly scenario: string;
  /** Folder for the machine's files; null: they are not kept. */
  readonly out: string | null;
  /** Simulated time; null: the scenario's own end. */
  readonly untilUs: number | null;
}

export interface ExperimentCall {
  readonly command: 'experiment';
  /** null: they are listed. */
  readonly chosen: { readonly id: ExperimentId; readonly setup: ExperimentSetup } | null;
  /** Of which the chain is studied; null where the set-up asks for none. */
  readonly file: string | null;
  readonly csv: boolean;
  readonly measure: boolean;
}

export interface CostCall {
  readonly command: 'cost';
  readonly file: string;
  /** Reads, their size, pattern and seed, and the profile are what counts. */
  readonly setup: ExperimentSetup;
  readonly measure: boolean;
}

export interface NewFile {
  readonly path: string;
  /** null: what the stretch suggests. */
  readonly format: NewFormat | null;
  readonly blockSizeBytes: number | null;
}

/** A volume of a disk. */
interface InsideCall {
  readonly file: string;
  /** File of the chain that the disk is seen from; null: `file`. */
  readonly at: string | null;
  /** By its number; null: the only one that has files. */
  readonly volume: number | null;
}

export interface ListCall extends InsideCall {
  readonly command: 'ls';
  /** null: the volumes, where there are several. */
  readonly path: string | null;
  readonly recursive: boolean;
}

export interface CatCall extends InsideCall {
  readonly command: 'cat';
  readonly path: string;
}

export interface ExtractCall extends InsideCall {
  readonly command: 'extract';
  readonly paths: readonly string[];
  readonly out: string;
  readonly zip: boolean;
  readonly force: boolean;
}

export interface DiffCall {
  readonly command: 'diff';
  readonly files: readonly [string, string];
  /** '' is everything. */
  readonly path: string;
  readonly volume: number | null;
  readonly contents: boolean;
}
