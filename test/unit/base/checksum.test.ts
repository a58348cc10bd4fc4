import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/base/checksum.ts';
import { Prng } from '../../../src/base/prng.ts';

/** Bit by bit, as the polynomial has it. */
function plainCrc32c(bytes: Uint8Array, crc = 0): number {
  let state = ~crc >>> 0;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ 0x82f63b78 : state >>> 1;
  }
  return ~state >>> 0;
}

describe('crc32c', () => {
  it('is the one whose check value is E3069283', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  it('agrees with the polynomial for every length and place, and goes on from an earlier run', () => {
    const random = new Prng(32);
    const bytes = new Uint8Array(64);
    random.fill(bytes);
    for (let from = 0; from < 8; from++) {
      for (let end = from; end <= 40; end++) {
        const crc = random.next();
        expect(crc32c(bytes.subarray(from, end), crc)).toBe(plainCrc32c(bytes.subarray(from, end), crc));
      }
    }
    expect(crc32c(bytes.subarray(13), crc32c(bytes.subarray(0, 13)))).toBe(plainCrc32c(bytes));
  });
});
