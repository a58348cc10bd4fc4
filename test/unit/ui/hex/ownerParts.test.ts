import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceExtent } from '../../../../src/engine/api.ts';
import { ownerParts } from '../../../../src/ui/hex/ownerParts.ts';

const kinds = fc.record({
  kind: fc.constantFrom<TraceExtent['kind']>('data', 'zero', 'unallocated', 'missing'),
  layer: fc.nat(2),
  sectorCount: fc.integer({ min: 1, max: 50 }),
});

function extentsOf(
  list: readonly { kind: TraceExtent['kind']; layer: number; sectorCount: number }[],
): TraceExtent[] {
  let firstSector = 1000;
  return list.map(({ kind, layer, sectorCount }) => {
    const held = kind === 'data' || kind === 'zero';
    const extent = { kind, layer: held ? layer : -1, firstSector, sectorCount, fileOffset: held ? 0 : -1 };
    firstSector += sectorCount;
    return extent;
  });
}

describe('the runs around a sector', () => {
  it('cover all extents in order, fit the room, and show the run of the sector by itself', () => {
    fc.assert(
      fc.property(
        fc.array(kinds, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 3, max: 12 }),
        fc.nat(10_000),
        (list, most, pick) => {
          const extents = extentsOf(list);
          const total = extents.reduce((sum, extent) => sum + extent.sectorCount, 0);
          const sector = 1000 + (pick % total);
          const parts = ownerParts(extents, most, sector);
          expect(parts.length).toBeLessThanOrEqual(most);
          let next = 1000;
          for (const part of parts) {
            expect(part.firstSector).toBe(next);
            next += part.sectorCount;
          }
          expect(next).toBe(1000 + total);
          const own = parts.find((part) => sector < part.firstSector + part.sectorCount);
          const extent = extents.find((one) => sector < one.firstSector + one.sectorCount);
          expect(own?.layer).toBe(extent?.layer);
          expect(['before', 'after']).not.toContain(own?.kind);
        },
      ),
    );
  });

  it('join zeros and data of one layer', () => {
    const extents = extentsOf([
      { kind: 'data', layer: 1, sectorCount: 2 },
      { kind: 'zero', layer: 1, sectorCount: 3 },
      { kind: 'unallocated', layer: 0, sectorCount: 4 },
    ]);
    expect(ownerParts(extents, 5, 1000).map((part) => [part.kind, part.sectorCount])).toEqual([
      ['layer', 5],
      ['unallocated', 4],
    ]);
  });
});
