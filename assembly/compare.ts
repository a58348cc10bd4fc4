/** Compares two pieces of disks: which sectors differ, and in how many bytes. */

const SECTOR_BYTES: u32 = 512;

let differing: u32 = 0;

/** Bytes of `SECTOR_BYTES` that differ; 64 at a time, and none is counted where all are equal. */
function differingInSector(one: usize, other: usize): u32 {
  let count: u32 = 0;
  for (let at: usize = 0; at < SECTOR_BYTES; at += 64) {
    const a = v128.xor(v128.load(one + at), v128.load(other + at));
    const b = v128.xor(v128.load(one + at, 16), v128.load(other + at, 16));
    const c = v128.xor(v128.load(one + at, 32), v128.load(other + at, 32));
    const d = v128.xor(v128.load(one + at, 48), v128.load(other + at, 48));
    if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue;
    const zero = i8x16.splat(0);
    const equal =
      popcnt<u32>(i8x16.bitmask(i8x16.eq(a, zero))) +
      popcnt<u32>(i8x16.bitmask(i8x16.eq(b, zero))) +
      popcnt<u32>(i8x16.bitmask(i8x16.eq(c, zero))) +
      popcnt<u32>(i8x16.bitmask(i8x16.eq(d, zero)));
    count += 64 - equal;
  }
  return count;
}

/**
 * Runs of sectors that differ go to `table` as two u32 each: first sector, number of sectors; ascending, never touching,
 * so at most (sectors + 1) / 2. Returns how many.
 */
export function compareSectors(one: usize, other: usize, sectors: u32, table: usize): u32 {
  differing = 0;
  let runs: u32 = 0;
  let length: u32 = 0;
  for (let sector: u32 = 0; sector < sectors; sector++) {
    const at: usize = (<usize>sector) << 9;
    const count = differingInSector(one + at, other + at);
    if (count != 0) {
      differing += count;
      length++;
      continue;
    }
    if (length == 0) continue;
    store<u32>(table + (runs << 3), sector - length);
    store<u32>(table + (runs << 3), length, 4);
    runs++;
    length = 0;
  }
  if (length == 0) return runs;
  store<u32>(table + (runs << 3), sectors - length);
  store<u32>(table + (runs << 3), length, 4);
  return runs + 1;
}

/** Bytes that differed in the last call. */
export function differingBytes(): u32 {
  return differing;
}
