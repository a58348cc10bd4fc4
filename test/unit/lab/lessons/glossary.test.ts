import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GLOSSARY, glossaryEntry } from '../../../../src/lab/lessons/glossary.ts';

describe('the glossary', () => {
  it.each(GLOSSARY)('$word is a name in the code', async ({ inCode }) => {
    const [file = '', name = '', ...rest] = inCode.split(':');
    expect(rest).toEqual([]);
    expect(file).toMatch(/^src\/.+\.ts$/);
    const code = await readFile(new URL(`../../../../${file}`, import.meta.url), 'utf8');
    expect(name).toMatch(/^\w+$/);
    expect(new RegExp(`\\b${name}\\b`).test(code), `${name} stands in ${file}`).toBe(true);
  });

  it('is of a size that can be read', () => {
    expect(GLOSSARY.length).toBeGreaterThanOrEqual(35);
    expect(GLOSSARY.length).toBeLessThanOrEqual(50);
  });

  it.each(GLOSSARY)('$word is said in one to four plain sentences', ({ text, word }) => {
    const sentences = text.split(/(?<=[.!?])\s+/);
    expect(sentences.length).toBeLessThanOrEqual(4);
    expect(text).toMatch(/^[\dA-Z].*\.$/);
    expect(text).not.toContain('!');
    expect(text).not.toMatch(/[[\]]/);
    if (word !== 'checkpoint') expect(text.toLowerCase()).not.toContain('snapshot');
  });

  it('has each spelling once', () => {
    const all = GLOSSARY.flatMap(({ word, also }) => [word, ...also]).map((each) => each.toLowerCase());
    expect(all.filter((each, i) => all.indexOf(each) !== i)).toEqual([]);
  });

  it('refers to words that it has, and not to the word itself', () => {
    const words = new Set(GLOSSARY.map(({ word }) => word));
    for (const { word, see } of GLOSSARY) {
      expect(
        see.filter((each) => !words.has(each) || each === word),
        word,
      ).toEqual([]);
      expect(new Set(see).size).toBe(see.length);
    }
  });

  it('finds an entry by every spelling, in any letters, and nothing else', () => {
    for (const entry of GLOSSARY) {
      for (const spelling of [entry.word, ...entry.also, entry.word.toUpperCase()])
        expect(glossaryEntry(spelling)).toBe(entry);
    }
    expect(glossaryEntry('snapshot')?.word).toBe('checkpoint');
    expect(glossaryEntry('bat')?.word).toBe('block table (BAT)');
    expect(glossaryEntry('')).toBeNull();
    expect(glossaryEntry('sect')).toBeNull();
  });
});
