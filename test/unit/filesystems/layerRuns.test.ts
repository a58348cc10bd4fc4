/** Invariant: runs of many files, joined, say of every sector once who answers it. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { joinRuns } from '../../../src/filesystems/layerRuns.ts';

const SECTORS = 64;
const NOT_READ = 99;

/** A disk is `layerOf` its sectors; a file reads some of it, in its order. */
function runsOfFile(prng: Prng, layerOf: Int8Array) {
  const runs: { firstSector: number; sectorCount: number; layer: number }[] = [];
  for (let at = prng.below(12); at < SECTORS; at += 1 + prng.below(12)) {
    const end = Math.min(SECTORS, at + 1 + prng.below(10));
    for (; at < end; at++) {
      const layer = layerOf[at] ?? NOT_READ;
      const before = runs.at(-1);
      if (before?.layer === layer && before.firstSector + before.sectorCount === at) before.sectorCount++;
      else runs.push({ firstSector: at, sectorCount: 1, layer });
    }
  }
  return runs;
}

describe('runs of several files', () => {
  it('are joined, each sector once', () => {
    const prng = new Prng(7);
    let overlaps = 0;
    for (let round = 0; round < 500; round++) {
      let layer = 0;
      const layerOf = Int8Array.from({ length: SECTORS }, () => {
        if (prng.below(4) === 0) layer = prng.below(4) - 2;
        return layer;
      });
      const all = Array.from({ length: prng.below(5) }, () => runsOfFile(prng, layerOf)).flat();
      const truth = new Int8Array(SECTORS).fill(NOT_READ);
      for (const { firstSector, sectorCount, layer } of all) {
        for (let at = firstSector; at < firstSector + sectorCount; at++) {
          overlaps += Number(truth[at] !== NOT_READ);
          truth[at] = layer;
        }
      }
      const told = new Int8Array(SECTORS).fill(NOT_READ);
      let [before, beforeLayer] = [-1, NOT_READ];
      for (const { firstSector, sectorCount, layer } of joinRuns(all)) {
        expect(sectorCount).toBeGreaterThan(0);
        expect(firstSector).toBeGreaterThanOrEqual(before);
        // Neighbours of one layer are one run.
        if (firstSector === before) expect(layer).not.toBe(beforeLayer);
        told.fill(layer, firstSector, firstSector + sectorCount);
        [before, beforeLayer] = [firstSector + sectorCount, layer];
      }
      expect([...told]).toEqual([...truth]);
    }
    expect(overlaps).toBeGreaterThan(1000);
  });
});
