import { describe, expect, it } from 'vitest';
import { must } from '../../../../src/base/assert.ts';
import type { LabView, PowerState } from '../../../../src/engine/api.ts';
import { comparedFiles } from '../../../../src/ui/lab/dialogs/comparedFiles.ts';
import { filesUnderFault, meaningOfFault } from '../../../../src/ui/lab/dialogs/faults.ts';
import { nodeOf as nodeNamed, questionsOf } from '../../../../src/ui/lab/labQuestions.ts';
import { powerActions } from '../../../../src/ui/lab/machine/powerActions.ts';
import { interceptedRuns, pageCells } from '../../../../src/ui/lab/pageCells.ts';
import { fileBytesOf, lostFiles, memoryText, nodeNote } from '../../../../src/ui/lab/tree/nodeWords.ts';
import { checkpointView } from '../../../support/fakeLab.ts';
import { GUIDS, mergeOf } from '../../../support/labViews.ts';

const view = checkpointView();
const note = (id: string, of: LabView = view) => nodeNote(of, must(nodeNamed(of, id), id));
const withPower = (power: PowerState, more: Partial<LabView> = {}): LabView => ({
  ...view,
  machine: { ...view.machine, power },
  ...more,
});

describe('a row of the checkpoint table', () => {
  it('says where writes go, and what a checkpoint keeps', () => {
    expect(note('NOW')).toBe('running, writes go here');
    expect(note('NOW', withPower('saved'))).toBe('saved, writes go here');
    expect(note('NOW', withPower('off', { hostOn: false }))).toBe('no power, writes go here');
    expect(note(GUIDS.after)).toBe('14:21:40, with memory');
    expect(note(GUIDS.schema)).toBe('14:19:02, disk only');
    expect(note('CLEAN')).toBe('14:00:00, off');
  });

  it('says what becomes of a deleted one', () => {
    const merge = (state: Parameters<typeof mergeOf>[0]['state']): LabView => ({
      ...view,
      merges: [mergeOf(state === undefined ? {} : { state })],
    });
    expect(note(GUIDS.load)).toBe('deleted, merging 38 %');
    expect(note(GUIDS.before)).toBe('deleted, waits: 2 descendants');
    expect(note(GUIDS.load, merge('catching up'))).toBe('deleted, merging, last blocks');
    expect(note(GUIDS.load, merge('failed'))).toBe('deleted, merge failed, will be retried');
    expect(note(GUIDS.load, merge('cancelled'))).toBe('deleted, merge cancelled');
    const whenOff = { ...merge('waits'), machine: { ...view.machine, policy: 'when-off' as const } };
    expect(note(GUIDS.load, whenOff)).toBe('deleted, waits: merges when off');
  });

  it('says how far saving its memory is', () => {
    const memorySave = {
      checkpoint: GUIDS.after,
      pageCount: 1000,
      savedPages: 380,
      interceptedPages: 4,
      writtenBytes: 2 ** 20,
    };
    const saving = { ...view, memorySave };
    expect(note(GUIDS.after, saving)).toBe('14:21:40, saving memory 38 %');
    const node = { ...must(nodeNamed(view, GUIDS.after), 'after'), savedState: null };
    expect(memoryText(saving, node)).toBe('1 MiB');
    expect(memoryText(view, node)).toBe('none');
  });

  it('says what its memory takes', () => {
    const memory = (id: string, of: LabView = view) => memoryText(of, must(nodeNamed(of, id), id));
    expect(memory('NOW')).toBe('64 MiB');
    expect(memory('NOW', withPower('off'))).toBe('none');
    expect(memory(GUIDS.after)).toBe('11.8 MiB');
    expect(memory(GUIDS.load)).toBe('removed');
  });

  it('misses files that are named and not there', () => {
    expect(lostFiles(view)).toEqual([]);
    const name = `Snapshots/${GUIDS.schema}.avhd`;
    const without = { ...view, files: view.files.filter((file) => file.name !== name) };
    expect(lostFiles(without)).toEqual([name]);
    expect(fileBytesOf(without, name)).toBeNull();
  });
});

describe('what can be asked', () => {
  const values = (id: string, of: LabView = view) => questionsOf(of, id).map(({ value }) => value);

  it('is what the node lets happen', () => {
    expect(values(GUIDS.schema)).toEqual(['delete', 'apply']);
    expect(values('CLEAN')).toEqual(['delete', 'delete-subtree', 'apply']);
    expect(values(GUIDS.before)).toEqual([]);
    expect(values('nobody')).toEqual([]);
    expect(values('NOW')).toEqual(['take', 'revert', 'merge-now']);
    expect(values('NOW', { ...withPower('off'), merges: [] })).toEqual(['take', 'revert', 'start']);
  });
});

describe('the power of the machine', () => {
  const labels = (of: LabView) => powerActions(of).map(({ label }) => label);

  it('offers what its state lets happen, the usual first', () => {
    expect(labels(view)).toEqual(['Shut down', 'Pause the machine', 'Save', 'Turn off']);
    expect(labels(withPower('paused'))).toEqual(['Resume', 'Save', 'Turn off']);
    expect(labels(withPower('saved'))).toEqual(['Start', 'Delete the saved state']);
    expect(labels(withPower('off'))).toEqual(['Start']);
    expect(labels(withPower('running', { hostOn: false }))).toEqual(['Power on the host']);
    expect(labels({ ...view, machine: { ...view.machine, now: null } })).toEqual([]);
  });
});

describe('a fault says what it will mean', () => {
  it('names who reads through the file', () => {
    const base = meaningOfFault(view, 'Virtual Hard Disks/LAB-WEB01.vhd');
    expect(base.stands).toBe(
      'Read by clean install, before hotfix, schema v2 and 3 more: the guest reads through it now.',
    );
    expect(base.changeId).toContain('before hotfix names it by its id');
    const leaf = meaningOfFault(view, `Snapshots/${GUIDS.schema}.avhd`);
    expect(leaf.stands).toBe('Read by schema v2.');
    expect(leaf.changeId).toBe('Nothing stands on it, so nobody notices.');
    const memory = meaningOfFault(view, `Snapshots/${GUIDS.after}.vsv`);
    expect(memory.stands).toBe('The saved memory of after hotfix; no disk stands on it.');
    expect(meaningOfFault(view, 'Snapshots/other.avhd').stands).toBe('Nobody reads it.');
  });

  it('offers disks first, then memory, and nothing of somebody else', () => {
    const files = filesUnderFault(view);
    expect(files.map(({ isDisk }) => isDisk)).toEqual([true, true, true, true, true, true, false]);
    expect(files.at(-1)?.owner).toBe('memory of after hotfix');
    const [base] = view.files;
    const foundation = { disk0: [must(base, 'a file').name] };
    const standing = { ...view, machine: { ...view.machine, foundation } };
    expect(filesUnderFault(standing).map(({ name }) => name)).not.toContain(base?.name);
  });
});

describe('files at a checkpoint', () => {
  const file = (name: string, sizeBytes: number, changedMs = 0) => ({ name, sizeBytes, changedMs });

  it('are told from those of Now', () => {
    const here = [file('B', 1), file('A', 1), file('C', 1), file('D', 1)];
    const now = [file('A', 2), file('B', 1), file('D', 1, 5), file('E', 3)];
    expect(comparedFiles(here, now).map(({ name, words }) => [name, words])).toEqual([
      ['A', 'changed, 2 B'],
      ['B', 'the same'],
      ['C', 'removed'],
      ['D', 'changed'],
      ['E', 'new, 3 B'],
    ]);
    expect(comparedFiles(here, null).map(({ words }) => words)).toEqual(['', '', '', '']);
  });
});

describe('pages of memory', () => {
  it('have a cell each where there is room', () => {
    const pages = Uint8Array.of(1, 2, 0, 1, 1);
    expect(pageCells(pages, 2, 10)).toEqual({ cells: pages, rows: 3, pagesPerCell: 1 });
  });

  it('share cells where there is none: intercepted before waiting before saved', () => {
    const grid = pageCells(Uint8Array.of(1, 2, 0, 0, 1, 1, 1), 2, 2);
    expect(grid.pagesPerCell).toBe(2);
    expect([...grid.cells]).toEqual([2, 0, 1, 1]);
    expect([...pageCells(Uint8Array.of(2, 0, 0, 2), 1, 2).cells]).toEqual([2, 2]);
  });

  it('are listed as runs, and not without end', () => {
    expect(interceptedRuns(Uint8Array.of(2, 2, 0, 1, 2), 50)).toEqual([
      { first: 0, last: 1 },
      { first: 4, last: 4 },
    ]);
    expect(interceptedRuns(Uint8Array.of(2, 0, 2, 0, 2), 2)).toHaveLength(2);
  });
});
