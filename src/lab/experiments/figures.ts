/** What an experiment found: points, lines through them, small tables, and the verdict that follows from them. Plain data. */
import type { Scenario } from '../history/scenario.ts';

/** Values are kept in the unit; how it is spelt (ms, GiB) is the reader's business. */
export type FigureUnit = 'us' | 'seconds' | 'count' | 'bytes' | 'percent' | 'per-second';

export interface FigureAxis {
  /** Without the unit: `differencing disks`, `time of a read`. */
  readonly label: string;
  readonly unit: FigureUnit;
  /** x only: names of 0, 1, 2 … where x is not a quantity; null where it is. */
  readonly names: readonly string[] | null;
}

export interface FigurePoint {
  readonly x: number;
  /** null: it did not happen while it was watched. */
  readonly median: number | null;
  /** 10th and 90th percentile; equal to the median where there is one value only. */
  readonly low: number | null;
  readonly high: number | null;
  /** Values behind the point. */
  readonly count: number;
}

/** Least squares through the medians; the slope's bounds hold with 95 %. */
export interface FittedLine {
  readonly slope: number;
  readonly slopeLow: number;
  readonly slopeHigh: number;
  readonly intercept: number;
  readonly rSquared: number;
}

export interface FigureSeries {
  readonly id: string;
  /** Short: it stands at the line's end. */
  readonly label: string;
  /**
   * counted: from the engine's traces; modelled: counts made time by the profile; simulated: the lab's time; measured: the
   * clock of this machine; foretold: said before it happened.
   */
  readonly kind: 'counted' | 'modelled' | 'simulated' | 'measured' | 'foretold';
  readonly points: readonly FigurePoint[];
  /** Drawn through the points; null = they are joined, or stand alone where x has names. */
  readonly line: FittedLine | null;
}

export interface FigureTable {
  readonly title: string;
  /** The first column holds the rows' names. */
  readonly columns: readonly string[];
  /** Already spelt, with units. */
  readonly rows: readonly (readonly string[])[];
}

export interface Figures {
  /** One line beside the heading: what a point is, what its whiskers are. */
  readonly caption: string;
  readonly x: FigureAxis;
  readonly y: FigureAxis;
  /** At most six, the most telling first. */
  readonly series: readonly FigureSeries[];
  readonly tables: readonly FigureTable[];
  /** `2 000 reads × 10 depths × 3 ways`. */
  readonly work: string;
  /** Runs of the lab behind the points, to be opened in it. */
  readonly scenarios: readonly { readonly label: string; readonly scenario: Scenario }[];
  /** What the verdict speaks of and no series has, by name: `copied bytes`. null: it did not happen. */
  readonly facts?: Readonly<Record<string, number | null>>;
}

export interface Verdict {
  /** One or two short sentences, computed from the figures. */
  readonly headline: string;
  readonly findings: readonly { readonly lead: string; readonly text: string }[];
  /** One for each claim of the experiment, in its order. */
  readonly claims: readonly { readonly holds: 'yes' | 'no' | 'partly'; readonly why: string }[];
  /** The prediction that fits, by id; null where none of them does. */
  readonly fits: string | null;
  /** For each prediction what is to be said to a reader who made it. */
  readonly answers: Readonly<Record<string, string>>;
}

export interface ExperimentResult {
  readonly figures: Figures;
  readonly verdict: Verdict;
}
