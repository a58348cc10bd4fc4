import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { ByteScanner } from '../../../src/core/byteScanner.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { StreamSearch } from '../../../src/engine/streamSearch.ts';

/** The oracle: every start in a known range is compared byte by byte. */
function naive(
  bytes: Uint8Array,
  known: readonly (readonly [number, number])[],
  needles: Uint8Array[],
  from: number,
) {
  const hits = new Set<number>();
  for (const [start, end] of known) {
    for (const needle of needles) {
      for (let at = Math.max(start, from); at + needle.length <= end; at++) {
        if (needle.every((byte, i) => bytes[at + i] === byte)) hits.add(at);
      }
    }
  }
  return [...hits].sort((a, b) => a - b);
}

const scanner = await ByteScanner.create(await loadCore());
const findAll = scanner.findAll.bind(scanner);

describe('search in a stream', () => {
  it('finds what a byte-by-byte comparison finds, whatever the pieces', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const prng = new Prng(seed);
      // Two letters only, so that hits are dense and overlap.
      const bytes = Uint8Array.from({ length: 200 + prng.below(300) }, () => prng.below(2));
      const needles = Array.from({ length: 1 + prng.below(2) }, () =>
        Uint8Array.from({ length: 1 + prng.below(9) }, () => prng.below(2)),
      );
      const from = prng.below(40);
      const search = new StreamSearch(needles, from, 1_000_000, findAll);
      const known: [number, number][] = [];
      for (let at = from; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + 1 + prng.below(30));
        if (prng.below(5) > 0) {
          const last = known.at(-1);
          if (last?.[1] === at) last[1] = end;
          else known.push([at, end]);
          const piece = bytes.slice(at, end);
          search.feed(
            at,
            piece,
            piece.every((byte) => byte === 0),
          );
          piece.fill(9);
        }
        at = end;
      }
      search.endRun();
      expect(search.hits, `seed ${seed}`).toEqual(naive(bytes, known, needles, from));
    }
  });

  it('goes on behind the last hit where the limit stopped it, and together finds the same', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const prng = new Prng(seed);
      const bytes = Uint8Array.from({ length: 150 }, () => prng.below(2));
      const needles = [Uint8Array.of(0, 1, 1), Uint8Array.of(1, 0)];
      const limit = 1 + prng.below(4);
      const hits: number[] = [];
      for (let from = 0, rounds = 0; rounds < 200; rounds++) {
        const search = new StreamSearch(needles, from, limit, findAll);
        const step = 1 + prng.below(40);
        for (let at = from; at < bytes.length && !search.full; at += step) {
          search.feed(at, bytes.subarray(at, Math.min(bytes.length, at + step)));
        }
        if (!search.full) search.endRun();
        hits.push(...search.hits);
        if (!search.full) break;
        from = search.searchedTo;
      }
      expect(hits, `seed ${seed}`).toEqual(naive(bytes, [[0, bytes.length]], needles, 0));
    }
  });

  it('finds a needle across the windows that the core scans', () => {
    const bytes = new Uint8Array(9 * 1024 ** 2);
    const needle = Uint8Array.of(1, 2, 3, 4, 5, 6, 7);
    const places = [0, 4 * 1024 ** 2 - 3, 4 * 1024 ** 2 + 4, 8 * 1024 ** 2 - 6, bytes.length - 7];
    for (const at of places) bytes.set(needle, at);
    const search = new StreamSearch([needle], 0, 100, findAll);
    search.feed(0, bytes);
    search.endRun();
    expect(search.hits).toEqual(places);
    expect(search.searchedTo).toBe(bytes.length);
  });
});
