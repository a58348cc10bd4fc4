import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { PileView } from '../../../../src/engine/api.ts';
import CheckScreen from '../../../../src/ui/check/CheckScreen.svelte';
import { checksOf } from '../../../../src/ui/check/checks.svelte.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { CheckEngine } from '../../../support/checkEngine.ts';
import { FakeClient } from '../../../support/fakeEngine.ts';
import { findingOf, pileOf } from '../../../support/pileOf.ts';
import { expectAccessible } from '../support.ts';

const HOSTILE = '<img src=x onerror="document.title=`taken`">';
const CRASH = findingOf('footer-missing', 'error', { code: '0xC03A0001', offset: 0x1234 });
const OVERLAP = findingOf('blocks-overlap', 'error', {
  file: 'disks/a.vhd',
  affects: {
    sectorCount: 4096 + 7,
    ranges: [4096, 20_000, 30_000, 40_000].map((firstSector) => ({ firstSector, sectorCount: 1024 })),
  },
});

async function screenOf(pile: PileView) {
  history.replaceState(null, '', '#');
  await page.viewport(1280, 800);
  const engine = new CheckEngine(pile);
  const session = new Session(new FakeClient(engine.api));
  await session.openSample();
  session.show('check');
  const { container, unmount } = await render(CheckScreen, { session });
  return { engine, session, container, unmount };
}

const rows = (container: Element) =>
  [...container.querySelectorAll('[role=option]')].map((row) => row.textContent?.replace(/\s+/g, ' ').trim());
const findingsOf = (name: string) => page.getByRole('list', { name: `Findings of ${name}` });
const start = () => page.getByRole('button', { name: 'Check every block' });

const twoFiles = () =>
  pileOf([{ name: 'a.vhd', findings: [findingOf('several-children', 'note'), CRASH] }, { name: 'b.vhd' }]);

it('says what opening found, how far that goes, and leads to the bytes', async () => {
  const { container, session } = await screenOf(twoFiles());
  await expect
    .element(page.getByRole('heading', { level: 1 }))
    .toHaveTextContent('1 error and 1 note in 2 disks');
  await expect.element(page.getByText(/So far, what opening read/)).toBeVisible();
  const item = findingsOf('a.vhd').getByRole('listitem').first();
  await expect
    .element(item)
    .toHaveTextContent(/Error:.*Message of footer-missing.*0xC03A0001.*footer-missing/);
  await expect.element(item).toHaveTextContent(/For the data.*What it means.*What can be done/);
  await expect.element(page.getByText(/Opening 1 file found nothing/)).toBeVisible();
  await expectAccessible(container);
  await userEvent.click(page.getByRole('button', { name: /0x1234/ }));
  expect(session.bytes).toEqual({ target: 1, offset: 0x1234, lengthBytes: 16 });
  expect(session.screen).toBe('explore');
});

it('checks every file, shows how far it is, and puts what it finds in place of what opening found', async () => {
  const { engine, container } = await screenOf(twoFiles());
  engine.found.set(1, [OVERLAP]);
  let open = () => {};
  engine.gate = new Promise((passed) => {
    open = passed;
  });
  await userEvent.click(start());
  await expect.element(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
  await expect.element(page.getByText('1 MiB/s')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Cancel the check' })).toBeVisible();
  expect(rows(container)[1]).toContain('being checked');
  open();
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('1 error in 2 disks');
  expect(engine.checked).toEqual([[1, 2]]);
  expect(container.textContent).not.toContain('footer-missing');
  await expect.element(page.getByText(/2 files checked/)).toBeVisible();
  await expect.element(page.getByText(/1 file checked, nothing found/)).toBeVisible();
  expect(rows(container)[2]).toContain('nothing found');
  await expectAccessible(container);
});

it('keeps the result when the screen is left, and drops it with the pile', async () => {
  const { engine, session, unmount } = await screenOf(twoFiles());
  engine.found.set(1, [OVERLAP]);
  await userEvent.click(start());
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('1 error in 2 disks');
  await unmount();
  await render(CheckScreen, { session });
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('1 error in 2 disks');
  await session.close();
  await expect.poll(() => checksOf(session).checkedCount).toBe(0);
});

it('marks a result as stale when the trees around it change, and drops it when the file does', async () => {
  const { engine, session, container } = await screenOf(twoFiles());
  await userEvent.click(start());
  await expect.element(page.getByText(/Every structure, block table and bitmap was read/)).toBeVisible();
  const [a, b] = engine.pile.files;
  if (!a || !b) throw new Error('two files');
  engine.pile = {
    ...engine.pile,
    files: [
      { ...a, duplicates: [2] },
      { ...b, sizeBytes: 1 },
    ],
  };
  await session.adoptPile(engine.pile);
  await expect.element(page.getByText(/The files have changed since the check/)).toBeVisible();
  expect(rows(container)[1]).toContain('checked before a change');
  expect(rows(container)[2]).toContain('not checked');
});

it('says which sectors of the disk are wrong, and selects them', async () => {
  const { engine, session, container } = await screenOf(pileOf([{ name: 'a.vhd' }]));
  engine.found.set(1, [OVERLAP]);
  await userEvent.click(start());
  const item = findingsOf('a.vhd').getByRole('listitem');
  await expect.element(item).toHaveTextContent(/4.103 sectors \(2 MiB\) of the disk read wrong/);
  await userEvent.click(item.getByRole('button', { name: 'and 1 more ranges' }));
  await expect.element(item).toHaveTextContent(/and 7 sectors \(3.5 KiB\) more/);
  await expectAccessible(container);
  await userEvent.click(item.getByRole('button', { name: /20.000–21.023/ }));
  expect(session.selection).toEqual({ firstSector: 20_000, sectorCount: 1024 });
  expect(session.screen).toBe('explore');
});

it('shows one file in full: verdict, what was read, where the bytes go, and what lies where', async () => {
  const { engine, container, session } = await screenOf(twoFiles());
  engine.found.set(1, [{ ...CRASH, offset: 0x2010 }]);
  await userEvent.click(start());
  await expect.element(page.getByText(/2 files checked/)).toBeVisible();
  const all = page.getByRole('option', { name: /^All files/ });
  await userEvent.click(all);
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  await expect.element(page.getByRole('option', { name: /b\.vhd/ })).toHaveFocus();
  await expect.element(page.getByText('Sound: nothing speaks against it.')).toBeVisible();
  await expect
    .element(page.getByText(/The check read 64 KiB of its 3 MiB; all 2 files took 0.25 s/))
    .toBeVisible();
  await userEvent.keyboard('{ArrowUp}');
  await expect.element(page.getByText('1 error found.')).toBeVisible();
  await expect.element(page.getByText('leaked')).toBeVisible();
  const strip = page.getByRole('toolbar', { name: /Parts of the file/ });
  const table = strip.getByRole('button', { name: /Block allocation table, at 0x2000.*: 1 error/ });
  await expect.element(table).toBeVisible();
  await expectAccessible(container);
  await userEvent.click(table);
  expect(session.bytes).toMatchObject({ target: 1, offset: 0x2000 });
});

it('filters by severity and says what it leaves out', async () => {
  const { container } = await screenOf(twoFiles());
  await userEvent.click(page.getByRole('button', { name: 'Errors', exact: true }));
  await expect.poll(() => container.querySelectorAll('ul li')).toHaveLength(1);
  await expect.element(page.getByText('1 note not shown.')).toBeVisible();
});

it('checks one file alone, refused ones too', async () => {
  const pile = {
    ...pileOf([{ name: 'a.vhd' }]),
    others: [
      {
        id: 7,
        name: 'wrecked.vhd',
        path: 'disks/wrecked.vhd',
        sizeBytes: 4096,
        format: 'vhd' as const,
        canBeRaw: true,
        storage: 'user' as const,
        findings: [
          findingOf('header-missing', 'error', { file: 'disks/wrecked.vhd', affects: OVERLAP.affects }),
        ],
      },
    ],
  };
  const { engine } = await screenOf(pile);
  await expect
    .element(page.getByRole('heading', { level: 1 }))
    .toHaveTextContent('1 error in 1 disk and 1 refused file');
  await userEvent.click(page.getByRole('option', { name: /wrecked/ }));
  // No disk is read through it: its sectors are named but lead nowhere.
  await expect.element(page.getByText(/20.000–21.023/)).toBeVisible();
  expect(page.getByRole('button', { name: /20.000–21.023/ }).query()).toBe(null);
  await userEvent.click(page.getByRole('button', { name: 'Check this file' }));
  await expect.element(page.getByText('Sound: nothing speaks against it.')).toBeVisible();
  expect(engine.checked).toEqual([[7]]);
});

it('can be cancelled, and says that nothing is known beyond what was', async () => {
  const { engine } = await screenOf(twoFiles());
  engine.api.check = () =>
    Promise.resolve({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
  await userEvent.click(start());
  await expect.element(page.getByText(/The check was cancelled/)).toBeVisible();
  await expect
    .element(page.getByRole('heading', { level: 1 }))
    .toHaveTextContent('1 error and 1 note in 2 disks');
  await expect.element(start()).toBeVisible();
});

it('says why a check stopped, and that nothing else is lost', async () => {
  const { engine } = await screenOf(twoFiles());
  engine.api.check = () =>
    Promise.resolve({
      ok: false,
      error: { code: 'changed', message: 'a.vhd has changed.', remedy: 'Open it again.' },
    });
  await userEvent.click(start());
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent(/The check stopped.*a\.vhd has changed.*Open it again/);
  await expect
    .element(page.getByRole('heading', { level: 1 }))
    .toHaveTextContent('1 error and 1 note in 2 disks');
});

it('shows what stands in files as text, whatever it looks like', async () => {
  const { container, engine } = await screenOf(
    pileOf([
      {
        name: HOSTILE,
        findings: [findingOf('x', 'error', { message: HOSTILE, meaning: HOSTILE, file: HOSTILE })],
      },
      { name: 'b.vhd' },
    ]),
  );
  engine.found.set(1, [findingOf(HOSTILE, 'error', { message: HOSTILE, remedy: HOSTILE })]);
  expect(container.textContent).toContain(HOSTILE);
  await userEvent.click(start());
  await userEvent.click(page.getByRole('option').nth(1));
  await expect.element(page.getByText('1 error found.')).toBeVisible();
  expect(container.querySelector('img')).toBe(null);
  expect(document.title).not.toBe('taken');
});

it('fits a page of 390 pixels', async () => {
  const { container } = await screenOf(twoFiles());
  await page.viewport(390, 844);
  await userEvent.click(page.getByRole('option', { name: /a\.vhd/ }));
  await expect.element(findingsOf('a.vhd')).toBeInTheDocument();
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  await expectAccessible(container);
  await page.viewport(1280, 800);
});
