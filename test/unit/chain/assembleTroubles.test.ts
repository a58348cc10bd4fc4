import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { assemble, type Forest, pointAtParent } from '../../../src/chain/assemble.ts';
import { chainSpecs, type FileSpec, NO_HANDS, pile, shuffled } from './pileBuilder.ts';

function indexOf(forest: Forest, path: string): number {
  return forest.files.findIndex((file) => file.path === path);
}

function linkOf(forest: Forest, path: string) {
  const link = forest.links[indexOf(forest, path)];
  if (!link) throw new Error(`no file ${path}`);
  return link;
}

function parentOf(forest: Forest, path: string): string | null {
  const { parent } = linkOf(forest, path);
  return parent === null ? null : (forest.files[parent]?.path ?? null);
}

function rulesOf(forest: Forest, path: string): string[] {
  return linkOf(forest, path).findings.map(({ rule }) => rule);
}

describe('several files with the id that is sought', { timeout: 60_000 }, () => {
  const child: FileSpec = {
    path: 'vm/child.avhd',
    id: '2',
    seeks: '1',
    names: ['.\\base.vhd', 'C:\\Disks\\vm\\base.vhd'],
  };

  it('are ambiguous where no name tells them apart', () => {
    const forest = assemble(pile(child, { path: 'x.vhd', id: '1' }, { path: 'y.vhd', id: '1' }));
    expect(linkOf(forest, 'vm/child.avhd')).toMatchObject({
      state: 'ambiguous',
      parent: null,
      complete: false,
    });
    expect(linkOf(forest, 'vm/child.avhd').findings[0]?.message).toContain('“x.vhd”, “y.vhd”');
    expect(linkOf(forest, 'x.vhd').findings[0]).toMatchObject({ rule: 'duplicate-id', severity: 'warning' });
    expect(linkOf(forest, 'y.vhd').sameId).toEqual([1, 2]);
  });

  it('are told apart by the path that leads from the child’s folder', () => {
    const forest = assemble(
      pile(child, { path: 'copy/base.vhd', id: '1' }, { path: 'vm/base.vhd', id: '1' }),
    );
    expect(parentOf(forest, 'vm/child.avhd')).toBe('vm/base.vhd');
    expect(linkOf(forest, 'vm/child.avhd').findings[0]).toMatchObject({
      rule: 'parent-chosen-by-name',
      severity: 'warning',
    });
    expect(linkOf(forest, 'vm/child.avhd').findings[0]?.message).toContain('“copy/base.vhd”');
  });

  it('are told apart by the end of an absolute path', () => {
    const absolute = { ...child, path: 'child.avhd', names: ['C:\\Disks\\vm\\base.vhd'] };
    const forest = assemble(
      pile(absolute, { path: 'a/base.vhd', id: '1' }, { path: 'vm/base.vhd', id: '1' }),
    );
    expect(parentOf(forest, 'child.avhd')).toBe('vm/base.vhd');
  });

  it('are told apart by the only right name', () => {
    const forest = assemble(
      pile(child, { path: 'copy of base.vhd', id: '1' }, { path: 'BASE.vhd', id: '1' }),
    );
    expect(parentOf(forest, 'vm/child.avhd')).toBe('BASE.vhd');
  });

  it('stay ambiguous where two copies fit a path equally', () => {
    const forest = assemble(pile(child, { path: 'a/base.vhd', id: '1' }, { path: 'b/base.vhd', id: '1' }));
    expect(linkOf(forest, 'vm/child.avhd').state).toBe('ambiguous');
  });

  it('are only noted where no file seeks them', () => {
    const forest = assemble(pile({ path: 'x.vhd', id: '1' }, { path: 'y.vhd', id: '1' }));
    expect(linkOf(forest, 'x.vhd').findings[0]).toMatchObject({ rule: 'duplicate-id', severity: 'note' });
  });

  it('may be thousands, with thousands that seek them', () => {
    const copies = Array.from({ length: 3000 }, (_, i) => ({ path: `c${i}.vhd`, id: '1' }));
    const children = Array.from({ length: 1000 }, (_, i) => ({ ...child, path: `k${i}.avhd`, id: `f${i}` }));
    const forest = assemble(pile(...copies, ...children));
    expect(forest.orphans).toHaveLength(1000);
  });

  it('do not take ids of zeros or raw images for ids', () => {
    const forest = assemble(
      pile(
        { path: 'z.vhd', id: '0' },
        { path: 'r.img', id: '' },
        { path: 'child.avhd', id: '2', seeks: '0' },
      ),
    );
    expect(linkOf(forest, 'child.avhd').state).toBe('orphan');
    expect(linkOf(forest, 'child.avhd').findings[0]?.message).toContain('no id at all');
    expect(linkOf(forest, 'z.vhd').sameId).toEqual([]);
  });
});

describe('cycles', { timeout: 60_000 }, () => {
  function ring(length: number, prefix = 'r'): FileSpec[] {
    return Array.from({ length }, (_, i) => ({
      path: `${prefix}${i}.vhd`,
      id: (0xc0 + i).toString(16),
      seeks: (0xc0 + ((i + 1) % length)).toString(16),
    }));
  }

  it('of any length are found, cut, and every file of them is named', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 5 }),
        fc.nat(),
        (length, tail, seed) => {
          const hanging = Array.from({ length: tail }, (_, i) => ({
            path: `t${i}.vhd`,
            id: `a${i}`,
            seeks: i === 0 ? 'c0' : `a${i - 1}`,
          }));
          const forest = assemble(pile(...shuffled([...ring(length), ...hanging], seed)));
          expect(forest.cycles).toHaveLength(1);
          expect(forest.cycles[0]).toHaveLength(length);
          for (let i = 0; i < length; i++) {
            const link = linkOf(forest, `r${i}.vhd`);
            expect(link).toMatchObject({ state: 'cycle', parent: null, complete: false });
            expect(link.findings[0]).toMatchObject({ rule: 'chain-cycle', code: '0xC03A0018' });
            const next = (i + 1) % length;
            if (length > 1) expect(link.findings[0]?.message).toContain(`“r${next}.vhd”`);
          }
          for (let i = 0; i < tail; i++) {
            expect(linkOf(forest, `t${i}.vhd`)).toMatchObject({
              state: 'whole',
              layers: i + 2,
              complete: false,
            });
          }
          expect([...forest.order].sort((a, b) => a - b)).toEqual(forest.files.map((_, i) => i));
        },
      ),
    );
  });

  it('follow each file by the one that it names', () => {
    const forest = assemble(pile(...ring(3)));
    const names = forest.cycles[0]?.map((file) => forest.files[file]?.path);
    expect(names).toEqual(['r0.vhd', 'r1.vhd', 'r2.vhd']);
  });

  it('come last among what a disk can be seen from', () => {
    const forest = assemble(pile(...ring(2), { path: 'good.vhd', id: '1' }));
    expect(forest.leaves.map((file) => forest.files[file]?.path)).toEqual(['good.vhd', 'r0.vhd', 'r1.vhd']);
  });

  it('are not made of a file whose own id is also carried by another', () => {
    const forest = assemble(pile({ path: 'copy.vhd', id: '1', seeks: '1' }, { path: 'base.vhd', id: '1' }));
    expect(parentOf(forest, 'copy.vhd')).toBe('base.vhd');
    expect(forest.cycles).toEqual([]);
  });

  it('from colliding ids are cycles like any other', () => {
    const forest = assemble(
      pile({ path: 'a.vhd', id: '1', seeks: '1' }, { path: 'b.vhd', id: '1', seeks: '1' }),
    );
    expect(forest.cycles).toHaveLength(1);
    expect(rulesOf(forest, 'a.vhd')).toContain('chain-cycle');
    expect(rulesOf(forest, 'b.vhd')).toContain('duplicate-id');
  });

  it('are broken by pointing at a parent outside', () => {
    const files = pile(...ring(2), { path: 'base.vhd', id: '1' });
    const forest = assemble(files, pointAtParent(files, NO_HANDS, 0, 2));
    expect(forest.cycles).toEqual([]);
    expect(linkOf(forest, 'r1.vhd')).toMatchObject({ layers: 3, complete: true });
  });
});

describe('a parent pointed at by hand', () => {
  const files = pile(
    ...chainSpecs(2),
    { path: 'lost.avhd', id: '9', seeks: '99', names: ['gone.vhd'] },
    { path: 'disk.img', id: '' },
    { path: 'kid.avhd', id: '10', seeks: '9' },
  );

  it('is taken, and the wrong id stays a finding with both ids and Windows’ code', () => {
    const forest = assemble(files, pointAtParent(files, NO_HANDS, 3, 0));
    const link = linkOf(forest, 'lost.avhd');
    expect(link).toMatchObject({ parent: 0, state: 'by-hand', matches: false, complete: true, layers: 2 });
    expect(link.findings[0]).toMatchObject({
      rule: 'parent-id-mismatch',
      code: '0xC03A000E',
      severity: 'error',
    });
    expect(link.findings[0]?.message).toContain('{99}');
    expect(link.findings[0]?.message).toContain(files[0]?.image.idText);
  });

  it('may be a raw image, which proves nothing', () => {
    const forest = assemble(files, pointAtParent(files, NO_HANDS, 3, 4));
    expect(linkOf(forest, 'lost.avhd').findings[0]).toMatchObject({
      rule: 'parent-id-mismatch',
      severity: 'warning',
    });
    expect(linkOf(forest, 'kid.avhd')).toMatchObject({ layers: 3, complete: true });
  });

  it('settles copies without a word about ids', () => {
    const copies = pile(
      { path: 'x.vhd', id: '1' },
      { path: 'y.vhd', id: '1' },
      { path: 'c.avhd', id: '2', seeks: '1' },
    );
    const forest = assemble(copies, pointAtParent(copies, NO_HANDS, 2, 1));
    expect(linkOf(forest, 'c.avhd')).toMatchObject({
      parent: 1,
      state: 'by-hand',
      matches: true,
      findings: [],
    });
  });

  it('goes before a parent found by id, and is taken back with null', () => {
    const byHand = pointAtParent(files, NO_HANDS, 2, 4);
    expect(linkOf(assemble(files, byHand), 'd2.vhd').parent).toBe(4);
    expect(linkOf(assemble(files, pointAtParent(files, byHand, 2, null)), 'd2.vhd').parent).toBe(1);
  });

  it('is refused where it would close a circle, and where no parent has a place', () => {
    const refused = (child: number, parent: number) => {
      try {
        pointAtParent(files, NO_HANDS, child, parent);
      } catch (error) {
        return error instanceof DiskError ? error.problem : null;
      }
      return null;
    };
    expect(refused(1, 2)).toMatchObject({ code: 'bad-request', message: expect.stringContaining('circle') });
    expect(refused(3, 5)).toMatchObject({ code: 'bad-request' });
    expect(refused(3, 3)).toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('its own parent'),
    });
    expect(refused(0, 1)).toMatchObject({ code: 'bad-request', message: expect.stringContaining('dynamic') });
    expect(refused(3, 77)).toMatchObject({ code: 'bad-request' });
    expect(refused(2, 0)).toBeNull();
  });

  it('that later closes a circle through new files is a cycle, not a crash', () => {
    const forest = assemble(files, new Map([[1, 2]]));
    expect(forest.cycles).toHaveLength(1);
    expect(linkOf(forest, 'd1.vhd').state).toBe('cycle');
  });
});
