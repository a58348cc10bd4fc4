import { describe, expect, it } from 'vitest';
import type { RepairPlan } from '../../../../src/engine/api.ts';
import {
  diskChangeText,
  fieldParts,
  latestUndo,
  parentDoubts,
  planFigures,
  possibleParents,
  sizeChangeText,
} from '../../../../src/ui/repair/planWords.ts';
import { emptyPlan } from '../../../support/checkEngine.ts';
import { filesOf } from '../../../support/pileOf.ts';

describe('a plan in figures', () => {
  it('counts bytes that differ and sectors that read differently', () => {
    const plan: RepairPlan = {
      ...emptyPlan('a.vhd'),
      steps: [
        {
          rule: 'header-checksum',
          title: '',
          why: '',
          changes: [
            { field: '', offset: 0, before: Uint8Array.of(1, 2, 3), after: Uint8Array.of(1, 9, 3) },
            { field: '', offset: 9, before: Uint8Array.of(1, 2), after: Uint8Array.of(3, 4) },
          ],
          loses: { sectorCount: 8, ranges: [] },
          lossText: '',
        },
      ],
    };
    expect(planFigures(plan)).toEqual({ stepCount: 1, changedBytes: 3, lostSectors: 8 });
  });

  it('never says that a disk reads the same where it may not', () => {
    const step = { rule: '', title: '', why: '', changes: [], loses: null, lossText: '' };
    const plain = { refused: false, relinking: false };
    const plan = (more: Partial<RepairPlan['steps'][number]>) => ({
      ...emptyPlan('a.vhd'),
      steps: [{ ...step, ...more }],
    });
    expect(diskChangeText(emptyPlan('a.vhd'), plain)).toBe('stays as it is');
    expect(diskChangeText(plan({}), plain)).toBe('reads the same in every sector');
    expect(diskChangeText(plan({ lossText: 'It gets a new size.' }), plain)).toBe('changes as the steps say');
    expect(diskChangeText(plan({}), { ...plain, refused: true })).toBe('can be read again');
    expect(diskChangeText(plan({}), { ...plain, relinking: true })).toMatch(/comes from this parent/);
    const loses = { sectorCount: 1, ranges: [] };
    expect(diskChangeText(plan({ loses }), { refused: true, relinking: true })).toMatch(
      /^1 sector .* will read/,
    );
  });

  it('takes a field and its structure apart', () => {
    expect(fieldParts('Footer · checksum')).toEqual({ structure: 'Footer', name: 'checksum' });
    expect(fieldParts('BAT entry 17')).toEqual({ structure: '', name: 'BAT entry 17' });
  });

  it('says what becomes of the length', () => {
    const plan = (sizeAfter: number) => ({ ...emptyPlan('a.vhd'), sizeBefore: 1024, sizeAfter });
    expect(sizeChangeText(plan(1024))).toBe('stays 1 KiB');
    expect(sizeChangeText(plan(1536))).toBe('grows by 512 B to 1.5 KiB');
    expect(sizeChangeText(plan(512))).toBe('loses 512 B at its end, 512 B stay');
  });
});

it('finds the undo file of a file, the newest where there are several, and no other file’s', () => {
  const file = (name: string, modifiedMs: number | null) => ({ name, modifiedMs, sizeBytes: 1, open: false });
  const files = [
    file('a.vhd.undo', 10),
    file('a.vhd 2.undo', 30),
    file('a.vhd 3.undo', 20),
    file('b.undo', 90),
  ];
  expect(latestUndo(files, 'a.vhd')).toBe('a.vhd 2.undo');
  expect(latestUndo(files, 'a')).toBe(null);
  expect(latestUndo([file('a.vhdx.undo', 1), file('a.vhd.undo', null)], 'a.vhd')).toBe('a.vhd.undo');
  expect(latestUndo([], 'a.vhd')).toBe(null);
});

describe('the parent of a file', () => {
  const files = filesOf([
    { name: 'leaf.avhd', parent: 'child.avhd' },
    {
      name: 'child.avhd',
      parent: 'base.vhd',
      more: { candidates: [{ file: 5, score: 1, reasons: ['name'] }] },
    },
    { name: 'base.vhd' },
    { name: 'raw.img', more: { format: 'raw' } },
    { name: 'likely.vhd' },
  ]);
  const child = files[1];
  if (!child) throw new Error('no child');

  it('is no file under it, no other format, and the present one comes first', () => {
    expect(possibleParents(files, child).map(({ name }) => name)).toEqual(['base.vhd', 'likely.vhd']);
    const orphan = { ...child, parent: null };
    expect(possibleParents(files, orphan).map(({ name }) => name)).toEqual(['likely.vhd', 'base.vhd']);
  });

  it('ends on files that form a circle', () => {
    const circle = filesOf([
      { name: 'a.avhd', parent: 'b.avhd' },
      { name: 'b.avhd', parent: 'a.avhd' },
      { name: 'c.avhd' },
    ]);
    const first = circle[0];
    expect(first && possibleParents(circle, first).map(({ name }) => name)).toEqual(['c.avhd']);
  });

  it('is doubted where ids or sizes differ', () => {
    const seeks = { id: 'aa', idText: 'aa', modified: null, name: '', paths: [] };
    const seeking = { ...child, seeks };
    const base = { ...child, rawId: 'aa' };
    expect(parentDoubts(seeking, base)).toEqual([]);
    expect(parentDoubts(seeking, { ...base, rawId: 'bb' })).toHaveLength(1);
    expect(parentDoubts(seeking, { ...base, rawId: 'bb', virtualSizeBytes: 1 })).toHaveLength(2);
  });
});
