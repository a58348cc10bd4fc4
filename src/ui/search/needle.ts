/** What was typed into the find line, as bytes to look for. */
import { utf16Bytes } from '../../base/bytes.ts';

export type NeedleKind = 'text' | 'hex';

export type Needle =
  | {
      readonly ok: true;
      readonly needle: Uint8Array;
      /** The same text in UTF-16 LE, where that differs. */
      readonly alternative: Uint8Array | null;
    }
  | { readonly ok: false; readonly reason: string };

export const LONGEST_NEEDLE_BYTES = 256;

export function parseNeedle(kind: NeedleKind, input: string): Needle {
  return kind === 'text' ? parseText(input) : parseHex(input);
}

/** Text as typed, case and spaces included, in UTF-8 (for plain letters the same as ASCII) and in UTF-16 LE. */
function parseText(input: string): Needle {
  if (input === '') return { ok: false, reason: '' };
  const needle = new TextEncoder().encode(input);
  const alternative = utf16Bytes(input, true);
  if (Math.max(needle.length, alternative.length) > LONGEST_NEEDLE_BYTES) return tooLong(alternative.length);
  return { ok: true, needle, alternative };
}

/** Pairs of hex digits; spaces, commas, `0x` and `\x` between them are passed over. */
function parseHex(input: string): Needle {
  const digits = input.replace(/0x|\\x/gi, ' ').replace(/[\s,;:_-]+/g, '');
  if (digits === '') return { ok: false, reason: '' };
  const wrong = /[^0-9a-f]/i.exec(digits);
  if (wrong) return { ok: false, reason: `“${wrong[0]}” is not a hex digit.` };
  if (digits.length % 2 !== 0) return { ok: false, reason: 'A byte is two digits; one is missing.' };
  if (digits.length / 2 > LONGEST_NEEDLE_BYTES) return tooLong(digits.length / 2);
  const needle = Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
  );
  return { ok: true, needle, alternative: null };
}

function tooLong(length: number): Needle {
  return { ok: false, reason: `${length} bytes; ${LONGEST_NEEDLE_BYTES} are the most.` };
}
