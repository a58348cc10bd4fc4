/** Patches made by hand and by seed, and what they make of a file: an oracle that only knows flat arrays. */
import type { Prng } from '../../src/base/prng.ts';
import type { ByteChange, Patch } from '../../src/storage/patch.ts';

/** The file after the patch. */
export function patched(bytes: Uint8Array, patch: Patch): Uint8Array {
  const all = new Uint8Array(Math.max(patch.sizeBefore, patch.sizeAfter));
  all.set(bytes);
  for (const { offset, after } of patch.changes) all.set(after, offset);
  return all.slice(0, patch.sizeAfter);
}

/** `ranges` of the file get other bytes, a byte at a time; behind the end, zeros become them. */
export function patchOver(
  bytes: Uint8Array,
  sizeAfter: number,
  ranges: readonly (readonly [offset: number, lengthBytes: number])[],
): Patch {
  const changes = ranges.map(([offset, lengthBytes]): ByteChange => {
    const before = Uint8Array.from({ length: lengthBytes }, (_, i) => bytes[offset + i] ?? 0);
    const after = before.map((byte, i) => (offset + i < sizeAfter ? byte ^ (0xa5 + i) : 0));
    return { offset, before, after };
  });
  return { sizeBefore: bytes.length, sizeAfter, changes };
}

/** A file of at most `sectors` sectors, its last one mostly cut, and a patch of it. */
export function randomPatch(prng: Prng, sectors: number): { bytes: Uint8Array; patch: Patch } {
  const bytes = new Uint8Array(prng.below(sectors * 512) + 1);
  prng.fill(bytes);
  const sizeAfter = prng.below(3) === 0 ? bytes.length : prng.below(sectors * 512);
  const largest = Math.max(bytes.length, sizeAfter);
  const ranges: [number, number][] = [];
  for (let at = prng.below(700); at < largest; at += prng.below(900)) {
    const lengthBytes = Math.min(1 + prng.below(600), largest - at);
    ranges.push([at, lengthBytes]);
    at += lengthBytes;
  }
  return { bytes, patch: patchOver(bytes, sizeAfter, ranges) };
}

/** The same for a patch that is to be looked at closely: throws where it overlaps, or where what it says was there is not. */
export function appliedPatch(bytes: Uint8Array, patch: Patch): Uint8Array {
  if (patch.sizeBefore !== bytes.length)
    throw new Error(`the patch is for ${patch.sizeBefore} bytes, here are ${bytes.length}`);
  const after = new Uint8Array(patch.sizeAfter);
  after.set(bytes.subarray(0, patch.sizeAfter));
  let end = 0;
  for (const change of patch.changes) {
    if (change.offset < end) throw new Error(`changes overlap at ${change.offset}`);
    end = change.offset + change.after.length;
    if (end > patch.sizeAfter)
      throw new Error(`a change reaches ${end} in a file of ${patch.sizeAfter} bytes`);
    for (const [i, byte] of change.before.entries()) {
      if ((bytes[change.offset + i] ?? 0) !== byte)
        throw new Error(`byte ${change.offset + i} was not as the patch says`);
    }
    after.set(change.after, change.offset);
  }
  return after;
}
