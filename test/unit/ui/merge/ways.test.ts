import { describe, expect, it } from 'vitest';
import type { FileView } from '../../../../src/engine/api.ts';
import { chainNodes } from '../../../../src/ui/merge/chainNodes.ts';
import { fileRows, gainRows, planRows, reportRows, sizeParts } from '../../../../src/ui/merge/planRows.ts';
import {
  branchesAt,
  type ChainFiles,
  defaultStretch,
  fitted,
  formatsOf,
  likeliestWay,
  withEnd,
} from '../../../../src/ui/merge/stretch.ts';
import { waysOf } from '../../../../src/ui/merge/ways.ts';
import { chainOf, fakeMergeDone, fakeMergePlan } from '../../../support/fakeMerge.ts';
import { findingOf, pileOf } from '../../../support/pileOf.ts';

const MIB = 2 ** 20;

const PILE = pileOf([
  { name: 'now.avhd', parent: 'b.avhd' },
  { name: 'b.avhd', parent: 'c.avhd' },
  { name: 'side.avhd', parent: 'c.avhd' },
  { name: 'sidekick.avhd', parent: 'side.avhd' },
  { name: 'c.avhd', parent: 'base.vhd' },
  { name: 'base.vhd' },
]);

function chainIn(files: readonly FileView[], complete = true): ChainFiles {
  const chain = chainOf(files, 1);
  return { files: chain, labels: chain.map(({ name }) => name), complete };
}
const CHAIN = chainIn(PILE.files);
const labelOf = (id: number) => PILE.files.find((file) => file.id === id)?.name ?? '';
const stored = (count: number) => ({
  ...CHAIN,
  files: CHAIN.files.map((file, i) => ({
    ...file,
    storage: i < count ? ('private' as const) : file.storage,
  })),
});

describe('the stretch', () => {
  it('is the newest file and its parent unless chosen, and fits the chain', () => {
    expect([0, 1, 2, 64].map(defaultStretch)).toEqual([
      null,
      null,
      { first: 0, last: 1 },
      { first: 0, last: 1 },
    ]);
    expect(fitted({ first: 1, last: 9 }, 4)).toEqual({ first: 1, last: 3 });
    expect(fitted({ first: 8, last: 9 }, 4)).toEqual({ first: 3, last: 3 });
    expect(fitted({ first: 0, last: 1 }, 1)).toBeNull();
  });

  it('keeps its ends in order, whichever is moved, wherever to', () => {
    for (let first = 0; first < 4; first++) {
      for (let last = first; last < 4; last++) {
        for (let layer = 0; layer < 4; layer++) {
          const [top, bottom] = [
            withEnd({ first, last }, 'first', layer),
            withEnd({ first, last }, 'last', layer),
          ];
          expect(top.first).toBe(layer);
          expect(bottom.last).toBe(layer);
          for (const moved of [top, bottom]) expect(moved.first <= moved.last).toBe(true);
        }
      }
    }
  });

  it('ending in a base makes a whole disk, else one that stands on what is below', () => {
    expect(formatsOf(CHAIN, { first: 0, last: 3 })).toEqual(['dynamic', 'fixed', 'raw']);
    expect(formatsOf(CHAIN, { first: 0, last: 2 })).toEqual(['differencing']);
    expect(formatsOf({ ...CHAIN, complete: false }, { first: 0, last: 3 })).toEqual(['differencing']);
  });

  it('is merged in place where all of it lies in private storage, and is more than one file', () => {
    expect(likeliestWay(CHAIN, { first: 0, last: 1 })).toBe('new-file');
    expect(likeliestWay(stored(2), { first: 0, last: 1 })).toBe('in-place');
    expect(likeliestWay(stored(2), { first: 0, last: 2 })).toBe('new-file');
    expect(likeliestWay(stored(2), { first: 1, last: 1 })).toBe('new-file');
  });

  it('knows who else reads through a layer', () => {
    expect(CHAIN.files.map((_, layer) => branchesAt(CHAIN, layer, labelOf))).toEqual([
      [],
      [],
      ['side.avhd'],
      [],
    ]);
  });
});

describe('the picture before the plan', () => {
  it('is the one that the plan will have: branches before the layer that they stand on', () => {
    const chain = CHAIN.files.map(({ id }) => id);
    const nodes = chainNodes(PILE.files, chain, 'in-place', { first: 0, last: 2 });
    expect(nodes.map(({ name, layer, parent, role }) => [name, layer, parent, role])).toEqual([
      ['disks/now.avhd', 0, 1, 'merged'],
      ['disks/b.avhd', 1, 4, 'merged'],
      ['disks/sidekick.avhd', null, 3, 'stays'],
      ['disks/side.avhd', null, 4, 'stays'],
      ['disks/c.avhd', 2, 5, 'target'],
      ['disks/base.vhd', 3, null, 'stays'],
    ]);
  });

  it('ends where files name each other in a circle', () => {
    const files = PILE.files.map((file) => (file.id === 4 ? { ...file, children: [3] } : file));
    const chain = CHAIN.files.map(({ id }) => id);
    expect(chainNodes(files, chain, 'new-file', { first: 0, last: 1 })).toHaveLength(6);
  });
});

describe('the ways', () => {
  const sibling = findingOf('merge-sibling', 'error', { message: 'side.avhd stands on c.avhd too.' });
  const rowsOf = (stretch: { first: number; last: number }, way: 'in-place' | 'new-file', planned = true) => {
    const format = way === 'in-place' ? null : 'differencing';
    const refused = stretch.last >= 2;
    const plan = {
      ...fakeMergePlan(PILE, { leaf: 1, ...stretch, way, format }),
      choices: [
        { way: 'in-place', refusal: refused ? sibling : null },
        { way: 'new-file', refusal: null },
      ] as const,
    };
    const rows = waysOf({ chain: CHAIN, stretch, way, plan: planned ? plan : null, labelOf });
    return new Map(rows.map((row) => [row.key, row]));
  };

  it('say which is chosen, which can be planned, and why one is refused', () => {
    const rows = rowsOf({ first: 0, last: 2 }, 'new-file');
    expect(rows.get('new-file')).toMatchObject({ state: 'chosen', out: null });
    expect(rows.get('new-file')?.words).toMatch(/^originals untouched, at most .* needed$/);
    expect(rows.get('in-place')).toMatchObject({
      state: 'refused',
      name: 'in place, into layer 2',
      words: 'side.avhd stands on c.avhd too.',
      out: null,
    });
    expect(rows.get('pair')).toMatchObject({
      state: 'possible',
      words: '0 into 1 is possible; 1 into 2 is refused, for side.avhd',
      out: { text: 'Plan 0 into 1', stretch: { first: 0, last: 1 }, way: 'in-place' },
    });
    expect(rows.get('live')?.words).toBe('nothing writes to this chain here');
  });

  it('of a pair have no row for pairs, and lead to the other way', () => {
    const rows = rowsOf({ first: 0, last: 1 }, 'in-place');
    expect(rows.has('pair')).toBe(false);
    expect(rows.get('in-place')).toMatchObject({
      state: 'chosen',
      name: 'in place, one child into its parent',
    });
    expect(rows.get('new-file')?.out).toMatchObject({ way: 'new-file', stretch: { first: 0, last: 1 } });
  });

  it('of one file are a new file alone', () => {
    expect(rowsOf({ first: 1, last: 1 }, 'new-file').get('in-place')).toMatchObject({
      state: 'refused',
      out: null,
    });
  });

  it('claim nothing before the plan is there', () => {
    const rows = rowsOf({ first: 0, last: 1 }, 'new-file', false);
    expect(rows.get('in-place')).toMatchObject({ state: 'unknown', out: null });
    expect(rows.get('new-file')).toMatchObject({ state: 'chosen', words: 'originals untouched' });
  });
});

describe('figures', () => {
  const request = { leaf: 1, first: 0, last: 1, way: 'in-place', format: null } as const;

  it('of a plan in place name the parent, the room, and what goes', () => {
    const plan = { ...fakeMergePlan(PILE, request), growTo: 4 * MIB };
    const rows = new Map(
      planRows(plan, 'b.avhd').map(({ name, count, value }) => [name, `${count}|${value}`]),
    );
    expect(rows.get('Sectors to copy')).toBe('196\u202f608|96 MiB');
    expect(rows.get('b.avhd, then')).toBe('|3 MiB');
    expect(rows.get('Its disk grows first, to')).toBe('|4 MiB');
    expect(rows.get('Files removed')).toBe('1|');
    expect(rows.get('Room needed meanwhile')).toBe('|≤ 24 MiB');
  });

  it('of a new file say what is only an upper bound, and nothing of free room that is not known', () => {
    const plan = fakeMergePlan(PILE, { ...request, way: 'new-file', format: 'differencing' });
    const rows = planRows({ ...plan, fileBytes: 100 * MIB, freeBytes: null }, '');
    expect(rows.find(({ total }) => total)).toMatchObject({
      name: 'New differencing disk',
      value: '≤ 100 MiB',
    });
    expect(rows.find(({ name }) => name === 'Tables and padding')?.value).toBe('≤ 4 MiB');
    expect(rows.some(({ name }) => name.startsWith('Free'))).toBe(false);
    const raw = planRows({ ...plan, format: 'raw', fileBytes: 100 * MIB }, '');
    expect(raw.some(({ name }) => name === 'Tables and padding')).toBe(false);
  });

  it('say what it buys only as far as it was counted', () => {
    const plan = fakeMergePlan(PILE, request);
    expect(gainRows(plan).map(({ now, after }) => [now, after])).toEqual([
      ['4', '3'],
      ['2.4', '1.3'],
      ['', '70 MiB'],
    ]);
    expect(gainRows({ ...plan, freedBytes: 0, gains: { ...plan.gains, lookups: null } })).toHaveLength(1);
  });

  it('of the report list every file before and after, the survivor first', () => {
    const { report } = fakeMergeDone(PILE, request, true);
    expect(fileRows(report)).toEqual([
      { name: 'now.avhd', before: 2 * MIB, after: null },
      { name: 'b.avhd', before: 3 * MIB, after: 3 * MIB },
    ]);
    const made = {
      ...report,
      filesAfter: [...report.filesBefore, { name: 'new.vhd', sizeBytes: 7 }],
    };
    expect(fileRows(made)[0]).toEqual({ name: 'new.vhd', before: null, after: 7 });
    expect(reportRows(report).map(({ name }) => name)).toEqual([
      'Sectors copied',
      'Time of copying',
      'Rate of copying',
      'Time in all',
      'Files removed',
    ]);
    expect(reportRows({ ...report, copySeconds: 0 }).some(({ name }) => name === 'Rate of copying')).toBe(
      false,
    );
  });

  it('set figure and unit apart', () => {
    expect([sizeParts(5.34 * 2 ** 30), sizeParts(0)]).toEqual([
      ['5.34', 'GiB'],
      ['0', 'B'],
    ]);
  });
});
