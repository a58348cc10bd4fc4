import { describe, expect, it } from 'vitest';
import { must } from '../../../../src/base/assert.ts';
import { nodeOf } from '../../../../src/ui/lab/labQuestions.ts';
import { chainFiles, exportStem, heldByChain } from '../../../../src/ui/lab/share/exportPlan.ts';
import { hashRows, hashText } from '../../../../src/ui/lab/share/hashWords.ts';
import { GUIDS, labViewOf } from '../../../support/labViews.ts';

const MIB = 2 ** 20;
const view = labViewOf();

describe('a checkpoint as one disk', () => {
  it('is read through its own file and all below it', () => {
    expect(chainFiles(view, GUIDS.schema, 'disk0')).toEqual([
      `Snapshots/${GUIDS.schema}.avhd`,
      `Snapshots/${GUIDS.before}.avhd`,
      'Virtual Hard Disks/LAB-WEB01.vhd',
    ]);
    expect(chainFiles(view, 'NOW', 'disk0')).toHaveLength(5);
    expect(chainFiles(view, 'gone', 'disk0')).toEqual([]);
  });

  it('goes on through the disk that the lab was put on', () => {
    const machine = { ...view.machine, foundation: { disk0: ['a.avhd', 'b.vhd'] } };
    expect(chainFiles({ ...view, machine }, 'CLEAN', 'disk0')).toEqual([
      'Virtual Hard Disks/LAB-WEB01.vhd',
      'a.avhd',
      'b.vhd',
    ]);
  });

  it('holds at most what its files take, and never more than the disk', () => {
    expect(heldByChain(view, GUIDS.schema, 'disk0')).toEqual({ bytes: 1476 * MIB, blocks: 738 });
    const small = { ...view, virtualSizeBytes: { disk0: 100 * MIB } };
    expect(heldByChain(small, GUIDS.schema, 'disk0').bytes).toBe(100 * MIB);
  });

  it('is named after the machine and the checkpoint', () => {
    const node = must(nodeOf(view, GUIDS.schema), 'it is there');
    expect(exportStem(view, node, null)).toBe('LAB-WEB01 schema v2');
    expect(exportStem(view, node, 'disk1')).toBe('LAB-WEB01 schema v2 disk1');
  });

  it('ends with a tree that goes in a circle', () => {
    const [first, ...rest] = view.machine.checkpoints;
    const circle = [{ ...must(first, 'a node'), parent: GUIDS.before }, ...rest];
    const hostile = { ...view, machine: { ...view.machine, checkpoints: circle } };
    expect(chainFiles(hostile, GUIDS.before, 'disk0')).toHaveLength(2);
  });
});

describe('hashes', () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  const rows = hashRows(
    [
      { node: 'CLEAN', disk: 'disk0', sha256: a, problem: null },
      { node: GUIDS.after, disk: 'disk0', sha256: b, problem: null },
      { node: 'NOW', disk: 'disk0', sha256: b, problem: null },
      { node: 'NOW', disk: 'disk1', sha256: b, problem: null },
      { node: 'gone', disk: 'disk0', sha256: a, problem: null },
    ],
    view,
  );

  it('name their checkpoints, and which of the same disk are the same', () => {
    expect(rows.map(({ name, sameAs }) => [name, sameAs])).toEqual([
      ['clean install', null],
      ['after hotfix', null],
      ['Now', 'after hotfix'],
      ['Now', null],
      ['gone', 'clean install'],
    ]);
  });

  it('say why where a disk cannot be read, and that is not the same as another that cannot', () => {
    const broken = hashRows(
      ['CLEAN', 'NOW'].map((node) => ({ node, disk: 'disk0', sha256: null, problem: 'Its base is gone.' })),
      view,
    );
    expect(broken.map(({ sameAs }) => sameAs)).toEqual([null, null]);
    expect(hashText(broken)).toBe(
      'no hash: Its base is gone.  clean install, disk0\nno hash: Its base is gone.  Now, disk0\n',
    );
  });

  it('are copied whole, a line a disk', () => {
    expect(hashText(rows.slice(0, 2))).toBe(`${a}  clean install, disk0\n${b}  after hotfix, disk0\n`);
  });
});
