/** What became of files from point to point, against maps of paths. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import {
  cellsOf,
  childrenAt,
  entriesAt,
  type HistoryPoint,
  type PointCell,
} from '../../../src/filesystems/history.ts';
import { emptyListing } from '../../../src/filesystems/listing.ts';
import { pairOf } from '../../../src/filesystems/listingPair.ts';
import {
  folderOf,
  historyPoints,
  listingOf,
  randomChain,
  type TreePoint,
  treeEntry,
} from '../../support/listingTrees.ts';
import { slowCells } from '../../support/slowHistory.ts';

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

/** Cells of everything directly in a folder, by name; where a folder has one several times, the first counts. */
function folderHistory(points: readonly HistoryPoint[], path: string): Map<string, (PointCell | null)[]> {
  const folders = entriesAt(points, path);
  const rows = new Map<string, (PointCell | null)[]>();
  for (const [point, { listing }] of points.entries()) {
    const folder = folders[point] ?? -1;
    if (!listing || folder < 0) continue;
    for (const entry of listing.children(folder)) {
      const name = listing.name(entry);
      if (name !== '' && !rows.has(name)) rows.set(name, cellsOf(points, childrenAt(points, folders, name)));
    }
  }
  return rows;
}

/** Every folder that any known point has, and the root. */
function foldersIn(points: readonly TreePoint[]): string[] {
  const folders = new Set(['']);
  for (const { known, paths } of points)
    for (const [path, { kind }] of paths)
      if (known && kind === 'folder' && !path.includes('/#')) folders.add(path);
  return [...folders];
}

function namesIn(points: readonly TreePoint[], folder: string): Set<string> {
  const names = new Set<string>();
  const before = folder === '' ? '' : `${folder}/`;
  for (const { known, paths } of points)
    for (const path of paths.keys()) {
      const name = path.slice(before.length);
      if (known && path.startsWith(before) && !name.includes('/') && !path.includes('/#')) names.add(name);
    }
  return names;
}

describe('the history of a folder', () => {
  it.each([false, true])(
    'is that of maps of paths, for random chains; contents known: %s',
    (withContents) => {
      const seen = new Set<string>();
      for (const seed of SEEDS) {
        const points = randomChain(new Prng(seed));
        const given = historyPoints(points, withContents);
        for (const folder of foldersIn(points)) {
          const rows = folderHistory(given, folder);
          expect(new Set(rows.keys()), `seed ${seed}, ${folder}`).toEqual(namesIn(points, folder));
          for (const [name, cells] of rows) {
            const path = folder === '' ? name : `${folder}/${name}`;
            expect(cells, `seed ${seed}, ${path}`).toEqual(slowCells(points, path, withContents));
            for (const cell of cells) seen.add(String(cell));
          }
        }
      }
      expect([...seen].sort()).toEqual(['absent', 'added', 'changed', 'null', 'removed', 'unchanged']);
    },
  );

  it('has the cells of the look: added at the oldest, nothing after it went', () => {
    const file = (time: number) => treeEntry('ledger', 'file', 1, time);
    const at = (...items: ReturnType<typeof treeEntry>[]) => ({ listing: listingOf(folderOf('', ...items)) });
    const points = [at(), at(), at(file(2)), { listing: null }, at(file(1)), at(file(1)), at()];
    expect(folderHistory(points, '').get('ledger')).toEqual([
      'absent',
      'removed',
      'changed',
      null,
      'unchanged',
      'added',
      'absent',
    ]);
  });

  it('tells a touched file from a changed one where contents are known at both points', () => {
    const listings = [3, 2, 1].map((time) =>
      listingOf(folderOf('', folderOf('d', treeEntry('f', 'file', 1, time)))),
    );
    const entry = listings[0]?.find('d/f') ?? -1;
    const cellsWith = (...hashes: (string | null)[]) => {
      const points = listings.map((listing, i) => {
        const hash = hashes[i];
        return { listing, contents: new Map(hash ? [[entry, hash]] : []) };
      });
      const [file, folder] = [folderHistory(points, 'd').get('f'), folderHistory(points, '').get('d')];
      expect(folder).toEqual(file);
      return file;
    };
    expect(cellsWith('x', 'x', 'x')).toEqual(['unchanged', 'unchanged', 'added']);
    expect(cellsWith('x', 'x', 'y')).toEqual(['unchanged', 'changed', 'added']);
    expect(cellsWith('x', null, 'x')).toEqual(['changed', 'changed', 'added']);
  });

  it('sees contents that differ behind one and the same listing, also as they become known', () => {
    const listing = listingOf(folderOf('', folderOf('d', treeEntry('f', 'file', 1))));
    const [newer, older] = [new Map<number, string>(), new Map<number, string>()];
    const points = [
      { listing, contents: newer },
      { listing, contents: older },
    ];
    const cells = () => folderHistory(points, '').get('d');
    expect(cells()).toEqual(['unchanged', 'added']);
    newer.set(listing.find('d/f'), 'x');
    expect(cells()).toEqual(['unchanged', 'added']);
    older.set(listing.find('d/f'), 'y');
    expect(cells()).toEqual(['changed', 'added']);
  });

  it('takes a volume that was not there as empty, and folders that are files elsewhere', () => {
    const points = [
      { listing: listingOf(folderOf('', folderOf('d', treeEntry('f')))) },
      { listing: listingOf(folderOf('', treeEntry('d'))) },
      { listing: emptyListing() },
    ];
    expect([...folderHistory(points, '')]).toEqual([['d', ['changed', 'added', 'absent']]]);
    expect([...folderHistory(points, 'd')]).toEqual([['f', ['added', 'absent', 'absent']]]);
    expect([...folderHistory(points, 'nowhere')]).toEqual([]);
  });

  it('walks two listings once, however often it is asked', () => {
    const [newer, older] = [listingOf(folderOf('', treeEntry('a'))), listingOf(folderOf(''))];
    expect(pairOf(newer, older)).toBe(pairOf(newer, older));
    expect(pairOf(older, newer)).not.toBe(pairOf(newer, older));
  });

  it('goes down very deep trees', () => {
    const deep = (time: number) => {
      let at = treeEntry('f', 'file', 1, time);
      for (let depth = 0; depth < 20_000; depth++) at = folderOf('d', at);
      return { listing: listingOf(folderOf('', at)) };
    };
    expect(folderHistory([deep(2), deep(1)], '').get('d')).toEqual(['changed', 'added']);
  });

  it('compares folders of 65 000 entries in whatever order they are listed', () => {
    const names = Array.from({ length: 65_000 }, (_, i) => treeEntry(`file ${i}`, 'file', i));
    const newer = listingOf(folderOf('', ...names.toReversed(), treeEntry('new')));
    const older = listingOf(folderOf('', treeEntry('old'), ...names));
    const rows = folderHistory([{ listing: newer }, { listing: older }], '');
    expect(rows.size).toBe(65_002);
    const changed = [...rows].filter(([, [cell]]) => cell !== 'unchanged');
    expect(changed).toEqual([
      ['new', ['added', 'absent']],
      ['old', ['removed', 'added']],
    ]);
  });
});
