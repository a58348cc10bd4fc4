/** The words of the field as this program uses them, in its code, its pages and its documents. */
import { DISK_WORDS } from './words/diskWords.ts';
import { LAB_WORDS } from './words/labWords.ts';
import { MERGE_WORDS } from './words/mergeWords.ts';

export interface GlossaryEntry {
  /** As it is written in a sentence. */
  readonly word: string;
  /** Other spellings that lead here: plurals, older names. */
  readonly also: readonly string[];
  readonly text: string;
  /** A name in the code that carries the word: `file:name`, checked by a test. */
  readonly inCode: string;
  readonly see: readonly string[];
}

/** Files from the inside, then machines, then merges; each group in the order in which its words explain each other. */
export const GLOSSARY: readonly GlossaryEntry[] = [...DISK_WORDS, ...LAB_WORDS, ...MERGE_WORDS];

/** By its word or another spelling of it, in small or capital letters; null = there is no such word. */
export function glossaryEntry(word: string): GlossaryEntry | null {
  const wanted = word.toLowerCase();
  const is = (text: string) => text.toLowerCase() === wanted;
  return GLOSSARY.find((entry) => is(entry.word) || entry.also.some(is)) ?? null;
}
