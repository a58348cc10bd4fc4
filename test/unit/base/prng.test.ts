import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';

describe('Prng', () => {
  it('gives one byte of each number with fill, as it always did', () => {
    const [filled, numbers] = [new Uint8Array(9), new Prng(4711)];
    new Prng(4711).fill(filled);
    expect([...filled]).toEqual(Array.from({ length: 9 }, () => numbers.next() & 0xff));
  });

  it.each([0, 1, 2, 3, 4, 5, 8, 31])('gives four bytes of each number with fillWords, %i bytes', (length) => {
    const [random, numbers] = [new Prng(7), new Prng(7)];
    // Not on a word, and with bytes around it that are to stay.
    const around = new Uint8Array(length + 6).fill(0xee);
    random.fillWords(around.subarray(3, 3 + length));
    const expected = new Uint8Array(length);
    for (let at = 0, word = 0; at < length; at++) {
      if (at % 4 === 0) word = numbers.next();
      expected[at] = Math.floor(word / 256 ** (at % 4)) % 256;
    }
    expect([...around]).toEqual([0xee, 0xee, 0xee, ...expected, 0xee, 0xee, 0xee]);
    expect(random.next()).toBe(numbers.next());
  });
});
