/** What each command takes: options, and words that are none. */
import { COMMANDS, type CommandName, UsageError } from './usage.ts';
import type { OptionName } from './words.ts';

const EVERYWHERE: readonly OptionName[] = ['with', 'parent', 'raw', 'json', 'help', 'version'];
const CHANGING: readonly OptionName[] = ['plan', 'out', 'in-place', 'yes', 'force'];

interface Takes {
  /** Besides those that are taken everywhere. */
  readonly options: readonly OptionName[];
  /** null = one or more. */
  readonly operands: number | null;
  /** Where some may be left out. */
  readonly fewest?: number;
  /** A word behind `--with` and its path is one more of its paths as soon as there are `fewest`. */
  readonly fewestSuffice?: true;
}

const OF_COMMAND: Readonly<Record<CommandName, Takes>> = {
  tree: { options: [], operands: null },
  info: { options: [], operands: 1 },
  trace: { options: ['sector', 'count'], operands: 1 },
  read: { options: ['sector', 'count'], operands: 1 },
  hash: { options: [], operands: 1 },
  export: { options: ['format', 'force', 'block-size', 'whole-mib'], operands: 2 },
  check: { options: [], operands: null },
  repair: { options: [...CHANGING, 'choose', 'undo'], operands: 1 },
  reparent: { options: [...CHANGING, 'path', 'windows-folder'], operands: 2 },
  create: { options: ['size', 'type', 'block-size', 'path', 'windows-folder', 'force'], operands: 1 },
  compact: { options: ['force'], operands: 2 },
  grow: { options: CHANGING, operands: 2 },
  compare: { options: [], operands: 2 },
  measure: { options: [], operands: 1 },
  merge: { options: ['into', 'to', 'format', 'block-size', 'plan', 'verify', 'yes'], operands: 1 },
  recover: { options: ['plan', 'abandon', 'verify'], operands: 1 },
  lab: { options: ['out', 'until'], operands: 1 },
  experiment: { options: ['set', 'csv', 'measure'], operands: 2, fewest: 0 },
  ls: { options: ['volume', 'at', 'recursive'], operands: 2, fewest: 1, fewestSuffice: true },
  cat: { options: ['volume', 'at'], operands: 2 },
  extract: {
    options: ['volume', 'at', 'zip', 'force'],
    operands: null,
    fewest: 3,
    fewestSuffice: true,
  },
  diff: { options: ['volume', 'contents'], operands: 3, fewest: 2, fewestSuffice: true },
  cost: { options: ['reads', 'size', 'pattern', 'profile', 'seed', 'measure'], operands: 1 },
};

/** What the first operand is where it is no file, for the message when it is missing. */
const FIRST_OPERAND: Partial<Record<CommandName, string>> = {
  recover: 'a folder',
  lab: 'a scenario',
};

/** What the second operand is, for the message when it is missing. */
const SECOND_OPERAND: Partial<Record<CommandName, string>> = {
  reparent: 'a parent',
  grow: 'a size',
  compare: 'a second disk',
  cat: 'a path in the disk',
  extract: 'paths in the disk, and a folder or a ZIP to write to',
  diff: 'a second disk',
};

/** Everything that a scenario needs is in it. */
const NOT_FOR_LAB: readonly OptionName[] = ['with', 'parent', 'raw'];

export function takes(command: CommandName, option: OptionName): boolean {
  if (command === 'lab' && NOT_FOR_LAB.includes(option)) return false;
  return EVERYWHERE.includes(option) || OF_COMMAND[command].options.includes(option);
}

/**
 * `--with a b c` names three paths, and yet `--with a FILE` must find its FILE: words behind a `--with` belong to it only
 * where the command has what it needs without them.
 */
export function shareOut(command: CommandName, plain: readonly string[], afterWith: readonly string[]) {
  const { operands: wanted, fewest = wanted ?? 1, fewestSuffice } = OF_COMMAND[command];
  const enough = plain.length >= (fewestSuffice || wanted === null ? fewest : wanted);
  const operands = enough ? plain : [...plain, ...afterWith];
  const more = enough ? afterWith : [];
  const usage = `Usage: disklab ${COMMANDS[command]}`;
  const missing =
    operands.length === 0
      ? (FIRST_OPERAND[command] ?? 'a file')
      : (SECOND_OPERAND[command] ?? 'a file to write to');
  if (operands.length < fewest) {
    throw new UsageError(`“${command}” needs ${missing}.`, usage);
  }
  if (wanted !== null && operands.length > wanted) {
    throw new UsageError(`“${operands[wanted]}” is one file too many.`, usage);
  }
  if ([...operands, ...more].includes('')) throw new UsageError('A path is empty.', usage);
  return { operands, more };
}
