/** Values as 7-Zip prints them, read from bytes. */
import { daysFromCivil } from './startModule.ts';

const DASH = 45;
const DOT = 46;
const SPACE = 32;
const ZERO = 48;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return start >= end ? '' : decoder.decode(bytes.subarray(start, end));
}

/** An ASCII word stands at `start`. */
export function startsWith(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start < word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word.charCodeAt(i)) return false;
  return true;
}

/** The decimal number in [start, end), or NaN where there is none. */
export function numberOf(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** `2026-11-22 15:31:46.3658466` as whole milliseconds since 1970, the zone being UTC; NaN where there is none. */
export function millisecondsOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 19 || bytes[start + 4] !== DASH || bytes[start + 10] !== SPACE) return Number.NaN;
  const part = (at: number, length: number) => numberOf(bytes, start + at, start + at + length);
  const days = daysFromCivil(part(0, 4), part(5, 2) - 1, part(8, 2));
  const seconds = part(11, 2) * 3600 + part(14, 2) * 60 + part(17, 2);
  let fraction = 0;
  if (bytes[start + 19] === DOT) {
    for (let i = 0, worth = 100; i < 3 && start + 20 + i < end; i++, worth /= 10)
      fraction += ((bytes[start + 20 + i] ?? ZERO) - ZERO) * worth;
  }
  return (days * 86_400 + seconds) * 1000 + fraction;
}
