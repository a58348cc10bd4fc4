/** What came of writing a file, in words. */
import { durationText, grouped, sizeText } from '../../base/units.ts';

interface Written {
  readonly fileBytes: number;
  readonly writtenBytes: number;
  readonly virtualSizeBytes: number;
  readonly seconds: number;
}

/** `5 733 000 000 bytes; the rest are holes` */
export function writtenText({ writtenBytes, fileBytes }: Written): string {
  return `${grouped(writtenBytes)} bytes${writtenBytes < fileBytes ? '; the rest are holes' : ''}`;
}

/** `9.2 s` below ten seconds, else whole seconds. */
export function secondsText(seconds: number): string {
  if (seconds < 0.05) return 'under 0.1 s';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : durationText(seconds);
}

/** Holes are passed over, not written: the rate is that of the disk. */
export function timeText({ seconds, virtualSizeBytes }: Written): string {
  const time = secondsText(seconds);
  return seconds > 0.05 ? `${time}, ${sizeText(Math.round(virtualSizeBytes / seconds))}/s of the disk` : time;
}
