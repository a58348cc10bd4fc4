import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampTopRow,
  type Extent,
  lastTopRow,
  moveByKey,
  offsetDigits,
  offsetText,
  rowCountOf,
  rowOf,
  topRowFollowing,
  topRowShowing,
} from '../../../../src/ui/hex/rows.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;
const extents = fc.record({
  sizeBytes: fc.oneof(
    fc.integer({ min: 1, max: 5000 }),
    fc.maxSafeNat().map((n) => n + 1),
  ),
  bytesPerRow: fc.constantFrom(8, 16),
  visibleRows: fc.integer({ min: 1, max: 80 }),
});

function everyByte(check: (extent: Extent, offset: number, top: number) => void) {
  fc.assert(
    fc.property(extents, fc.nat(1_000_000), fc.nat(1_000_000), (extent, a, b) => {
      const sized = { ...extent, sizeBytes: Math.min(extent.sizeBytes, LARGEST) };
      const offset = Math.floor((a / 1_000_000) * (sized.sizeBytes - 1));
      check(sized, offset, clampTopRow(Math.floor((b / 1_000_000) * rowCountOf(sized.sizeBytes, 16)), sized));
    }),
  );
}

const isVisible = (offset: number, top: number, extent: Extent) => {
  const row = rowOf(offset, extent.bytesPerRow);
  return row >= top && row < top + extent.visibleRows;
};

describe('rows', () => {
  it('hold exact offsets up to 2^53, as bigints say', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(8, 16), (offset, perRow) => {
        expect(BigInt(rowOf(offset, perRow))).toBe(BigInt(offset) / BigInt(perRow));
        const rows = (BigInt(offset) + BigInt(perRow) - 1n) / BigInt(perRow);
        expect(BigInt(rowCountOf(offset, perRow))).toBe(rows);
      }),
    );
  });

  it('have the last byte of a 2040 GiB disk on screen at the last top row', () => {
    const extent = { sizeBytes: 2040 * 2 ** 30, bytesPerRow: 16, visibleRows: 12 };
    expect(lastTopRow(extent)).toBe((2040 * 2 ** 30) / 16 - 12);
    expect(isVisible(extent.sizeBytes - 1, lastTopRow(extent), extent)).toBe(true);
  });

  it('bring any byte on screen, and do not move when it is there already', () => {
    everyByte((extent, offset, top) => {
      for (const move of [topRowShowing, topRowFollowing]) {
        const next = move(offset, top, extent);
        expect(isVisible(offset, next, extent)).toBe(true);
        expect(next).toBe(clampTopRow(next, extent));
        if (isVisible(offset, top, extent)) expect(next).toBe(top);
      }
    });
  });

  it('move the least when the cursor leaves the screen by a row', () => {
    const extent = { sizeBytes: 1600, bytesPerRow: 16, visibleRows: 10 };
    expect(topRowFollowing(16 * 30, 20, extent)).toBe(21);
    expect(topRowFollowing(16 * 19, 20, extent)).toBe(19);
  });

  it('write offsets with enough digits for the last byte', () => {
    expect(offsetDigits(512)).toBe(6);
    expect(offsetDigits(0x1000000)).toBe(6);
    expect(offsetDigits(0x1000001)).toBe(8);
    expect(offsetDigits(2 ** 41)).toBe(12);
    expect(offsetText(0xae60, 6)).toBe('00AE60');
    everyByte((extent, offset) => {
      expect(offsetText(offset, offsetDigits(extent.sizeBytes))).toHaveLength(offsetDigits(extent.sizeBytes));
    });
  });
});

describe('keys', () => {
  const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'];

  it('never leave the file', () => {
    everyByte((extent, offset) => {
      for (const key of keys) {
        for (const control of [false, true]) {
          const to = moveByKey(key, control, offset, extent);
          expect(to).not.toBeNull();
          expect(to).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThan(extent.sizeBytes);
        }
      }
    });
  });

  it('keep the column when moving by rows and pages', () => {
    const extent = { sizeBytes: 4096, bytesPerRow: 16, visibleRows: 10 };
    expect(moveByKey('ArrowUp', false, 0x123, extent)).toBe(0x113);
    expect(moveByKey('ArrowDown', false, 0x123, extent)).toBe(0x133);
    expect(moveByKey('PageUp', false, 0x123, extent)).toBe(0x83);
    expect(moveByKey('PageUp', false, 0x13, extent)).toBe(0x3);
    expect(moveByKey('PageDown', false, 0x123, extent)).toBe(0x1c3);
  });

  it('take Home and End to the ends of the row, with Control to the ends of the file', () => {
    const extent = { sizeBytes: 1000, bytesPerRow: 16, visibleRows: 10 };
    expect(moveByKey('Home', false, 0x25, extent)).toBe(0x20);
    expect(moveByKey('End', false, 0x25, extent)).toBe(0x2f);
    expect(moveByKey('End', false, 995, extent)).toBe(999);
    expect(moveByKey('Home', true, 0x25, extent)).toBe(0);
    expect(moveByKey('End', true, 0x25, extent)).toBe(999);
    expect(moveByKey('a', false, 0x25, extent)).toBeNull();
  });
});
