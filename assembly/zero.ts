/** Scans of plain bytes: is a piece all zeros, and where does a run of bytes occur. */

/** True when `length` bytes are all zero; 64 bytes at a time. */
export function isZero(at: usize, length: u32): bool {
  const end = at + length;
  while (at + 64 <= end) {
    const any = v128.or(
      v128.or(v128.load(at), v128.load(at, 16)),
      v128.or(v128.load(at, 32), v128.load(at, 48)),
    );
    if (v128.any_true(any)) return false;
    at += 64;
  }
  for (; at < end; at++) if (load<u8>(at) != 0) return false;
  return true;
}

function matches(at: usize, needle: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (load<u8>(at + i) != load<u8>(needle + i)) return false;
  return true;
}

/** Index of the first occurrence at or after `from`, or -1. Compares the first and the last byte of 16 places at once. */
export function find(haystack: usize, length: u32, needle: usize, needleLength: u32, from: u32): i32 {
  if (needleLength == 0 || needleLength > length) return -1;
  const last = length - needleLength;
  const head = i8x16.splat(load<u8>(needle));
  const tail = i8x16.splat(load<u8>(needle + needleLength - 1));
  let at = from;
  while (at + 15 <= last) {
    const here = haystack + at;
    let mask = i8x16.bitmask(
      v128.and(i8x16.eq(v128.load(here), head), i8x16.eq(v128.load(here + needleLength - 1), tail)),
    );
    while (mask != 0) {
      const bit = ctz(mask);
      if (matches(here + bit, needle, needleLength)) return at + bit;
      mask &= mask - 1;
    }
    at += 16;
  }
  for (; at <= last; at++) if (matches(haystack + at, needle, needleLength)) return at;
  return -1;
}
