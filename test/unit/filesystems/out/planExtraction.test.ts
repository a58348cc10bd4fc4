import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import type { Listing } from '../../../../src/filesystems/listing.ts';
import { POSIX_NAMES } from '../../../../src/filesystems/out/nameRules.ts';
import { DEEPEST, planExtraction } from '../../../../src/filesystems/out/planExtraction.ts';
import { SafeNames } from '../../../../src/filesystems/out/safeNames.ts';
import { listingOf, randomTree } from './scene.ts';

const LISTING = listingOf([
  { name: 'A', parent: 0, kind: 'folder' },
  { name: 'B', parent: 1, kind: 'folder' },
  { name: 'x.txt', parent: 2, kind: 'file', bytes: new Uint8Array(7) },
  { name: 'link', parent: 2, kind: 'link' },
  { name: 'C', parent: 0, kind: 'folder' },
  { name: 'x.txt', parent: 5, kind: 'file', bytes: new Uint8Array(9) },
  { name: 'odd', parent: 6, kind: 'file' },
]);

function pathsOf(listing: Listing, paths: readonly string[]): string[] {
  const plan = planExtraction(listing, paths);
  const names = new SafeNames(listing, plan, POSIX_NAMES);
  return [...plan.folders, ...plan.items.map(({ entry }) => entry)]
    .sort((a, b) => a - b)
    .map((entry) => names.path(entry));
}

describe('planExtraction', () => {
  it('takes a folder with everything in it, under its own name', () => {
    const plan = planExtraction(LISTING, ['A/B']);
    expect(plan.items).toEqual([{ entry: 3, path: 'A/B/x.txt', sizeBytes: 7 }]);
    expect(plan).toMatchObject({ folders: [2], tops: [2], bytes: 7, skipped: ['A/B/link'], refused: [] });
    expect(pathsOf(LISTING, ['A/B'])).toEqual(['B', 'B/x.txt']);
  });

  it('puts the whole volume without a folder around it, and what lies in a file nowhere', () => {
    expect(pathsOf(LISTING, [''])).toEqual(['A', 'A/B', 'A/B/x.txt', 'C', 'C/x.txt']);
    expect(planExtraction(LISTING, ['', 'A/B'])).toEqual(planExtraction(LISTING, ['']));
  });

  it('numbers equal names from different folders, and counts what was chosen twice once', () => {
    expect(pathsOf(LISTING, ['C/x.txt', 'A/B/x.txt', 'C/x.txt'])).toEqual(['x.txt', 'x (2).txt']);
    expect(pathsOf(LISTING, ['A', 'A/B/x.txt'])).toEqual(['A', 'A/B', 'A/B/x.txt']);
  });

  it('says what is not there', () => {
    expect(() => planExtraction(LISTING, ['A/none'])).toThrow(DiskError);
    expect(planExtraction(LISTING, [])).toMatchObject({ items: [], folders: [], bytes: 0 });
  });

  it('agrees with the listing in random trees', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const nodes = randomTree(seed, 150, 'harmless');
      const listing = listingOf(nodes);
      const under = listing.under(0).slice(1);
      const kinds = (kind: string) =>
        under.filter((entry) => {
          for (let at = listing.parent(entry); at > 0; at = listing.parent(at))
            if (listing.kind(at) !== 'folder') return false;
          return listing.kind(entry) === kind;
        });
      const plan = planExtraction(listing, ['']);
      expect(plan.items.map(({ entry }) => entry)).toEqual(kinds('file'));
      expect(plan.items.map(({ path }) => path)).toEqual(kinds('file').map((entry) => listing.path(entry)));
      expect(plan.folders).toEqual(kinds('folder'));
      expect(plan.skipped).toEqual(kinds('link').map((entry) => listing.path(entry)));
    }
  });

  it('leaves out what lies too deep, with one word for all of it', () => {
    const deep = Array.from({ length: 50_000 }, (_, index) => ({
      name: 'x'.repeat(200),
      parent: index,
      kind: 'folder' as const,
    }));
    const plan = planExtraction(listingOf(deep), ['']);
    expect(plan.folders.length).toBeLessThanOrEqual(DEEPEST);
    expect(plan.refused).toHaveLength(1);
    expect(plan.refused[0]?.problem.code).toBe('limit');
    expect(plan.refused[0]?.path.length).toBeLessThan(500);
  });
});
