/** Timing two things against each other, so that what else the machine does falls on both. */

export interface Pair {
  /** Medians, milliseconds. */
  readonly first: number;
  readonly second: number;
  /** Median of `second / first` of each round: how many times as fast the first is. */
  readonly ratio: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs both once to warm up, then in turn, `rounds` times, swapping who goes first. */
export async function alternate(
  rounds: number,
  first: () => unknown,
  second: () => unknown,
  warmUp = true,
): Promise<Pair> {
  if (warmUp) {
    await first();
    await second();
  }
  const firsts: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) firsts.push(await timed(first));
    seconds.push(await timed(second));
    if (round % 2 === 1) firsts.push(await timed(first));
  }
  return {
    first: median(firsts),
    second: median(seconds),
    ratio: median(seconds.map((ms, i) => ms / (firsts[i] ?? Number.NaN))),
  };
}
