/**
 * One row of the hex view as runs of equal looks. The row is drawn as text, a run at a time: a few elements a row instead
 * of two a byte keeps scrolling within a frame.
 */
import { hexByte } from '../../base/bytes.ts';
import { type FieldSpan, isFillerByte, isMeaningful } from './fields.ts';

/** What stands at a byte: its value, 'waiting' for its page, 'missing' from every file here, 'failed' to be read. */
export type ByteState = number | 'waiting' | 'missing' | 'failed';

export interface ByteRange {
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface RowInput {
  readonly offset: number;
  /** Bytes in this row: less than a full row at the end of the file. */
  readonly length: number;
  readonly byteAt: (offset: number) => ByteState;
  readonly spans: readonly FieldSpan[];
  /** The field that is read out below. */
  readonly marked: ByteRange | null;
  /** Bytes that a copy would take, where they are more than one. */
  readonly picked: ByteRange | null;
  readonly hits: readonly ByteRange[];
  readonly currentHit: ByteRange | null;
  readonly cursor: number | null;
  /** Nothing holds these bytes: they read as zeros and say nothing. */
  readonly unallocatedAt: (offset: number) => boolean;
}

export interface Segment {
  /** Index in the row. */
  readonly start: number;
  readonly length: number;
  readonly hex: string;
  readonly ascii: string;
  readonly faint: boolean;
  readonly underlined: boolean;
  readonly marked: boolean;
  readonly picked: boolean;
  readonly hit: 'none' | 'hit' | 'current';
  readonly cursor: boolean;
  /** How the space before it looks: as both neighbours do where they are of one field, mark or range. */
  readonly joint: Joint;
}

export interface Joint {
  readonly underlined: boolean;
  readonly marked: boolean;
  readonly picked: boolean;
}

interface Look {
  readonly state: ByteState;
  readonly span: FieldSpan | null;
  readonly faint: boolean;
  readonly underlined: boolean;
  readonly marked: boolean;
  readonly picked: boolean;
  readonly hit: Segment['hit'];
  readonly cursor: boolean;
}

const inside = (range: ByteRange | null, offset: number) =>
  range !== null && offset >= range.offset && offset < range.offset + range.lengthBytes;

export function asciiOf(state: ByteState): string {
  if (typeof state !== 'number') return state === 'missing' ? '?' : ' ';
  return state >= 0x20 && state < 0x7f ? String.fromCharCode(state) : '.';
}

export function hexOf(state: ByteState): string {
  if (typeof state === 'number') return hexByte(state);
  return state === 'missing' ? '??' : state === 'failed' ? '──' : '··';
}

export function segmentRow(input: RowInput): Segment[] {
  const end = input.offset + input.length;
  const near = input.spans.filter(
    (span) => span.offset < end && span.offset + span.lengthBytes > input.offset,
  );
  const known = (at: number) => {
    const state = input.byteAt(at);
    return typeof state === 'number' ? state : null;
  };
  const underlined = new Map<FieldSpan, boolean>();
  for (const span of near) {
    const from = Math.max(span.offset, input.offset);
    const to = Math.min(span.offset + span.lengthBytes, end);
    underlined.set(span, isMeaningful(span, from, to, known));
  }
  const looks = Array.from({ length: input.length }, (_, i) =>
    lookAt(input.offset + i, input, near, underlined),
  );
  return joined(looks);
}

function lookAt(
  at: number,
  input: RowInput,
  near: readonly FieldSpan[],
  underlined: ReadonlyMap<FieldSpan, boolean>,
): Look {
  const state = input.byteAt(at);
  let span: FieldSpan | null = null;
  for (const candidate of near) {
    const covers = at >= candidate.offset && at < candidate.offset + candidate.lengthBytes;
    if (covers && (!span || candidate.lengthBytes <= span.lengthBytes)) span = candidate;
  }
  const line = span !== null && underlined.get(span) === true;
  return {
    state,
    span,
    underlined: line,
    faint: typeof state !== 'number' || input.unallocatedAt(at) || (!line && isFillerByte(state)),
    marked: inside(input.marked, at),
    picked: inside(input.picked, at),
    hit: inside(input.currentHit, at)
      ? 'current'
      : input.hits.some((hit) => inside(hit, at))
        ? 'hit'
        : 'none',
    cursor: at === input.cursor,
  };
}

function sameLook(a: Look, b: Look): boolean {
  return (
    (a.underlined || b.underlined ? a.span === b.span : true) &&
    a.underlined === b.underlined &&
    a.faint === b.faint &&
    (a.state === 'missing') === (b.state === 'missing') &&
    a.marked === b.marked &&
    a.picked === b.picked &&
    a.hit === b.hit &&
    !a.cursor &&
    !b.cursor
  );
}

const NO_JOINT: Joint = { underlined: false, marked: false, picked: false };

function jointOf(before: Look | undefined, look: Look): Joint {
  if (!before) return NO_JOINT;
  return {
    underlined: before.underlined && look.underlined && before.span === look.span,
    marked: before.marked && look.marked,
    picked: before.picked && look.picked,
  };
}

/** A second space stands before byte 8: the eye counts in eights. */
function joined(looks: readonly Look[]): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  while (start < looks.length) {
    const look = looks[start] as Look;
    let end = start + 1;
    let hex = hexOf(look.state);
    let ascii = asciiOf(look.state);
    while (end < looks.length && sameLook(look, looks[end] as Look)) {
      const next = looks[end] as Look;
      hex += (end === 8 ? '  ' : ' ') + hexOf(next.state);
      ascii += asciiOf(next.state);
      end++;
    }
    segments.push({
      start,
      length: end - start,
      hex,
      ascii,
      faint: look.faint,
      underlined: look.underlined,
      marked: look.marked,
      picked: look.picked,
      hit: look.hit,
      cursor: look.cursor,
      joint: jointOf(looks[start - 1], look),
    });
    start = end;
  }
  return segments;
}

/** What stands between this segment and the one before it. */
export function gapBefore(segment: Segment): string {
  return segment.start === 0 ? '' : segment.start === 8 ? '  ' : ' ';
}

/** Byte under a position in the hex text, in widths of a space between bytes; the nearest one outside. */
export function byteAtColumn(x: number, pairWidth: number, gapWidth: number, bytesPerRow: number): number {
  let left = 0;
  for (let i = 0; i < bytesPerRow - 1; i++) {
    const gap = i + 1 === 8 ? 2 * gapWidth : gapWidth;
    if (x < left + pairWidth + gap / 2) return i;
    left += pairWidth + gap;
  }
  return bytesPerRow - 1;
}
