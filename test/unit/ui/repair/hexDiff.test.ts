import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../src/base/bytes.ts';
import { Prng } from '../../../../src/base/prng.ts';
import { changedBytes, type DiffRow, diffRows, spelled } from '../../../../src/ui/repair/hexDiff.ts';

function bytesOf(row: DiffRow, side: 'before' | 'after'): number[] {
  return row[side].flatMap(({ hex }) => [...(fromHex(hex) ?? [])]);
}

describe('bytes before and after', () => {
  it('are shown row by row, changed runs told apart', () => {
    const before = Uint8Array.of(0x41, 0x42, 0x43, 0x00);
    const after = Uint8Array.of(0x41, 0x58, 0x59, 0x00);
    const { items, moreRows } = diffRows({ offset: 0x224, before, after }, 16, 8);
    expect(moreRows).toBe(0);
    expect(items).toEqual([
      {
        kind: 'row',
        offset: 0x224,
        before: [
          { changed: false, hex: '41', text: 'A' },
          { changed: true, hex: '42 43', text: 'BC' },
          { changed: false, hex: '00', text: '.' },
        ],
        after: [
          { changed: false, hex: '41', text: 'A' },
          { changed: true, hex: '58 59', text: 'XY' },
          { changed: false, hex: '00', text: '.' },
        ],
      },
    ]);
  });

  it('say every byte exactly once, for any change and width', () => {
    const prng = new Prng(20_261_122);
    for (let round = 0; round < 300; round++) {
      const length = 1 + prng.below(200);
      const bytesPerRow = prng.below(2) === 0 ? 8 : 16;
      const before = Uint8Array.from({ length }, () => prng.below(256));
      const after = before.map((value) => (prng.below(12) === 0 ? prng.below(256) : value));
      const offset = prng.below(5000);
      const { items, moreRows } = diffRows({ offset, before, after }, bytesPerRow, 1000);
      expect(moreRows).toBe(0);
      const rebuilt = { before: [...before], after: [...before] };
      let next = offset;
      for (const item of items) {
        expect(item.offset).toBe(next);
        const rows = item.kind === 'same' ? item.rowCount : 1;
        next = Math.min(offset + length, next + rows * bytesPerRow);
        if (item.kind === 'same') continue;
        expect(bytesOf(item, 'before')).toEqual([...before.subarray(item.offset - offset, next - offset)]);
        bytesOf(item, 'after').forEach((value, i) => {
          rebuilt.after[item.offset - offset + i] = value;
        });
        const marked = item.after.filter(({ changed }) => changed).map(({ hex }) => hex.length);
        expect(marked.length).toBeGreaterThan(0);
      }
      expect(next).toBe(offset + length);
      // What is folded did not change: so the rows alone rebuild what comes after.
      expect(rebuilt.after).toEqual([...after]);
    }
  });

  it('are cut where they are many, and the rest is counted', () => {
    const before = new Uint8Array(160);
    const after = before.map((_, i) => (i % 32 === 0 ? 1 : 0));
    const { items, moreRows } = diffRows({ offset: 0, before, after }, 16, 2);
    expect(items.map(({ kind }) => kind)).toEqual(['row', 'same', 'row']);
    expect(moreRows).toBe(3);
    expect(changedBytes({ offset: 0, before, after })).toBe(5);
  });

  it('are spelled as ASCII only where they are', () => {
    expect(spelled(Uint8Array.of(0x1f, 0x20, 0x7e, 0x7f, 0xc3, 0x3c))).toEqual({
      hex: '1F 20 7E 7F C3 3C',
      text: '. ~..<',
    });
  });
});
