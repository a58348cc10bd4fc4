/** Rows of a folder view: filter, order, windows, what is gone, and counts, against plain arrays. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { FolderRows, type FolderView, type RowsWanted } from '../../../src/filesystems/folderRows.ts';
import type { HistoryPoint } from '../../../src/filesystems/history.ts';
import type { Listing } from '../../../src/filesystems/listing.ts';
import {
  folderOf,
  historyPoints,
  listingOf,
  pathsOf,
  randomChain,
  type TreeEntry,
  type TreePoint,
  treeEntry,
} from '../../support/listingTrees.ts';
import { slowCells } from '../../support/slowHistory.ts';

const ALL: RowsWanted = {
  filter: '',
  deep: false,
  order: 'name',
  descending: false,
  first: 0,
  count: 1e9,
};

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const totalBytes = (entry: TreeEntry): number =>
  entry.items.reduce((sum, item) => sum + totalBytes(item), entry.sizeBytes);

/** Paths of the rows: of the point in view, then of the newest known that has each. */
function slowRows(
  points: readonly TreePoint[],
  view: TreePoint,
  folder: string,
  filter: string,
  deep: boolean,
) {
  const before = folder === '' ? '' : `${folder}/`;
  const rows = new Map<string, { entry: TreeEntry; here: boolean }>();
  for (const point of [view, ...points.filter(({ known }) => known)])
    for (const [path, entry] of point.paths) {
      const below = path.slice(before.length);
      if (!path.startsWith(before) || path.includes('/#') || (!deep && below.includes('/'))) continue;
      if (!nameOf(path).toLowerCase().includes(filter) || rows.has(path)) continue;
      rows.set(path, { entry, here: point === view });
    }
  return rows;
}

function slowCounts(points: readonly TreePoint[], view: TreePoint, folder: string, withContents: boolean) {
  const rows = [...slowRows(points, view, folder, '', false)];
  const isChanged = (path: string) =>
    slowCells(points, path, withContents).some((cell) => cell === 'changed' || cell === 'removed');
  return {
    changedRows: rows.filter(([path, { here }]) => here && isChanged(path)).length,
    goneRows: rows.filter(([, { here }]) => !here).length,
  };
}

const paths = (view: FolderView) => view.rows.map(({ path }) => path);
const only = (listing: Listing): HistoryPoint[] => [{ listing }];

describe('the rows of a folder', () => {
  it.each([false, true])('are those of plain maps, for random chains; contents known: %s', (withContents) => {
    let gone = 0;
    for (let seed = 0; seed < 50; seed++) {
      const random = new Prng(seed);
      const points = randomChain(random);
      const given = historyPoints(points, withContents);
      const view = points[random.below(points.length)];
      if (!view) continue;
      const rows = new FolderRows();
      const folders = [...view.paths].filter(([path, { kind }]) => kind === 'folder' && !path.includes('/#'));
      for (const folder of ['', ...folders.map(([path]) => path)])
        for (const [filter, deep] of [
          ['', false],
          ['', true],
          ['a', true],
          ['file', false],
          ['9', true],
        ] as const) {
          const got = rows.view(view.listing, given, folder, { ...ALL, filter, deep });
          const wanted = slowRows(points, view, folder, filter, deep && filter !== '');
          expect(new Set(paths(got)), `seed ${seed} ${folder} ${filter}`).toEqual(new Set(wanted.keys()));
          expect(got.total).toBe(wanted.size);
          for (const row of got.rows) {
            const { entry, here } = wanted.get(row.path) ?? { entry: treeEntry('none'), here: false };
            expect(row).toMatchObject({
              name: entry.name,
              kind: entry.kind,
              here,
              linkTarget: entry.target ?? null,
            });
            expect(row.sizeBytes).toBe(totalBytes(entry));
            expect(row.items).toBe(entry.kind === 'folder' ? entry.items.length : null);
            expect(row.modifiedMs).toBe(Number.isNaN(entry.modifiedMs) ? null : entry.modifiedMs);
            expect(row.cells).toEqual(slowCells(points, row.path, withContents));
            if (!here) gone++;
          }
          expect(got, `seed ${seed} ${folder}`).toMatchObject(slowCounts(points, view, folder, withContents));
          expect(got.known).toEqual(points.map(({ known }) => known));
          const inside = folder === '' ? view.tree : view.paths.get(folder);
          expect(got.bytes).toBe(inside ? totalBytes(inside) : -1);
          const below = inside ? [...pathsOf(inside).values()] : [];
          expect(got.folders).toBe(below.filter(({ kind }) => kind === 'folder').length);
          expect(got.files).toBe(below.length - got.folders);
        }
    }
    expect(gone).toBeGreaterThan(50);
  });

  const scene = listingOf(
    folderOf(
      '',
      treeEntry('file 10', 'file', 5, 300),
      folderOf('small', treeEntry('x', 'file', 1)),
      treeEntry('file 9', 'file', 50, Number.NaN),
      treeEntry('file 2', 'file', 5, 200),
      folderOf('big', treeEntry('y', 'file', 30), treeEntry('Y2', 'file', 30)),
    ),
  );
  const namesBy = (order: RowsWanted['order'], descending: boolean) =>
    paths(new FolderRows().view(scene, only(scene), '', { ...ALL, order, descending }));

  it('stand by name with folders first, by size with all in a folder, by time with the unknown last', () => {
    expect(namesBy('name', false)).toEqual(['big', 'small', 'file 2', 'file 9', 'file 10']);
    expect(namesBy('name', true)).toEqual(['small', 'big', 'file 10', 'file 9', 'file 2']);
    expect(namesBy('size', false)).toEqual(['small', 'file 2', 'file 10', 'file 9', 'big']);
    expect(namesBy('size', true)).toEqual(['big', 'file 9', 'file 2', 'file 10', 'small']);
    expect(namesBy('modified', false)).toEqual(['big', 'small', 'file 2', 'file 10', 'file 9']);
    expect(namesBy('modified', true)).toEqual(['file 10', 'file 2', 'big', 'small', 'file 9']);
  });

  it('are found whatever the case and however a letter is composed, and sorted with those that are gone', () => {
    const now = listingOf(folderOf('', treeEntry('e\u0301tude.TXT'), treeEntry('ΟΔΟΣ'), treeEntry('Straße')));
    const then = listingOf(folderOf('', treeEntry('étude 1'), folderOf('old', treeEntry('Étude 2'))));
    const points = [...only(now), ...only(then)];
    const found = (filter: string, deep = false) =>
      paths(new FolderRows().view(now, points, '', { ...ALL, filter, deep }));
    expect(found('É')).toEqual(['étude 1', 'e\u0301tude.TXT']);
    expect(found('É', true)).toEqual(['étude 1', 'old/Étude 2', 'e\u0301tude.TXT']);
    expect(found('οδος')).toEqual(['ΟΔΟΣ']);
    expect(found('STRASSE')).toEqual(['Straße']);
    expect(found('nothing')).toEqual([]);
  });

  it('come in windows that fit together, of 65 000 entries and more that are gone', () => {
    const items = Array.from({ length: 65_000 }, (_, i) => treeEntry(`file ${i}`, 'file', i % 7, i));
    const now = listingOf(folderOf('', folderOf('d', ...items.toReversed())));
    const then = listingOf(folderOf('', folderOf('d', ...items, treeEntry('file 41.5'))));
    const rows = new FolderRows();
    const points = [...only(now), ...only(then), { listing: null }];
    const window = (first: number, count: number, order: RowsWanted['order'] = 'name') =>
      rows.view(now, points, 'd', { ...ALL, order, first, count });
    const view = window(40, 4);
    expect(paths(view)).toEqual(['d/file 40', 'd/file 41', 'd/file 41.5', 'd/file 42']);
    expect(view.rows.map(({ here }) => here)).toEqual([true, true, false, true]);
    expect(view.rows[2]?.cells).toEqual(['removed', 'added', null]);
    expect(view).toMatchObject({ total: 65_001, goneRows: 1, changedRows: 0, files: 65_000, folders: 0 });
    const windows = Array.from({ length: 7 }, (_, i) => paths(window(i * 10_000, 10_000, 'size'))).flat();
    expect(windows).toEqual(paths(window(0, 1e9, 'size')));
    expect(new Set(windows).size).toBe(65_001);
    expect(paths(window(65_001, 5))).toEqual([]);
    expect(paths(window(-5, 1))).toEqual(['d/file 0']);
  });

  it('have each name once, and only names that a path leads to', () => {
    const hostile = listingOf(
      folderOf(
        '',
        folderOf('twice', treeEntry('in the first')),
        folderOf('twice', treeEntry('in the second')),
        treeEntry('twice', 'file', 1),
        treeEntry(''),
        treeEntry('..'),
        treeEntry('<img src=x onerror=alert(1)>'),
        treeEntry('\u0000\u001b[2J\n'),
        treeEntry('__proto__'),
      ),
    );
    const view = new FolderRows().view(hostile, only(hostile), '', ALL);
    expect(view.total).toBe(5);
    expect(new Set(paths(view))).toEqual(
      new Set(['twice', '..', '<img src=x onerror=alert(1)>', '\u0000\u001b[2J\n', '__proto__']),
    );
    const found = new FolderRows().view(hostile, only(hostile), '', { ...ALL, filter: 'in the', deep: true });
    expect(paths(found)).toEqual(['twice/in the first']);
  });

  it('say where there is no such folder', () => {
    for (const path of ['nowhere', 'file 9', 'big/..'])
      expect(() => new FolderRows().view(scene, only(scene), path, ALL)).toThrow('has no folder');
  });

  it('follow contents that become known', () => {
    const contents = [new Map<number, string>(), new Map<number, string>()];
    const points = contents.map((known) => ({ listing: scene, contents: known }));
    const rows = new FolderRows();
    expect(rows.view(scene, points, '', ALL).changedRows).toBe(0);
    contents[0]?.set(scene.find('file 9'), 'x');
    contents[1]?.set(scene.find('file 9'), 'y');
    expect(rows.view(scene, points, '', ALL).changedRows).toBe(1);
  });
});
