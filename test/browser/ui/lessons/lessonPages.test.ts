import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cdp, page, userEvent } from 'vitest/browser';
import { GLOSSARY } from '../../../../src/engine/api.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { expectAccessible } from '../support.ts';
import { KEY, lessonApp } from './lessonParts.ts';

beforeEach(async () => {
  localStorage.removeItem(KEY);
  theme.choose('light');
  theme.chooseSize('normal');
  await page.viewport(1280, 800);
});

/** A screen is loaded when it is first shown. */
const WAIT = { timeout: 20_000 };

const main = () => page.getByRole('main');

describe('the list of lessons', () => {
  it('says how far each was taken, whatever lies in the browser’s storage', async () => {
    localStorage.setItem(KEY, JSON.stringify({ 'differencing-disk': { step: 2, met: [1], ended: false } }));
    await lessonApp('#screen=lessons');
    await expect.element(main()).toHaveTextContent(/What a differencing disk is.*6 min step 3 of 4/);
    await expect.element(main()).toHaveTextContent(/How a read finds its sector.*6 min new/);
    await expectAccessible(document.body);
  });

  it.each(['{', 'null', '[]', '{"differencing-disk":{"step":-1,"met":[],"ended":false}}', '7'])(
    'takes %s in storage for nothing',
    async (text) => {
      localStorage.setItem(KEY, text);
      await lessonApp('#screen=lessons');
      await expect.element(main()).toHaveTextContent(/What a differencing disk is.*6 min new/);
    },
  );

  it('tells a lesson that is done from one that was only read to its end', async () => {
    localStorage.setItem(
      KEY,
      JSON.stringify({
        'differencing-disk': { step: 3, met: [1, 2], ended: true },
        'read-path': { step: 0, met: [], ended: true },
      }),
    );
    await lessonApp('#screen=lessons');
    await expect.element(main()).toHaveTextContent(/read to its end, 1 task open/);
    await expect.element(main()).toHaveTextContent(/How a read finds its sector.*done/);
  });

  it('leads to a lesson’s own page', async () => {
    const { screen, session } = await lessonApp('#screen=lessons');
    await screen.getByRole('link', { name: 'What a differencing disk is' }).click();
    expect([session.at, location.hash]).toEqual([
      'differencing-disk',
      '#screen=lessons&at=differencing-disk',
    ]);
    await expect.element(main()).toHaveTextContent(/What it needs.*A lab in memory.*Begin/);
    await expectAccessible(document.body);
  });
});

describe('the glossary', () => {
  it('is in the order of the alphabet, and finds a word by its spellings and its text', async () => {
    await lessonApp('#screen=lessons&at=glossary');
    const words = () => [...document.querySelectorAll('dt')].map((dt) => dt.textContent?.trim());
    const inOrder = GLOSSARY.map(({ word }) => word).sort((one, other) => one.localeCompare(other, 'en'));
    await vi.waitFor(() => expect(words()).toEqual(inOrder), WAIT);
    await page.getByLabelText('Search').fill('SECTOR BITMAP');
    await vi.waitFor(() => expect(words()).toContain('bitmap'), WAIT);
    expect(words().length).toBeLessThan(inOrder.length);
    await expect.element(main()).toHaveTextContent(`${words().length} of ${inOrder.length} words`);
    await page.getByLabelText('Search').fill('snow');
    await expect.element(main()).toHaveTextContent(/No word has “snow”/);
    await expectAccessible(document.body);
  });

  it('opens at the word of the address, and goes on to others', async () => {
    const { screen, session } = await lessonApp('#screen=lessons&at=glossary&set=BAT');
    await vi.waitFor(
      () => expect(document.activeElement?.textContent?.trim()).toBe('block table (BAT)'),
      WAIT,
    );
    await screen.getByRole('button', { name: 'bitmap', exact: true }).first().click();
    expect(session.set).toBe('bitmap');
    await vi.waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe('bitmap'), WAIT);
  });

  it('says where there is no such word', async () => {
    await lessonApp('#screen=lessons&at=glossary&set=snow');
    await expect.element(main()).toHaveTextContent(/There is no entry for “snow”/);
  });
});

describe('the teacher’s page', () => {
  it('has the projector, links to lessons and their labs, and a way to begin afresh', async () => {
    localStorage.setItem(KEY, JSON.stringify({ 'read-path': { step: 0, met: [], ended: true } }));
    const { button, lessons } = await lessonApp('#screen=lessons&at=teacher');
    await expect.element(button('Print')).toBeVisible();
    await expectAccessible(document.body);
    await main().getByRole('button', { name: 'Projector' }).click();
    expect(theme.size).toBe('projector');
    expect(document.documentElement.dataset.size).toBe('projector');
    const address = (name: string) => page.getByRole('textbox', { name, exact: true }).element();
    const lesson = address('Lesson 1');
    expect(lesson instanceof HTMLInputElement && lesson.value).toMatch(
      /#screen=lessons&at=differencing-disk$/,
    );
    const lab = address('Lab 1');
    expect(lab instanceof HTMLInputElement && lab.value).toMatch(/#lab=[\w-]{20,}$/);
    await button('Forget the progress of all lessons…').click();
    await button('Forget it').click();
    expect(localStorage.getItem(KEY)).toBe('{}');
    expect(lessons.progress.isEmpty).toBe(true);
  });

  it('prints the sheet alone, black on white, solutions on a page of their own', async () => {
    theme.choose('dark');
    const { button } = await lessonApp('#screen=lessons&at=teacher');
    await expect.element(button('Print')).toBeVisible();
    const session = cdp();
    try {
      await session.send('Emulation.setEmulatedMedia', { media: 'print' });
      const sheet = document.querySelector<HTMLElement>('.lesson-sheet');
      const text = () => sheet?.textContent?.replaceAll(/\s+/g, ' ') ?? '';
      await vi.waitFor(() => expect(text()).toMatch(/Lesson 1: What a differencing disk is/), WAIT);
      expect(text()).toMatch(/A bitmap says which sectors/);
      expect(text()).toMatch(/Task Take a checkpoint named “mine”\./);
      expect(text()).toMatch(/To do: take a checkpoint named “mine”\./);
      expect(text()).toMatch(/Answer: The oldest that holds it/);
      expect(getComputedStyle(document.documentElement).backgroundColor).toBe('rgb(255, 255, 255)');
      expect(sheet && getComputedStyle(sheet).color).toBe('rgb(0, 0, 0)');
      const visible = ['header.top', 'footer.status', 'nav', 'h1'].filter(
        (name) => document.querySelector<HTMLElement>(name)?.offsetParent != null,
      );
      expect(visible).toEqual([]);
      const pages = [...document.querySelectorAll('.sheet-page')].map(
        (one) => getComputedStyle(one).breakBefore,
      );
      expect(pages).toEqual(['auto', 'page', 'page']);
    } finally {
      await session.send('Emulation.setEmulatedMedia', { media: '' });
    }
    await userEvent.click(page.getByRole('checkbox', { name: 'with solutions' }));
    await vi.waitFor(() => expect(document.querySelectorAll('.sheet-page')).toHaveLength(2));
  });
});
