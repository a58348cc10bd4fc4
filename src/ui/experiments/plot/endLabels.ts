/** Names at the ends of lines: in the margin where there is room, else under the lines' ends; never over one another. */
import type { DrawnLabel, Measure } from './drawing.ts';
import { place } from './drawing.ts';
import { spread, wrapped } from './labels.ts';

/** From baseline to baseline. */
export const LABEL_LINE = 13;
/** From the middle of a line of words down to its baseline. */
const TO_BASELINE = 4;
const MOST_MARGIN = 150;

export interface LineEnd {
  readonly series: number | null;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Heights between which the line runs where its name would stand over it. */
  readonly above: number;
  readonly below: number;
}

export interface LabelRoom {
  /** The right end of the axes. */
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly isNarrow: boolean;
  readonly measure: Measure;
}

/** Width of a name with its mark, in one line, and of the room around it. */
export function widthOf(text: string, measure: Measure): number {
  return measure(text, 'data') + 24;
}

/** Width that the names need beside the axes. */
export function marginFor(texts: readonly string[], measure: Measure): number {
  const widths = texts.flatMap((text) => linesOf(text, measure).map((line) => measure(line, 'data')));
  return widths.reduce((most, width) => Math.max(most, width), 0);
}

function linesOf(text: string, measure: Measure): string[] {
  return wrapped(text, MOST_MARGIN, (words) => measure(words, 'data'));
}

/** Under its line, or above it where the axis is too near. */
function offLine({ above, below }: LineEnd, bottom: number): number {
  const under = below + LABEL_LINE - 1;
  return under + LABEL_LINE / 2 <= bottom ? under : above - LABEL_LINE + 1;
}

export function endLabels(ends: readonly LineEnd[], room: LabelRoom): DrawnLabel[] {
  const { right, top, bottom, isNarrow, measure } = room;
  const lines = ends.map(({ text }) => (isNarrow ? [text] : linesOf(text, measure)));
  const middles = spread(
    ends.map((end, i) => ({
      at: isNarrow ? offLine(end, bottom) : end.y,
      height: (lines[i]?.length ?? 1) * LABEL_LINE,
    })),
    top,
    bottom,
  );
  return ends.map((end, i): DrawnLabel => {
    const words = lines[i] ?? [];
    const middle = middles[i] ?? end.y;
    const y = middle - ((words.length - 1) * LABEL_LINE) / 2 + TO_BASELINE;
    if (isNarrow) {
      const x = right - 6;
      const mark = { x: x - measure(end.text, 'data') - 9, y: middle };
      return {
        series: end.series,
        x,
        y,
        anchor: 'end',
        lines: words,
        leader: '',
        mark: end.series === null ? null : mark,
      };
    }
    const isApart = Math.abs(middle - end.y) > 5 || end.x < right - 1;
    const leader = isApart
      ? `M${place(end.x + 6)} ${place(end.y)}L${place(right + 6)} ${place(end.y)}L${place(right + 14)} ${place(middle)}`
      : '';
    return { series: end.series, x: right + 18, y, anchor: 'start', lines: words, leader, mark: null };
  });
}
