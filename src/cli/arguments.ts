/** From the words of the command line to one typed call. */
import { parseArgs } from 'node:util';
import { COMMANDS, type CommandName, isCommand, UsageError } from './usage.ts';

export const EXPORT_FORMATS = ['raw', 'fixed', 'dynamic'] as const;
export type Format = (typeof EXPORT_FORMATS)[number];

/** What every command takes. */
interface CommonOptions {
  readonly with: readonly string[];
  readonly parent: string | null;
  readonly raw: boolean;
  readonly json: boolean;
}

export interface Range {
  readonly firstSector: number;
  readonly sectorCount: number;
}

export type Call =
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | (CommonOptions &
      (
        | { readonly command: 'tree'; readonly paths: readonly string[] }
        | { readonly command: 'info' | 'hash'; readonly file: string }
        | { readonly command: 'trace' | 'read'; readonly file: string; readonly range: Range }
        | {
            readonly command: 'export';
            readonly file: string;
            readonly out: string;
            readonly format: Format;
            readonly force: boolean;
          }
      ));

const OPTIONS = {
  with: { type: 'string', multiple: true },
  parent: { type: 'string' },
  raw: { type: 'boolean' },
  sector: { type: 'string' },
  count: { type: 'string' },
  format: { type: 'string' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

type OptionName = keyof typeof OPTIONS;

const EVERYWHERE: readonly OptionName[] = ['with', 'parent', 'raw', 'json', 'help', 'version'];
const OF_COMMAND: Readonly<Record<CommandName, readonly OptionName[]>> = {
  tree: [],
  info: [],
  trace: ['sector', 'count'],
  read: ['sector', 'count'],
  hash: [],
  export: ['format', 'force'],
};

/** What was written, before a command makes sense of it. */
interface Words {
  readonly values: ReadonlyMap<OptionName, readonly (string | true)[]>;
  readonly plain: readonly string[];
  /** Words that follow a `--with` and its first path. */
  readonly afterWith: readonly string[];
}

/** Throws `UsageError`. */
export function parseCall(args: readonly string[]): Call {
  const words = parseWords(args);
  if (words.values.has('help') || args.length === 0) return { command: 'help' };
  if (words.values.has('version')) return { command: 'version' };
  const [command, ...plain] = words.plain;
  if (command === undefined) throw new UsageError('No command was given.', 'disklab --help lists them.');
  if (!isCommand(command)) {
    throw new UsageError(`There is no command “${command}”.`, didYouMean(command, Object.keys(COMMANDS)));
  }
  for (const name of words.values.keys()) {
    if (EVERYWHERE.includes(name) || OF_COMMAND[command].includes(name)) continue;
    throw new UsageError(`“${command}” takes no --${name}.`, `Usage: disklab ${COMMANDS[command]}`);
  }
  return callOf(command, plain, words);
}

function callOf(command: CommandName, plain: readonly string[], words: Words): Call {
  const { operands, more } = shareOut(command, plain, words.afterWith);
  const common = {
    with: [...(words.values.get('with') ?? []).map(String), ...more],
    parent: textOf(words, 'parent'),
    raw: words.values.has('raw'),
    json: words.values.has('json'),
  };
  const [file = '', out = ''] = operands;
  switch (command) {
    case 'tree':
      return { ...common, command, paths: operands };
    case 'info':
    case 'hash':
      return { ...common, command, file };
    case 'trace':
    case 'read':
      return { ...common, command, file, range: rangeOf(words) };
    case 'export':
      return { ...common, command, file, out, format: formatOf(words), force: words.values.has('force') };
  }
}

/**
 * `--with a b c` names three paths, and yet `--with a FILE` must find its FILE: words behind a `--with` belong to it only
 * where the command has what it needs without them.
 */
function shareOut(command: CommandName, plain: readonly string[], afterWith: readonly string[]) {
  const wanted = command === 'tree' ? null : command === 'export' ? 2 : 1;
  const enough = wanted === null ? plain.length > 0 : plain.length >= wanted;
  const operands = enough ? plain : [...plain, ...afterWith];
  const more = enough ? afterWith : [];
  const usage = `Usage: disklab ${COMMANDS[command]}`;
  if (operands.length === 0 || (wanted !== null && operands.length < wanted)) {
    throw new UsageError(
      `“${command}” needs ${operands.length === 0 ? 'a file' : 'a file to write to'}.`,
      usage,
    );
  }
  if (wanted !== null && operands.length > wanted) {
    throw new UsageError(`“${operands[wanted]}” is one file too many.`, usage);
  }
  if ([...operands, ...more].includes('')) throw new UsageError('A path is empty.', usage);
  return { operands, more };
}

function parseWords(args: readonly string[]): Words {
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

function textOf(words: Words, name: OptionName): string | null {
  const given = words.values.get(name) ?? [];
  if (given.length > 1) throw new UsageError(`--${name} was given ${given.length} times.`);
  return given.length === 0 ? null : String(given[0]);
}

function rangeOf(words: Words): Range {
  const first = textOf(words, 'sector');
  if (first === null)
    throw new UsageError('--sector is missing: which sector?', 'For example --sector 2048 --count 8.');
  const count = textOf(words, 'count');
  const range = {
    firstSector: numberOf('sector', first),
    sectorCount: count === null ? 1 : numberOf('count', count),
  };
  if (range.sectorCount === 0) throw new UsageError('--count is 0: there is nothing to read.');
  if (!Number.isSafeInteger(range.firstSector + range.sectorCount))
    throw new UsageError('No disk has so many sectors.');
  return range;
}

function numberOf(name: OptionName, text: string): number {
  const value = /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new UsageError(`--${name} “${text}” is not a number of sectors.`, 'Write it as 2048 or 0x800.');
}

function formatOf(words: Words): Format {
  const given = textOf(words, 'format');
  const format = EXPORT_FORMATS.find((known) => known === given?.toLowerCase());
  if (format !== undefined) return format;
  const all = EXPORT_FORMATS.join(', ');
  if (given === null) throw new UsageError('--format is missing.', `It is one of ${all}.`);
  throw new UsageError(
    `There is no format “${given}”.`,
    didYouMean(given, EXPORT_FORMATS) ?? `It is one of ${all}.`,
  );
}

function didYouMean(word: string, known: readonly string[]): string | null {
  const near = known
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 3) || name.startsWith(word))
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? `Did you mean ${near.name}?` : 'disklab --help lists what there is.';
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
