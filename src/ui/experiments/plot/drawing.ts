/** What is drawn of figures: plain coordinates. Sixteen units are 1 rem. */

export type Measure = (text: string, size: 'note' | 'data') => number;

/** A place on the x axis that the reader cares about. */
export interface PlotMark {
  readonly x: number;
  readonly label: string;
}

/** A point that can be pointed at: series and point by number, and where it stands. */
export interface Hit {
  readonly series: number;
  readonly point: number;
  readonly x: number;
  readonly y: number;
}

/** A point with its whiskers; `low` and `high` are places, equal to the middle where there are none. */
export interface DrawnPoint extends Hit {
  readonly low: number;
  readonly high: number;
}

export interface DrawnSeries {
  readonly series: number;
  /** Path data; '' where nothing joins the points. */
  readonly line: string;
  /** One of those that lie at the bottom: a line without marks. */
  readonly isFlat: boolean;
  readonly points: readonly DrawnPoint[];
}

/** A name at its line's end. `y` is the baseline of the first line of words. */
export interface DrawnLabel {
  /** null: a name for several series. */
  readonly series: number | null;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
  readonly lines: readonly string[];
  /** From the line's end to the name, where the two are apart; '' where they are not. */
  readonly leader: string;
  /** Where the series' own mark stands before the name; null where the line's end tells enough. */
  readonly mark: { readonly x: number; readonly y: number } | null;
}

export interface DrawnTick {
  readonly at: number;
  readonly text: string;
}

export interface DrawnPanel {
  readonly top: number;
  readonly bottom: number;
  readonly ticks: readonly DrawnTick[];
  /** Where zero lies, if anything lies below it. */
  readonly zero: number | null;
  /** `the same, below 0.5 ms only` */
  readonly note: { readonly x: number; readonly y: number; readonly text: string } | null;
  readonly series: readonly DrawnSeries[];
  readonly labels: readonly DrawnLabel[];
}

/** What never happened: arrows out of the top, in a line of their own for each series. */
export interface DrawnNever {
  readonly series: number;
  readonly y: number;
  readonly points: readonly Hit[];
  readonly label: DrawnLabel;
}

export interface PlotDrawing {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly yLabel: { readonly y: number; readonly text: string };
  readonly never: readonly DrawnNever[];
  readonly panels: readonly DrawnPanel[];
  /** Joins the bottom of the first panel with the second; '' where there is one. */
  readonly wedge: string;
  readonly xTicks: readonly DrawnTick[];
  readonly xTicksY: number;
  readonly xLabel: { readonly x: number; readonly y: number; readonly text: string };
  readonly mark: {
    readonly x: number;
    readonly y: number;
    readonly label: string;
    readonly anchor: 'start' | 'end';
  } | null;
  readonly hits: readonly Hit[];
}

/** Path data with a tenth of a unit: finer than what a screen shows. */
export function place(value: number): string {
  return String(Number(value.toFixed(1)));
}
