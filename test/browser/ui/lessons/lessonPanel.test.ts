import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { glossaryEntry } from '../../../../src/engine/api.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { expectAccessible } from '../support.ts';
import { begun, IN_EXPLORE, KEY, lessonApp } from './lessonParts.ts';

beforeEach(async () => {
  localStorage.removeItem(KEY);
  theme.choose('light');
  await page.viewport(1280, 800);
});

const stored = () => JSON.parse(localStorage.getItem(KEY) ?? 'null');
const shown = () => [...document.querySelectorAll<HTMLElement>('[data-shown]')];

describe('a lesson under way', () => {
  it('opens its own lab, stands on every screen and speaks of the step', async () => {
    const { lab, panel, screen, session } = await begun();
    await expect.element(panel).toHaveTextContent(/Lesson 1: What a differencing disk is step 1 of 4/);
    expect(lab.started).toEqual([
      { from: 'scenario', scenario: expect.objectContaining({ name: 'Lesson lab 1' }), storage: 'memory' },
    ]);
    expect(session.screen).toBe('lab');
    await expect.element(screen.getByRole('tree')).toBeVisible();
    await expect.element(screen.getByRole('heading', { name: /^Lesson 1/ })).toHaveFocus();
    await expectAccessible(document.body);
    await screen.getByRole('link', { name: 'Make', exact: true }).click();
    await expect.element(panel).toBeVisible();
    await expect.element(panel).toHaveTextContent(/Files in a pile/);
  });

  it('explains a word where it stands', async () => {
    const { panel, session } = await begun();
    expect(panel.element().textContent).toMatch(
      /A bitmap says which.* as the tables says which blocks, and in which file\./,
    );
    const said = (word: string) => glossaryEntry(word)?.text ?? 'no such word';
    await panel.getByRole('button', { name: 'tables', exact: true }).click();
    await expect.element(panel).toHaveTextContent(`block table (BAT) ${said('block table (BAT)')} See`);
    await panel.getByRole('button', { name: 'newest file', exact: true }).click();
    await expect.element(panel).toHaveTextContent(`leaf ${said('leaf')}`);
    await expectAccessible(document.body);
    await panel.getByRole('button', { name: 'In the glossary' }).first().click();
    expect([session.screen, session.at, session.set]).toEqual(['lessons', 'glossary', 'block table (BAT)']);
  });

  it('sees that a task is done, says so, and keeps it done', async () => {
    const { labs, panel, button, lessons } = await begun();
    await button('Next').click();
    await expect.element(panel).toHaveTextContent(/Task, open/);
    await labs.do({ do: 'take', name: 'other' });
    await expect.element(panel).toHaveTextContent(/Task, open/);
    await labs.do({ do: 'take', name: 'mine' });
    await expect.element(panel).toHaveTextContent(/Task done.*The file is frozen/);
    expect([...document.querySelectorAll('[role=status]')].map((one) => one.textContent)).toContain(
      'Task done. The file is frozen, and an empty one stands on it.',
    );
    const { id } = labs.view?.machine.checkpoints.find(({ name }) => name === 'mine') ?? { id: '' };
    await labs.do({ do: 'delete', checkpoint: id });
    await expect.element(panel).toHaveTextContent(/Task done/);
    await button('Back').click();
    await button('Next').click();
    await expect.element(panel).toHaveTextContent(/Task done/);
    expect([...lessons.met]).toEqual([1]);
    expect(stored()).toEqual({ 'differencing-disk': { step: 1, met: [1], ended: false } });
  });

  it('gives hints one by one', async () => {
    const { panel, button } = await begun();
    await button('Next').click();
    await expect.element(panel).not.toHaveTextContent(/There is a button/);
    await button('Hint 1 of 2').click();
    await expect.element(panel).toHaveTextContent(/Hint 1 There is a button for it\./);
    await expect.element(panel).not.toHaveTextContent(/Take with a name/);
    await button('Hint 2 of 2').click();
    await expect.element(panel).toHaveTextContent(/Hint 2 More, then/);
    await expect.element(button(/^Hint/)).not.toBeInTheDocument();
  });

  it('does a step for the reader, after it said what it does', async () => {
    const { lab, labs, panel, button, screen } = await begun();
    await button('Next').click();
    await expect.element(panel).toHaveTextContent(/It will take a checkpoint named “mine”\./);
    await screen.getByRole('link', { name: 'Make', exact: true }).click();
    await button('Do it for me').click();
    await expect.element(panel).toHaveTextContent(/Task done/);
    await expect.element(screen.getByRole('tree')).toBeVisible();
    expect(lab.commands).toEqual([{ do: 'take', name: 'mine' }]);
    await button('Next').click();
    await button('Next').click();
    const fromUs = labs.view?.nowUs ?? 0;
    await expect
      .element(panel)
      .toHaveTextContent(/It will let the lab run for 20 simulated seconds; let the lab run for 10/);
    await button('Do it for me').click();
    await expect.element(panel).toHaveTextContent(/Task done/);
    expect(labs.view?.nowUs).toBe(fromUs + 30e6);
  });

  it('says where a refused step stopped', async () => {
    const { lab, panel, button } = await begun();
    lab.refused.add('take');
    await button('Next').click();
    await button('Do it for me').click();
    await expect.element(panel).toHaveTextContent(/It stopped there/);
    await expect.element(panel).toHaveTextContent(/Task, open/);
  });

  it('asks a question and answers each choice', async () => {
    const { panel, button, screen } = await begun();
    await button('Next').click();
    await button('Next').click();
    await screen.getByRole('radio', { name: 'The newest' }).click();
    await expect.element(panel).toHaveTextContent(/It is empty/);
    await expect.element(panel).toHaveTextContent(/Task, open/);
    await screen.getByRole('radio', { name: 'The oldest that holds it' }).click();
    await expect.element(panel).toHaveTextContent(/Task done.*Yes: the read falls/);
    await expectAccessible(document.body);
  });

  it('marks the place that it speaks of until the next click, and knows when it is on another screen', async () => {
    const { panel, button, session } = await begun();
    await button('Show me where').click();
    await vi.waitFor(() => expect(shown().map(({ dataset }) => dataset.place)).toEqual(['lab-tree']));
    expect(document.activeElement).toBe(shown()[0]);
    await button('Next').click();
    expect(shown()).toEqual([]);
    await button('Next').click();
    await button('Show me where').click();
    await expect
      .element(panel)
      .toHaveTextContent(/That is on the screen Explore\. Nothing is open there yet\./);
    await session.openSample();
    session.show('lab');
    await button('Go to Explore').click();
    await button('Show me where').click();
    await vi.waitFor(() => expect(shown().map(({ dataset }) => dataset.place)).toEqual(['explore-walk']));
    await userEvent.keyboard('{Escape}');
    expect(shown()).toEqual([]);
  });

  it('follows the selection and the walk in Explore', async () => {
    const { session, lessons, panel } = await lessonApp('#', IN_EXPLORE);
    await session.openSample();
    await lessons.begin(...IN_EXPLORE);
    session.show('explore');
    await expect.element(panel).toHaveTextContent(/Task, open/);
    await panel.getByRole('button', { name: 'Do it for me' }).click();
    await expect.element(panel).toHaveTextContent(/Task done/);
    expect(session.screen).toBe('explore');
    expect(session.selection.firstSector).toBe(5);
    expect(session.trace?.steps[session.step]?.action).toBe('read-data');
  });

  it('goes by keys, and folds', async () => {
    const { panel, button, lessons } = await begun();
    await expect.element(panel).toHaveTextContent(/step 1 of 4/);
    await userEvent.keyboard('n');
    expect(lessons.stepIndex).toBe(1);
    await userEvent.keyboard('h');
    await expect.element(panel).toHaveTextContent(/Hint 1 There/);
    await userEvent.keyboard('b');
    expect(lessons.stepIndex).toBe(0);
    await userEvent.keyboard('m');
    await vi.waitFor(() => expect(shown()).toHaveLength(1));
    await userEvent.keyboard('l');
    await expect.element(button('Unfold')).toHaveAttribute('aria-expanded', 'false');
    await expect
      .element(panel.getByRole('heading', { name: 'Files in a pile', includeHidden: true }))
      .not.toBeVisible();
    document.querySelector<HTMLElement>('main')?.focus();
    for (let presses = 0; presses < 8; presses++) {
      await userEvent.keyboard('{F6}');
      if (document.activeElement?.closest('.lesson')) break;
    }
    expect(document.activeElement?.closest('.lesson')).not.toBeNull();
    await userEvent.keyboard('?');
    await expect.element(page.getByRole('dialog')).toHaveTextContent(/Lesson.*Next step.*A hint/);
  });

  it('asks before a lab that would be lost goes, and counts nothing of another lab', async () => {
    const { lab, labs, session, button, panel, screen } = await lessonApp('#');
    await labs.start({ from: 'scenario', scenario: null, storage: 'memory' });
    session.show('lessons', 'differencing-disk');
    await button('Begin').click();
    await expect.element(screen.getByRole('dialog')).toHaveTextContent(/LAB-WEB01 is in memory/);
    await button('Keep LAB-WEB01').click();
    expect(lab.started).toHaveLength(1);
    await button('Begin').click();
    await button('Drop LAB-WEB01 and open the lesson’s lab').click();
    await expect.element(panel).toBeVisible();
    expect(lab.started).toHaveLength(2);
    await button('Next').click();
    await labs.start({ from: 'scenario', scenario: null, storage: 'memory' });
    await expect.element(panel).toHaveTextContent(/is not the lesson’s/);
    await labs.do({ do: 'take', name: 'mine' });
    await expect.element(panel).toHaveTextContent(/Task, open/);
    await button('Open the lesson’s lab at this step').click();
    await button('Drop LAB-WEB01 and open the lesson’s lab').click();
    await expect.element(panel).not.toHaveTextContent(/is not the lesson’s/);
  });

  it('goes on where it was left, with the lab brought to the step', async () => {
    localStorage.setItem(KEY, JSON.stringify({ 'differencing-disk': { step: 2, met: [1], ended: false } }));
    const { lab, panel, button, lessons } = await lessonApp('#screen=lessons&at=differencing-disk');
    await button('Go on at step 3').click();
    await expect.element(panel).toHaveTextContent(/step 3 of 4.*Who answers/);
    expect(lab.commands).toEqual([{ do: 'take', name: 'mine' }]);
    expect([...lessons.met]).toEqual([1]);
    await button('Start this step anew').click();
    await vi.waitFor(() => expect(lab.commands).toHaveLength(2));
    expect(lab.started).toHaveLength(2);
    await expect.element(panel).toHaveTextContent(/step 3 of 4/);
  });

  it('ends with the next lesson, and leaves the lab where it is', async () => {
    const { panel, button, session, lab } = await begun();
    for (let i = 0; i < 3; i++) await button('Next').click();
    await button('Finish').click();
    await expect.element(panel).not.toBeInTheDocument();
    expect([session.screen, session.at]).toEqual(['lessons', 'read-path']);
    expect(stored()['differencing-disk'].ended).toBe(true);
    await button('Begin').click();
    await expect.element(panel).toHaveTextContent(/Lesson 2/);
    expect(lab.started).toHaveLength(2);
    await button('Leave').click();
    await expect.element(panel).not.toBeInTheDocument();
    expect(session.screen).toBe('lab');
    expect(lab.view).not.toBeNull();
  });

  it('folds to one line on a phone, and makes room for the place that it shows', async () => {
    await page.viewport(390, 844);
    const { button, panel } = await begun();
    await expect.element(panel).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    await button('Show me where').click();
    await expect.element(button('Unfold')).toBeVisible();
    expect(document.querySelector<HTMLElement>('.lesson')?.offsetHeight).toBeLessThan(60);
    await vi.waitFor(() => {
      const place = shown()[0]?.getBoundingClientRect();
      const sheet = document.querySelector('.lesson')?.getBoundingClientRect();
      expect(place && sheet && place.top >= 0 && place.top < sheet.top).toBe(true);
    });
    await expectAccessible(document.body);
  });
});
