/** Bitmaps, most significant bit first (VHD): run length, count, and painting runs into an owner map. */

/** Sectors from `from` up to `limit` whose bit equals that of `from`; 64 bits at a time. */
export function runLength(bitmap: usize, from: u32, limit: u32): u32 {
  const flip: u64 = isSet(bitmap, from) ? ~0 : 0;
  let at = from;
  while (at < limit) {
    const word = (bswap<u64>(load<u64>(bitmap + ((<usize>at >> 6) << 3))) ^ flip) << (<u64>at & 63);
    if (word != 0) return min<u32>(at + <u32>clz<u64>(word), limit) - from;
    at = (at | 63) + 1;
  }
  return limit - from;
}

export function isSet(bitmap: usize, sector: u32): bool {
  return ((load<u8>(bitmap + (sector >> 3)) << (sector & 7)) & 0x80) != 0;
}

/** Sets the bits of [from, to). */
export function setBits(bitmap: usize, from: u32, to: u32): void {
  let at = from;
  while (at < to) {
    const byte = bitmap + (at >> 3);
    if ((at & 7) == 0 && to - at >= 8) {
      store<u8>(byte, 0xff);
      at += 8;
    } else {
      store<u8>(byte, load<u8>(byte) | (<u8>0x80 >> (<u8>at & 7)));
      at++;
    }
  }
}

/** Set bits in the first `bits` of a bitmap. */
export function countSet(bitmap: usize, bits: u32): u32 {
  let count: u64 = 0;
  const words = bits >> 6;
  for (let i: u32 = 0; i < words; i++) count += popcnt<u64>(load<u64>(bitmap + ((<usize>i) << 3)));
  const rest = bits & 63;
  if (rest) {
    const word = bswap<u64>(load<u64>(bitmap + ((<usize>words) << 3)));
    count += popcnt<u64>(word >> (<u64>64 - rest));
  }
  return <u32>count;
}

/** Writes `owner` over every byte of `target` whose bit is set, 16 sectors at a time; `count` sectors. */
export function paint(bitmap: usize, target: usize, count: u32, owner: u8): void {
  const color = i8x16.splat(owner);
  const bits = i8x16(-128, 64, 32, 16, 8, 4, 2, 1, -128, 64, 32, 16, 8, 4, 2, 1);
  const spread = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const whole = count & ~15;
  let at: u32 = 0;
  while (at < whole) {
    if ((at & 63) == 0 && whole - at >= 64) {
      const word = load<u64>(bitmap + (at >> 3));
      if (word == 0) {
        at += 64;
        continue;
      }
      if (word == ~0) {
        v128.store(target + at, color);
        v128.store(target + at, color, 16);
        v128.store(target + at, color, 32);
        v128.store(target + at, color, 48);
        at += 64;
        continue;
      }
    }
    const two = i8x16.swizzle(i16x8.splat(load<i16>(bitmap + (at >> 3))), spread);
    const mask = i8x16.eq(v128.and(two, bits), bits);
    v128.store(target + at, v128.bitselect(color, v128.load(target + at), mask));
    at += 16;
  }
  for (; at < count; at++) if (isSet(bitmap, at)) store<u8>(target + at, owner);
}
