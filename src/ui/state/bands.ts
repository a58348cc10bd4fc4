/**
 * Layers to colours. There are sixteen stops; n ≤ 16 layers take n evenly spaced ones, so the leaf is always stop 0 and
 * the base stop 15. Above sixteen, the neighbours that answer the fewest sectors share a stop until sixteen bands are
 * left; leaf, base and the selected layer never share theirs.
 */
export const STOPS = 16;

/** Layers `from` to `to` (both included) that share one stop. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly stop: number;
  /** `12`, or `12–19`. */
  readonly label: string;
}

/** The stop of band `index` of `count`. */
export function stopOfBand(index: number, count: number): number {
  return count < 2 ? 0 : Math.round((index * (STOPS - 1)) / (Math.min(count, STOPS) - 1));
}

/** `answers[i]` = sectors that layer i answers (all equal while that is not known yet); newest layer first. */
export function bandsOf(answers: readonly number[], selected: number | null): Band[] {
  const bands = answers.map((sectors, layer) => ({ from: layer, to: layer, sectors }));
  const last = answers.length - 1;
  const alone = (band: { from: number; to: number }) =>
    band.from === 0 || band.to === last || (band.from === selected && band.to === selected);
  while (bands.length > STOPS) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < bands.length; i++) {
      const [upper, lower] = [bands[i], bands[i + 1]];
      if (!upper || !lower || alone(upper) || alone(lower)) continue;
      // Even shares decide ties in favour of the smaller band, so that equal layers spread over all stops.
      const weight = upper.sectors + lower.sectors + (lower.to - upper.from) * 1e-6;
      if (weight < least) {
        least = weight;
        best = i;
      }
    }
    const upper = bands[best];
    const lower = bands[best + 1];
    if (!upper || !lower) break;
    bands.splice(best, 2, { from: upper.from, to: lower.to, sectors: upper.sectors + lower.sectors });
  }
  return bands.map(({ from, to }, i) => ({
    from,
    to,
    stop: stopOfBand(i, bands.length),
    label: from === to ? String(from) : `${from}–${to}`,
  }));
}

export function bandOf(bands: readonly Band[], layer: number): Band | null {
  return bands.find((band) => layer >= band.from && layer <= band.to) ?? null;
}
