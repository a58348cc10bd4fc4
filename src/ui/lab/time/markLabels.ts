/** Places for words above the chart: a line lower where the one before is in the way; what fits nowhere is left out. */
import type { LabMark } from '../../../engine/api.ts';

export interface LabelBox {
  /** Left end and width, pixels. */
  readonly left: number;
  readonly width: number;
  readonly line: number;
}

export interface PlacedLabel extends LabelBox {
  /** Index into what was to be placed. */
  readonly index: number;
}

export interface LabelRequest {
  /** Where its mark stands. */
  readonly x: number;
  readonly width: number;
}

export interface LabelArea {
  readonly left: number;
  readonly right: number;
  readonly lines: number;
  /** Between a mark and its words, and at least between two words. */
  readonly gap: number;
}

/**
 * In the order given, so the first is the most important; `taken` is occupied already. Words stand right of their mark,
 * left of it where the picture ends.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  taken: readonly LabelBox[],
  area: LabelArea,
): PlacedLabel[] {
  const { gap } = area;
  const placed: PlacedLabel[] = [];
  const isFree = (left: number, width: number, line: number) =>
    [...taken, ...placed].every(
      (other) =>
        other.line !== line || left >= other.left + other.width + gap || left + width + gap <= other.left,
    );
  requests.forEach(({ x, width }, index) => {
    const lefts = [x + gap, x - gap - width].filter(
      (left) => left >= area.left && left + width <= area.right,
    );
    for (const left of lefts) {
      for (let line = 0; line < area.lines; line++) {
        if (!isFree(left, width, line)) continue;
        placed.push({ index, left, width, line });
        return;
      }
    }
  });
  return placed;
}

const WEIGHT: Readonly<Record<LabMark['kind'], number>> = {
  fault: 0,
  apply: 1,
  checkpoint: 2,
  merge: 3,
  command: 4,
};

/** Which words are placed first: faults before everything, then the newest of each kind. */
export function byImportance(marks: readonly LabMark[]): LabMark[] {
  return [...marks].sort((one, other) => WEIGHT[one.kind] - WEIGHT[other.kind] || other.atUs - one.atUs);
}

const LONGEST = 28;
/** Names that Hyper-V gives by itself: the time in them stands on the axis below. */
const DEFAULT_NAME = / \(\d\d\/\d\d\/\d{4} - \d{1,2}:\d\d:\d\d [AP]M\)$/;

/** Words above the chart are short; the whole stands in the table. */
export function labelText({ kind, text }: LabMark): string {
  const words = kind === 'merge' ? `merge: ${text}` : kind === 'apply' ? `apply: ${text}` : text;
  if (DEFAULT_NAME.test(words)) return kind;
  return words.length <= LONGEST ? words : `${words.slice(0, LONGEST - 1).trimEnd()}…`;
}
