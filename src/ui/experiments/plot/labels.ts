/** Labels that stand side by side in a column: each as near to its place as the others allow, none over another. */

export interface Wanted {
  /** Where its middle would best be. */
  readonly at: number;
  readonly height: number;
}

/**
 * Middles, in the order given, that differ least from the places wanted (in squares) while no two labels overlap and all lie
 * between `low` and `high`. Where they do not fit there, they run over `high`.
 */
export function spread(labels: readonly Wanted[], low: number, high: number): number[] {
  const order = labels.map((label, i) => ({ ...label, i })).sort((a, b) => a.at - b.at || a.i - b.i);
  // Heights taken off, "not overlapping" is "not descending": neighbours that descend share their mean.
  let before = 0;
  const groups: { sum: number; count: number }[] = [];
  const offsets: number[] = [];
  for (const { at, height } of order) {
    const offset = before + height / 2;
    offsets.push(offset);
    before += height;
    let group = { sum: at - offset, count: 1 };
    for (let last = groups.at(-1); last && mean(last) >= mean(group); last = groups.at(-1)) {
      group = { sum: group.sum + last.sum, count: group.count + last.count };
      groups.pop();
    }
    groups.push(group);
  }
  const most = high - before;
  const places = groups.flatMap((group) =>
    Array.from({ length: group.count }, () => Math.max(low, Math.min(most, mean(group)))),
  );
  const middles = labels.map(({ at }) => at);
  for (const [rank, { i }] of order.entries()) middles[i] = (places[rank] ?? 0) + (offsets[rank] ?? 0);
  return middles;
}

function mean({ sum, count }: { sum: number; count: number }): number {
  return sum / count;
}

/** Words in lines of at most `width`; a word that is longer has a line of its own. */
export function wrapped(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && measure(`${last} ${word}`) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
