/** Joined ranges and the questions asked of them, against a list of bytes. */
import { expect, test } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { joinRanges, RangeCursor, rangesBytes } from '../../../../src/check/blocks/fileRanges.ts';

test('cover and leave free what a list of bytes does', () => {
  for (let seed = 0; seed < 500; seed++) {
    const prng = new Prng(seed);
    const fileBytes = 1 + prng.below(80);
    const ranges = Array.from({ length: prng.below(8) }, () => ({
      offset: prng.below(100) - 10,
      lengthBytes: prng.below(20),
    }));
    const covered = Array.from({ length: fileBytes }, (_, at) =>
      ranges.some(({ offset, lengthBytes }) => at >= offset && at < offset + lengthBytes),
    );
    const joined = joinRanges(ranges, fileBytes);
    expect(rangesBytes(joined)).toBe(covered.filter(Boolean).length);
    const cursor = new RangeCursor(joined);
    for (let at = 0; at < fileBytes; ) {
      const end = Math.min(fileBytes, at + prng.below(12));
      const here = covered.slice(at, end);
      expect(cursor.coveredBytes(at, end)).toBe(here.filter(Boolean).length);
      const free: number[] = [];
      let before = -1;
      cursor.visitFree(at, end, (from, to) => {
        expect(from).toBeGreaterThan(before);
        before = to;
        for (let i = from; i < to; i++) free.push(i);
      });
      expect(free).toEqual(here.flatMap((is, i) => (is ? [] : [at + i])));
      at = Math.max(end, at + prng.below(3));
    }
  }
});
