/** Progress in words. */
import type { Progress } from '../../base/progress.ts';
import { durationText, grouped, sizeText } from '../../base/units.ts';

/** 0 to 100, or null without a known total. */
export function percentOf(progress: Progress | null): number | null {
  return progress?.total ? Math.min(100, (progress.done / progress.total) * 100) : null;
}

function countText(amount: number, unit: Progress['unit']): string {
  return unit === 'bytes' ? sizeText(amount) : grouped(Math.round(amount));
}

/** `1.2 GiB of 3.4 GiB`, `12 of 40 files`. */
export function amountText({ done, total, unit }: Progress): string {
  const words =
    total === null ? countText(done, unit) : `${countText(done, unit)} of ${countText(total, unit)}`;
  return unit === 'bytes' ? words : `${words} ${unit}`;
}

/** `180 MiB/s`, `1 200 files/s`. */
export function rateText({ perSecond, unit }: Progress): string {
  if (perSecond === null) return '';
  return unit === 'bytes'
    ? `${sizeText(Math.round(perSecond))}/s`
    : `${grouped(Math.round(perSecond))} ${unit}/s`;
}

/** `12 s left, 3 s gone`. */
export function leftText({ secondsLeft, elapsedSeconds }: Progress): string {
  const gone = `${durationText(elapsedSeconds)} gone`;
  return secondsLeft === null || !Number.isFinite(secondsLeft)
    ? gone
    : `${durationText(secondsLeft)} left, ${gone}`;
}
