/** Bytes for the clipboard. */
import { asciiOf, hexOf } from './segments.ts';

/** More than this is a file, not a clipping; Save is there for files. */
export const LARGEST_COPY_BYTES = 1024 * 1024;

/** Sixteen bytes a line, two digits each. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    lines.push(Array.from(bytes.subarray(at, at + 16), hexOf).join(' '));
  }
  return lines.join('\n');
}

/** Printable ASCII as it is, everything else as a dot: what the right column shows. UTF-16 LE text loses its zeros. */
export function plainText(bytes: Uint8Array): string {
  if (isUtf16(bytes)) return new TextDecoder('utf-16le').decode(bytes);
  return Array.from(bytes, asciiOf).join('');
}

/** Every second byte is zero and the others are printable: a name or path as Windows stores it. */
function isUtf16(bytes: Uint8Array): boolean {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return false;
  return bytes.every((value, i) => (i % 2 === 1 ? value === 0 : value >= 0x20 && value < 0x7f));
}
