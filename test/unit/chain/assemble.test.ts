import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, type Forest } from '../../../src/chain/assemble.ts';
import { MAX_LAYERS } from '../../../src/core/records.ts';
import { chainSpecs, type FileSpec, pile, randomSpecs, shuffled } from './pileBuilder.ts';

/** A forest without indexes, so that the same trees from another order compare equal. */
function named(forest: Forest) {
  const path = (file: number | null) => (file === null ? null : (forest.files[file]?.path ?? '?'));
  return {
    order: forest.order.map(path),
    leaves: forest.leaves.map(path),
    roots: forest.roots.map(path),
    orphans: forest.orphans.map(path),
    links: Object.fromEntries(
      forest.links.map((link, file) => [
        path(file),
        {
          parent: path(link.parent),
          state: link.state,
          layers: link.layers,
          complete: link.complete,
          children: link.children.map(path),
          sameId: link.sameId.map(path).sort(),
          cycle: link.cycle?.map(path).sort() ?? null,
          rules: link.findings.map(({ rule }) => rule).sort(),
        },
      ]),
    ),
  };
}

function linkOf(forest: Forest, path: string) {
  const link = forest.links[forest.files.findIndex((file) => file.path === path)];
  if (!link) throw new Error(`no file ${path}`);
  return link;
}

function parentOf(forest: Forest, path: string): string | null {
  const { parent } = linkOf(forest, path);
  return parent === null ? null : (forest.files[parent]?.path ?? null);
}

function findingsOf(forest: Forest, path: string): string[] {
  return linkOf(forest, path).findings.map(({ rule }) => rule);
}

const BRANCHED: FileSpec[] = [
  { path: 'base.vhd', id: '1', modified: '2021-01-01' },
  { path: 'a.avhd', id: '2', seeks: '1', names: ['base.vhd'], modified: '2021-02-01' },
  { path: 'a1.avhd', id: '3', seeks: '2', names: ['a.avhd'], modified: '2021-03-01' },
  { path: 'b.avhd', id: '4', seeks: '1', names: ['base.vhd'], modified: '2021-04-01' },
  { path: 'lost.avhd', id: '5', seeks: '99', names: ['C:\\vm\\gone.vhd'], modified: '2021-05-01' },
];

describe('assemble', { timeout: 60_000 }, () => {
  it('has nothing to say about an empty pile', () => {
    expect(assemble([])).toEqual({
      files: [],
      links: [],
      order: [],
      leaves: [],
      roots: [],
      orphans: [],
      cycles: [],
    });
  });

  it('finds branches, leaves and orphans, and puts the newest whole chain first', () => {
    const forest = named(assemble(pile(...BRANCHED)));
    expect(forest.leaves).toEqual(['b.avhd', 'a1.avhd', 'lost.avhd']);
    expect(forest.orphans).toEqual(['lost.avhd']);
    expect(forest.roots).toEqual(['base.vhd', 'lost.avhd']);
    expect(forest.order).toEqual(['b.avhd', 'a1.avhd', 'a.avhd', 'base.vhd', 'lost.avhd']);
    expect(forest.links['base.vhd']).toMatchObject({
      children: ['b.avhd', 'a.avhd'],
      rules: ['several-children'],
    });
    expect(forest.links['a1.avhd']).toMatchObject({ layers: 3, complete: true, state: 'whole', rules: [] });
    expect(forest.links['lost.avhd']).toMatchObject({ parent: null, state: 'orphan', complete: false });
  });

  it('says of an orphan what it seeks and where that stands in the file', () => {
    const forest = assemble(pile(...BRANCHED));
    const finding = linkOf(forest, 'lost.avhd').findings[0];
    expect(finding).toMatchObject({
      rule: 'parent-missing',
      severity: 'error',
      code: '0xC03A000D',
      offset: 552,
      lengthBytes: 16,
    });
    expect(finding?.message).toContain('{99}');
    expect(finding?.message).toContain('C:\\vm\\gone.vhd');
  });

  it('counts the files above an orphan as incomplete', () => {
    const forest = assemble(
      pile(...BRANCHED, { path: 'top.avhd', id: '6', seeks: '5', names: ['lost.avhd'] }),
    );
    expect(linkOf(forest, 'top.avhd')).toMatchObject({ state: 'whole', complete: false, layers: 2 });
  });

  it('gives the same forest for every order of the same pile', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 40 }), fc.nat(2 ** 31), (seed, count, order) => {
        const specs = randomSpecs(seed, count);
        expect(named(assemble(pile(...shuffled(specs, order))))).toEqual(named(assemble(pile(...specs))));
      }),
      { numRuns: 300 },
    );
  });

  it('finds every parent by id whatever the files are called', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.nat(2 ** 31), (depth, seed) => {
        const specs = chainSpecs(depth);
        const renames = shuffled(
          specs.map((_, i) => `${i}-renamed.bin`),
          seed,
        );
        const forest = assemble(pile(...specs.map((spec, i) => ({ ...spec, path: renames[i] ?? '' }))));
        expect(forest.links.map(({ parent }) => parent)).toEqual(
          specs.map((_, i) => (i === 0 ? null : i - 1)),
        );
        expect(forest.leaves).toEqual([depth]);
      }),
    );
  });

  it('puts every file into the order once and every child before its parent', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 60 }), (seed, count) => {
        const forest = assemble(pile(...randomSpecs(seed, count)));
        expect([...forest.order].sort((a, b) => a - b)).toEqual(forest.files.map((_, i) => i));
        const position = new Map(forest.order.map((file, at) => [file, at]));
        forest.links.forEach(({ parent, children, layers }, file) => {
          if (parent !== null) {
            expect(position.get(file)).toBeLessThan(position.get(parent) ?? -1);
            expect(forest.links[parent]?.children).toContain(file);
            expect(layers).toBe((forest.links[parent]?.layers ?? 0) + 1);
          }
          expect(forest.leaves.includes(file)).toBe(children.length === 0);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('notes a parent found under another name, and not one in another folder or case', () => {
    const forest = assemble(
      pile(
        { path: 'vm/Renamed.vhd', id: '1' },
        { path: 'vm/child.avhd', id: '2', seeks: '1', names: ['C:\\vm\\base.vhd'] },
        { path: 'vm/other/grandchild.avhd', id: '3', seeks: '2', names: ['D:\\x\\CHILD.AVHD'] },
      ),
    );
    expect(findingsOf(forest, 'vm/child.avhd')).toEqual(['parent-renamed']);
    expect(findingsOf(forest, 'vm/other/grandchild.avhd')).toEqual([]);
  });

  it('names the file that has the right name and the wrong id', () => {
    const forest = assemble(
      pile(
        { path: 'base.vhd', id: 'bad' },
        { path: 'child.avhd', id: '2', seeks: '1', names: ['.\\base.vhd'] },
      ),
    );
    const finding = linkOf(forest, 'base.vhd').findings[0];
    expect(finding).toMatchObject({
      rule: 'wrong-id-for-name',
      severity: 'error',
      code: '0xC03A000E',
      offset: 8260,
    });
    expect(finding?.message).toContain('{bad}');
    expect(finding?.message).toContain('{1}');
    expect(parentOf(forest, 'child.avhd')).toBeNull();
  });

  it('does not accuse a file of the same name in a folder that nobody points at', () => {
    const forest = assemble(
      pile(
        { path: 'x/base.vhd', id: 'bad' },
        { path: 'y/child.avhd', id: '2', seeks: '1', names: ['.\\base.vhd'] },
      ),
    );
    expect(findingsOf(forest, 'x/base.vhd')).toEqual([]);
  });

  it('warns of an impostor even where the true parent was found under another name', () => {
    const forest = assemble(
      pile(
        { path: 'base.vhd', id: 'bad' },
        { path: 'old-base.vhd', id: '1' },
        { path: 'child.avhd', id: '2', seeks: '1', names: ['base.vhd'] },
      ),
    );
    expect(parentOf(forest, 'child.avhd')).toBe('old-base.vhd');
    expect(linkOf(forest, 'base.vhd').findings[0]).toMatchObject({
      rule: 'wrong-id-for-name',
      severity: 'warning',
    });
  });

  it('says that parent and child describe disks of different sizes', () => {
    const forest = assemble(
      pile(
        { path: 'base.vhd', id: '1', virtualSizeBytes: 2 ** 30 },
        { path: 'child.avhd', id: '2', seeks: '1', names: ['base.vhd'], virtualSizeBytes: 2 ** 30 + 512 },
      ),
    );
    const finding = linkOf(forest, 'child.avhd').findings[0];
    expect(finding).toMatchObject({ rule: 'parent-size-mismatch', code: '0xC03A0017', severity: 'error' });
    expect(finding?.message).toContain('1073742336');
  });

  describe('time stamps', () => {
    const child = {
      path: 'child.avhd',
      id: '2',
      seeks: '1',
      names: ['base.vhd'],
      modified: '2021-06-01T00:00:00Z',
    };
    const rules = (base: Partial<FileSpec>, recorded?: string) =>
      findingsOf(
        assemble(
          pile(
            { path: 'base.vhd', id: '1', ...base },
            recorded === undefined ? child : { ...child, parentModified: recorded },
          ),
        ),
        'child.avhd',
      );

    it('warn where the child remembers another time of its parent', () => {
      expect(rules({ modified: '2021-01-01T00:00:00Z' }, '2021-01-02T00:00:00Z')).toEqual([
        'parent-time-mismatch',
      ]);
    });

    it('say nothing where the time is the same, unknown, or the time the file was last written', () => {
      expect(rules({ modified: '2021-01-01T00:00:00Z' }, '2021-01-01T00:00:00Z')).toEqual([]);
      expect(rules({ modified: '2021-01-01T00:00:00Z' })).toEqual([]);
      expect(rules({}, '2021-01-02T00:00:00Z')).toEqual([]);
      expect(
        rules({ modified: '2021-01-01T00:00:00Z', changed: '2021-01-02T00:00:00Z' }, '2021-01-02T00:00:00Z'),
      ).toEqual([]);
    });

    it('note a parent that is newer than its child by more than any time zone', () => {
      expect(rules({ modified: '2021-06-01T12:00:00Z' })).toEqual([]);
      expect(rules({ modified: '2021-06-05T00:00:00Z' })).toEqual(['parent-newer']);
    });
  });

  describe('depth', () => {
    it('takes chains up to the limit and says where one is deeper', () => {
      const forest = assemble(pile(...shuffled(chainSpecs(MAX_LAYERS), 7)));
      expect(findingsOf(forest, `d${MAX_LAYERS - 1}.vhd`)).toEqual([]);
      expect(linkOf(forest, `d${MAX_LAYERS}.vhd`).findings[0]).toMatchObject({
        rule: 'chain-too-deep',
        message: 'Its chain has 254 files; at most 253 can be read as one disk.',
      });
    });

    it('builds a chain of 20 000 files without running out of stack', () => {
      const forest = assemble(pile(...shuffled(chainSpecs(20_000), 3)));
      expect(forest.links[forest.leaves[0] ?? -1]?.layers).toBe(20_001);
    });
  });

  it('assembles 200 files with every trouble', () => {
    const forest = assemble(pile(...randomSpecs(20211119, 200)));
    expect(forest.order).toHaveLength(200);
    expect(forest.orphans.length).toBeGreaterThan(5);
  });
});
