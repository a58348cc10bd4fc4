/** Simulated time: microseconds since the lab began, and how they read on the machine's clock. */

/** What the machine's clock showed when the lab began: 2 March 2026, 14:00. */
export const LAB_EPOCH_MS = Date.UTC(2026, 2, 2, 14);

export const US_PER_SECOND = 1_000_000;

export function labDate(atUs: number): Date {
  return new Date(LAB_EPOCH_MS + Math.floor(atUs / 1000));
}

/** `14:32:07.250` on the machine's clock. */
export function clockText(atUs: number): string {
  return labDate(atUs).toISOString().slice(11, 23);
}

/** `31 ms`, `2.4 ms`, `1.7 s`. */
export function durationUsText(us: number): string {
  const ms = us / 1000;
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10_000 ? 0 : 1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Math.round(ms * 10) / 10} ms`;
}
