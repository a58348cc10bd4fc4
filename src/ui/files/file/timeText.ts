/** Times of files in words, as the file system has them: UTC where it knows of time zones. */
import { dateText } from '../../../base/units.ts';

/** `24 Nov 2021 17:52`, or what stands for a time that is not known. */
export function timeText(modifiedMs: number | null, unknown = 'not known'): string {
  if (modifiedMs === null) return unknown;
  const date = new Date(modifiedMs);
  // A damaged record can hold what no calendar has.
  if (Number.isNaN(date.getTime())) return unknown;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${dateText(date)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}
