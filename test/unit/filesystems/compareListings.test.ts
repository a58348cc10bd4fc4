/** Differences of two listings, against maps of paths. */
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/base/errors.ts';
import { Prng } from '../../../src/base/prng.ts';
import {
  type ContentResult,
  compareListings,
  contentPairs,
  type FilesCompared,
} from '../../../src/filesystems/compareListings.ts';
import {
  changedTree,
  differs,
  folderOf,
  listingOf,
  pathsOf,
  randomTree,
  type TreeEntry,
  treeEntry,
} from '../../support/listingTrees.ts';

const PROBLEM: Problem = { code: 'io', message: 'The file cannot be read.' };
/** Another of the same name has no path of its own. */
const plain = (path: string) => path.replace(/\/#\d+/g, '');

type Expected = { path: string; change: string; kind: string };
const byText = (a: Expected, b: Expected) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

function slowCompare(before: TreeEntry, after: TreeEntry, verdicts: Map<string, ContentResult>) {
  const [old, now] = [pathsOf(before), pathsOf(after)];
  const changes: Expected[] = [];
  const counts = { unchanged: 0, hashed: 0, proven: 0 };
  for (const [path, entry] of now) {
    const earlier = old.get(path);
    const row = { path: plain(path), kind: entry.kind };
    const result = verdicts.get(path);
    const hashes: string[] = [];
    if (result?.kind === 'proven') hashes.push('same', 'same');
    if (result?.kind === 'hashed') hashes.push(result.before, result.after);
    if (!earlier) changes.push({ ...row, change: 'added' });
    else if (differs(earlier, entry, ...hashes)) changes.push({ ...row, change: 'changed' });
    else if (entry.kind !== 'folder') {
      counts.unchanged++;
      if (result?.kind === 'proven' || result?.kind === 'hashed') counts[result.kind]++;
    }
  }
  for (const [path, entry] of old)
    if (!now.has(path)) changes.push({ path: plain(path), kind: entry.kind, change: 'removed' });
  return { changes: changes.sort(byText), ...counts };
}

function shortened({ changes, unchanged, hashed, proven }: FilesCompared) {
  const rows = changes.map(({ path, kind, change }) => ({ path, kind, change }));
  return { changes: rows.sort(byText), unchanged, hashed, proven };
}

const VERDICTS: readonly ContentResult[] = [
  { kind: 'proven' },
  { kind: 'hashed', before: 'x', after: 'x' },
  { kind: 'hashed', before: 'x', after: 'y' },
  { kind: 'problem', problem: PROBLEM },
];

describe('comparing two points', () => {
  it('finds what maps of paths find, in random trees, with and without contents', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 400; seed++) {
      const random = new Prng(seed);
      const before = randomTree(random);
      const after = random.below(20) === 0 ? randomTree(random) : changedTree(random, before);
      const [old, now] = [listingOf(before), listingOf(after)];
      expect(shortened(compareListings(old, now, '')), `seed ${seed}`).toEqual(
        slowCompare(before, after, new Map()),
      );
      const results = new Map<number, ContentResult>();
      const verdicts = new Map<string, ContentResult>();
      for (const { after: entry, path } of contentPairs(old, now, '')) {
        const verdict = VERDICTS[random.below(6)];
        if (!verdict || !now.reachable(entry)) continue;
        results.set(entry, verdict);
        verdicts.set(path, verdict);
      }
      const compared = compareListings(old, now, '', results);
      expect(shortened(compared), `seed ${seed}`).toEqual(slowCompare(before, after, verdicts));
      const troubles = [...verdicts].filter(([, { kind }]) => kind === 'problem').map(([path]) => path);
      expect(new Set(compared.problems.map(({ path }) => path))).toEqual(new Set(troubles));
      for (const { change, why } of compared.changes) seen.add(`${change} ${why.join(' ')}`);
    }
    for (const wanted of ['kind', 'size', 'time', 'content', 'size time', 'time content'])
      expect(seen).toContain(`changed ${wanted}`);
    expect(seen).toContain('added ');
    expect(seen).toContain('removed ');
  });

  it('asks for the contents of files of one size, not empty, and of nothing else', () => {
    const tree = (time: number, other: TreeEntry) =>
      listingOf(
        folderOf(
          '',
          treeEntry('same', 'file', 5, 1),
          treeEntry('touched', 'file', 5, time),
          treeEntry('longer', 'file', time),
          treeEntry('empty', 'file', 0),
          treeEntry('link', 'link', 5),
          other,
        ),
      );
    const [before, after] = [tree(1, treeEntry('x', 'link', 3)), tree(2, treeEntry('x', 'file', 3))];
    const pairs = contentPairs(before, after, '');
    expect(pairs.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      ['same', 5],
      ['touched', 5],
    ]);
    for (const pair of pairs) {
      expect(before.path(pair.before)).toBe(pair.path);
      expect(after.path(pair.after)).toBe(pair.path);
    }
    expect(contentPairs(before, after, 'touched')).toHaveLength(1);
  });

  const before = folderOf(
    '',
    folderOf('gone 10', treeEntry('b', 'file', 7, 5), folderOf('c', treeEntry('d', 'file', 1))),
    treeEntry('gone 9', 'file', 2),
    folderOf('kept', treeEntry('f', 'file', 1, 1), treeEntry('g', 'file', 1, 1)),
  );
  const after = folderOf(
    '',
    folderOf('kept', treeEntry('g', 'file', 1, 1), treeEntry('f', 'file', 2, Number.NaN)),
    folderOf('come', treeEntry('x', 'file', 40), treeEntry('y', 'file', 2)),
  );

  it('has folders that came or went with all in them, each file too, in the order of paths', () => {
    const { changes, unchanged } = compareListings(listingOf(before), listingOf(after), '');
    expect(
      changes.map((row) => [row.path, row.kind, row.change, row.before?.sizeBytes, row.after?.sizeBytes]),
    ).toEqual([
      ['come', 'folder', 'added', undefined, 42],
      ['come/x', 'file', 'added', undefined, 40],
      ['come/y', 'file', 'added', undefined, 2],
      ['gone 9', 'file', 'removed', 2, undefined],
      ['gone 10', 'folder', 'removed', 8, undefined],
      ['gone 10/b', 'file', 'removed', 7, undefined],
      ['gone 10/c', 'folder', 'removed', 1, undefined],
      ['gone 10/c/d', 'file', 'removed', 1, undefined],
      ['kept/f', 'file', 'changed', 1, 2],
    ]);
    expect(unchanged).toBe(1);
    expect(changes[8]).toMatchObject({
      why: ['size', 'time'],
      before: { modifiedMs: 1, sha256: null },
      after: { modifiedMs: null, sha256: null },
    });
  });

  it('says content where hashes differ, with both', () => {
    const [old, now] = [listingOf(before), listingOf(after)];
    const results = new Map<number, ContentResult>([
      [now.find('kept/g'), { kind: 'hashed', before: 'aa', after: 'bb' }],
    ]);
    expect(compareListings(old, now, 'kept/g', results)).toEqual({
      changes: [
        {
          path: 'kept/g',
          kind: 'file',
          change: 'changed',
          why: ['content'],
          before: { sizeBytes: 1, modifiedMs: 1, sha256: 'aa' },
          after: { sizeBytes: 1, modifiedMs: 1, sha256: 'bb' },
        },
      ],
      unchanged: 0,
      hashed: 0,
      proven: 0,
      problems: [],
    });
  });

  it('takes a path that one point has, and refuses one that neither has', () => {
    const [old, now] = [listingOf(before), listingOf(after)];
    const rows = (path: string) => compareListings(old, now, path).changes.map((change) => change.path);
    expect(rows('come')).toEqual(['come', 'come/x', 'come/y']);
    expect(rows('gone 10/c')).toEqual(['gone 10/c', 'gone 10/c/d']);
    expect(rows('kept/g')).toEqual([]);
    expect(() => compareListings(old, now, 'no\u001bwhere')).toThrow('Neither point has “no\\u{1B}where”');
    expect(() => contentPairs(old, now, 'nowhere')).toThrow('Neither point has');
  });
});
