import { describe, expect, it } from 'vitest';
import { assemble, pointAtParent } from '../../../src/chain/assemble.ts';
import { ParentLocator } from '../../../src/chain/locateParent.ts';
import { type FileSpec, NO_HANDS, pile, shuffled } from './pileBuilder.ts';

function ranked(child: FileSpec, ...others: readonly FileSpec[]) {
  const forest = assemble(pile(child, ...others));
  return new ParentLocator(forest)
    .candidates(0)
    .map(({ file, score, reasons }) => ({ path: forest.files[file]?.path, score, reasons }));
}

const GUID = '7D8A4B30-1C52-4E0F-9A61-2B3C4D5E6F70';
const ORPHAN: FileSpec = {
  path: `vm/SRV_${GUID}.avhd`,
  id: '2',
  seeks: '99',
  names: ['.\\SRV.vhd', 'C:\\Disks\\vm\\SRV.vhd'],
  modified: '2021-06-01T00:00:00Z',
  parentModified: '2021-01-01T00:00:00Z',
};

describe('ParentLocator', { timeout: 60_000 }, () => {
  it('puts the stored path first, then the name, then the time stamp, then the size', () => {
    const list = ranked(
      ORPHAN,
      { path: 'vm/other.vhd', id: '5' },
      { path: 'old/srv.VHD', id: '4', virtualSizeBytes: 512 },
      { path: 'vm/SRV.vhd', id: '3' },
      { path: 'vm/stamped.vhd', id: '6', modified: '2021-01-01T00:00:00Z' },
    );
    expect(list.map(({ path }) => path)).toEqual([
      'vm/SRV.vhd',
      'vm/stamped.vhd',
      'old/srv.VHD',
      'vm/other.vhd',
    ]);
    expect(list[0]?.reasons[0]).toBe('The path stored in the child leads to it.');
    expect(list[1]?.reasons[0]).toContain('time stamp');
    expect(list[2]?.reasons[0]).toBe('It has the name that the child gives.');
    expect(list[3]?.reasons).toEqual([
      'Its disk has the same size.',
      'Its blocks have the same size.',
      'It lies in the same folder.',
    ]);
  });

  it('knows the family of names that Hyper-V gives', () => {
    const list = ranked(
      { ...ORPHAN, names: [] },
      { path: 'a/SRV.vhd', id: '3', virtualSizeBytes: 512 },
      { path: `a/SRV_${GUID.replace('7', '8')}.avhd`, id: '4', virtualSizeBytes: 512 },
      { path: 'a/OTHER.vhd', id: '5', virtualSizeBytes: 512 },
    );
    expect(list.map(({ path }) => path)).toEqual(['a/SRV.vhd', `a/SRV_${GUID.replace('7', '8')}.avhd`]);
    expect(list[0]?.reasons[0]).toContain('named after');
    expect(list[1]?.reasons[0]).toContain('checkpoint of the same machine');
  });

  it('never offers the file itself or what is made from it', () => {
    const list = ranked(
      ORPHAN,
      { path: 'vm/kid.avhd', id: '3', seeks: '2', names: ['SRV.vhd'] },
      { path: 'vm/SRV.vhd', id: '4', seeks: '3' },
    );
    expect(list).toEqual([]);
  });

  it('has nothing for a file that needs no parent', () => {
    expect(ranked({ path: 'base.vhd', id: '1' }, { path: 'other.vhd', id: '2' })).toEqual([]);
  });

  it('offers every copy where an id is ambiguous, the better named first', () => {
    const list = ranked(
      { path: 'c.avhd', id: '2', seeks: '1', names: ['base.vhd'] },
      { path: 'x/base (2).vhd', id: '1' },
      { path: 'x/base.vhd', id: '1' },
      { path: 'y/base.vhd', id: '1' },
    );
    expect(list.map(({ path }) => path)).toEqual(['x/base.vhd', 'y/base.vhd', 'x/base (2).vhd']);
    expect(list.every(({ reasons }) => reasons[0] === 'It carries the id that is sought.')).toBe(true);
  });

  it('gives at most five, the same for every order of the pile', () => {
    const others = Array.from({ length: 30 }, (_, i) => ({
      path: `vm/n${i}.vhd`,
      id: (i + 16).toString(16),
    }));
    const paths = (seed: number) => ranked(ORPHAN, ...shuffled(others, seed)).map(({ path }) => path);
    expect(paths(1)).toHaveLength(5);
    expect(paths(1)).toEqual(paths(2));
  });

  it('offers files that can then be pointed at', () => {
    const files = pile(ORPHAN, { path: 'vm/SRV.vhd', id: '3' });
    const [first] = new ParentLocator(assemble(files)).candidates(0);
    const forest = assemble(files, pointAtParent(files, NO_HANDS, 0, first?.file ?? -1));
    expect(forest.links[0]).toMatchObject({ state: 'by-hand', matches: false, complete: true });
  });

  it('finds the same in a pile of thousands, by its names', () => {
    const orphans = Array.from({ length: 3000 }, (_, i) => ({ ...ORPHAN, path: `o${i}.avhd`, id: `e${i}` }));
    const bases = Array.from({ length: 3000 }, (_, i) => ({ path: `b${i}.vhd`, id: `d${i}` }));
    const forest = assemble(pile(...orphans, ...bases, { path: 'x/srv.vhd', id: 'f' }));
    const locator = new ParentLocator(forest);
    for (let i = 0; i < 3000; i++) {
      expect(forest.files[locator.candidates(i)[0]?.file ?? -1]?.path).toBe('x/srv.vhd');
    }
  });

  it('doubts a file that is newer than the child', () => {
    const [older, newer] = ranked(
      ORPHAN,
      { path: 'a/SRV.vhd', id: '3', modified: '2021-08-01T00:00:00Z' },
      { path: 'b/SRV.vhd', id: '4', modified: '2021-03-01T00:00:00Z' },
    );
    expect(older?.path).toBe('b/SRV.vhd');
    expect(newer?.reasons.at(-1)).toBe('But it is newer than the child.');
  });
});
