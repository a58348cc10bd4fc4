/** The scanner's verdicts and runs are those of plain loops: all block sizes, ends inside a block, bits near every border. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { BitmapScanner, SET_BEYOND, SOME_CLEAR, SOME_SET } from '../../../src/core/bitmapScanner.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { bitmapBytesOf } from '../../../src/formats/vhd/blockAllocationTable.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const bitOf = (bitmap: Uint8Array, sector: number) =>
  (((bitmap[sector >> 3] ?? 0) << (sector & 7)) & 0x80) !== 0;

function verdictOf(bitmap: Uint8Array, sectors: number): number {
  let verdict = 0;
  for (let sector = 0; sector < bitmap.length * 8; sector++) {
    const isSet = bitOf(bitmap, sector);
    if (sector < sectors) verdict |= isSet ? SOME_SET : SOME_CLEAR;
    else if (isSet) verdict |= SET_BEYOND;
  }
  return verdict;
}

/** Mostly ones, mostly zeros, or runs; a few bits flipped, often near the end of the disk's sectors. */
function fillRandomly(bitmap: Uint8Array, sectors: number, prng: Prng): void {
  const kind = prng.below(4);
  if (kind === 3) prng.fill(bitmap);
  else bitmap.fill(0);
  if (kind === 1)
    for (let s = 0; s < sectors; s++) bitmap[s >> 3] = (bitmap[s >> 3] ?? 0) | (0x80 >> (s & 7));
  if (kind === 2) bitmap.fill(0xff);
  for (let flips = prng.below(3); flips > 0; flips--) {
    const near = Math.max(0, Math.min(bitmap.length * 8 - 1, sectors - 70 + prng.below(140)));
    const at = prng.below(2) === 0 ? near : prng.below(bitmap.length * 8);
    bitmap[at >> 3] = (bitmap[at >> 3] ?? 0) ^ (0x80 >> (at & 7));
  }
}

const BLOCK_SIZES = Array.from({ length: 11 }, (_, i) => 4096 << i);

describe('BitmapScanner', () => {
  test.each(BLOCK_SIZES)('judges bitmaps of blocks of %i bytes as plain loops do', async (blockBytes) => {
    const prng = new Prng(blockBytes);
    const sectors = blockBytes / 512;
    const bitmapBytes = bitmapBytesOf(blockBytes);
    const scanner = await BitmapScanner.create(module, bitmapBytes, 40);
    const seen = new Set<number>();
    for (let round = 0; round < (sectors > 1024 ? 4 : 20); round++) {
      const held = round % 2 === 0 ? sectors : 1 + prng.below(sectors);
      const first = prng.below(20);
      const count = 1 + prng.below(20);
      for (const slot of scanner.slots) fillRandomly(slot, held, prng);
      const expected = scanner.slots.map((slot) => verdictOf(slot, held));
      const unusual = scanner.judge(first, count, held);
      const judged = expected.slice(first, first + count);
      expect(judged.map((_, i) => scanner.verdict(first + i))).toEqual(judged);
      expect(unusual).toBe(judged.filter((verdict) => verdict !== SOME_SET).length);
      for (const verdict of judged) seen.add(verdict);
    }
    expect(seen).toEqual(expect.objectContaining(new Set([SOME_SET, SOME_CLEAR])));
    expect(seen.size).toBeGreaterThan(3);
  });

  test('every single bit of a bitmap tells, wherever the disk ends', async () => {
    const scanner = await BitmapScanner.create(module, 512, 1);
    const [slot] = scanner.slots;
    if (!slot) throw new Error('a scanner has a slot');
    const wrong: string[] = [];
    for (const sectors of [1, 7, 8, 63, 64, 65, 127, 128, 129, 500, 512, 513, 1000, 4095, 4096]) {
      for (let bit = 0; bit < 4096; bit++) {
        const isBeyond = bit >= sectors;
        slot.fill(0);
        slot[bit >> 3] = 0x80 >> (bit & 7);
        scanner.judge(0, 1, sectors);
        const others = sectors === 1 && bit === 0 ? 0 : SOME_CLEAR;
        if (scanner.verdict(0) !== (isBeyond ? SOME_CLEAR | SET_BEYOND : SOME_SET | others)) {
          wrong.push(`${sectors} sectors, bit ${bit} set`);
        }
        slot.fill(0xff);
        slot[bit >> 3] = ~(0x80 >> (bit & 7));
        scanner.judge(0, 1, sectors);
        const beyond = sectors + (isBeyond ? 1 : 0) < 4096 ? SET_BEYOND : 0;
        const held = isBeyond ? SOME_SET : SOME_CLEAR | (sectors === 1 ? 0 : SOME_SET);
        if (scanner.verdict(0) !== (held | beyond)) wrong.push(`${sectors} sectors, bit ${bit} clear`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('finds runs in any slot, and zeros in the window', async () => {
    const prng = new Prng(5);
    const scanner = await BitmapScanner.create(module, 512, 9);
    for (let round = 0; round < 400; round++) {
      const slot = prng.below(9);
      const bitmap = scanner.slots[slot] ?? new Uint8Array(0);
      fillRandomly(bitmap, 4096, prng);
      const from = prng.below(4096);
      const limit = from + 1 + prng.below(4096 - from);
      let end = from;
      while (end < limit && bitOf(bitmap, end) === bitOf(bitmap, from)) end++;
      expect(scanner.isSet(slot, from)).toBe(bitOf(bitmap, from));
      expect(scanner.runLength(slot, from, limit)).toBe(end - from);
    }
    const { window } = scanner;
    window.fill(0);
    for (let round = 0; round < 200; round++) {
      const at = prng.below(window.length);
      window[at] = 1;
      const from = Math.max(0, at - prng.below(2000));
      expect(scanner.isZero(from, at - from)).toBe(true);
      expect(scanner.isZero(from, at - from + 1)).toBe(false);
      window[at] = 0;
    }
  });

  test('holds many small bitmaps, and one of the largest blocks', async () => {
    expect((await BitmapScanner.create(module, 512, 2 ** 23)).slots.length).toBe(8192);
    expect((await BitmapScanner.create(module, 512, 3)).slots.length).toBe(3);
    const large = await BitmapScanner.create(module, bitmapBytesOf(2 ** 31), 2 ** 23);
    expect(large.slots.map((slot) => slot.length)).toEqual(Array(8).fill(524_288));
  });
});
