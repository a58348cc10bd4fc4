/** Lists, counts and file names as sentences need them. */
import { grouped } from '../../base/units.ts';

/** `a`, `a and b`, `a, b and c`; beyond four the rest is counted. */
export function listText(names: readonly string[], most = 4): string {
  const shown =
    names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} others`] : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** `a`, `a or b`. */
export function eitherText(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** `1 merge`, `3 merges`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** Without its folder. */
export function shortName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
