import { beforeEach, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { LESSON_PLACES, LESSONS } from '../../../../src/engine/api.ts';
import { isOn } from '../../../../src/ui/lessons/places.ts';
import { lessonApp } from './lessonParts.ts';

beforeEach(async () => {
  await page.viewport(1280, 800);
});

/** A screen is loaded when it is first shown. */
const WAIT = { timeout: 20_000 };

/** Places with a size, of all that are named. */
const there = () => {
  const elements = [...document.querySelectorAll<HTMLElement>('[data-place]')];
  return new Set(elements.filter(({ offsetWidth }) => offsetWidth > 0).map(({ dataset }) => dataset.place));
};

it('finds every place of the lab and of Explore on the real screens', async () => {
  const { labs, session } = await lessonApp('#');
  await labs.start({ from: 'scenario', scenario: null, storage: 'memory' });
  session.show('lab');
  const inLab = LESSON_PLACES.filter((place) => isOn(place, 'lab'));
  await vi.waitFor(() => expect(inLab.filter((place) => !there().has(place))).toEqual([]), WAIT);
  await session.openSample();
  session.show('explore');
  const inExplore = LESSON_PLACES.filter((place) => isOn(place, 'explore'));
  await vi.waitFor(() => expect(inExplore.filter((place) => !there().has(place))).toEqual([]), WAIT);
  expect(inLab.length + inExplore.length).toBe(LESSON_PLACES.length);
});

it('has a page for each lesson of the course', async () => {
  const { session, screen } = await lessonApp('#screen=lessons', LESSONS);
  for (const lesson of LESSONS) {
    session.show('lessons', lesson.id);
    await expect.element(screen.getByRole('heading', { level: 1 })).toHaveTextContent(lesson.title);
  }
});
