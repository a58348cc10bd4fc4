import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { MergePlanView, PileView } from '../../../../src/engine/api.ts';
import NothingInView from '../../../../src/ui/explore/NothingInView.svelte';
import MergeScreen from '../../../../src/ui/merge/MergeScreen.svelte';
import { mergesOf } from '../../../../src/ui/merge/merges.svelte.ts';
import WaitingNote from '../../../../src/ui/merge/WaitingNote.svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import {
  FAKE_HASH,
  fakeMergeDone,
  fakeProgress,
  mergedPile,
  waitingMerge,
} from '../../../support/fakeMerge.ts';
import { findingOf, pileOf } from '../../../support/pileOf.ts';
import { expectAccessible } from '../support.ts';
import { branchedPile, mergeSession } from './mergeEngine.ts';

const MIB = 2 ** 20;
const NEWEST = 'SRV-FILE01_C93D0B6A.avhd';
const PARENT = 'SRV-FILE01_41A7E5F8.avhd';

const SIBLING = findingOf('merge-sibling', 'error', {
  lengthBytes: 0,
  message: 'SRV-FILE01_F2086E11.avhd stands on SRV-FILE01_B16C90D2.avhd too.',
});
/** In place is refused wherever the branch at layer 2 would read wrong. */
const withSibling = (plan: MergePlanView): MergePlanView => ({
  ...plan,
  obstacles: plan.way === 'in-place' && plan.last >= 2 ? [SIBLING] : [],
  choices: [
    { way: 'in-place', refusal: plan.last >= 2 ? SIBLING : null },
    { way: 'new-file', refusal: null },
  ],
});

async function open(pile: PileView | null = branchedPile()) {
  const made = await mergeSession(pile);
  made.engine.replan = withSibling;
  const screen = await render(MergeScreen, { session: made.session });
  const button = (name: string | RegExp) => screen.getByRole('button', { name });
  const title = screen.getByRole('heading', { level: 1 });
  return { ...made, merges: mergesOf(made.session), screen, button, title };
}
type Opened = Awaited<ReturnType<typeof open>>;

async function startInPlace({ button }: Opened): Promise<void> {
  await button('Start merge…').click();
  await button('Merge and remove 1 file').click();
}

function finish({ engine }: Opened, prove = true): void {
  const request = engine.merged[0]?.request;
  if (!request) throw new Error('nothing was started');
  const done = fakeMergeDone(engine.pile, request, prove);
  engine.pile = mergedPile(engine.pile, request);
  engine.end?.({ ok: true, value: done });
}

beforeEach(() => page.viewport(1280, 800));
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a plan', () => {
  it('is made at once for the newest file and its parent, in place where they lie in private storage', async () => {
    const { screen, engine, title } = await open();
    await expect.element(title).toHaveTextContent('Plan: merge layer 0 into layer 1');
    await expect.element(screen.getByText('Nothing has moved yet.')).toBeVisible();
    expect(engine.planned).toEqual([{ leaf: 1, first: 0, last: 1, way: 'in-place', format: null }]);
    await expect.element(screen.getByText(/96 MiB to copy/)).toBeVisible();
    await expect.element(screen.getByText('What it buys')).toBeVisible();
    await expectAccessible(screen.container);
  });

  it('of files of the user goes to a new file, which stands on what is below', async () => {
    const { engine, screen } = await open(branchedPile('user'));
    await expect.element(screen.getByText('Nothing has moved yet.')).toBeVisible();
    expect(engine.planned).toEqual([
      { leaf: 1, first: 0, last: 1, way: 'new-file', format: 'differencing', blockSizeBytes: 2 * MIB },
    ]);
  });

  it('for another stretch cancels the one under way', async () => {
    const opened = await mergeSession();
    const { engine, session } = opened;
    let go: () => void = () => undefined;
    engine.planGate = new Promise((resolve) => {
      go = resolve;
    });
    const screen = await render(MergeScreen, { session });
    await vi.waitFor(() => expect(engine.planned).toHaveLength(1));
    await screen.getByRole('combobox', { name: 'down to layer' }).selectOptions('5');
    await vi.waitFor(() => expect(engine.planned).toHaveLength(2));
    expect(engine.cancelled).toBe(1);
    expect(engine.planned[1]).toMatchObject({ first: 0, last: 5, way: 'in-place' });
    go();
    await expect.element(screen.getByText('Nothing has moved yet.')).toBeVisible();
    expect(mergesOf(session).plan?.last).toBe(5);
  });

  it('that is refused in place is made for a new file unasked, and says why', async () => {
    const { screen, engine, button, merges } = await open();
    await screen.getByRole('combobox', { name: 'down to layer' }).selectOptions('3');
    await vi.waitFor(() => expect(engine.planned.at(-1)).toMatchObject({ last: 3, way: 'new-file' }));
    await expect
      .element(screen.getByRole('row', { name: /^in place, into layer 3.*refused$/ }))
      .toBeVisible();
    await expect.element(screen.getByText('Why not in place')).toBeVisible();
    await expect.element(button('Start merge…')).toBeEnabled();
    await expectAccessible(screen.container);
    merges.chooseWay('in-place');
    await expect.element(screen.getByText(/It can’t be done this way/)).toBeVisible();
    await expect.element(button('Start merge…')).toBeDisabled();
    await button('Plan 0 into 1').click();
    await vi.waitFor(() =>
      expect(engine.planned.at(-1)).toMatchObject({ first: 0, last: 1, way: 'in-place' }),
    );
  });

  it('down to the base asks what the new file is to be', async () => {
    const { screen, engine, button } = await open(branchedPile('user'));
    await screen.getByRole('combobox', { name: 'down to layer' }).selectOptions('5');
    await vi.waitFor(() => expect(engine.planned.at(-1)).toMatchObject({ format: 'dynamic' }));
    await button('Raw').click();
    await vi.waitFor(() => expect(engine.planned.at(-1)).toMatchObject({ format: 'raw' }));
    expect(engine.planned.at(-1)).not.toHaveProperty('blockSizeBytes');
    await button('Dynamic').click();
    await button('4 MiB').click();
    await vi.waitFor(() => expect(engine.planned.at(-1)).toMatchObject({ blockSizeBytes: 4 * MIB }));
  });

  it('needs a chain: says what to do without one, and with a single file', async () => {
    const empty = await open(null);
    await expect.element(empty.button('Open files…')).toBeVisible();
    await expectAccessible(empty.screen.container);
    await empty.screen.unmount();
    const alone = await open(pileOf([{ name: 'base.vhd' }]));
    await expect.element(alone.title).toHaveTextContent('This disk is one file');
    expect(alone.engine.planned).toEqual([]);
  });

  it('shows names of files as text', async () => {
    const hostile = '<img src=x onerror="document.title=`taken`">.avhd';
    const { screen } = await open(
      pileOf([
        { name: hostile, parent: 'base.vhd', more: { storage: 'private' } },
        { name: 'base.vhd', more: { storage: 'private' } },
      ]),
    );
    await expect.element(screen.getByRole('main')).toHaveTextContent(`What ${hostile} holds goes into`);
    expect(screen.container.querySelector('img')).toBeNull();
  });
});

describe('a merge in place', () => {
  it('is asked for with the focus on the safe choice, and says what cannot be undone', async () => {
    const { screen, engine, button } = await open();
    await button('Start merge…').click();
    await expect.element(button('Leave the files as they are')).toHaveFocus();
    await expect.element(screen.getByText('This can’t be undone.')).toBeVisible();
    await expect.element(screen.getByRole('dialog')).toHaveTextContent(NEWEST);
    await expectAccessible(screen.container);
    await userEvent.keyboard('{Enter}');
    expect(engine.merged).toEqual([]);
  });

  it('shows how far it is, closes the chain, and ends with both hashes and the disk in view anew', async () => {
    const opened = await open();
    const { screen, engine, session, title, merges } = opened;
    await startInPlace(opened);
    expect(engine.merged).toEqual([
      { request: { leaf: 1, first: 0, last: 1, way: 'in-place', format: null }, target: null, prove: true },
    ]);
    expect(session.chain).toBeNull();
    engine.report?.(fakeProgress(48 * MIB));
    await expect.element(title).toHaveTextContent('Merging layer 0 into layer 1');
    const bar = screen.getByRole('progressbar');
    await expect.element(bar).toHaveAttribute('aria-valuenow', '50');
    await expect.element(bar).toHaveAttribute('aria-valuetext', '48 MiB of 96 MiB, 1 s left, 1 s gone');
    await expect
      .element(screen.getByText('copying', { exact: true }))
      .toHaveAttribute('aria-current', 'step');
    await expect.element(screen.getByText(FAKE_HASH)).toBeVisible();
    await expect.element(screen.getByText(/goes on from block 32/)).toBeVisible();
    await expectAccessible(screen.container);
    finish(opened);
    await expect.element(title).toHaveTextContent('Merged layer 0 into layer 1');
    expect(screen.getByText(FAKE_HASH).elements()).toHaveLength(2);
    await expect.element(screen.getByText('Equal.')).toBeVisible();
    await vi.waitFor(() => expect(session.layerFile(0)?.name).toBe(PARENT));
    expect(session.screen).toBe('merge');
    // The chain has a layer less now; the picture keeps the colours that the layers had.
    expect(merges.run?.work).toMatchObject({ kind: 'planned', bands: { length: 6 } });
    expect(session.bands).toHaveLength(5);
    expect(session.fileNamed(NEWEST)).toBeNull();
    await expectAccessible(screen.container);
    await opened.button('Back to a plan').click();
    await expect.element(title).toHaveTextContent('Plan: merge layer 0 into layer 1');
    expect(merges.run).toBeNull();
  });

  it('goes on while other screens are looked at; Explore says where the chain is', async () => {
    const opened = await open();
    const { screen, session, engine } = opened;
    await startInPlace(opened);
    engine.report?.(fakeProgress(48 * MIB));
    await screen.unmount();
    session.show('explore');
    const explore = await render(NothingInView, { session });
    await expect.element(explore.getByText('This chain is being merged')).toBeVisible();
    await explore.getByRole('button', { name: 'See how far the merge is' }).click();
    expect(session.screen).toBe('merge');
    await explore.unmount();
    const again = await render(MergeScreen, { session });
    await expect.element(again.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50');
    finish(opened);
    await expect.element(again.getByRole('heading', { level: 1 })).toHaveTextContent('Merged');
  });

  it('takes figures four times a second at most', async () => {
    const opened = await open();
    await startInPlace(opened);
    for (let copied = 0; copied < 40; copied++) opened.engine.report?.(fakeProgress(copied * MIB));
    expect(opened.merges.run?.progress?.done).toBe(0);
    opened.engine.report?.({ ...fakeProgress(MIB), stage: 'hashing after' });
    expect(opened.merges.run?.progress?.stage).toBe('hashing after');
  });

  it('is held and let go', async () => {
    const opened = await open();
    const { engine, button, title } = opened;
    await startInPlace(opened);
    engine.report?.(fakeProgress(MIB));
    await button('Pause').click();
    await expect.element(title).toHaveTextContent('Paused: merging layer 0 into layer 1');
    await button('Go on').click();
    expect(engine.paused).toEqual([
      [7, true],
      [7, false],
    ]);
    await expect.element(title).toHaveTextContent('Merging');
  });

  it('that is cancelled waits: it goes on, or is given up after a question', async () => {
    const opened = await open();
    const { screen, engine, session, button, title } = opened;
    await startInPlace(opened);
    engine.report?.(fakeProgress(MIB));
    await button('Cancel…').click();
    await expect.element(button('Go on merging')).toHaveFocus();
    expect(engine.cancelled).toBe(0);
    engine.waiting = [waitingMerge({ target: PARENT, sources: [NEWEST], next: 'Goes on with block 1.' })];
    await button('Stop and let it wait').click();
    await expect.element(title).toHaveTextContent('This merge waits: layer 0 into layer 1');
    await vi.waitFor(() =>
      expect([opened.merges.waitingCount, opened.merges.otherWaiting.length]).toEqual([1, 0]),
    );
    await expect.element(screen.getByText('Goes on with block 1.')).toBeVisible();
    await vi.waitFor(() => expect(session.layerFile(0)?.name).toBe(NEWEST));
    await expectAccessible(screen.container);
    await button('Give up…').click();
    await expect.element(button('Keep it waiting')).toHaveFocus();
    await button('Keep it waiting').click();
    await button('Go on').click();
    expect(engine.resumed).toEqual([['base.vhd.merge-journal', true]]);
    await expect.element(title).toHaveTextContent('Merging C93D0B6A.avhd into 41A7E5F8.avhd');
    expect(session.chain).toBeNull();
    engine.end?.({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
    await button('Give up…').click();
    await button('Give it up for good').click();
    await vi.waitFor(() => expect(engine.abandoned).toEqual(['base.vhd.merge-journal']));
    await expect.element(title).toHaveTextContent('Plan: merge layer 0 into layer 1');
  });

  it('that is cancelled before anything was written leaves nothing', async () => {
    const opened = await open();
    const { screen, engine, button, title } = opened;
    await startInPlace(opened);
    engine.report?.({ ...fakeProgress(0), stage: 'hashing before', sha256Before: null, blockCount: 0 });
    await expect.element(screen.getByText(/to be copied from/)).toBeVisible();
    await expect.element(screen.getByText(/Nothing has moved yet: the disk is being hashed/)).toBeVisible();
    await button('Cancel…').click();
    await button('Stop it').click();
    await expect.element(title).toHaveTextContent('This merge stopped: layer 0 into layer 1');
    await expect.element(screen.getByText(/Nothing had moved/)).toBeVisible();
  });

  it('that fails stays on the page with its problem and the way on', async () => {
    const opened = await open();
    const { screen, engine, session, button, title } = opened;
    await startInPlace(opened);
    engine.waiting = [waitingMerge({ target: PARENT, sources: [NEWEST] })];
    engine.end?.({
      ok: false,
      error: {
        code: 'no-space',
        message: 'The storage is full.',
        meaning: 'Nothing is lost.',
        remedy: 'Make room.',
      },
    });
    await expect.element(title).toHaveTextContent('This merge stopped: layer 0 into layer 1');
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/storage is full.*Make room/);
    await expect.element(button('Go on')).toBeEnabled();
    expect(session.problems).toEqual([]);
    await expectAccessible(screen.container);
  });

  it('saves its report as a text file', async () => {
    const opened = await open();
    await startInPlace(opened);
    finish(opened);
    const made: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      if (blob instanceof Blob) made.push(blob);
      return 'blob:nothing';
    });
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    await opened.button('Save report').click();
    expect(clicked).toHaveBeenCalledOnce();
    expect(await made[0]?.text()).toBe(`Merged into ${PARENT}.\n`);
  });
});

describe('a merge to a new file', () => {
  it('goes to a file that the user picks; cancelled, nothing of it is left', async () => {
    const opened = await open(branchedPile('user'));
    const { screen, session, engine, button, title } = opened;
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('picked.avhd', { create: true });
    vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    await button('Start merge…').click();
    await expect.element(button('Not now')).toHaveFocus();
    await expectAccessible(screen.container);
    await button('Choose a file and merge…').click();
    await vi.waitFor(() => expect(engine.merged[0]?.target).toEqual({ kind: 'handle', handle }));
    expect(session.chain).not.toBeNull();
    engine.report?.(fakeProgress(MIB));
    await expect.element(screen.getByText(/begins anew/)).toBeVisible();
    await button('Cancel…').click();
    await button('Discard the unfinished file').click();
    await expect.element(title).toHaveTextContent('This merge stopped');
    await expect.element(screen.getByText(/The unfinished file is gone/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Give up…' }).query()).toBeNull();
  });

  it('that is open here is not written over', async () => {
    const { screen, engine, button } = await open(branchedPile('user'));
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle(NEWEST, { create: true });
    vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    await button('Start merge…').click();
    await button('Choose a file and merge…').click();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(`A file named ${NEWEST} is open here.`);
    expect(engine.merged).toEqual([]);
  });

  it('in private storage keeps the view, and the result can be explored', async () => {
    const opened = await open();
    const { screen, session, engine, button, merges } = opened;
    merges.chooseWay('new-file');
    await button('Start merge…').click();
    await expect.element(screen.getByRole('radio', { name: /private storage/ })).toBeChecked();
    await screen.getByRole('button', { name: 'Merge', exact: true }).click();
    expect(engine.merged[0]?.target).toEqual({ kind: 'private', name: 'merged.vhd' });
    expect(session.chain).not.toBeNull();
    engine.report?.(fakeProgress(MIB));
    await expect.element(screen.getByText(/Nothing is lost: the originals are untouched/)).toBeVisible();
    const [leaf] = engine.pile.files;
    if (!leaf) throw new Error('an empty pile');
    const files = [
      ...engine.pile.files,
      { ...leaf, id: 99, name: 'merged.vhd', path: 'merged.vhd', children: [] },
    ];
    engine.pile = { ...engine.pile, files };
    finish(opened);
    await expect.element(button(/^Download/)).toBeVisible();
    expect(session.layerFile(0)?.name).toBe(NEWEST);
    await button('Explore the result').click();
    await vi.waitFor(() => expect(session.layerFile(0)?.name).toBe('merged.vhd'));
    expect(session.screen).toBe('explore');
  });

  it('proves nothing where the reader does not want it', async () => {
    const opened = await open();
    await opened.screen.getByRole('checkbox', { name: /Prove it/ }).click();
    await startInPlace(opened);
    expect(opened.engine.merged[0]?.prove).toBe(false);
    finish(opened, false);
    await expect.element(opened.screen.getByText('No proof was asked for.')).toBeVisible();
  });
});

describe('merges that wait from before', () => {
  it('are listed without any file, go on with or without a proof, and say what cannot', async () => {
    const { session, engine } = await mergeSession(null);
    const broken = { code: 'vanished', message: 'x.avhd is gone.' } as const;
    engine.waiting = [
      waitingMerge(),
      waitingMerge({
        journal: 'b',
        sources: ['x.avhd'],
        target: 'y.vhd',
        problem: broken,
        canAbandon: false,
      }),
    ];
    const screen = await render(MergeScreen, { session });
    await expect.element(screen.getByText('2 merges wait to be finished.')).toBeVisible();
    await expect.element(screen.getByText('child.avhd into base.vhd')).toBeVisible();
    await expect.element(screen.getByText(/x.avhd is gone/)).toBeVisible();
    await expect.element(screen.getByRole('button', { name: 'Go on' }).nth(1)).toBeDisabled();
    await expectAccessible(screen.container);
    await screen.getByRole('checkbox', { name: /Prove that nothing changed/ }).click();
    await screen.getByRole('button', { name: 'Go on' }).first().click();
    expect(engine.resumed).toEqual([['base.vhd.merge-journal', false]]);
    await expect.element(screen.getByText('A merge waits to be finished.')).toBeVisible();
  });

  it('are told on other screens, with the way there', async () => {
    const { session, engine } = await mergeSession(null);
    session.show('open');
    engine.waiting = [waitingMerge()];
    const note = await render(WaitingNote, { session });
    await note.getByRole('button', { name: /See what it is/ }).click();
    expect(session.screen).toBe('merge');
  });
});

describe('a narrow window', () => {
  it('has one column, the map first, and nothing beside it', async () => {
    await page.viewport(390, 844);
    const { screen } = await open();
    await expect.element(screen.getByText('Nothing has moved yet.')).toBeVisible();
    const tops = ['Blocks of', 'The chain, before', 'Plan'].map(
      (name) =>
        screen
          .getByRole('heading', { name: new RegExp(`^${name}`), level: 2 })
          .element()
          .getBoundingClientRect().top,
    );
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  });
});
