import { describe, expect, it } from 'vitest';
import { crc32, crc32c } from '../../../src/base/checksum.ts';
import { Prng } from '../../../src/base/prng.ts';

/** Bit by bit, as the polynomial has it. */
function plainCrc(polynomial: number, bytes: Uint8Array, crc = 0): number {
  let state = ~crc >>> 0;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ polynomial : state >>> 1;
  }
  return ~state >>> 0;
}

describe.each([
  { name: 'crc32c', crc: crc32c, polynomial: 0x82f63b78, check: 0xe3069283 },
  { name: 'crc32', crc: crc32, polynomial: 0xedb88320, check: 0xcbf43926 },
])('$name', ({ crc, polynomial, check }) => {
  it('has the check value of its kind', () => {
    expect(crc(new TextEncoder().encode('123456789'))).toBe(check);
  });

  it('agrees with the polynomial for every length and place, and goes on from an earlier run', () => {
    const random = new Prng(32);
    const bytes = new Uint8Array(64);
    random.fill(bytes);
    for (let from = 0; from < 8; from++) {
      for (let end = from; end <= 40; end++) {
        const before = random.next();
        const part = bytes.subarray(from, end);
        expect(crc(part, before)).toBe(plainCrc(polynomial, part, before));
      }
    }
    expect(crc(bytes.subarray(13), crc(bytes.subarray(0, 13)))).toBe(plainCrc(polynomial, bytes));
  });
});
