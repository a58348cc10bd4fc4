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

/** `Snapshots/76998314-5C4B-41A3-B19F-565095DE764E.avhd` → `76998314.avhd`. */
export function shortName(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return name.replace(/([0-9A-F]{8})(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}/i, '$1');
}
