/** `SectorRanges` against a list of sectors: the count is exact, the ranges are the first ones, joined. */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import type { SectorRange } from '../../../src/base/units.ts';
import { AFFECTED_RANGES } from '../../../src/formats/finding.ts';
import { SectorRanges } from '../../../src/formats/sectorRanges.ts';

/** Every range of a set of sectors. */
function rangesOf(sectors: ReadonlySet<number>): SectorRange[] {
  const ranges: { firstSector: number; sectorCount: number }[] = [];
  for (const sector of [...sectors].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last.firstSector + last.sectorCount === sector) last.sectorCount++;
    else ranges.push({ firstSector: sector, sectorCount: 1 });
  }
  return ranges;
}

function shuffled<T>(values: readonly T[], prng: Prng): T[] {
  const keyed = values.map((value) => ({ value, key: prng.next() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

describe('SectorRanges', () => {
  test('nothing is left out of a finding', () => {
    expect(new SectorRanges().affected()).toBeUndefined();
  });

  test.each(['ascending', 'descending', 'shuffled'] as const)('keeps the first ranges, added %s', (order) => {
    for (let seed = 0; seed < 300; seed++) {
      const prng = new Prng(seed);
      const pieces: SectorRange[] = [];
      const sectors = new Set<number>();
      for (let at = prng.below(5), n = prng.below(60); n > 0; n--) {
        const sectorCount = 1 + prng.below(4);
        pieces.push({ firstSector: at, sectorCount });
        for (let i = 0; i < sectorCount; i++) sectors.add(at + i);
        at += sectorCount + prng.below(3);
      }
      const ordered =
        order === 'ascending'
          ? pieces
          : order === 'descending'
            ? pieces.toReversed()
            : shuffled(pieces, prng);
      const found = new SectorRanges();
      for (const { firstSector, sectorCount } of ordered) found.add(firstSector, sectorCount);
      const affected = found.affected();
      const expected = rangesOf(sectors);
      expect(affected?.sectorCount ?? 0).toBe(sectors.size);
      // Ranges that were dropped and would have been joined later leave the list shorter, never wrong.
      const told = affected?.ranges ?? [];
      expect(told).toEqual(expected.slice(0, told.length));
      if (order === 'ascending' || expected.length <= AFFECTED_RANGES) {
        expect(told.length).toBe(Math.min(expected.length, AFFECTED_RANGES));
      }
    }
  });
});
