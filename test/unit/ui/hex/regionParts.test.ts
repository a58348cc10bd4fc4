import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Region } from '../../../../src/engine/api.ts';
import { partAt, regionParts } from '../../../../src/ui/hex/regionParts.ts';

const width = (label: string) => label.length * 6 + 8;
const KINDS: Region['kind'][] = [
  'footer',
  'header',
  'locator',
  'bat',
  'bitmap',
  'block',
  'data',
  'unused',
  'other',
];

const files = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), lengthBytes: fc.integer({ min: 1, max: 2 ** 34 }) }),
  {
    minLength: 1,
    maxLength: 60,
  },
);

function regionsOf(list: readonly { kind: Region['kind']; lengthBytes: number }[]): Region[] {
  let offset = 0;
  return list.map(({ kind, lengthBytes }) => {
    const region = { name: kind, kind, offset, lengthBytes };
    offset += lengthBytes;
    return region;
  });
}

describe('the strip of regions', () => {
  it('covers the file without gaps and fits the width, or is one part', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 20, max: 900 }), (list, pixels) => {
        const regions = regionsOf(list);
        const parts = regionParts(regions, pixels, width);
        let offset = 0;
        for (const part of parts) {
          expect(part.offset).toBe(offset);
          offset += part.lengthBytes;
        }
        expect(offset).toBe(regions.reduce((sum, region) => sum + region.lengthBytes, 0));
        expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(regions.length);
        const taken = parts.reduce((sum, part) => sum + width(part.label), 0);
        expect(parts.length === 1 || taken <= pixels).toBe(true);
      }),
    );
  });

  it('names structures and counts blocks', () => {
    const regions = regionsOf([
      { kind: 'footer', lengthBytes: 512 },
      { kind: 'header', lengthBytes: 1024 },
      { kind: 'bat', lengthBytes: 4096 },
      ...Array.from({ length: 404 }, () => ({ kind: 'block' as const, lengthBytes: 2101248 })),
      { kind: 'footer', lengthBytes: 512 },
    ]);
    const parts = regionParts(regions, 500, width);
    expect(parts.map((part) => part.label)).toEqual([
      'footer',
      'header',
      'block allocation table',
      '404 blocks',
      'footer',
    ]);
    expect(partAt(parts, 512)?.label).toBe('header');
    expect(partAt(parts, 2 ** 50)).toBeNull();
  });
});
