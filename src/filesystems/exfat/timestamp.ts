/** Times in entries: seconds in twos, hundredths beside them, and how far the local time was from UTC (specification, 7.4.8). */

const QUARTER_MS = 15 * 60 * 1000;

/** Milliseconds since 1970, NaN where it is no date. `offset`: a signed number of quarters in 7 bits, and a bit that it counts. */
export function timestampMs(stamp: number, hundredths: number, offset: number): number {
  const [year, month, day] = [1980 + (stamp >>> 25), (stamp >>> 21) & 15, (stamp >>> 16) & 31];
  const [hour, minute, second] = [(stamp >>> 11) & 31, (stamp >>> 5) & 63, (stamp & 31) * 2];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 || hundredths > 199)
    return Number.NaN;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, hundredths * 10);
  // Without the bit the time is local to a place that nobody wrote down: UTC is as good as any.
  const quarters = (offset & 0x80) === 0 ? 0 : ((offset & 0x7f) << 25) >> 25;
  return local - quarters * QUARTER_MS;
}
