import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { exactSize, parseSize } from '../../../../src/ui/make/sizeInput.ts';

const GIB = 2 ** 30;

describe('a size as it is typed', () => {
  it.each([
    ['40 GiB', 40 * GIB],
    ['40gib', 40 * GIB],
    [' 1.5 TiB ', 1.5 * 1024 * GIB],
    ['1,5 TiB', 1.5 * 1024 * GIB],
    ['512 B', 512],
    ['1 sectors', 512],
    ['0.5 KiB', 512],
    ['1 073 741 824 B', GIB],
    ['1\u202f073\u202f741\u202f824 bytes', GIB],
    ['2040 GiB', 2040 * GIB],
    ['0.00048828125 MiB', 512],
  ])('%s is read', (text, bytes) => {
    expect(parseSize(text)).toEqual({ bytes, problem: null });
  });

  it.each([
    ['', /Say a size/],
    ['GiB', /number and a unit/],
    ['-1 GiB', /number and a unit/],
    ['1e3 GiB', /number and a unit/],
    ['0x10 GiB', /number and a unit/],
    ['1.2.3 GiB', /number and a unit/],
    ['40', /the unit as well/],
    ['40 GB', /write GiB/],
    ['40 G', /write GiB/],
    ['40 kb', /write KiB/],
    ['40 furlongs', /no unit here/],
    ['0.3 GiB', /whole sectors/],
    ['513 B', /whole sectors/],
    ['0 GiB', /at least one sector/],
    ['2041 GiB', /2040 GiB/],
    ['2 TiB', /2040 GiB/],
    ['99999999999999999999 GiB', /2040 GiB/],
    ['9007199254740993 TiB', /2040 GiB/],
    ['2040.00000048 GiB', /whole sectors|2040 GiB/],
    ['1 constructor', /no unit here/],
  ])('%s is refused', (text, problem) => {
    const parsed = parseSize(text);
    expect(parsed.bytes).toBeNull();
    expect(parsed.problem).toMatch(problem);
  });

  it('is written so that it reads back as the same', () => {
    const prng = new Prng(20261122);
    for (let run = 0; run < 2000; run++) {
      const bytes = (1 + prng.below((2040 * GIB) / 512)) * 512;
      expect(parseSize(exactSize(bytes)), exactSize(bytes)).toEqual({ bytes, problem: null });
    }
    expect(exactSize(127 * GIB)).toBe('127 GiB');
  });
});
