import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionOf, sharedFolder, sharedName, shortNames } from '../../../../src/ui/state/names.ts';

describe('names made short', () => {
  it('drops what all share and keeps eight digits of a GUID', () => {
    expect(
      shortNames([
        'SRV-FILE01_C93D0B6A-0C2D-4E6B-9A51-5D3F7C2E1A90.avhd',
        'SRV-FILE01_41A7E5F8-0C2D-4E6B-9A51-5D3F7C2E1A91.avhd',
        'SRV-FILE01.vhd',
      ]),
    ).toEqual(['C93D0B6A.avhd', '41A7E5F8.avhd', 'SRV-FILE01.vhd']);
  });

  it('keeps names that share nothing', () => {
    expect(shortNames(['base.vhd', 'child.avhd'])).toEqual(['base.vhd', 'child.avhd']);
  });

  it('drops only whole words', () => {
    expect(shortNames(['disk1.vhd', 'disk2.vhd'])).toEqual(['disk1.vhd', 'disk2.vhd']);
    expect(shortNames(['lab disk1.vhd', 'lab disk2.vhd'])).toEqual(['disk1.vhd', 'disk2.vhd']);
  });

  it('leaves names that would look the same as they are', () => {
    const a = 'x_11111111-0000-0000-0000-000000000001.avhd';
    const b = 'x_11111111-0000-0000-0000-000000000002.avhd';
    expect(shortNames([a, b])).toEqual([a, b]);
  });

  it('never gives two different names the same label', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-c_-]{1,6}(\.vhd)?$/), { maxLength: 8 }), (names) => {
        expect(new Set(shortNames(names)).size).toBe(names.length);
      }),
    );
  });

  it('titles a pile by what its names share', () => {
    expect(sharedName(['SRV_a.avhd', 'SRV_b.avhd', 'SRV.vhd'])).toBe('SRV');
    expect(sharedName(['one.vhd'])).toBe('one');
    expect(sharedName(['one.vhd', 'two.vhd'])).toBe('');
    expect(sharedName([])).toBe('');
  });

  it('takes only short endings for extensions', () => {
    expect(extensionOf('a.avhd')).toBe('.avhd');
    expect(extensionOf('.hidden')).toBe('');
    expect(extensionOf('a.backup-of-monday')).toBe('');
  });

  it('knows the folder that all files lie in', () => {
    expect(sharedFolder(['vm/disks/a.vhd', 'vm/disks/b.vhd', 'vm/disks/old/c.vhd'])).toBe('disks');
    expect(sharedFolder(['vm/a.vhd', 'other/a.vhd'])).toBe('');
    expect(sharedFolder(['a.vhd', 'b.vhd'])).toBe('');
    expect(sharedFolder([])).toBe('');
  });
});
