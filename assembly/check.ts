/** Judging bitmaps, many a call: is every bit set, is any, and is one set where the disk has no sector. */
import { isZero } from './zero';

/** Verdicts, joined by or. Bits are those of the sectors that the disk has in the block. */
export const SOME_CLEAR: u8 = 1;
export const SOME_SET: u8 = 2;
/** A bit behind those is set. */
export const SET_BEYOND: u8 = 4;

/**
 * Judges `count` bitmaps of `bitmapBytes` (whole sectors) that stand one behind the other from `at` on, each by its first
 * `sectors` bits; writes one verdict a byte. Returns how many are anything but full with nothing beyond.
 */
export function judgeBitmaps(at: usize, count: u32, bitmapBytes: u32, sectors: u32, verdicts: usize): u32 {
  let unusual: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const verdict = judge(at, bitmapBytes, sectors);
    store<u8>(verdicts + i, verdict);
    if (verdict != SOME_SET) unusual++;
    at += bitmapBytes;
  }
  return unusual;
}

/** 128 bits at a time, then 64, and the last of these through a mask. */
function judge(bitmap: usize, bitmapBytes: u32, sectors: u32): u8 {
  const whole = (sectors >> 3) & ~15;
  let all = i64x2.splat(-1);
  let any = i64x2.splat(0);
  let at: u32 = 0;
  for (; at + 64 <= whole; at += 64) {
    const here = bitmap + at;
    const a = v128.load(here);
    const b = v128.load(here, 16);
    const c = v128.load(here, 32);
    const d = v128.load(here, 48);
    all = v128.and(all, v128.and(v128.and(a, b), v128.and(c, d)));
    any = v128.or(any, v128.or(v128.or(a, b), v128.or(c, d)));
  }
  for (; at < whole; at += 16) {
    const a = v128.load(bitmap + at);
    all = v128.and(all, a);
    any = v128.or(any, a);
  }
  let verdict: u8 = 0;
  if (v128.any_true(v128.not(all))) verdict |= SOME_CLEAR;
  if (v128.any_true(any)) verdict |= SOME_SET;
  for (let sector = at << 3; sector < sectors; sector += 64) {
    const left = sectors - sector;
    const mask: u64 = left >= 64 ? ~0 : ~(~(<u64>0) >> <u64>left);
    const word = bswap<u64>(load<u64>(bitmap + (sector >> 3)));
    if ((word & mask) != mask) verdict |= SOME_CLEAR;
    if ((word & mask) != 0) verdict |= SOME_SET;
    if ((word & ~mask) != 0) verdict |= SET_BEYOND;
  }
  const behind = ((sectors + 63) >> 6) << 3;
  if (behind < bitmapBytes && !isZero(bitmap + behind, bitmapBytes - behind)) verdict |= SET_BEYOND;
  return verdict;
}
