/** Text of a lesson with its marks: `[word]` and `[words|word]` lead to the glossary. */

export interface TextPart {
  readonly text: string;
  /** The glossary's word that it leads to; null = plain text. */
  readonly word: string | null;
}

const MARK = /\[([^[\]|]+)(?:\|([^[\]|]+))?\]/g;

/** Brackets that are no mark stay as they are. Neighbouring plain text is one part; '' has none. */
export function parseText(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    const [mark, shown = '', word = shown] = match;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), word: null });
    parts.push({ text: shown, word });
    from = match.index + mark.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), word: null });
  return parts;
}

/** As it is read aloud: without the marks. */
export function plainText(text: string): string {
  return parseText(text)
    .map((part) => part.text)
    .join('');
}
