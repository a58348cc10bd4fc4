/** Bytes as text and back. Big-endian numbers are read through DataView where they stand. */

export function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

/** `0x1F`, at least `digits` wide. */
export function hexOffset(value: number, digits = 0): string {
  return `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`;
}

/** Upper-case hex digits without separators. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const value of bytes) text += hexByte(value);
  return text;
}

/** Bytes of an even-length hex string; null when it is none. White space between bytes is passed over. */
export function fromHex(text: string): Uint8Array | null {
  const digits = text.replace(/\s+/g, '');
  if (digits.length === 0 || digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
  );
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Latin-1, control characters as spaces: for cookies and creators, which are only ever shown. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const value of bytes)
    text += value < 0x20 || (value > 0x7e && value < 0xa0) ? ' ' : String.fromCharCode(value);
  return text;
}

/** UTF-16 with either byte order up to the first NUL. Unpaired surrogates are kept: they occur in real names. */
export function utf16(bytes: Uint8Array, littleEndian: boolean): string {
  const view = viewOf(bytes);
  let text = '';
  for (let at = 0; at + 2 <= bytes.length; at += 2) {
    const unit = view.getUint16(at, littleEndian);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}

export function utf16Bytes(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = viewOf(bytes);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  return bytes;
}
