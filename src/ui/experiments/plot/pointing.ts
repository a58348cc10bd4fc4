/** Which point of the plot is looked at: by pointer, the nearest; by arrows, the next of its series or the one above or below. */
import type { Hit } from './drawing.ts';

/** Farther away than this nothing is meant. Units of the drawing. */
const REACH = 28;

export function nearest(hits: readonly Hit[], x: number, y: number): Hit | null {
  let found: Hit | null = null;
  let least = REACH;
  for (const hit of hits) {
    const distance = Math.hypot(hit.x - x, hit.y - y);
    if (distance >= least) continue;
    found = hit;
    least = distance;
  }
  return found;
}

/** The point that a key leads to; null where the key means nothing here. Home and End: ends of the series. */
export function afterKey(hits: readonly Hit[], from: Hit | null, key: string): Hit | null {
  const known = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];
  const [first] = hits;
  if (!first || !known.includes(key)) return null;
  const at = from ?? first;
  const own = inOrder(hits.filter(({ series }) => series === at.series));
  if (key === 'Home') return own[0] ?? at;
  if (key === 'End') return own.at(-1) ?? at;
  if (!from) return own[0] ?? at;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const place = own.findIndex(({ point }) => point === at.point);
    return own[place + (key === 'ArrowLeft' ? -1 : 1)] ?? at;
  }
  const all = [...new Set(hits.map(({ series }) => series))].sort((a, b) => a - b);
  const next = all[all.indexOf(at.series) + (key === 'ArrowUp' ? -1 : 1)];
  if (next === undefined) return at;
  return closest(
    hits.filter(({ series }) => series === next),
    at,
  );
}

function inOrder(hits: readonly Hit[]): Hit[] {
  return [...hits].sort((a, b) => a.point - b.point);
}

function closest(hits: readonly Hit[], at: Hit): Hit {
  let found = at;
  let least = Number.POSITIVE_INFINITY;
  for (const hit of hits) {
    const distance = Math.abs(hit.point - at.point);
    if (distance >= least) continue;
    found = hit;
    least = distance;
  }
  return found;
}
