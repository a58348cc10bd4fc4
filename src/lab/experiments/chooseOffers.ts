/** Which merges of a chain are worth showing. */
import type { MergedStretch } from './mergedWalk.ts';

export interface Candidate extends MergedStretch {
  /** Of the time of a cold read, 0 to 1. */
  readonly saved: number;
  /** At most so much. */
  readonly copyBytes: number;
}

/** All stretches of deeper chains are too many to be weighed: these begin and end at so many layers, evenly spread. */
const MOST_ENDS = 64;
const FEWEST_ENDS = 12;
const MOST_OFFERS = 12;
/** What saves less is not worth a row. */
const LEAST_SAVED = 0.005;

/** Every stretch of two files or more, of deep chains so many that there are no more than `most`, or few. */
export function candidatesOf(layerCount: number, most = Number.POSITIVE_INFINITY): MergedStretch[] {
  const ends = Math.min(MOST_ENDS, Math.max(FEWEST_ENDS, Math.floor(Math.sqrt(2 * most))));
  const count = Math.min(layerCount, ends);
  const layers = Array.from({ length: count }, (_, i) =>
    Math.round((i * (layerCount - 1)) / Math.max(1, count - 1)),
  );
  return layers.flatMap((first, i) => layers.slice(i + 1).map((last) => ({ first, last })));
}

/**
 * Those of which no other saves more for less copying, the merge of everything among them: what saves most first. Where
 * there are more than can be shown, they are taken evenly, from the one that saves most to the one that copies least.
 */
export function chosenFrom(candidates: readonly Candidate[]): Candidate[] {
  const whole = candidates.reduce<Candidate | null>(
    (longest, each) => (longest && longest.last - longest.first >= each.last - each.first ? longest : each),
    null,
  );
  if (!whole) return [];
  const others = candidates.filter((each) => each !== whole && each.saved >= LEAST_SAVED);
  const sorted = others.toSorted((a, b) => b.saved - a.saved || a.copyBytes - b.copyBytes);
  const front: Candidate[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const each of sorted) {
    if (each.copyBytes >= least) continue;
    least = each.copyBytes;
    front.push(each);
  }
  return [whole, ...evenly(front, MOST_OFFERS - 1)];
}

function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const places = new Set(
    Array.from({ length: most }, (_, i) => Math.round((i * (items.length - 1)) / (most - 1))),
  );
  return items.filter((_, place) => places.has(place));
}
