/** Text from files may hold anything: what would move a cursor or turn the direction of writing is spelled out. */

// Control characters of both sets, marks that turn the direction of writing, line separators, lone surrogates.
export const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** The text with every such character as `\u{1B}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
}
