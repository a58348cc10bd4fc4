/** Draws a forest with rails, newest on top: reads fall down. */

export interface DrawnFile {
  readonly id: number;
  readonly parent: number | null;
  /** The cells of its row. */
  readonly row: readonly string[];
  /** Lines below it. */
  readonly notes: readonly string[];
  /** It needs a parent that is not there. */
  readonly cut: boolean;
}

interface Line {
  readonly rails: string;
  readonly row: readonly string[] | null;
  readonly note: string;
}

/** `files` in the order of their trees, every child before its parent. Cells stand in columns. */
export function drawTree(files: readonly DrawnFile[]): string[] {
  const present = new Set(files.map(({ id }) => id));
  /** The file that each rail leads down to; null for a free one. */
  const rails: (number | null)[] = [];
  const lines: Line[] = [];
  for (const file of files) {
    const leading = rails.flatMap((goal, rail) => (goal === file.id ? [rail] : []));
    const rail = leading[0] ?? freeRail(rails);
    if (leading.length > 1) lines.push({ rails: joined(rails, leading), row: null, note: '' });
    for (const other of leading.slice(1)) rails[other] = null;
    rails[rail] = file.id;
    lines.push({ rails: marked(rails, rail, file.cut ? '○' : '●'), row: file.row, note: '' });
    rails[rail] = file.parent !== null && present.has(file.parent) ? file.parent : null;
    const below = rails
      .map((goal, at) => (at === rail && file.cut ? '┊' : goal === null ? ' ' : '│'))
      .join(' ');
    for (const note of file.notes) lines.push({ rails: below, row: null, note });
    while (rails.length > 0 && rails.at(-1) === null) rails.pop();
    if (rails.length === 0) lines.push({ rails: '', row: null, note: '' });
  }
  while (lines.at(-1)?.rails === '') lines.pop();
  return inColumns(lines);
}

function freeRail(rails: (number | null)[]): number {
  const free = rails.indexOf(null);
  return free < 0 ? rails.push(null) - 1 : free;
}

function marked(rails: readonly (number | null)[], rail: number, mark: string): string {
  return rails.map((goal, at) => (at === rail ? mark : goal === null ? ' ' : '│')).join(' ');
}

/** `├─┴─╯`: rails that lead to the same file become one. */
function joined(rails: readonly (number | null)[], leading: readonly number[]): string {
  const first = leading[0] ?? 0;
  const last = leading.at(-1) ?? 0;
  let text = '';
  for (let at = 0; at < rails.length; at++) {
    const between = at > first && at < last;
    const through = rails[at] === null ? ' ' : '│';
    if (at === first) text += '├';
    else if (at === last) text += '╯';
    else if (between) text += leading.includes(at) ? '┴' : rails[at] === null ? '─' : '┼';
    else text += through;
    if (at < rails.length - 1) text += at >= first && at < last ? '─' : ' ';
  }
  return text;
}

function inColumns(lines: readonly Line[]): string[] {
  const railWidth = Math.max(0, ...lines.map(({ rails, row }) => (row ? rails.length : 0)));
  const widths: number[] = [];
  for (const { row } of lines) {
    row?.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return lines.map(({ rails, row, note }) => {
    const cells = row?.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
    return `${row ? rails.padEnd(railWidth) : rails}  ${cells ?? note}`.trimEnd();
  });
}
