import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { RangeSet, rangesBytes } from '../../../src/filesystems/ranges.ts';

describe('a set of byte stretches', () => {
  it('joins what touches and leaves apart what does not', () => {
    const set = new RangeSet();
    set.add(10, 20);
    set.add(30, 40);
    set.add(20, 25);
    set.add(26, 30);
    set.add(5, 5);
    expect([...set.toRanges()]).toEqual([10, 25, 26, 40]);
    set.add(25, 26);
    expect([...set.toRanges()]).toEqual([10, 40]);
  });

  it('holds what a flat array holds, whatever comes in which order', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const prng = new Prng(seed);
      const size = 1 + prng.below(600);
      const flat = new Uint8Array(size);
      const set = new RangeSet();
      for (let adds = prng.below(400); adds >= 0; adds--) {
        const start = prng.below(size);
        const end = Math.min(size, start + prng.below(1 + prng.below(12)));
        flat.fill(1, start, Math.max(start, end));
        set.add(start, end);
        if (prng.below(30) === 0) expect([...set.toRanges()], `seed ${seed}`).toEqual(rangesOf(flat));
      }
      const ranges = set.toRanges();
      expect([...ranges], `seed ${seed}`).toEqual(rangesOf(flat));
      expect(rangesBytes(ranges)).toBe(flat.reduce((sum, byte) => sum + byte, 0));
      const again = new RangeSet();
      again.addAll(ranges);
      expect(again.toRanges()).toEqual(ranges);
    }
  });

  it('is empty again after it was cleared', () => {
    const set = new RangeSet();
    set.add(2 ** 50, 2 ** 50 + 1);
    expect(set.isEmpty).toBe(false);
    set.clear();
    expect(set.isEmpty).toBe(true);
    expect(set.toRanges()).toHaveLength(0);
  });

  it('takes no more room for the same places read again and again', () => {
    const set = new RangeSet();
    for (let i = 0; i < 200_000; i++) set.add((i % 7) * 10, (i % 7) * 10 + 5);
    expect(set.toRanges()).toHaveLength(14);
    expect(set.roomBytes).toBeLessThan(4096);
  });
});

function rangesOf(flat: Uint8Array): number[] {
  const ranges: number[] = [];
  for (let i = 0; i < flat.length; i++) {
    if (flat[i] !== (flat[i - 1] ?? 0)) ranges.push(i);
  }
  if (flat.at(-1) === 1) ranges.push(flat.length);
  return ranges;
}
