import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FolderRow, ListedPoint } from '../../../../src/engine/api.ts';
import { type Files, filesOf } from '../../../../src/ui/files/files.svelte.ts';
import { EXCHANGE_SECTOR, type FilesScene, filesSession, SYSTEM_SECTOR } from '../../../support/fakeFiles.ts';

type Scene = FilesScene & { readonly state: Files };

async function scene(options: Parameters<typeof filesSession>[0] = {}): Promise<Scene> {
  const made = await filesSession(options);
  const state = filesOf(made.session);
  state.follow();
  return { ...made, state };
}

/** The folder's rows are here, at all points. */
async function listed(options: Parameters<typeof filesSession>[0] = {}): Promise<Scene> {
  const made = await scene(options);
  await vi.waitFor(() => expect(made.state.rows?.view.known).toEqual(made.state.points.map(() => true)));
  await vi.waitFor(() => expect(made.state.listing.running).toBe(false));
  return made;
}

async function at(made: Scene, path: string): Promise<void> {
  made.state.go(path);
  await vi.waitFor(() => expect(made.state.rows?.question.path).toBe(path));
}

const calls = ({ files }: Scene, call: string) => files.asked.filter((one) => one.call === call);
const row = (made: Scene, name: string): FolderRow => {
  const { rows } = made.state;
  for (let i = 0; rows && i < rows.total; i++) {
    const one = rows.at(i);
    if (one?.name === name) return one;
  }
  throw new Error(`no row ${name}`);
};

beforeEach(() => history.replaceState(null, '', '#'));

describe('opening', () => {
  it('chooses the largest volume that can be read, lists it, then the other points, newest first, one a call', async () => {
    const made = await listed();
    expect(made.state.firstSector).toBe(SYSTEM_SECTOR);
    expect(made.state.point).toBe(1);
    expect(calls(made, 'listPoints').map(({ args }) => args[1])).toEqual([[2], [3], [4], [5], [6]]);
    expect(made.session.jobs.list).toEqual([]);
  });

  it('lists the other points unasked only below ten seconds in all', async () => {
    const made = await scene({ seconds: 2.1 });
    await vi.waitFor(() => expect(made.state.rows).not.toBeNull());
    expect(made.state.unlisted).toEqual([2, 3, 4, 5, 6]);
    expect(made.state.unlistedSeconds).toBeCloseTo(10.5);
    expect(calls(made, 'listPoints')).toEqual([]);
    made.state.listOthers();
    await vi.waitFor(() => expect(made.state.unlisted).toEqual([]));
    expect(made.state.rows?.view.known).not.toContain(false);
  });

  it('says what could not be listed, and begins again when asked', async () => {
    const made = await filesSession();
    const problem = { code: 'corrupt', message: 'The master file table is gone.' } as const;
    made.files.failing.set('openVolume', problem);
    const state = filesOf(made.session);
    state.follow();
    await vi.waitFor(() => expect(state.opening?.problem).toEqual(problem));
    expect(state.place).toBeNull();
    state.tryAgain();
    await vi.waitFor(() => expect(state.rows?.total).toBeGreaterThan(0));
  });

  it('can be cancelled while it lists, and lists again', async () => {
    const made = await filesSession();
    const release = made.files.hold('openVolume');
    const state = filesOf(made.session);
    state.follow();
    await vi.waitFor(() => expect(state.opening?.job?.progress?.done).toBeGreaterThan(0));
    state.opening?.cancel();
    await vi.waitFor(() => expect(state.opening?.cancelled).toBe(true));
    release();
    state.tryAgain();
    await vi.waitFor(() => expect(state.opened).not.toBeNull());
  });
});

describe('the other points', () => {
  it('keeps what was listed when it is cancelled in the middle', async () => {
    const made = await filesSession();
    const release = made.files.hold('listPoints');
    const state = filesOf(made.session);
    state.follow();
    await vi.waitFor(() => expect(state.listing.current).toBe(2));
    release();
    const again = made.files.hold('listPoints');
    await vi.waitFor(() => expect(state.listing.current).toBe(3));
    state.listing.cancel();
    await vi.waitFor(() => expect(state.listing.running).toBe(false));
    again();
    expect(state.listing.cancelled).toBe(true);
    expect(state.unlisted).toEqual([3, 4, 5, 6]);
    expect(state.rows?.view.known).toEqual([true, true, false, false, false, false]);
  });

  it('goes on where one point fails, and keeps its reason', async () => {
    const made = await filesSession();
    made.files.failing.set('listPoints', { code: 'corrupt', message: 'Broken there.' });
    const state = filesOf(made.session);
    state.follow();
    await vi.waitFor(() => expect(state.listing.results.size).toBe(6));
    const states = [...state.listing.results.values()].map(({ state: one }: ListedPoint) => one);
    expect(state.listing.results.get(2)?.state).toBe('failed');
    expect(states).not.toContain('no-volume');
    expect(state.unlisted).toEqual([]);
  });

  it('tells a point that does not have the volume from one that is not listed', async () => {
    const made = await listed();
    made.state.chooseVolume(EXCHANGE_SECTOR);
    await vi.waitFor(() => expect(made.state.listing.results.get(6)?.state).toBe('no-volume'));
    made.state.seeAt(6);
    await vi.waitFor(() => expect(made.state.table?.volumes.length).toBe(3));
    expect(made.state.volume).toBeNull();
    expect(made.state.firstSector).toBe(EXCHANGE_SECTOR);
    made.state.seeAt(1);
    await vi.waitFor(() => expect(made.state.rows?.total).toBe(1));
  });
});

describe('a folder', () => {
  it('tells what became of every file, also of those that are gone', async () => {
    const made = await listed();
    await at(made, 'Shares/Finance');
    expect(row(made, 'ledger-2021.accdb').cells).toEqual([
      'changed',
      'unchanged',
      'changed',
      'added',
      'absent',
      'absent',
    ]);
    const gone = row(made, 'ledger-2021.laccdb');
    expect(gone.here).toBe(false);
    expect(made.state.placeOf(gone)).toEqual({
      at: 3,
      volume: SYSTEM_SECTOR,
      path: 'Shares/Finance/ledger-2021.laccdb',
    });
  });

  it('is asked in pages as rows come into sight, each once', async () => {
    const made = await listed({ many: 5000 });
    await at(made, 'Many');
    const before = calls(made, 'folder').length;
    made.state.show(3990, 4030);
    made.state.show(3991, 4031);
    await vi.waitFor(() => expect(made.state.rows?.at(4030)?.name).toBe('record 004030.dat'));
    expect(made.state.rows?.at(3990)?.name).toBe('record 003990.dat');
    expect(calls(made, 'folder').length - before).toBe(2);
    expect(made.state.rows?.at(2000)).toBeNull();
  });

  it('goes up to the folder that was left', async () => {
    const made = await listed();
    await at(made, 'Shares/Finance');
    await made.state.up();
    await vi.waitFor(() => expect(made.state.focused?.path).toBe('Shares/Finance'));
    expect(made.state.path).toBe('Shares');
  });

  it('that the point does not have is said to be missing', async () => {
    const made = await listed();
    await at(made, 'Shares/Drafts');
    made.state.seeAt(6);
    await vi.waitFor(() => expect(made.state.folderMissing).toBe(true));
    made.state.go('Shares');
    await vi.waitFor(() => expect(made.state.folderMissing).toBe(false));
  });

  it('opens the volume again where its listing was forgotten', async () => {
    const made = await listed();
    made.files.known.clear();
    made.state.go('Shares');
    await vi.waitFor(() => expect(made.state.rows?.question.path).toBe('Shares'));
    expect(made.state.folderMissing).toBe(false);
  });

  it('is sorted, filtered, and searched below', async () => {
    const made = await listed();
    await at(made, 'Shares/Finance');
    made.state.sortBy('size');
    await vi.waitFor(() => expect(made.state.rows?.at(0)?.name).toBe('vat-returns.zip'));
    made.state.setFilter('BUDGET');
    await vi.waitFor(() => expect(made.state.rows?.total).toBe(3));
    made.state.setFilter('2019');
    await vi.waitFor(() => expect(made.state.rows?.total).toBe(0));
    made.state.setDeep(true);
    await vi.waitFor(() => expect(made.state.rows?.at(0)?.path).toBe('Shares/Finance/Archive/2019.zip'));
  });

  it('keeps what is selected when another point becomes known', async () => {
    const made = await filesSession();
    const release = made.files.hold('listPoints');
    const state = filesOf(made.session);
    state.follow();
    await vi.waitFor(() => expect(state.listing.current).toBe(2));
    state.go('Shares/Finance');
    await vi.waitFor(() => expect(state.rows?.question.path).toBe('Shares/Finance'));
    state.focusPath('Shares/Finance/payroll.kdbx');
    await vi.waitFor(() => expect(state.focused?.cells[1]).toBeNull());
    release();
    await vi.waitFor(() => expect(state.focused?.cells[4]).toBe('unchanged'));
    expect(state.rows?.at(state.selection.cursor)?.name).toBe('payroll.kdbx');
    expect([...state.selection.rows.keys()]).toEqual(['Shares/Finance/payroll.kdbx']);
  });
});

describe('selecting', () => {
  it('takes one, a range, one more, all, also what is not here yet', async () => {
    const made = await listed({ many: 5000 });
    await at(made, 'Many');
    const { selection } = made.state;
    await selection.moveTo(10);
    await selection.moveTo(1500, { extend: true });
    expect(selection.rows.size).toBe(1491);
    await selection.moveTo(20, { toggle: true });
    expect(selection.rows.size).toBe(1490);
    await selection.moveTo(30, { keep: true });
    expect(selection.rows.size).toBe(1490);
    await selection.selectAll();
    expect(selection.rows.size).toBe(made.state.rows?.total);
    await selection.moveTo(3);
    expect([...selection.rows.keys()]).toEqual(['Many/record 000003.dat']);
  });

  it('is saved as it is at the point in view; the folder where nothing is', async () => {
    const made = await listed();
    await at(made, 'Shares/Finance');
    made.state.save();
    expect(made.state.dialog).toMatchObject({ kind: 'save', paths: ['Shares/Finance'] });
    made.state.focusPath('Shares/Finance/payroll.kdbx');
    await vi.waitFor(() => expect(made.state.selection.rows.size).toBe(1));
    made.state.save();
    expect(made.state.dialog).toMatchObject({ paths: ['Shares/Finance/payroll.kdbx'] });
  });
});

describe('the address', () => {
  it('names volume and folder, and Back goes back through folders', async () => {
    const made = await listed();
    const stop = made.session.followAddress();
    await at(made, 'Shares');
    expect(new URLSearchParams(location.hash.slice(1)).get('at')).toBe(`${SYSTEM_SECTOR}/Shares`);
    await new Promise((resolve) => setTimeout(resolve, 750));
    await at(made, 'Shares/Finance');
    history.back();
    await vi.waitFor(() => {
      made.state.follow();
      expect(made.state.path).toBe('Shares');
    });
    await vi.waitFor(() => expect(made.state.rows?.question.path).toBe('Shares'));
    stop();
  });

  it('of another screen changes nothing; a chain that comes back is looked into at the same place', async () => {
    const made = await listed();
    await at(made, 'Shares/Finance');
    made.state.seeAt(3);
    await vi.waitFor(() => expect(made.state.rows?.question.at).toBe(3));
    made.session.show('explore');
    made.state.leave();
    made.session.show('files');
    made.state.follow();
    expect(made.state.path).toBe('Shares/Finance');
    await made.session.viewFrom(1);
    made.state.follow();
    expect(made.state.rows).toBeNull();
    await vi.waitFor(() =>
      expect(made.state.rows?.question).toMatchObject({ path: 'Shares/Finance', at: 3 }),
    );
  });
});
