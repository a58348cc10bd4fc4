/** `countOverlaps` against all pairs. */
import { expect, test } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { type BlockTables, blockPlaces } from '../../../../src/formats/vhd/blockAllocationTable.ts';
import { countOverlaps } from '../../../../src/formats/vhd/overlapCounts.ts';

test('counts what all pairs give', () => {
  let most = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const prng = new Prng(seed);
    const blocks = 1 + prng.below(20);
    const lastSectors = 1 + prng.below(8);
    const virtualSizeBytes = ((blocks - 1) * 8 + lastSectors) * 512;
    const entries = Uint32Array.from({ length: blocks }, () =>
      prng.below(5) === 0 ? 0xffffffff : prng.below(60),
    );
    const bat = new Uint8Array(blocks * 4);
    for (const [i, entry] of entries.entries()) new DataView(bat.buffer).setUint32(i * 4, entry);
    const tables: BlockTables = {
      kind: 'vhd-blocks',
      batOffset: 0,
      batEntries: blocks,
      blockSizeBytes: 4096,
      bitmapBytes: 512,
    };
    let pairs = 0;
    const endOf = (block: number) => (entries[block] ?? 0) + 1 + (block === blocks - 1 ? lastSectors : 8);
    for (let a = 0; a < blocks; a++) {
      for (let b = a + 1; b < blocks; b++) {
        if (entries[a] === 0xffffffff || entries[b] === 0xffffffff) continue;
        if ((entries[a] ?? 0) < endOf(b) && (entries[b] ?? 0) < endOf(a)) pairs++;
      }
    }
    expect(countOverlaps(tables, virtualSizeBytes, blockPlaces(bat)), `seed ${seed}`).toBe(pairs);
    most = Math.max(most, pairs);
  }
  expect(most).toBeGreaterThan(40);
});
