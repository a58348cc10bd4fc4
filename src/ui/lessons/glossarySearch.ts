/** The glossary as a page lists it. */
import { GLOSSARY, type GlossaryEntry } from '../../engine/api.ts';

/** In the order of the alphabet; with a search, those that have it in their word, other spellings or text. */
export function entriesWith(search: string): GlossaryEntry[] {
  const wanted = search.trim().toLowerCase();
  return GLOSSARY.filter(({ word, also, text }) =>
    [word, ...also, text].some((one) => one.toLowerCase().includes(wanted)),
  ).sort((one, other) => one.word.localeCompare(other.word, 'en'));
}
