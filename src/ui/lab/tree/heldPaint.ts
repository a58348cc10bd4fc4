/** A strip of what one file holds: full height where Now reads it from there, half where a newer file answers. */
import { HELD_ANSWERS, HELD_NOT } from '../../../engine/api.ts';

export interface HeldBar {
  /** Columns, from and to (not included). */
  readonly from: number;
  readonly to: number;
  readonly full: boolean;
}

/** Bars for `columns` columns; of the cells in a column the one that answers counts, and nothing held is lost. */
export function heldBars(held: Uint8Array, columns: number): HeldBar[] {
  const best = new Uint8Array(columns);
  held.forEach((value, cell) => {
    if (value === HELD_NOT) return;
    const from = Math.floor((cell * columns) / held.length);
    const to = Math.max(from + 1, Math.floor(((cell + 1) * columns) / held.length));
    for (let column = from; column < to && column < columns; column++) {
      best[column] = Math.max(best[column] ?? 0, value);
    }
  });
  const bars: HeldBar[] = [];
  for (let from = 0; from < columns; ) {
    const value = best[from] ?? HELD_NOT;
    let to = from + 1;
    while (to < columns && best[to] === value) to++;
    if (value !== HELD_NOT) bars.push({ from, to, full: value === HELD_ANSWERS });
    from = to;
  }
  return bars;
}

/** `12 % of the disk, 3 % of it read by Now`, by cells. */
export function heldWords(held: Uint8Array): string {
  let there = 0;
  let answers = 0;
  for (const value of held) {
    if (value !== HELD_NOT) there++;
    if (value === HELD_ANSWERS) answers++;
  }
  if (there === 0) return 'holds nothing';
  const percent = (count: number) => {
    const share = (count / held.length) * 100;
    return share > 0 && share < 1 ? 'less than 1 %' : `${Math.round(share)} %`;
  };
  return `touches ${percent(there)} of the disk, Now reads ${answers === 0 ? 'none of it' : `${percent(answers)} from here`}`;
}
