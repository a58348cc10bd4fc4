/** From the words of the command line to one typed call. */
import { LONGEST_TIME_US, timeOf } from '../lab/jsonReader.ts';
import { US_PER_SECOND } from '../lab/labTime.ts';
import {
  type Call,
  type Change,
  EXPORT_FORMATS,
  type ExportCall,
  MERGE_FORMATS,
  type MergeCall,
  type ParentWay,
  type Range,
} from './call.ts';
import { costOf, experimentOf } from './experimentArguments.ts';
import { catOf, diffOf, extractOf, listOf } from './filesArguments.ts';
import { shareOut, takes } from './operands.ts';
import { COMMANDS, type CommandName, isCommand, UsageError } from './usage.ts';
import {
  bytesOf,
  didYouMean,
  numberOf,
  type OptionName,
  oneOf,
  parseWords,
  textOf,
  textsOf,
  type Words,
} from './words.ts';

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
    if (takes(command, name)) continue;
    throw new UsageError(`“${command}” takes no --${name}.`, `Usage: disklab ${COMMANDS[command]}`);
  }
  return callOf(command, plain, words);
}

function callOf(command: CommandName, plain: readonly string[], words: Words): Call {
  const { operands, more } = shareOut(command, plain, words.afterWith);
  const common = {
    with: [...textsOf(words, 'with'), ...more],
    parent: textOf(words, 'parent'),
    raw: words.values.has('raw'),
    json: words.values.has('json'),
  };
  const [file = '', second = ''] = operands;
  const force = words.values.has('force');
  switch (command) {
    case 'tree':
    case 'check':
      return { ...common, command, paths: operands };
    case 'info':
    case 'hash':
    case 'measure':
      return { ...common, command, file };
    case 'trace':
    case 'read':
      return { ...common, command, file, range: rangeOf(words) };
    case 'export':
      return { ...common, ...exportOf(words, file, second, force) };
    case 'repair': {
      const undo = textOf(words, 'undo');
      return { ...common, command, file, change: changeOf(words, 'plan'), undo, choices: choicesOf(words) };
    }
    case 'reparent': {
      const change = changeOf(words, 'in-place');
      return { ...common, command, file, newParent: second, change, way: wayOf(words) };
    }
    case 'create':
      return { ...common, command, out: file, force, ...newDiskOf(words, common.parent), way: wayOf(words) };
    case 'compact':
      return { ...common, command, file, out: second, force };
    case 'grow': {
      const sizeBytes = bytesOf('The size', second);
      return { ...common, command, file, sizeBytes, change: changeOf(words, 'in-place') };
    }
    case 'compare':
      return { ...common, command, files: [file, second] };
    case 'merge':
      return { ...common, ...mergeOf(words, file) };
    case 'recover': {
      const [plan, abandon, verify] = [
        words.values.has('plan'),
        words.values.has('abandon'),
        words.values.has('verify'),
      ];
      return { ...common, command, folder: file, plan, abandon, verify };
    }
    case 'lab':
      return { ...common, command, scenario: file, out: textOf(words, 'out'), untilUs: untilOf(words) };
    case 'experiment':
      return { ...common, ...experimentOf(words, operands) };
    case 'cost':
      return { ...common, ...costOf(words, file) };
    case 'ls':
      return { ...common, ...listOf(words, operands) };
    case 'cat':
      return { ...common, ...catOf(words, operands) };
    case 'extract':
      return { ...common, ...extractOf(words, operands) };
    case 'diff':
      return { ...common, ...diffOf(words, operands) };
  }
}

function exportOf(words: Words, file: string, out: string, force: boolean): ExportCall {
  const format = oneOf(words, 'format', EXPORT_FORMATS);
  const blockSizeBytes = blockSizeOf(words);
  const wholeMib = words.values.has('whole-mib');
  if (blockSizeBytes !== null && format !== 'dynamic') {
    throw new UsageError('--block-size is for dynamic disks: others have no blocks.');
  }
  if (wholeMib && format !== 'fixed') throw new UsageError('--whole-mib is for fixed disks.');
  return { command: 'export', file, out, format, force, blockSizeBytes, wholeMib };
}

function mergeOf(words: Words, file: string): MergeCall {
  const into = textOf(words, 'into');
  const path = textOf(words, 'to');
  const format = words.values.has('format') ? oneOf(words, 'format', MERGE_FORMATS) : null;
  const blockSizeBytes = blockSizeOf(words);
  if (path === null && (format !== null || blockSizeBytes !== null)) {
    throw new UsageError(
      `--${format === null ? 'block-size' : 'format'} is for a new file: in place the parent stays what it is.`,
      'Name the new file with --to NEW.',
    );
  }
  if (blockSizeBytes !== null && (format === 'raw' || format === 'fixed')) {
    throw new UsageError('--block-size is for dynamic and differencing disks: others have no blocks.');
  }
  return {
    command: 'merge',
    file,
    into,
    to: path === null ? null : { path, format, blockSizeBytes },
    plan: words.values.has('plan'),
    verify: words.values.has('verify'),
    yes: words.values.has('yes'),
  };
}

function newDiskOf(words: Words, parent: string | null) {
  const size = textOf(words, 'size');
  const blockSizeBytes = blockSizeOf(words);
  if (parent !== null) {
    if (size !== null) throw new UsageError('--size: a differencing disk has the size of its parent.');
    if (words.values.has('type'))
      throw new UsageError('--type: with --parent the disk is a differencing one.');
    return { sizeBytes: null, type: null, blockSizeBytes };
  }
  if (size === null) throw new UsageError('--size is missing.', 'Write it as 40GiB, or name a --parent.');
  const type = oneOf(words, 'type', ['fixed', 'dynamic'] as const);
  if (type === 'fixed' && blockSizeBytes !== null) {
    throw new UsageError('--block-size is for dynamic disks: others have no blocks.');
  }
  return { sizeBytes: bytesOf('--size', size), type, blockSizeBytes };
}

function blockSizeOf(words: Words): number | null {
  const text = textOf(words, 'block-size');
  return text === null ? null : bytesOf('--block-size', text);
}

function wayOf(words: Words): ParentWay {
  const path = oneOf(words, 'path', ['relative', 'absolute', 'both'] as const, 'both');
  return { path, windowsFolder: textOf(words, 'windows-folder') };
}

function changeOf(words: Words, fallback: 'plan' | 'in-place'): Change {
  const out = textOf(words, 'out');
  const named = ['plan', 'in-place'].filter((name) => words.values.has(name as OptionName));
  if (named.length + (out === null ? 0 : 1) > 1) {
    throw new UsageError('Only one of --plan, --out and --in-place can be.');
  }
  if (out !== null) return { kind: 'out', out, force: words.values.has('force') };
  const kind = words.values.has('plan') ? 'plan' : words.values.has('in-place') ? 'in-place' : fallback;
  return kind === 'plan' ? { kind } : { kind, yes: words.values.has('yes') };
}

function choicesOf(words: Words): Record<string, string> {
  const choices: Record<string, string> = {};
  for (const text of textsOf(words, 'choose')) {
    const [, choice, option] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (!choice || !option)
      throw new UsageError(
        `--choose “${text}” says nothing.`,
        'Write it as CHOICE=OPTION; --plan lists both.',
      );
    choices[choice] = option;
  }
  return choices;
}

function untilOf(words: Words): number | null {
  const text = textOf(words, 'until');
  if (text === null) return null;
  const us = /^\d{1,8}(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * US_PER_SECOND) : timeOf(text);
  if (us <= LONGEST_TIME_US) return us;
  throw new UsageError(`--until “${text}” is not a time.`, 'Write it as 00:05:30, or in seconds.');
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
