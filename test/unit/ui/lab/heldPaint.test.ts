import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { heldBars, heldWords } from '../../../../src/ui/lab/tree/heldPaint.ts';

describe('the strip of what a file holds', () => {
  it('has one bar for each run, full where Now reads from there', () => {
    expect(heldBars(Uint8Array.of(0, 2, 2, 1, 0, 2), 6)).toEqual([
      { from: 1, to: 3, full: true },
      { from: 3, to: 4, full: false },
      { from: 5, to: 6, full: true },
    ]);
  });

  it('stretches few cells over many columns', () => {
    expect(heldBars(Uint8Array.of(0, 1), 10)).toEqual([{ from: 5, to: 10, full: false }]);
  });

  it('loses nothing where many cells share a column, whatever the widths', () => {
    const prng = new Prng(5);
    for (let round = 0; round < 300; round++) {
      const cells = 1 + Math.floor(prng.fraction() * 90);
      const columns = 1 + Math.floor(prng.fraction() * 90);
      const held = Uint8Array.from({ length: cells }, () =>
        prng.fraction() < 0.7 ? 0 : prng.fraction() < 0.5 ? 1 : 2,
      );
      const drawn = new Uint8Array(columns);
      for (const { from, to, full } of heldBars(held, columns)) {
        expect(from).toBeLessThan(to);
        expect(to).toBeLessThanOrEqual(columns);
        drawn.fill(full ? 2 : 1, from, to);
      }
      held.forEach((value, cell) => {
        if (value > 0) expect(drawn[Math.floor((cell * columns) / cells)] ?? 0).toBeGreaterThanOrEqual(value);
      });
      if (held.every((value) => value === 0)) expect(drawn.every((value) => value === 0)).toBe(true);
    }
  });

  it('is said in words', () => {
    expect(heldWords(new Uint8Array(10))).toBe('holds nothing');
    expect(heldWords(Uint8Array.of(1, 0, 0, 0))).toBe('touches 25 % of the disk, Now reads none of it');
    expect(heldWords(Uint8Array.of(2, 1, 0, 0))).toBe('touches 50 % of the disk, Now reads 25 % from here');
    const rare = new Uint8Array(1000);
    rare[3] = 2;
    expect(heldWords(rare)).toBe('touches less than 1 % of the disk, Now reads less than 1 % from here');
  });
});
