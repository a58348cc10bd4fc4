import { describe, expect, test } from 'vitest';
import { GIB, MIB, SECTOR_BYTES } from '../../../../src/base/units.ts';
import { axisLabels } from '../../../../src/ui/map/axis.ts';
import { placeWords } from '../../../../src/ui/map/cellWords.ts';
import { sectorAfterKey, stepSectors, zoomOfKey } from '../../../../src/ui/map/mapKeys.ts';
import { runsOf, valueWords } from '../../../../src/ui/map/mapRanges.ts';
import { wholeDisk, zoomed } from '../../../../src/ui/map/mapView.ts';

const whole = wholeDisk((127 * GIB) / SECTOR_BYTES, 32);
const key = (name: string, shiftKey = false) => ({ key: name, shiftKey });

describe('the axis', () => {
  test('of the whole disk counts in one unit and writes the unit at the end', () => {
    expect(axisLabels(whole, 7).map(({ text }) => text)).toEqual([
      '0',
      '16',
      '32',
      '48',
      '64',
      '80',
      '96',
      '112',
      '127 GiB',
    ]);
    const small = wholeDisk((10 * MIB) / SECTOR_BYTES, 32);
    expect(axisLabels(small, 7).map(({ text }) => text)).toEqual(['0', '2', '4', '6', '8', '10 MiB']);
  });

  test('of a part says where it starts and then distances', () => {
    const part = zoomed(whole, 8, (64 * GIB) / SECTOR_BYTES, 32);
    const labels = axisLabels(part, 7).map(({ text }) => text);
    expect(labels[0]).toMatch(/GiB$/);
    expect(labels.slice(1)).toEqual([
      '+64 MiB',
      '+128 MiB',
      '+192 MiB',
      '+256 MiB',
      '+320 MiB',
      '+384 MiB',
      '+448 MiB',
    ]);
  });
});

describe('keys of the map', () => {
  const move = (name: string, sector: number, shift = false) =>
    sectorAfterKey(key(name, shift), sector, whole, 4096);
  const line = whole.lineSectors;

  test('arrows go by blocks and lines, Shift by sixteen of them', () => {
    expect(move('ArrowRight', 10_000)).toBe(14_096);
    expect(move('ArrowLeft', 10_000, true)).toBe(0);
    expect(move('ArrowDown', 7)).toBe(7 + line);
    expect(move('ArrowUp', 20 * line, true)).toBe(4 * line);
  });

  test('ends and pages stay inside the disk', () => {
    expect(move('Home', 99)).toBe(0);
    expect(move('End', 99)).toBe(whole.diskSectors - 1);
    expect(move('PageDown', 99)).toBe(whole.diskSectors - 1);
    expect(move('PageUp', 99)).toBe(0);
    expect(move('x', 99)).toBeNull();
  });

  test('in the closest view arrows go by single sectors', () => {
    const deep = zoomed(whole, 40, 0, 32);
    expect(stepSectors(deep, 4096)).toBe(1);
    expect(sectorAfterKey(key('ArrowRight'), 5, deep, 4096)).toBe(6);
  });

  test('plus and minus zoom, other keys do not', () => {
    expect(['+', '=', '-', '−', 'a'].map(zoomOfKey)).toEqual([2, 2, -2, -2, null]);
  });
});

describe('words', () => {
  test('a place is a sector, sectors of a block, a block, or a stretch of blocks', () => {
    const words = (firstSector: number, sectorCount: number) =>
      placeWords({ firstSector, sectorCount }, 4096);
    expect(words(37_333_765, 1)).toBe('block 9\u202f114, sector 2\u202f821, at 0x473560A00');
    expect(words(4096, 8)).toBe('block 1, sectors 0–7, at 0x200000');
    expect(words(4096, 4096)).toBe('block 1, 2 MiB, at 0x200000');
    expect(words(0, 8192)).toBe('blocks 0–1, 4 MiB, at 0x0');
  });

  test('runs cover what is shown without gaps, and rows beyond the bound are counted', () => {
    const cells = Uint8Array.from([1, 1, 0, 255, 255]);
    const table = runsOf(cells, 10, { firstSector: 100, sectorCount: 47 }, 100);
    expect(table).toEqual({
      runs: [
        { firstSector: 100, sectorCount: 20, value: 1 },
        { firstSector: 120, sectorCount: 10, value: 0 },
        { firstSector: 130, sectorCount: 17, value: 255 },
      ],
      more: 0,
    });
    expect(runsOf(cells, 10, { firstSector: 100, sectorCount: 47 }, 1).more).toBe(2);
  });

  test('a value says what it means in its mode', () => {
    const name = (layer: number) => `file${layer}.vhd`;
    expect(valueWords(3, 'layer', name)).toBe('answered by 3 file3.vhd');
    expect(valueWords(254, 'depth', name)).toBe('missing, its parent is not here');
    expect(valueWords(0, 'density', name)).toBe('in no file, reads as zeros');
    expect(valueWords(252, 'density', name)).toBe('99 % held by some file');
    expect(valueWords(1, 'depth', name)).toBe('1 file asked before the answer');
  });
});
