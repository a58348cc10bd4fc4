import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadTrace } from '../../../../src/engine/api.ts';
import {
  costRow,
  digitsFor,
  microsecondsText,
  roundedTogether,
} from '../../../../src/ui/readPath/costFigures.ts';

describe('microseconds', () => {
  test('a rounded column adds up to the rounded sum, each figure off by less than one last digit', () => {
    const values = fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 3 }), (column, digits) => {
        const rounded = roundedTogether(column, digits);
        const total = column.reduce((sum, value) => sum + value, 0);
        const sum = rounded.reduce((all, value) => all + value, 0);
        expect(Math.round(sum * 10 ** digits)).toBe(Math.round(total * 10 ** digits));
        rounded.forEach((value, i) => {
          expect(Math.abs(value - (column[i] ?? 0))).toBeLessThan(1.000001 * 10 ** -digits);
        });
      }),
    );
  });

  test('figures keep about three digits that mean something', () => {
    expect([249.83, 12.3, 2.468, 0.0612].map((value) => microsecondsText(value))).toEqual([
      '249.8',
      '12.3',
      '2.47',
      '0.061',
    ]);
    expect(microsecondsText(9356.84)).toBe('9\u202f357');
    expect(digitsFor(9.99)).toBe(2);
  });

  test('with tables in memory only data is read from files', () => {
    const trace: ReadTrace = {
      firstSector: 0,
      sectorCount: 3,
      extents: [],
      steps: [],
      fileReads: [
        { layer: 0, offset: 0, lengthBytes: 512 },
        { layer: 1, offset: 0, lengthBytes: 1024 },
      ],
      complete: true,
    };
    const totals = { lookups: 6, fileReads: 8, bytes: 4608, coldMicroseconds: 250, cachedMicroseconds: 40 };
    expect(costRow(trace, totals, 'cold')).toEqual({
      lookups: 6,
      fileReads: 8,
      bytes: 4608,
      microseconds: 250,
    });
    expect(costRow(trace, totals, 'cached')).toEqual({
      lookups: 6,
      fileReads: 2,
      bytes: 1536,
      microseconds: 40,
    });
  });
});
