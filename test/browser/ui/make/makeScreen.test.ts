import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { PileView } from '../../../../src/engine/api.ts';
import MakeScreen from '../../../../src/ui/make/MakeScreen.svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { pileOf } from '../../../support/pileOf.ts';
import { expectAccessible } from '../support.ts';
import { MADE, MEASURED, workSession } from './workEngine.ts';

const GIB = 2 ** 30;
const HOSTILE = '<img src=x onerror="document.title=`taken`">.vhd';

const PILE = pileOf([
  { name: 'VM_now.avhd', parent: 'VM_old.avhd' },
  { name: 'VM_old.avhd', parent: 'VM.vhd' },
  { name: 'VM.vhd' },
  { name: 'stored.vhd', more: { storage: 'private' } },
]);

async function open(pile: PileView | null = PILE) {
  const made = await workSession(pile);
  made.session.show('make');
  const screen = await render(MakeScreen, { session: made.session });
  const button = (name: string | RegExp, exact = false) => screen.getByRole('button', { name, exact });
  return { ...made, screen, button };
}

const toPrivate = async (screen: Awaited<ReturnType<typeof open>>['screen']) =>
  screen.getByRole('radio', { name: /private storage, then a download/ }).click();

beforeEach(() => page.viewport(1280, 800));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a new disk', () => {
  it('needs no open file, and the other operations say what to do without one', async () => {
    const { screen, engine, button } = await open(null);
    await expect
      .element(screen.getByRole('heading', { level: 1 }))
      .toHaveTextContent('New dynamic disk of 127 GiB');
    await expectAccessible(screen.container);
    await screen.getByRole('textbox', { name: 'Size of the disk' }).fill('40 GiB');
    await toPrivate(screen);
    await button('Create').click();
    expect(engine.asked.create?.[0]?.[0]).toEqual({
      type: 'dynamic',
      virtualSizeBytes: 40 * GIB,
      blockSizeBytes: 2 ** 21,
      parent: null,
      target: { kind: 'private', name: 'New disk.vhd' },
    });
    engine.succeed(MADE);
    await expect.element(screen.getByText('made.vhd')).toBeVisible();
    await button(/^Compact/).click();
    await expect.element(screen.getByRole('heading', { name: 'No file is open' })).toBeVisible();
    await expect.element(button('Open files…')).toBeVisible();
    expect(screen.getByRole('region', { name: 'Where to' }).query()).toBeNull();
  });

  it('is not made from a size that can be read in two ways', async () => {
    const { screen, button } = await open(null);
    await screen.getByRole('textbox', { name: 'Size of the disk' }).fill('40 GB');
    await expect.element(screen.getByText(/can mean two things: write GiB/)).toBeVisible();
    await expect.element(button(/create/i).last()).toBeDisabled();
  });

  it('under a parent fills the paths in, keeps what is typed, and asks for the folder of an absolute one', async () => {
    const { screen, engine, button } = await open();
    await button('Differencing').click();
    const relative = screen.getByRole('textbox', { name: 'Relative path' });
    await expect.element(relative).toHaveValue('.\\VM_now.avhd');
    expect(engine.asked.parentPaths?.[0]).toEqual(['disks/VM_now child.vhd', 1, null]);
    await screen.getByRole('radio', { name: /VM\.vhd/ }).click();
    await expect.element(relative).toHaveValue('.\\VM.vhd');
    await relative.fill('..\\bases\\VM.vhd');
    await screen.getByRole('checkbox', { name: /Absolute/ }).click();
    await expect.element(screen.getByText('The absolute path is not known.')).toBeVisible();
    await screen.getByRole('textbox', { name: /Windows folder/ }).fill('D:\\VMs');
    await expect
      .element(screen.getByRole('textbox', { name: 'Absolute path' }))
      .toHaveValue('D:\\VMs\\VM.vhd');
    await relative.fill('..\\bases\\VM.vhd');
    await expectAccessible(screen.container);
    await toPrivate(screen);
    await button('Create').click();
    expect(engine.asked.create?.[0]?.[0]).toMatchObject({
      type: 'differencing',
      virtualSizeBytes: GIB,
      parent: { parent: 3, relativePath: '..\\bases\\VM.vhd', absolutePath: 'D:\\VMs\\VM.vhd' },
    });
  });
});

describe('measuring', () => {
  it('shows cheap figures at once and measured ones after, with progress and cancel between', async () => {
    const { screen, engine, button } = await open();
    await button(/^Compact/).click();
    const figures = screen.getByRole('region', { name: 'Figures' });
    await expect.element(figures).toHaveTextContent(/from block tables.*≤/);
    await button('Measure', true).click();
    expect(engine.asked.measureWork?.[0]?.[0]).toEqual({ operation: 'compact', file: 1 });
    await expect.element(figures.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '61');
    await figures.getByRole('button', { name: /Cancel/ }).click();
    await button('Measure', true).click();
    engine.succeed(MEASURED);
    await expect
      .element(figures)
      .toHaveTextContent(/Less than now\s*4 MiB.*about 57 s\s+at 96 MiB\/s read, 80 MiB\/s written/);
    await expectAccessible(screen.container);
    await screen.getByRole('radio', { name: /VM_old/ }).click();
    await expect.element(figures).toHaveTextContent(/no data read yet/);
  });

  it('of a merge is on a screen of its own', async () => {
    const { session, button } = await open();
    await button(/^Merge/).click();
    expect(session.screen).toBe('merge');
  });
});

describe('converting', () => {
  it('goes to a picked file, asked for in the click, and says the hash', async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('out.vhd', { create: true });
    vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    const { screen, engine, button } = await open();
    await button(/^Convert/).click();
    await button('Fixed VHD').click();
    await screen.getByRole('checkbox', { name: /Whole MiB/ }).click();
    await expect.element(screen.getByText(/whole MiB already: nothing is added/)).toBeVisible();
    await expectAccessible(screen.container);
    await button('Choose a file and convert…').click();
    await vi.waitFor(() =>
      expect(engine.asked.save?.[0]?.[0]).toEqual({
        file: 1,
        format: 'fixed',
        wholeMib: true,
        target: { kind: 'handle', handle },
      }),
    );
    engine.succeed({ ...MADE, sha256: 'ab'.repeat(32) });
    await expect.element(screen.getByText('ab'.repeat(32))).toBeVisible();
    await expectAccessible(screen.container);
  });
});

describe('growing', () => {
  it('says before any button who reads through the file', async () => {
    const { screen, button } = await open();
    await button(/^Grow/).click();
    await expect
      .element(screen.getByText(/VM_now.avhd is a differencing disk|now.avhd is a differencing/))
      .toBeVisible();
    await screen.getByRole('radio', { name: /VM\.vhd/ }).click();
    await expect.element(screen.getByText(/reads through/)).toBeVisible();
    expect(screen.getByRole('region', { name: 'Where to' }).query()).toBeNull();
  });

  it('in place asks first, keeps an undo file, and takes it back', async () => {
    const { screen, session, engine, button } = await open();
    await button(/^Grow/).click();
    await screen.getByRole('radio', { name: /stored/ }).click();
    await screen.getByRole('textbox', { name: 'New size of the disk' }).fill('2 GiB');
    await screen.getByRole('radio', { name: /In place/ }).click();
    await button('Grow stored.vhd in place…').click();
    await expect.element(button('Leave it as it is')).toHaveFocus();
    expect(engine.asked.grow).toBeUndefined();
    await expectAccessible(screen.container);
    await button('Grow it to 2 GiB in place').click();
    expect(engine.asked.grow?.[0]?.[0]).toEqual({
      file: 4,
      virtualSizeBytes: 2 * GIB,
      target: { kind: 'in-place' },
    });
    engine.succeed({ ...MADE, name: 'stored.vhd', undoName: 'stored.vhd.undo', pile: PILE });
    await expect.element(screen.getByText('stored.vhd.undo')).toBeVisible();
    await button('Take it back').click();
    expect(engine.asked.undo?.[0]).toEqual(['stored.vhd.undo']);
    engine.succeed(PILE);
    await expect.element(screen.getByText(/Taken back/)).toBeVisible();
    expect(session.screen).toBe('make');
  });
});

describe('work that runs', () => {
  it('shows progress, survives a change of screen, and ends in words', async () => {
    const { screen, session, engine, button } = await open();
    await button(/^Compact/).click();
    await toPrivate(screen);
    await button('Compact', true).last().click();
    const work = screen.getByRole('region', { name: 'Compact VM_now.avhd' });
    await expect.element(work.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '61');
    await expect.element(work).toHaveTextContent(/96 MiB\/s.*22 s left/);
    await screen.unmount();
    const again = await render(MakeScreen, { session });
    await expect.element(again.getByRole('progressbar')).toBeVisible();
    engine.succeed(MADE);
    await expect.element(again.getByText(/9 MiB before: 6 MiB less/)).toBeVisible();
    await again.getByRole('button', { name: 'Dismiss' }).click();
    expect(again.getByText(/9 MiB before/).query()).toBeNull();
  });

  it('can be cancelled, and fails in words', async () => {
    const { screen, engine, button } = await open();
    await button(/^Compact/).click();
    await toPrivate(screen);
    await button('Compact', true).last().click();
    await button('Cancel').click();
    await vi.waitFor(() => expect(screen.container.textContent).toMatch(/Cancelled\.\s+No file/));
    await button('Compact', true).last().click();
    engine.end?.({
      ok: false,
      error: {
        code: 'no-space',
        message: 'The storage is full.',
        meaning: 'Nothing was kept.',
        remedy: 'Make room.',
      },
    });
    await expect
      .element(screen.getByRole('alert'))
      .toHaveTextContent(/No file was made.*full.*Nothing was kept.*Make room/);
  });

  it('opens what was made, from where it lies', async () => {
    const { screen, session, engine, button } = await open(null);
    await toPrivate(screen);
    await button('Create').click();
    engine.succeed(MADE);
    const openSources = vi.spyOn(session, 'openSources').mockResolvedValue(false);
    await button('Open it').click();
    expect(openSources).toHaveBeenCalledWith([{ kind: 'private', name: 'made.vhd' }]);
  });
});

it('offers only what can be done where the browser has no picker', async () => {
  vi.stubGlobal('showSaveFilePicker', undefined);
  const { screen } = await open(null);
  await expect.element(screen.getByText(/This browser has no picker/)).toBeVisible();
  expect(screen.getByRole('radio', { name: /on this computer/ }).query()).toBeNull();
});

it('shows names of files as text, on a narrow page as well', async () => {
  await page.viewport(390, 844);
  const { screen, button } = await open(pileOf([{ name: HOSTILE }, { name: 'other.vhd' }]));
  for (const name of [/^Convert/, /^Compact/, /^Grow/]) {
    await userEvent.click(button(name).first());
    await expectAccessible(screen.container);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  }
  expect(screen.container.querySelector('img')).toBeNull();
  expect(screen.container.textContent).toContain('<img src=x');
  expect(document.title).not.toBe('taken');
});
