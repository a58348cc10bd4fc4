import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/engine/api.ts';
import { fieldAt, flatten, structureAt } from '../../../../src/ui/hex/fields.ts';
import {
  type ByteState,
  byteAtColumn,
  gapBefore,
  hexOf,
  type RowInput,
  segmentRow,
} from '../../../../src/ui/hex/segments.ts';

const note = (name: string, offset: number, lengthBytes: number, fields?: Annotation[]): Annotation => ({
  name,
  offset,
  lengthBytes,
  value: '',
  explanation: '',
  ...(fields ? { fields } : {}),
});

function row(bytes: readonly ByteState[], more: Partial<RowInput> = {}): RowInput {
  return {
    offset: 0,
    length: bytes.length,
    byteAt: (at) => bytes[at] ?? 'waiting',
    spans: [],
    marked: null,
    picked: null,
    hits: [],
    currentHit: null,
    cursor: null,
    unallocatedAt: () => false,
    ...more,
  };
}

/** The text of a row as the browser lays it out. */
const textOf = (input: RowInput) =>
  segmentRow(input)
    .map((segment) => gapBefore(segment) + segment.hex)
    .join('');

describe('a row', () => {
  it('reads the same however it is cut into segments', () => {
    const states = fc.oneof(fc.nat(255), fc.constantFrom<ByteState>('waiting', 'missing', 'failed'));
    const cuts = fc.record({ offset: fc.nat(18), lengthBytes: fc.nat(9) });
    fc.assert(
      fc.property(
        fc.array(states, { minLength: 1, maxLength: 16 }),
        fc.array(cuts, { maxLength: 6 }),
        fc.option(fc.nat(15)),
        cuts,
        (bytes, fields, cursor, hit) => {
          const spans = flatten(fields.map((cut) => note('f', cut.offset, cut.lengthBytes)));
          const input = row(bytes, { spans, cursor, hits: [hit], marked: hit });
          const plain = bytes
            .map((state, i) => (i === 0 ? '' : i === 8 ? '  ' : ' ') + hexOf(state))
            .join('');
          expect(textOf(input)).toBe(plain);
          const segments = segmentRow(input);
          expect(segments.reduce((sum, segment) => sum + segment.length, 0)).toBe(bytes.length);
          expect(segments.map((segment) => segment.ascii).join('')).toHaveLength(bytes.length);
        },
      ),
    );
  });

  it('underlines table entries that point somewhere and leaves unused ones faint', () => {
    const spans = flatten([note('BAT[0]', 0, 4), note('BAT[1]', 4, 4)]);
    const [unused, used] = segmentRow(row([255, 255, 255, 255, 0, 1, 0x83, 0x57], { spans }));
    expect(unused).toMatchObject({ length: 4, underlined: false, faint: true });
    expect(used).toMatchObject({ length: 4, underlined: true, faint: false, hex: '00 01 83 57' });
  });

  it('keeps the underlines of two neighbouring fields apart', () => {
    const spans = flatten([note('a', 0, 2), note('b', 2, 2)]);
    expect(segmentRow(row([1, 2, 3, 4], { spans })).map((segment) => segment.length)).toEqual([2, 2]);
  });

  it('puts the cursor on one byte', () => {
    const segments = segmentRow(row([1, 2, 3, 4], { cursor: 2 }));
    expect(segments.map((segment) => [segment.start, segment.length, segment.cursor])).toEqual([
      [0, 2, false],
      [2, 1, true],
      [3, 1, false],
    ]);
  });

  it('shows bytes that no file here holds as question marks', () => {
    expect(textOf(row(['missing', 'missing']))).toBe('?? ??');
    expect(segmentRow(row(['missing', 5])).map((segment) => [segment.hex, segment.faint])).toEqual([
      ['??', true],
      ['05', false],
    ]);
  });

  it('keeps the underline of a short field whose first half, in the row above, is zeros', () => {
    const bytes = [0, 0, 0, 0, 0, 0, 2, 0];
    const spans = flatten([note('size', 0, 8)]);
    const upper = segmentRow({ ...row(bytes, { spans }), length: 4 });
    expect(upper[0]?.underlined).toBe(true);
  });

  it('does not underline a whole block of data', () => {
    const spans = flatten([note('data', 0, 2 ** 21)]);
    expect(segmentRow(row([1, 2], { spans }))[0]?.underlined).toBe(false);
  });
});

describe('fields', () => {
  const tree = [note('footer', 512, 512, [note('cookie', 512, 8), note('features', 520, 4)])];

  it('are found at every byte they cover and nowhere else', () => {
    const spans = flatten(tree);
    for (let at = 500; at < 540; at++) {
      const expected = at < 512 ? undefined : at < 520 ? 'cookie' : at < 524 ? 'features' : undefined;
      expect(fieldAt(spans, at)?.field.name).toBe(expected);
    }
  });

  it('know their structure, which also answers for bytes between fields', () => {
    expect(fieldAt(flatten(tree), 513)?.structure?.name).toBe('footer');
    expect(structureAt(tree, 1000)?.name).toBe('footer');
    expect(structureAt(tree, 1024)).toBeNull();
  });

  it('inside others win over the larger one', () => {
    const spans = flatten([note('block', 0, 4096), note('entry', 100, 4)]);
    expect(fieldAt(spans, 102)?.field.name).toBe('entry');
    expect(fieldAt(spans, 104)?.field.name).toBe('block');
  });
});

describe('a position in the hex text', () => {
  it('finds the byte whose two digits it is on, and the nearer one in the gaps', () => {
    for (let i = 0; i < 16; i++) {
      const left = i * 3 + (i >= 8 ? 1 : 0);
      expect(byteAtColumn(left + 0.1, 2, 1, 16)).toBe(i);
      expect(byteAtColumn(left + 1.9, 2, 1, 16)).toBe(i);
    }
    expect(byteAtColumn(-5, 2, 1, 16)).toBe(0);
    expect(byteAtColumn(500, 2, 1, 16)).toBe(15);
    expect(byteAtColumn(500, 2, 1, 8)).toBe(7);
  });
});
