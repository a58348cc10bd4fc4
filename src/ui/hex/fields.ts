/** Annotations as a flat, ordered list of fields, and the field that a byte belongs to. */
import type { Annotation } from '../../engine/api.ts';

/** A leaf of the annotations: a run of bytes with one meaning. */
export interface FieldSpan {
  readonly offset: number;
  readonly lengthBytes: number;
  readonly field: Annotation;
  /** The structure around it; null for a field that stands alone. */
  readonly structure: Annotation | null;
}

/** Longer runs are content (data of a block, a whole table), not something to underline. */
const LONGEST_FIELD_BYTES = 1024;

/** Short enough to be marked and copied as one thing. */
export function isField(span: FieldSpan): boolean {
  return span.lengthBytes <= LONGEST_FIELD_BYTES;
}

export function flatten(annotations: readonly Annotation[]): FieldSpan[] {
  const spans: FieldSpan[] = [];
  const visit = (annotation: Annotation, structure: Annotation | null) => {
    if (annotation.fields && annotation.fields.length > 0) {
      for (const inner of annotation.fields) visit(inner, annotation);
    } else if (annotation.lengthBytes > 0) {
      spans.push({
        offset: annotation.offset,
        lengthBytes: annotation.lengthBytes,
        field: annotation,
        structure,
      });
    }
  };
  for (const annotation of annotations) visit(annotation, null);
  return spans.sort((a, b) => a.offset - b.offset || b.lengthBytes - a.lengthBytes);
}

/** The smallest field around the byte; null in bytes that mean nothing by themselves. */
export function fieldAt(spans: readonly FieldSpan[], offset: number): FieldSpan | null {
  let found: FieldSpan | null = null;
  for (const span of spans) {
    if (span.offset > offset) break;
    if (offset < span.offset + span.lengthBytes && (!found || span.lengthBytes <= found.lengthBytes))
      found = span;
  }
  return found;
}

/** The smallest structure around the byte, for bytes that no field covers. */
export function structureAt(annotations: readonly Annotation[], offset: number): Annotation | null {
  let found: Annotation | null = null;
  const visit = (annotation: Annotation) => {
    if (offset < annotation.offset || offset >= annotation.offset + annotation.lengthBytes) return;
    if (!found || annotation.lengthBytes <= found.lengthBytes) found = annotation;
    for (const inner of annotation.fields ?? []) visit(inner);
  };
  for (const annotation of annotations) visit(annotation);
  return found;
}

export function isFillerByte(value: number): boolean {
  return value === 0x00 || value === 0xff;
}

/**
 * True when the part of a field that lies in one row says something: an unused table entry, a zero checksum or the
 * padding behind a name does not. Short fields are judged whole, so that `00 00 02 00` keeps its underline across rows.
 */
export function isMeaningful(
  span: FieldSpan,
  from: number,
  to: number,
  byteAt: (offset: number) => number | null,
): boolean {
  if (!isField(span)) return false;
  const whole = span.lengthBytes <= 16;
  const start = whole ? span.offset : from;
  const end = whole ? span.offset + span.lengthBytes : to;
  const first = byteAt(start);
  if (first === null || !isFillerByte(first)) return true;
  for (let at = start + 1; at < end; at++) {
    const value = byteAt(at);
    if (value !== null && value !== first) return true;
  }
  return false;
}
