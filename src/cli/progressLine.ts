/** Progress as one line on stderr that writes over itself; nothing where stderr is no terminal. */
import type { Progress, Report } from '../base/progress.ts';
import { durationText, grouped, sizeText } from '../base/units.ts';
import type { Io } from './io.ts';

export interface ProgressLine {
  readonly report: Report;
  /** Takes the line away. */
  clear(): void;
}

export function progressLine(io: Io): ProgressLine {
  if (!io.errIsTerminal) return { report: () => {}, clear: () => {} };
  let shown = false;
  return {
    report(progress) {
      shown = true;
      io.err(`\r${progressText(progress).slice(0, io.columns - 1)}\u001b[K`);
    },
    clear() {
      if (shown) io.err('\r\u001b[K');
      shown = false;
    },
  };
}

/** `Saving 42 %  420 MiB of 1 GiB  180 MiB/s  3 s left`. */
export function progressText({ phase, done, total, unit, perSecond, secondsLeft }: Progress): string {
  const amount = (value: number) => (unit === 'bytes' ? sizeText(value) : `${grouped(value)} ${unit}`);
  const parts = [total ? `${phase} ${Math.floor((done / total) * 100)} %` : phase];
  parts.push(total === null ? amount(done) : `${amount(done)} of ${amount(total)}`);
  if (perSecond !== null) parts.push(`${amount(Math.round(perSecond))}/s`);
  if (secondsLeft !== null) parts.push(`${durationText(secondsLeft)} left`);
  return parts.join('  ');
}
