import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/ui/App.svelte';
import '../../../../src/ui/look/base.css';
import '../../../../src/ui/look/tokens.css';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { Shell } from '../../../../src/ui/state/shell.svelte.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { FakeClient } from '../../../support/fakeEngine.ts';
import { findingOf, pileOf } from '../../../support/pileOf.ts';
import { expectAccessible, PileEngine } from '../support.ts';

// The panels come in on demand; a busy machine takes its time to serve them the first time.
vi.setConfig({ testTimeout: 60_000 });
const UNHURRIED = { timeout: 30_000 };

const pile = () =>
  pileOf([
    { name: 'VM_now.avhd', parent: 'VM_old.avhd' },
    { name: 'VM_old.avhd', parent: 'VM.vhd', findings: [findingOf('footer-lost', 'warning')] },
    { name: 'VM.vhd' },
  ]);

async function start(): Promise<Session> {
  const session = new Session(new FakeClient(new PileEngine(pile())));
  await render(App, { session, shell: new Shell() });
  return session;
}

async function openSample(): Promise<Session> {
  const session = await start();
  await userEvent.click(page.getByRole('button', { name: 'Open the sample chain' }));
  await expect.element(page.getByRole('tree'), UNHURRIED).toBeVisible();
  return session;
}

beforeEach(async () => {
  history.replaceState(null, '', '#');
  await page.viewport(1280, 800);
});

describe('what the page says of itself', () => {
  it('names 7-Zip, where its parts lie, and leads to the licences', async () => {
    await start();
    await userEvent.click(page.getByRole('button', { name: 'About and licences' }));
    const dialog = page.getByRole('dialog', { name: 'About Disklab' });
    await expect.element(dialog).toHaveTextContent(/7-Zip 24\.09, copyright Igor Pavlov.*GNU LGPL.*unRAR/s);
    await expect.element(dialog).toHaveTextContent(/7-zip\/7zz\.wasm/);
    const links = dialog.element().querySelectorAll('a');
    expect([...links].map((link) => link.getAttribute('href'))).toEqual([
      './7-zip/License.txt',
      './7-zip/unRarLicense.txt',
      './7-zip/LGPL-2.1.txt',
      './licences.txt',
    ]);
    await expectAccessible(dialog.element());
  });
});

describe('the page', () => {
  it('says what it is, what to do next and what stays here', async () => {
    await start();
    await expect
      .element(page.getByRole('heading', { level: 1 }))
      .toHaveTextContent(/which file answers every sector/);
    await expect.element(page.getByRole('button', { name: /Open folder…/ })).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'What stays here' })).toBeVisible();
    const screens = [...document.querySelectorAll('nav a')].map((link) => link.textContent);
    expect(screens).toEqual(['Merge', 'Lab', 'Lessons', 'Experiments', 'Make', 'Private storage']);
    await expectAccessible(document.body);
  });

  it('shows the whole instrument at 1280 × 800 without scrolling', async () => {
    await openSample();
    for (const name of ['Whole disk', 'Read path', 'Bytes of the disk']) {
      await expect.element(page.getByRole('heading', { name }).first()).toBeVisible();
    }
    await expect.poll(() => document.documentElement.scrollHeight).toBeLessThanOrEqual(800);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(1280);
    await expectAccessible(document.body);
  });

  it('stands in one column in the order what, where, how, tree, bytes on a phone', async () => {
    await page.viewport(390, 844);
    await openSample();
    const top = (selector: string) =>
      document.querySelector(selector)?.getBoundingClientRect().top ?? Number.NaN;
    const order = ['.sel', '.disk', '.path', '.files', '.bytes'].map(top);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    await expect.poll(() => document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  });

  it('takes files that are dropped anywhere on it', async () => {
    const session = await start();
    const files = new DataTransfer();
    files.items.add(new File(['not a disk'], 'a.vhd'));
    const event = (type: string) =>
      new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event('dragenter'));
    await expect.element(page.getByText('let go to open them')).toBeVisible();
    document.body.dispatchEvent(event('drop'));
    await expect.poll(() => session.pile?.files.length).toBe(3);
    await expect.element(page.getByRole('tree')).toBeVisible();
  });

  it('leaves dragged text alone', async () => {
    await start();
    const text = new DataTransfer();
    text.setData('text/plain', 'words');
    const event = new DragEvent('dragover', { dataTransfer: text, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
  });

  it('goes through its screens and back', async () => {
    const session = await openSample();
    await userEvent.click(page.getByRole('link', { name: 'Check', exact: true }));
    await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('1 warning in 3 disks');
    await new Promise((passed) => setTimeout(passed, 800));
    await userEvent.click(page.getByRole('link', { name: 'Explore' }));
    await expect.element(page.getByRole('tree')).toBeVisible();
    history.back();
    await expect.poll(() => session.screen).toBe('check');
  });

  it('says what stopped the engine and restarts it', async () => {
    const session = await openSample();
    session.death = { code: 'engine-failed', message: 'The engine stopped: out of memory.' };
    await expect.element(page.getByText('The engine stopped: out of memory.')).toBeVisible();
    await userEvent.click(page.getByRole('button', { name: 'Restart the engine' }));
    await expect.poll(() => session.death).toBe(null);
    expect(session.pile?.files).toHaveLength(3);
  });
});

describe('keys', () => {
  const press = (key: string) => userEvent.keyboard(key);

  it('go where they say', async () => {
    const session = await openSample();
    await press('g');
    expect(document.activeElement?.id).toBe('selection-sector');
    await press('5{Enter}');
    expect(session.selection.firstSector).toBe(5);
    expect(session.spotlight).toBe(null);
    (document.activeElement as HTMLElement).blur();
    await press('1');
    expect(session.spotlight).toBe(1);
    await press('{Escape}');
    expect(session.spotlight).toBe(null);
    await press('9');
    expect(session.spotlight).toBe(null);
  });

  it('F6 goes round the panels', async () => {
    await openSample();
    const seen = new Set<Element | null | undefined>();
    for (let i = 0; i < 5; i++) {
      await press('{F6}');
      seen.add(document.activeElement?.closest('[data-panel]'));
    }
    expect(seen.size).toBe(5);
    expect(seen.has(null)).toBe(false);
  });

  it('? lists every key of every panel; Escape closes it and gives the focus back', async () => {
    await openSample();
    const before = document.activeElement;
    await press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    for (const group of ['Everywhere', 'Block map', 'Read path', 'Bytes']) {
      await expect.element(dialog.getByRole('heading', { name: group })).toBeVisible();
    }
    await expectAccessible(document.querySelector('dialog[open]') as Element);
    await press('{Escape}');
    await expect.element(dialog).not.toBeInTheDocument();
    expect(document.activeElement).toBe(before);
  });
});

it('is light, dark or as the system has it, and remembers', async () => {
  await start();
  await userEvent.click(page.getByRole('button', { name: 'View' }));
  await userEvent.click(page.getByRole('button', { name: 'Dark' }));
  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(theme.resolved).toBe('dark');
  expect(getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()).toBe('#14161a');
  // Hovered buttons change their ground over 120 ms.
  await new Promise((passed) => setTimeout(passed, 200));
  await expectAccessible(document.body);
  await userEvent.click(page.getByRole('button', { name: 'Projector' }));
  expect(getComputedStyle(document.documentElement).fontSize).toBe('20px');
  theme.choose('auto');
  theme.chooseSize('normal');
  expect(document.documentElement.dataset.theme).toBe(undefined);
});
