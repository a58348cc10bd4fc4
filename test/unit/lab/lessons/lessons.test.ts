import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import { parseScenario } from '../../../../src/lab/history/parseScenario.ts';
import { scenarioText } from '../../../../src/lab/history/scenarioText.ts';
import { glossaryEntry } from '../../../../src/lab/lessons/glossary.ts';
import type { Goal } from '../../../../src/lab/lessons/goal.ts';
import { LESSON_IDS, LESSON_PLACES, type LessonStep } from '../../../../src/lab/lessons/lesson.ts';
import { LESSONS } from '../../../../src/lab/lessons/lessons.ts';
import { minutesOf, wordsOf } from '../../../../src/lab/lessons/minutes.ts';
import { parseText, plainText } from '../../../../src/lab/lessons/parseText.ts';

const STEPS = LESSONS.flatMap((lesson) =>
  lesson.steps.map((step, i) => ({ name: `${lesson.id} ${i + 1}`, step })),
);

/** All that a reader sees of a step, but for its paragraphs. */
function linesOf({ title, task, options, hints, done }: LessonStep): string[] {
  const answers = options.flatMap(({ label, answer }) => [label, answer]);
  return [title, task ?? '', ...answers, ...hints, done ?? ''];
}

function isQuestion(goal: Goal | null): goal is Extract<Goal, { is: 'chose' }> {
  return goal?.is === 'chose';
}

describe('the six lessons', () => {
  it('are those that there are, in their order', () => {
    expect(LESSONS.map(({ id }) => id)).toEqual(LESSON_IDS);
    expect(LESSONS.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each(LESSONS)('$id takes five to ten minutes, as its words and tasks have it', (lesson) => {
    expect(lesson.minutes).toBe(minutesOf(lesson));
    expect(lesson.minutes).toBeGreaterThanOrEqual(5);
    expect(lesson.minutes).toBeLessThanOrEqual(10);
    expect(lesson.steps.length).toBeGreaterThanOrEqual(4);
    expect(lesson.steps.length).toBeLessThanOrEqual(8);
    expect(wordsOf(lesson)).toBeGreaterThan(200);
  });

  it.each(LESSONS)('$id begins small, with a lab of its own that a link can carry', ({ scenario }) => {
    for (const { virtualSizeBytes } of scenario.disks) {
      expect(virtualSizeBytes).toBeGreaterThanOrEqual(64 * MIB);
      expect(virtualSizeBytes).toBeLessThanOrEqual(256 * MIB);
    }
    expect(scenario.settings.memoryBytes).toBeLessThanOrEqual(16 * MIB);
    expect(scenario.endUs).toBeLessThanOrEqual(30e6);
    expect(LESSONS.filter((other) => other.scenario.name === scenario.name)).toHaveLength(1);
    expect(parseScenario(scenarioText(scenario), 'The lesson')).toEqual(scenario);
  });

  it.each(STEPS)('$name has marks only in its paragraphs, and each leads to the glossary', ({ step }) => {
    for (const line of linesOf(step)) expect(plainText(line)).toBe(line);
    for (const { word } of step.text.flatMap(parseText))
      if (word !== null) expect(glossaryEntry(word)?.word, word).toBe(word);
    for (const line of step.text.map(plainText)) expect(line).not.toMatch(/[[\]|]/);
  });

  it.each(STEPS)('$name is said plainly', ({ step }) => {
    expect(step.text.length).toBeGreaterThanOrEqual(1);
    expect(step.text.length).toBeLessThanOrEqual(3);
    expect(step.title.length).toBeLessThanOrEqual(40);
    for (const line of [...step.text, ...linesOf(step)]) {
      expect(line).not.toMatch(/!|snapshot|please/i);
      expect(line).not.toMatch(/['"]/);
    }
  });

  it.each(STEPS)('$name points at a place of the screen', ({ step }) => {
    expect(step.pointsAt === null || LESSON_PLACES.includes(step.pointsAt)).toBe(true);
  });

  it.each(STEPS)('$name has for its task a goal, hints, a solution and a word at the end', ({ step }) => {
    const { task, goal, hints, done, solution } = step;
    const hasTask = task !== null;
    expect(goal !== null).toBe(hasTask);
    expect(done !== null).toBe(hasTask);
    expect(hints.length >= 1).toBe(hasTask);
    expect(hints.length).toBeLessThanOrEqual(4);
    expect(solution.length >= 1).toBe(hasTask);
  });

  it.each(STEPS)('$name has options where it asks, all of them answered, one of them right', ({ step }) => {
    const { goal, options, solution } = step;
    const ids = options.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { label, answer } of options) {
      expect(label).not.toBe('');
      expect(answer).not.toBe('');
    }
    if (!isQuestion(goal)) {
      expect(options).toEqual([]);
      return;
    }
    expect(options.length).toBeGreaterThanOrEqual(2);
    expect(ids).toContain(goal.option);
    expect(solution).toEqual([{ act: 'answer', option: goal.option }]);
  });

  it('do not put the right answer always in the same place', () => {
    const places = STEPS.flatMap(({ step: { goal, options } }) =>
      isQuestion(goal) ? [options.findIndex(({ id }) => id === goal.option)] : [],
    );
    expect(new Set(places).size).toBeGreaterThan(2);
  });
});
