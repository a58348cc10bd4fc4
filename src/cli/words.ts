/** The words of a call taken apart: options with their values, and what is no option. Knows nothing of commands. */
import { parseArgs } from 'node:util';
import { UsageError } from './usage.ts';

const OPTIONS = {
  with: { type: 'string', multiple: true },
  parent: { type: 'string' },
  raw: { type: 'boolean' },
  sector: { type: 'string' },
  count: { type: 'string' },
  format: { type: 'string' },
  force: { type: 'boolean' },
  'block-size': { type: 'string' },
  'whole-mib': { type: 'boolean' },
  plan: { type: 'boolean' },
  out: { type: 'string' },
  'in-place': { type: 'boolean' },
  yes: { type: 'boolean' },
  undo: { type: 'string' },
  choose: { type: 'string', multiple: true },
  into: { type: 'string' },
  to: { type: 'string' },
  verify: { type: 'boolean' },
  abandon: { type: 'boolean' },
  until: { type: 'string' },
  size: { type: 'string' },
  type: { type: 'string' },
  path: { type: 'string' },
  'windows-folder': { type: 'string' },
  set: { type: 'string', multiple: true },
  csv: { type: 'boolean' },
  measure: { type: 'boolean' },
  reads: { type: 'string' },
  pattern: { type: 'string' },
  profile: { type: 'string' },
  seed: { type: 'string' },
  volume: { type: 'string' },
  at: { type: 'string' },
  recursive: { type: 'boolean' },
  zip: { type: 'boolean' },
  contents: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** What was written, before a command makes sense of it. */
export interface Words {
  readonly values: ReadonlyMap<OptionName, readonly (string | true)[]>;
  readonly plain: readonly string[];
  /** Words that follow a `--with` and its first path. */
  readonly afterWith: readonly string[];
}

/** Throws `UsageError`. */
export function parseWords(args: readonly string[]): Words {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<OptionName, (string | true)[]>();
  const plain: string[] = [];
  const afterWith: string[] = [];
  let behindWith = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') behindWith = false;
    if (token.kind === 'positional') (behindWith && plain.length > 0 ? afterWith : plain).push(token.value);
    if (token.kind !== 'option') continue;
    const name = knownOption(token.name, token.rawName);
    behindWith = name === 'with';
    values.set(name, [...(values.get(name) ?? []), checkedValue(name, token.value)]);
  }
  return { values, plain, afterWith };
}

function knownOption(name: string, written: string): OptionName {
  if (Object.hasOwn(OPTIONS, name)) return name as OptionName;
  const names = Object.keys(OPTIONS).map((known) => `--${known}`);
  throw new UsageError(`There is no option ${written}.`, didYouMean(`--${name}`, names));
}

function checkedValue(name: OptionName, value: string | undefined): string | true {
  if (OPTIONS[name].type === 'boolean') {
    if (value !== undefined) throw new UsageError(`--${name} takes no value.`);
    return true;
  }
  if (value === undefined || value === '') throw new UsageError(`--${name} needs a value.`);
  return value;
}

export function textOf(words: Words, name: OptionName): string | null {
  const given = words.values.get(name) ?? [];
  if (given.length > 1) throw new UsageError(`--${name} was given ${given.length} times.`);
  return given.length === 0 ? null : String(given[0]);
}

/** Every value of an option that may be given several times. */
export function textsOf(words: Words, name: OptionName): string[] {
  return (words.values.get(name) ?? []).map(String);
}

export function numberOf(name: OptionName, text: string): number {
  const value = /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new UsageError(`--${name} “${text}” is not a number of sectors.`, 'Write it as 2048 or 0x800.');
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `40GiB`, `40G`, `512k` or plain bytes; units are powers of 1024. Throws `UsageError`. */
export function bytesOf(what: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits || Number.NaN) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${what} “${text}” is not a size.`, 'Write it as 40GiB, 512KiB or in bytes.');
}

/** One of the words that an option takes; `fallback` where it is left out, and an error without one. */
export function oneOf<Word extends string>(
  words: Words,
  name: OptionName,
  known: readonly Word[],
  fallback: Word | null = null,
): Word {
  const given = textOf(words, name);
  const word = known.find((each) => each === given?.toLowerCase());
  if (word !== undefined) return word;
  const all = `It is one of ${known.join(', ')}.`;
  if (given !== null) throw new UsageError(`There is no ${name} “${given}”.`, didYouMean(given, known, all));
  if (fallback !== null) return fallback;
  throw new UsageError(`--${name} is missing.`, all);
}

export function didYouMean(
  word: string,
  known: readonly string[],
  otherwise = 'disklab --help lists what there is.',
): string {
  const near = known
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 3) || name.startsWith(word))
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? `Did you mean ${near.name}?` : otherwise;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
