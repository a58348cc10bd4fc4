/** Widths of the matrix's columns, in rem: the points share what name, size and time leave, within limits; more scroll sideways. */

const NARROW_REM = 30;
const WIDE = { name: 9, size: 5.25, time: 6.75, most: 2.125, least: 1.25, end: 0.75 };
const NARROW = { name: 8.5, size: 4.75, time: 0, most: 1.75, least: 1.5, end: 0.5 };

interface MatrixColumns {
  /** For `grid-template-columns`. */
  readonly template: string;
  /** Where size and time stand while the points scroll by. */
  readonly sizeLeftRem: number;
  readonly timeLeftRem: number;
  /** Of name, size and time. */
  readonly fixedRem: number;
  /** Of all: wider than the room where the points have to scroll. */
  readonly wholeRem: number;
}

export function columnsOf(roomRem: number, points: number): MatrixColumns {
  const use = roomRem < NARROW_REM ? NARROW : WIDE;
  const left = roomRem - use.name - use.size - use.time - use.end;
  const point = Math.min(use.most, Math.max(use.least, left / Math.max(1, points)));
  const name = Math.max(use.name, roomRem - use.size - use.time - use.end - point * points);
  const time = use.time > 0 ? ` ${use.time}rem` : '';
  return {
    template: `${name}rem ${use.size}rem${time} repeat(${points}, ${point}rem)`,
    sizeLeftRem: name,
    timeLeftRem: name + use.size,
    fixedRem: name + use.size + use.time,
    wholeRem: name + use.size + use.time + point * points,
  };
}
