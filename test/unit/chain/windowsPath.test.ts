import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commonTail,
  fileNameKey,
  nameFamily,
  nameOf,
  parseStoredPath,
  pilePathParts,
  resolveFrom,
} from '../../../src/chain/windowsPath.ts';

describe('parseStoredPath', { timeout: 60_000 }, () => {
  const cases: readonly (readonly [text: string, root: string, parts: readonly string[]])[] = [
    ['C:\\Projects\\VM\\base.vhd', 'C:', ['Projects', 'VM', 'base.vhd']],
    ['c:/Projects/base.vhd', 'c:', ['Projects', 'base.vhd']],
    ['C:base.vhd', '', ['base.vhd']],
    ['.\\base.vhd', '', ['base.vhd']],
    ['base.vhd', '', ['base.vhd']],
    ['..\\..\\disks\\base.vhd', '', ['..', '..', 'disks', 'base.vhd']],
    ['.\\a\\..\\base.vhd', '', ['base.vhd']],
    ['C:\\..\\base.vhd', 'C:', ['base.vhd']],
    ['\\\\server\\share\\vm\\base.vhd', '\\\\server\\share', ['vm', 'base.vhd']],
    ['\\\\?\\C:\\vm\\base.vhd', 'C:', ['vm', 'base.vhd']],
    ['\\\\?\\UNC\\server\\share\\base.vhd', '\\\\server\\share', ['base.vhd']],
    ['\\\\?\\Volume{0d4b}\\vm\\base.vhd', '\\\\?\\Volume{0d4b}', ['vm', 'base.vhd']],
    ['\\vm\\base.vhd', '\\', ['vm', 'base.vhd']],
    ['/home/me/base.vhd', '/', ['home', 'me', 'base.vhd']],
    ['file://./base.vhd', '', ['base.vhd']],
    ['file://../x/base.vhd', '', ['..', 'x', 'base.vhd']],
    ['file:///C:/vm/base%20one.vhd', 'C:', ['vm', 'base one.vhd']],
    ['file://localhost/Users/a/base.vhd', '/', ['Users', 'a', 'base.vhd']],
    ['FILE:///Users/M%C3%BCller/base.vhd', '/', ['Users', 'Müller', 'base.vhd']],
    ['file://server/share/base.vhd', '\\\\server\\share', ['base.vhd']],
    ['file:///bad%FFbytes.vhd', '/', ['bad%FFbytes.vhd']],
    ['/C:/vm/base.vhd', 'C:', ['vm', 'base.vhd']],
    ['', '', []],
    ['\\', '\\', []],
    ['..', '', ['..']],
    ['lone \ud800 surrogate.vhd', '', ['lone \ud800 surrogate.vhd']],
  ];
  it.each(cases)('takes %j apart', (text, root, parts) => {
    expect(parseStoredPath(text)).toEqual({ root, parts });
  });

  it('survives any text and never keeps a separator or a dot in its parts', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', 'file://', '\\\\?\\', 'C:\\'),
        (text, start) => {
          const { parts } = parseStoredPath(start + text);
          for (const part of parts) {
            expect(part).not.toMatch(/[\\/]/);
            expect(['', '.']).not.toContain(part);
          }
        },
      ),
    );
  });
});

describe('nameOf', () => {
  it('is the last component, or nothing', () => {
    expect(nameOf('C:\\vm\\base.vhd')).toBe('base.vhd');
    expect(nameOf('..')).toBe('');
    expect(nameOf('')).toBe('');
  });
});

describe('resolveFrom', () => {
  const resolve = (folder: string, stored: string) =>
    resolveFrom(pilePathParts(folder), parseStoredPath(stored));

  it('follows relative paths inside what was opened', () => {
    expect(resolve('vm/checkpoints', '..\\disks\\base.vhd')).toEqual(['vm', 'disks', 'base.vhd']);
    expect(resolve('', '.\\base.vhd')).toEqual(['base.vhd']);
  });

  it('knows nothing of absolute paths and of what lies outside', () => {
    expect(resolve('vm', 'C:\\vm\\base.vhd')).toBeNull();
    expect(resolve('vm', '..\\..\\base.vhd')).toBeNull();
    expect(resolve('vm', '')).toBeNull();
  });
});

describe('commonTail', () => {
  it('counts agreeing components from the end, without case', () => {
    expect(commonTail(['a', 'VM', 'base.vhd'], ['b', 'vm', 'Base.VHD'])).toBe(2);
    expect(commonTail(['base.vhd'], ['x', 'base.vhd'])).toBe(1);
    expect(commonTail([], ['x'])).toBe(0);
  });
});

describe('names', () => {
  it('compare without case and however accents are stored', () => {
    expect(fileNameKey('Mu\u0308ller.VHD')).toBe(fileNameKey('m\u00fcller.vhd'));
  });

  it('of one machine’s checkpoints belong to one family', () => {
    const guid = '7D8A4B30-1C52-4E0F-9A61-2B3C4D5E6F70';
    expect(nameFamily(`SRV-FILE01_${guid}.avhd`)).toEqual({ stem: 'srv-file01', checkpoint: true });
    expect(nameFamily('SRV-FILE01.vhd')).toEqual({ stem: 'srv-file01', checkpoint: false });
    expect(nameFamily('my_disk.vhd')).toEqual({ stem: 'my_disk', checkpoint: false });
  });
});
