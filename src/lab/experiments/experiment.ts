/** An experiment: a question, what was claimed, what can be set, and how it is run. */
import type { CoreModule } from '../../core/core.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { ChildOf } from '../../merge/stretch.ts';
import type { LabHost } from '../host.ts';
import type { Figures, Verdict } from './figures.ts';
import type { ControlName, ExperimentSetup } from './setup.ts';

export const EXPERIMENT_IDS = [
  'read-cost',
  'more-io',
  'merge-under-load',
  'merge-time',
  'two-descendants',
  'not-a-backup',
  'memory',
  'pass-through',
  'pause',
  'live-merge',
] as const;
export type ExperimentId = (typeof EXPERIMENT_IDS)[number];

/** [A] … [M]: the articles, see `sources.ts`. */
export type SourceMark = 'A' | 'T' | 'P' | 'D' | 'B' | 'M';

export interface Claim {
  /** Word for word where it is a quotation, else told in ours. */
  readonly text: string;
  readonly isQuote: boolean;
  readonly sources: readonly SourceMark[];
}

/** Shapes have a small picture beside their words. */
export type PredictionShape = 'proportional' | 'levels-off' | 'flat' | 'explodes';

export interface Prediction {
  readonly id: string;
  readonly label: string;
  readonly shape: PredictionShape | null;
}

/** What the page shows before anything is run. Plain data. */
export interface ExperimentAbout {
  readonly id: ExperimentId;
  /** 1 to 10, as the claims are numbered. */
  readonly number: number;
  readonly question: string;
  /** One sentence under the question. */
  readonly lead: string;
  readonly claims: readonly Claim[];
  /** Two to four. */
  readonly predictions: readonly Prediction[];
  /** Controls that it has, in their order. */
  readonly controls: readonly ControlName[];
  readonly setup: ExperimentSetup;
  /** What is counted and how, for who wants to know: plain sentences. */
  readonly method: readonly string[];
}

/** A chain that somebody has open, layer 0 first. Only read. */
export interface StudiedChain {
  readonly images: readonly DiskImage[];
  readonly complete: boolean;
  readonly name: string;
  /** Files that name one of these as their parent and are not of the chain; left out where nothing is known of them. */
  readonly siblings?: readonly ChildOf[];
}

export interface ExperimentTools {
  readonly module: CoreModule;
  /** A host with empty folders in memory for each run of the lab. */
  readonly labHost: () => LabHost;
  readonly signal: AbortSignal;
  /** Milliseconds; null = nothing is measured, and figures are the same on every machine. */
  readonly now: (() => number) | null;
  /** Called often; `of` is the same in every call. */
  readonly advance: (done: number, of: number, phase: string) => void;
  /** What `disk: 'open'` means; null = nothing is open. */
  readonly chain: StudiedChain | null;
}

export interface Experiment {
  readonly about: ExperimentAbout;
  /** Throws 'cancelled' where the signal asks for it, 'bad-request' for what cannot be set up. */
  run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures>;
  /** From the figures alone. */
  verdict(figures: Figures, setup: ExperimentSetup): Verdict;
}
