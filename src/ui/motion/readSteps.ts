/** A read as a token that falls through the layers: where it stands at each step, and what the step is in words. */
import type { ReadTrace, TraceStep } from '../../engine/api.ts';
import { stepWords } from '../readPath/walkWords.ts';

export type Station = 'table' | 'bitmap' | 'data';

export interface TokenPlace {
  readonly layer: number;
  readonly station: Station;
}

export interface ReadMotion {
  /** Layers that the read comes past, newest first; the others are not asked. */
  readonly layers: readonly number[];
  readonly places: readonly TokenPlace[];
  readonly words: readonly string[];
}

const STATIONS: Readonly<Record<TraceStep['action'], Station>> = {
  'bat-lookup': 'table',
  'bitmap-lookup': 'bitmap',
  'fall-to-parent': 'table',
  'read-data': 'data',
  'fill-zero': 'data',
};

/** The first run of sectors of the read: each run has a way of its own. `names` by layer. */
export function readMotion(trace: ReadTrace, names: readonly string[]): ReadMotion {
  const end = trace.steps.findIndex(({ action }) => action === 'read-data' || action === 'fill-zero');
  const steps = trace.steps.slice(0, end < 0 ? trace.steps.length : end + 1);
  const last = names.length - 1;
  return {
    layers: [...new Set(steps.map(({ layer }) => layer))],
    places: steps.map(({ layer, action }) => ({
      layer: action === 'fall-to-parent' && layer < last ? layer + 1 : layer,
      station: STATIONS[action],
    })),
    words: steps.map((step) => stepWords(step, names[step.layer] ?? '', last)),
  };
}
