/** Calls that look into disks, from their words. */
import type { CatCall, DiffCall, ExtractCall, ListCall } from './call.ts';
import { UsageError } from './usage.ts';
import { textOf, type Words } from './words.ts';

export function listOf(words: Words, [file = '', path]: readonly string[]): ListCall {
  const recursive = words.values.has('recursive');
  return { command: 'ls', ...insideOf(words, file), path: path ?? null, recursive };
}

export function catOf(words: Words, [file = '', path = '']: readonly string[]): CatCall {
  return { command: 'cat', ...insideOf(words, file), path };
}

export function extractOf(words: Words, [file = '', ...others]: readonly string[]): ExtractCall {
  const out = others.at(-1) ?? '';
  const zip = words.values.has('zip') || /\.zip$/i.test(out);
  const force = words.values.has('force');
  if (force && !zip) {
    throw new UsageError(
      '--force is for a ZIP: nothing that is in a folder is written over.',
      'Leave it out; what has a name that is taken comes beside it.',
    );
  }
  return { command: 'extract', ...insideOf(words, file), paths: others.slice(0, -1), out, zip, force };
}

export function diffOf(words: Words, [one = '', other = '', path = '']: readonly string[]): DiffCall {
  const contents = words.values.has('contents');
  return { command: 'diff', files: [one, other], path, volume: volumeOf(words), contents };
}

function insideOf(words: Words, file: string) {
  return { file, at: textOf(words, 'at'), volume: volumeOf(words) };
}

function volumeOf(words: Words): number | null {
  const text = textOf(words, 'volume');
  if (text === null) return null;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--volume “${text}” is not the number of a volume.`, 'disklab ls FILE lists them.');
}
