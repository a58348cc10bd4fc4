/** The versions of one file along a chain. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { versionsOf } from '../../../src/filesystems/history.ts';
import { folderOf, historyPoints, listingOf, randomChain, treeEntry } from '../../support/listingTrees.ts';
import { slowCells } from '../../support/slowHistory.ts';

describe('the versions of a file', () => {
  it.each([false, true])(
    'are its cells that tell of something, for random chains; contents: %s',
    (withContents) => {
      let versions = 0;
      for (let seed = 0; seed < 60; seed++) {
        const points = randomChain(new Prng(seed));
        const given = historyPoints(points, withContents);
        const all = new Set(points.flatMap(({ paths }) => [...paths.keys()]));
        for (const path of all) {
          if (path.includes('/#')) continue;
          const wanted = slowCells(points, path, withContents)
            .map((cell, point) => ({ cell, point }))
            .filter(({ cell }) => cell === 'added' || cell === 'changed' || cell === 'removed');
          const got = versionsOf(given, path);
          expect(
            got.map(({ cell, point }) => ({ cell, point })),
            `seed ${seed} ${path}`,
          ).toEqual(wanted);
          for (const { point, cell, sizeBytes, modifiedMs, sha256 } of got) {
            const entry = points[point]?.paths.get(path);
            const time = entry?.modifiedMs ?? Number.NaN;
            expect(entry === undefined).toBe(cell === 'removed');
            expect(modifiedMs).toBe(Number.isNaN(time) ? null : time);
            if (entry?.kind !== 'folder') expect(sizeBytes).toBe(entry?.sizeBytes ?? 0);
            const hash = entry && withContents ? points[point]?.hashes.get(path) : undefined;
            expect(sha256).toBe(hash ?? null);
            versions++;
          }
        }
      }
      expect(versions).toBeGreaterThan(300);
    },
  );

  it('has those of the look', () => {
    const at = (sizeBytes: number, time: number) => ({
      listing: listingOf(folderOf('', folderOf('Finance', treeEntry('ledger', 'file', sizeBytes, time)))),
    });
    const [first, second, third] = [at(31, 1), at(38, 2), at(41, 3)];
    const points = [third, second, second, first, { listing: null }, { listing: listingOf(folderOf('')) }];
    const rows = [
      { point: 0, cell: 'changed', sizeBytes: 41, modifiedMs: 3, sha256: null },
      { point: 2, cell: 'changed', sizeBytes: 38, modifiedMs: 2, sha256: null },
      { point: 3, cell: 'added', sizeBytes: 31, modifiedMs: 1, sha256: null },
    ];
    expect(versionsOf(points, 'Finance/ledger')).toEqual(rows);
    // Of a folder: all that is in it; it has no time of its own here.
    expect(versionsOf(points, 'Finance')).toEqual(rows.map((row) => ({ ...row, modifiedMs: 0 })));
    expect(versionsOf(points, 'Finance/nothing')).toEqual([]);
    expect(versionsOf([], 'Finance')).toEqual([]);
  });
});
