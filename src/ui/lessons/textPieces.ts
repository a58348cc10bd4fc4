/** A paragraph in pieces that are drawn one after the other: plain text, and words with the punctuation that clings to them. */
import { glossaryEntry, parseText } from '../../engine/api.ts';

export interface TextPiece {
  readonly text: string;
  /** The glossary's word that it leads to; null = plain text. */
  readonly word: string | null;
  /** Punctuation right behind a word: no line may begin with it. */
  readonly tail: string;
}

export function textPieces(text: string): TextPiece[] {
  const parts = parseText(text).map((part) => ({
    text: part.text,
    word: part.word !== null && glossaryEntry(part.word) ? part.word : null,
  }));
  const tails = parts.map(({ word }, i) => {
    const next = parts[i + 1];
    return word !== null && next?.word === null ? (/^[^\s\p{L}\p{N}]+/u.exec(next.text)?.[0] ?? '') : '';
  });
  return parts.map((part, i) => ({
    ...part,
    text: part.text.slice(tails[i - 1]?.length ?? 0),
    tail: tails[i] ?? '',
  }));
}
