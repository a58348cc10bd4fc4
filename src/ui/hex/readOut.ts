/** The sentence under the hex view: what stands at the cursor, in words. */
import { hexByte } from '../../base/bytes.ts';
import { grouped } from '../../base/units.ts';
import type { FieldSpan } from './fields.ts';

const SHOWN_BYTES = 16;

/** `00 01 83 57`, cut after 16 bytes with their number said. */
export function bytesText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, SHOWN_BYTES), hexByte).join(' ');
  return bytes.length > SHOWN_BYTES ? `${shown} …` : shown;
}

export function bytesCount(lengthBytes: number): string {
  return `${grouped(lengthBytes)} ${lengthBytes === 1 ? 'byte' : 'bytes'}`;
}

/** `dynamic header, blockSize`, or the field's name alone. */
export function fieldTitle(span: FieldSpan): string {
  return span.structure ? `${span.structure.name}, ${span.field.name}` : span.field.name;
}

/** Numbers of more than one byte have an order; what a value's text looks like tells a number from a name or an id. */
export function byteOrder(span: FieldSpan): 'big-endian' | null {
  const isNumber = /^(0x[0-9a-f]+|[\d\s\u202f.]+)(\s|$)/i.test(span.field.value);
  return isNumber && [2, 4, 8].includes(span.lengthBytes) ? 'big-endian' : null;
}

/** A byte by itself: `41 (65, “A”)`. */
export function byteText(value: number): string {
  const letter = value >= 0x21 && value < 0x7f ? `, “${String.fromCharCode(value)}”` : '';
  return `${hexByte(value)} (${value}${letter})`;
}

/** The bytes from the cursor on as little-endian numbers, as most things inside a disk are stored. */
export function numbersText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  if (bytes.length >= 2) parts.push(`16 bit ${grouped(view.getUint16(0, true))}`);
  if (bytes.length >= 4) parts.push(`32 bit ${grouped(view.getUint32(0, true))}`);
  return parts.length > 0 ? `little-endian ${parts.join(', ')}` : '';
}
