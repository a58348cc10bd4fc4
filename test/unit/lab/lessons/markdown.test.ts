import { describe, expect, it } from 'vitest';
import { GLOSSARY } from '../../../../src/lab/lessons/glossary.ts';
import { LESSONS } from '../../../../src/lab/lessons/lessons.ts';
import { glossaryMarkdown, lessonsMarkdown } from '../../../../src/lab/lessons/markdown.ts';

/** As GitHub makes an anchor: small letters, no punctuation, hyphens for spaces. */
const anchors = (markdown: string) =>
  new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      [...heading.toLowerCase()]
        .filter((letter) => /[a-z0-9 \-’]/.test(letter) && letter !== '’')
        .join('')
        .replaceAll(' ', '-'),
    ),
  );
const targets = (markdown: string, file: string) =>
  [...markdown.matchAll(/\]\(([^)#]*)#([^)]+)\)/g)].flatMap(([, to, anchor = '']) =>
    to === file ? [anchor] : [],
  );

describe('the documents', () => {
  const lessons = lessonsMarkdown();
  const glossary = glossaryMarkdown();

  it('have every lesson and step, with no mark left', () => {
    for (const { number, title, steps } of LESSONS) {
      expect(lessons).toContain(`## ${number}. ${title}\n`);
      for (const step of steps) expect(lessons).toContain(`. ${step.title}\n`);
    }
    expect(lessons).not.toMatch(/\[[^\]]*\](?!\()/);
  });

  it('have every word, once', () => {
    for (const { word, text } of GLOSSARY) {
      expect(glossary.split(`## ${word}\n`)).toHaveLength(2);
      expect(glossary).toContain(text);
    }
  });

  it('lead to places that there are', () => {
    const [ofLessons, ofGlossary] = [anchors(lessons), anchors(glossary)];
    expect(targets(lessons, '')).toHaveLength(LESSONS.length);
    expect(targets(lessons, '').filter((anchor) => !ofLessons.has(anchor))).toEqual([]);
    expect(targets(lessons, 'glossary.md').length).toBeGreaterThan(20);
    expect(targets(lessons, 'glossary.md').filter((anchor) => !ofGlossary.has(anchor))).toEqual([]);
    expect(targets(glossary, '').filter((anchor) => !ofGlossary.has(anchor))).toEqual([]);
  });
});
