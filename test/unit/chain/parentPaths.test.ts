import { describe, expect, test } from 'vitest';
import { parentPathsFor } from '../../../src/chain/parentPaths.ts';
import { parseStoredPath, pilePathParts, resolveFrom } from '../../../src/chain/windowsPath.ts';

describe('parentPathsFor', () => {
  test.each([
    ['a.avhd', 'base.vhd', '.\\base.vhd'],
    ['vm/a.avhd', 'vm/base.vhd', '.\\base.vhd'],
    ['vm/a.avhd', 'base/base.vhd', '..\\base\\base.vhd'],
    ['vm/snapshots/a.avhd', 'vm/base.vhd', '..\\base.vhd'],
    ['a.avhd', 'base/win/base.vhd', '.\\base\\win\\base.vhd'],
    ['one/two/a.avhd', 'three/base.vhd', '..\\..\\three\\base.vhd'],
    ['/srv/vm/a.avhd', '/srv/base.vhd', '..\\base.vhd'],
    ['../vm/a.avhd', '../base.vhd', '..\\base.vhd'],
    ['./vm//a.avhd', 'vm/base.vhd', '.\\base.vhd'],
    // Windows cannot have these names; what they are is not ours to change.
    ['a.avhd', 'what? 1:2 "x".vhd', '.\\what? 1:2 "x".vhd'],
    ['vm/a.avhd', 'VM/base.vhd', '..\\VM\\base.vhd'],
  ])('from %s to %s: %s', (child, parent, expected) => {
    const { relativePath, absolutePath } = parentPathsFor(child, parent, null);
    expect(relativePath).toBe(expected);
    expect(absolutePath).toBe(null);
    // The way leads where it says, as a reader of the child would take it.
    const folder = pilePathParts(child).slice(0, -1);
    if (!child.startsWith('..'))
      expect(resolveFrom(folder, parseStoredPath(expected))).toEqual(pilePathParts(parent));
  });

  test.each([
    ['../vm/a.avhd', 'base.vhd'],
    ['/srv/a.avhd', 'base.vhd'],
    ['a.avhd', ''],
    ['a.avhd', '..'],
  ])('no way is known from %s to “%s”', (child, parent) => {
    expect(parentPathsFor(child, parent, null)).toEqual({ absolutePath: null, relativePath: null });
  });

  test.each([
    ['C:\\disks', 'C:\\disks\\base.vhd'],
    ['C:\\disks\\', 'C:\\disks\\base.vhd'],
    ['c:/disks/vm', 'c:\\disks\\vm\\base.vhd'],
    ['D:\\', 'D:\\base.vhd'],
    ['\\\\server\\share\\vm', '\\\\server\\share\\vm\\base.vhd'],
    ['disks', null],
    ['\\disks', null],
    ['  ', null],
    [null, null],
  ])('in the Windows folder %s: %s', (folder, expected) => {
    expect(parentPathsFor('vm/a.avhd', 'x/base.vhd', folder).absolutePath).toBe(expected);
  });
});
