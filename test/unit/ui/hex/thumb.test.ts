import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowAtThumb, thumbPixels, thumbTop, wheelRows } from '../../../../src/ui/hex/thumb.ts';

const tracks = fc
  .record({
    rowCount: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 2 ** 49 })),
    visibleRows: fc.integer({ min: 1, max: 80 }),
    trackPixels: fc.integer({ min: 40, max: 900 }),
  })
  .map((track) => ({ ...track, leastThumbPixels: 24 }));

describe('the thumb', () => {
  it('stays inside its track and can be caught, whatever the number of rows', () => {
    fc.assert(
      fc.property(tracks, fc.double({ min: 0, max: 1, noNaN: true }), (track, at) => {
        const row = Math.floor(at * Math.max(0, track.rowCount - track.visibleRows));
        const height = thumbPixels(track);
        const top = thumbTop(row, track);
        expect(height).toBeGreaterThanOrEqual(24);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(top + height).toBeLessThanOrEqual(track.trackPixels + 1e-6);
      }),
    );
  });

  it('reaches the first and the last row exactly', () => {
    fc.assert(
      fc.property(tracks, (track) => {
        expect(rowAtThumb(0, track)).toBe(0);
        expect(rowAtThumb(-50, track)).toBe(0);
        const end = track.trackPixels - thumbPixels(track);
        expect(rowAtThumb(end, track)).toBe(end > 0 ? Math.max(0, track.rowCount - track.visibleRows) : 0);
      }),
    );
  });

  it('gives back the row that it was drawn for, within a pixel', () => {
    fc.assert(
      fc.property(tracks, fc.double({ min: 0, max: 1, noNaN: true }), (track, at) => {
        const span = track.rowCount - track.visibleRows;
        fc.pre(span > 0 && track.trackPixels - thumbPixels(track) > 1);
        const row = Math.floor(at * span);
        const back = rowAtThumb(thumbTop(row, track), track);
        expect(Math.abs(back - row)).toBeLessThanOrEqual(1 + span * 1e-12);
      }),
    );
  });
});

describe('the wheel', () => {
  it('loses no part of a row over many small turns', () => {
    let rows = 0;
    let rest = 0;
    for (let i = 0; i < 100; i++) {
      const turn = wheelRows(3.3, 0, 16.5, 20, rest);
      rows += turn.rows;
      rest = turn.rest;
    }
    expect(rows + rest).toBeCloseTo(20, 6);
  });

  it('counts lines as rows and pages as screens', () => {
    expect(wheelRows(-3, 1, 16, 20, 0).rows).toBe(-3);
    expect(wheelRows(1, 2, 16, 20, 0).rows).toBe(20);
  });
});
