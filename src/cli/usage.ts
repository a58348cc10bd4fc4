/** What `--help` prints, and the error for calls that cannot be understood. */

/** The call is at fault: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

export const COMMANDS = {
  tree: 'tree PATH…',
  info: 'info FILE',
  trace: 'trace FILE --sector N [--count M]',
  read: 'read FILE --sector N [--count M]',
  hash: 'hash FILE',
  export: 'export FILE OUT --format raw|fixed|dynamic [--force]',
} as const;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

export const HELP = `Disklab: which file of a chain of virtual disks answers every sector.

  disklab tree PATH…      the trees that the files, or all files of the folders, form
  disklab info FILE       what one file is: type, sizes, maker, parent, findings
  disklab trace FILE      the walk from the newest file down to the bytes
  disklab read FILE       bytes of the disk as seen from FILE, to standard output
  disklab hash FILE       SHA-256 of the disk as seen from FILE, as sha256sum prints it
  disklab export FILE OUT the disk as seen from FILE as a new file

Every command finds parents by their ids, in the folder of FILE and in what --with names.

  --with PATH…            more files and folders to look for parents in
  --parent FILE           take FILE as the parent that was not found, whatever its id
  --raw                   take FILE as a raw disk where nothing in it says what it is
  --sector N, --count M   a range of 512-byte sectors; 0x… is understood; M is 1 where left out
  --format FORMAT         export: raw, fixed or dynamic
  --force                 export: replace OUT where it exists
  --json                  print one JSON object
  --help, --version

Exit status: 0 all is well, 1 the data is at fault, 2 the call is.
`;
