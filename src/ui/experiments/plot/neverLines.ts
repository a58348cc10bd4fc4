/** What never happened while it was watched: arrows out of the top of the plot. */
import type { DrawnNever } from './drawing.ts';
import type { Frame } from './drawPanel.ts';
import { extentOf } from './scales.ts';

/** Each series has a line of its own, so that arrows at the same place stay apart. Without a margin the words stand above them. */
export function neverLines({ figures, x, left, right, isNarrow }: Frame, top: number): DrawnNever[] {
  const lines: DrawnNever[] = [];
  for (const [series, { label, points }] of figures.series.entries()) {
    const y = top + lines.length * neverHeight(isNarrow) + (isNarrow ? 20 : 8);
    const hits = points.flatMap((one, point) =>
      extentOf(one) === null ? { series, point, x: x(one.x), y } : [],
    );
    if (hits.length === 0) continue;
    const at = isNarrow ? { x: left + 2, y: y - 10 } : { x: right + 18, y: y + 4 };
    const text = neverText(label);
    lines.push({
      series,
      y,
      points: hits,
      label: { series, ...at, anchor: 'start', lines: [text], leader: '', mark: null },
    });
  }
  return lines;
}

export function neverText(label: string): string {
  return `${label}, never`;
}

export function neverHeight(isNarrow: boolean): number {
  return isNarrow ? 30 : 18;
}
