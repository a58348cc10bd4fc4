/** The lessons and the glossary as documents. Links within one document; `glossary.md` beside `lessons.md`. */
import { GLOSSARY, type GlossaryEntry, glossaryEntry } from './glossary.ts';
import type { Lesson, LessonStep } from './lesson.ts';
import { LESSONS } from './lessons.ts';
import { parseText } from './parseText.ts';

/** All six, without their solutions: those are found by doing. */
export function lessonsMarkdown(lessons: readonly Lesson[] = LESSONS): string {
  const list = lessons.map(
    ({ number, title, minutes, lead }) =>
      `${number}. [${title}](#${anchor(`${number}. ${title}`)}): ${minutes} minutes. ${lead}`,
  );
  const head =
    '# The six lessons\n\nAs they stand in the app under **Lessons**, where each runs on the checkpoint lab and sees when a task is done. This page is made from the same texts by `npm run verdicts`.';
  return `${[head, list.join('\n'), ...lessons.map(lessonText)].join('\n\n')}\n`;
}

function lessonText({ number, title, minutes, lead, scenario, steps }: Lesson): string {
  const head = `## ${number}. ${title}\n\n${lead} ${minutes} minutes.\n\nIt begins with: ${lowerFirst(scenario.text)}`;
  return [head, ...steps.map(stepText)].join('\n\n');
}

function stepText(step: LessonStep, index: number): string {
  const { title, text, task, options, hints, done } = step;
  const choices = options.map(({ label, answer }) => `- ${label}. *${answer}*`).join('\n');
  return [
    `### ${index + 1}. ${title}`,
    ...text.map(linkedText),
    ...(task === null ? [] : [`**Task:** ${task}`]),
    ...(choices === '' ? [] : [choices]),
    ...(hints.length === 0 ? [] : [`Hints: ${hints.join(' ')}`]),
    ...(done === null ? [] : [`**Done:** ${done}`]),
  ].join('\n\n');
}

function linkedText(text: string): string {
  return parseText(text)
    .map((part) => {
      const entry = part.word === null ? null : glossaryEntry(part.word);
      return entry ? `[${part.text}](glossary.md#${anchor(entry.word)})` : part.text;
    })
    .join('');
}

/** In the order of the alphabet. */
export function glossaryMarkdown(entries: readonly GlossaryEntry[] = GLOSSARY): string {
  const sorted = [...entries].sort((one, other) => one.word.localeCompare(other.word, 'en'));
  const head =
    '# Glossary\n\nThe words of the field as this program uses them: in its code, on its pages, and in its lessons. This page is made from the same list by `npm run verdicts`.';
  return `${[head, ...sorted.map(entryText)].join('\n\n')}\n`;
}

function entryText({ word, also, text, inCode, see }: GlossaryEntry): string {
  const [file = '', name = ''] = inCode.split(':');
  const others = also.length === 0 ? [] : [`Also: ${also.join(', ')}.`];
  const seen =
    see.length === 0 ? [] : [`See ${see.map((each) => `[${each}](#${anchor(each)})`).join(', ')}.`];
  return [
    `## ${word}`,
    text,
    [...others, `In the code: \`${name}\` in \`${file}\`.`, ...seen].join(' '),
  ].join('\n\n');
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
