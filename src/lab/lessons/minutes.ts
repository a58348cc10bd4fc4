/** How long a lesson takes: reading at 130 words a minute, half a minute for each task. */
import type { Lesson, LessonStep } from './lesson.ts';
import { plainText } from './parseText.ts';

const WORDS_A_MINUTE = 130;
const MINUTES_A_TASK = 0.5;

/** Of everything that is read on the way; hints are for those who need them. */
export function wordsOf(lesson: Pick<Lesson, 'lead' | 'steps'>): number {
  const texts = [lesson.lead, ...lesson.steps.flatMap(textsOf)];
  return texts.reduce((sum, text) => sum + plainText(text).split(/\s+/).filter(Boolean).length, 0);
}

function textsOf({ title, text, task, options, done }: LessonStep): string[] {
  const answers = options.flatMap(({ label, answer }) => [label, answer]);
  return [title, ...text, task ?? '', ...answers, done ?? ''];
}

export function minutesOf(lesson: Pick<Lesson, 'lead' | 'steps'>): number {
  const tasks = lesson.steps.filter(({ task }) => task !== null).length;
  return Math.round(wordsOf(lesson) / WORDS_A_MINUTE + tasks * MINUTES_A_TASK);
}
