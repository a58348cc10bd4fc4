/** Places for the names of the stages over the rate chart: beside their tick, a line lower where the one before is in the way. */
import type { RatePoint } from './props.ts';
import type { StageStart } from './rateSamples.ts';

export interface StageLabel {
  readonly x: number;
  readonly text: string;
  readonly anchor: 'start' | 'end';
  readonly line: number;
}

const WORDS: Readonly<Record<RatePoint['stage'], string>> = {
  'hashing before': 'hash before',
  copying: 'copy',
  'hashing after': 'hash after',
  finishing: 'finish',
};
/** Units of the drawing that a letter takes, at most. */
const LETTER = 6;
const LINES = 2;

/** `right` = right edge of the drawing. What fits on no line is left out: its tick stays. */
export function stageLabels(
  starts: readonly StageStart[],
  xOf: (seconds: number) => number,
  right: number,
): StageLabel[] {
  const taken: { line: number; from: number; to: number }[] = [];
  return starts.flatMap(({ seconds, stage }) => {
    const text = WORDS[stage];
    const width = text.length * LETTER + 6;
    const x = xOf(seconds);
    const anchor = x + width > right ? 'end' : 'start';
    const [from, to] = anchor === 'end' ? [x - width, x] : [x, x + width];
    for (let line = 0; line < LINES; line++) {
      if (taken.some((one) => one.line === line && one.from < to && from < one.to)) continue;
      taken.push({ line, from, to });
      return [{ x, text, anchor, line } as const];
    }
    return [];
  });
}

/** Height of a letter, and the gap to a line it stands on. */
const TEXT = 10;
const GAP = 4;

/**
 * Baselines of the words at the end of the line and on the dashed one. The dashed line has its own on the side that the
 * current value is not on, but never down among the seconds; where the two would meet, the current value gives way.
 */
export function endLabels(
  level: number | null,
  plainLevel: number | null,
  bottom: number,
): { readonly current: number; readonly plain: number } {
  const beside = (level ?? 0) + GAP;
  if (plainLevel === null) return { current: Math.min(beside, bottom - 2), plain: 0 };
  const faster = level !== null && level < plainLevel;
  const under = faster && plainLevel + TEXT + GAP < bottom;
  const plain = under ? plainLevel + TEXT + 2 : Math.min(plainLevel - GAP, bottom - TEXT - 2);
  const meets = Math.abs(beside - plain) < TEXT + 2;
  const crossed = under && beside > plainLevel - 3;
  if (!meets && !crossed) return { current: Math.min(beside, bottom - 2), plain };
  const aside = under ? plainLevel - 3 : faster ? plain - TEXT - 2 : plainLevel + TEXT;
  return { current: Math.min(aside, bottom - 2), plain };
}
