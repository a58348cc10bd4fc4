import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grouped } from '../../../../src/base/units.ts';
import { parseSelection } from '../../../../src/ui/selection/parseSelection.ts';

const disk = { sectorCount: 1_000_000, blockSectors: 4096 };
const range = (firstSector: number, sectorCount: number) => ({
  ok: true,
  range: { firstSector, sectorCount },
});

describe('what is typed into the selection line', () => {
  it.each([
    ['37333', range(37333, 1)],
    [' 37\u202f333 ', range(37333, 1)],
    ['37,333', range(37333, 1)],
    ['0x200', range(1, 1)],
    ['0x3ff', range(1, 1)],
    ['1 MiB', range(2048, 1)],
    ['0.25gib', range(524_288, 1)],
    ['1gib', { ok: false }],
    ['100-199', range(100, 100)],
    ['100–199', range(100, 100)],
    ['100 + 8', range(100, 8)],
    ['0x1000-0x1fff', range(8, 8)],
    ['0x1000+0x200', range(8, 1)],
    ['0x1001+0x200', range(8, 2)],
    ['2048+1MiB', range(2048, 2048)],
    ['block 2', range(8192, 4096)],
    ['b2', range(8192, 4096)],
    ['999999', range(999_999, 1)],
    ['999990+100', range(999_990, 10)],
  ])('%s', (typed, expected) => {
    expect(parseSelection(typed, disk)).toMatchObject(expected);
  });

  it.each(['', 'abc', '-5', '10-', '0x', '5+', '1-2-3', '1.5', 'block', '∞', '9'.repeat(30)])(
    '“%s” is explained, not taken',
    (typed) => {
      const parsed = parseSelection(typed, disk);
      expect(parsed.ok).toBe(false);
      expect(parsed.ok ? '' : parsed.message).not.toBe('');
    },
  );

  it('says where the disk ends, and that a range is backwards', () => {
    expect(parseSelection('1000000', disk)).toEqual({
      ok: false,
      message: `The disk ends at sector ${grouped(999_999)}.`,
    });
    expect(parseSelection('200-100', disk)).toMatchObject({
      ok: false,
      message: 'The range ends before it starts.',
    });
    expect(parseSelection('5+0', disk)).toMatchObject({ ok: false });
  });

  it('reads every sector back from the way it is shown', () => {
    fc.assert(
      fc.property(fc.nat(disk.sectorCount - 1), (sector) => {
        expect(parseSelection(grouped(sector), disk)).toEqual(range(sector, 1));
        expect(parseSelection(`0x${(sector * 512).toString(16)}`, disk)).toEqual(range(sector, 1));
      }),
    );
  });

  it('never leaves the disk, whatever is typed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9x+\-a-f mMgGiIbB]{0,14}$/), (typed) => {
        const parsed = parseSelection(typed, disk);
        if (!parsed.ok) return;
        const { firstSector, sectorCount } = parsed.range;
        expect(firstSector).toBeGreaterThanOrEqual(0);
        expect(sectorCount).toBeGreaterThan(0);
        expect(firstSector + sectorCount).toBeLessThanOrEqual(disk.sectorCount);
      }),
    );
  });
});
