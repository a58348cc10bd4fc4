/** What a bench hands over: numbers with their target, as the issue names them. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** null: shown for reading beside the others. */
  readonly target: number | null;
  /** Null without a target. */
  readonly ok: boolean | null;
}

export function atLeast(name: string, value: number, target: number, unit = '×'): Figure {
  return { name, value, unit, target, ok: value >= target };
}

export function atMost(name: string, value: number, target: number, unit = '×'): Figure {
  return { name, value, unit, target, ok: value <= target };
}

export function shown(name: string, value: number, unit: string): Figure {
  return { name, value, unit, target: null, ok: null };
}
