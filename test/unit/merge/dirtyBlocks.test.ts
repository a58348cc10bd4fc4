/** The set of dirty blocks, against a plain set of numbers. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { DirtyBlocks } from '../../../src/merge/dirtyBlocks.ts';

describe('dirty blocks', () => {
  it('are those that were marked and not copied since', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const prng = new Prng(seed);
      const blockCount = 1 + prng.below(seed % 2 === 0 ? 40 : 300);
      const dirty = new DirtyBlocks(blockCount);
      const model = new Set<number>();
      for (let i = 0; i < 60; i++) {
        const block = prng.below(blockCount);
        const end = block + prng.below(blockCount - block + 1);
        const what = prng.below(8);
        if (what < 5) {
          dirty.mark(block);
          model.add(block);
        } else if (what < 7) {
          dirty.clean(block);
          model.delete(block);
        } else {
          dirty.cleanRange(block, end);
          for (let each = block; each < end; each++) model.delete(each);
        }
        expect(dirty.size).toBe(model.size);
        expect(dirty.has(block)).toBe(model.has(block));
        const limit = 1 + prng.below(20);
        const wanted = [...model].filter((each) => each >= block && each < end).sort((a, b) => a - b);
        expect(dirty.next(block, end, limit), `seed ${seed}`).toEqual(wanted.slice(0, limit));
      }
      expect(dirty.next(0, blockCount, blockCount)).toEqual([...model].sort((a, b) => a - b));
    }
  });

  it('are blocks of the disk: others are passed over', () => {
    const dirty = new DirtyBlocks(33);
    for (const block of [-1, 33, 64, Number.NaN]) dirty.mark(block);
    expect(dirty.size).toBe(0);
    dirty.mark(32);
    dirty.mark(32);
    expect(dirty.next(0, 33, 9)).toEqual([32]);
  });
});
