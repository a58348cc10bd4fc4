import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { DataScanner } from '../../../src/core/dataScanner.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';

const module = await loadCore();

describe('DataScanner', () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'counts bits and runs as plain loops do (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      const scanner = await DataScanner.create(module, 4096);
      const bitmap = scanner.staging.subarray(prng.below(100), 100 + prng.below(900));
      if (seed % 3 > 0) prng.fill(bitmap);
      if (seed % 3 === 2)
        for (let i = 0; i < bitmap.length; i++) bitmap[i] = prng.below(3) === 0 ? 0xff : prng.below(2) * 0xff;
      const bits = Array.from(bitmap, (byte) => byte.toString(2).padStart(8, '0')).join('');
      const count = prng.below(bits.length + 1);
      const runs = [...bits.slice(0, count).matchAll(/1+/g)].map((run) => ({
        from: run.index,
        count: run[0].length,
      }));
      expect([...scanner.setRuns(bitmap, count)]).toEqual(runs);
      const from = 8 * prng.below(bitmap.length);
      const some = prng.below(bits.length - from + 1);
      expect(scanner.countSet(bitmap, from, some)).toBe(
        bits.slice(from, from + some).replaceAll('0', '').length,
      );
    },
  );

  test('one byte anywhere is not zero', async () => {
    const scanner = await DataScanner.create(module, 300);
    for (let at = 0; at < 300; at++) {
      expect(scanner.isZero(scanner.staging.subarray(0, at))).toBe(true);
      scanner.staging[at] = 1;
      expect(scanner.isZero(scanner.staging)).toBe(false);
      expect(scanner.isZero(scanner.staging.subarray(at + 1))).toBe(true);
      scanner.staging[at] = 0;
    }
  });

  test('takes only what lies in its memory', async () => {
    const scanner = await DataScanner.create(module, 64);
    expect(() => scanner.isZero(new Uint8Array(8))).toThrow('staging');
  });
});
