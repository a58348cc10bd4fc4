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
  export: 'export FILE OUT --format raw|fixed|dynamic [--block-size B] [--whole-mib] [--force]',
  check: 'check PATH…',
  repair: 'repair FILE [--plan | --out NEW | --in-place [--yes]] [--choose CHOICE=OPTION]… | --undo UNDOFILE',
  reparent:
    'reparent CHILD PARENT [--plan | --out NEW | --in-place [--yes]] [--path relative|absolute|both] [--windows-folder F]',
  create:
    'create NEW --size S --type fixed|dynamic [--block-size B] | --parent FILE [--path …] [--windows-folder F]',
  compact: 'compact FILE OUT [--force]',
  grow: 'grow FILE SIZE [--plan | --out NEW | --in-place [--yes]]',
  compare: 'compare A B',
  measure: 'measure FILE',
  merge: 'merge CHILD [--into ANCESTOR] [--to NEW [--format F] [--block-size B]] [--plan] [--verify] [--yes]',
  recover: 'recover FOLDER [--with FOLDER]… [--plan | --abandon] [--verify]',
  lab: 'lab SCENARIO [--out FOLDER] [--until TIME]',
  experiment: 'experiment [ID] [--set KEY:VALUE,… [FILE]] [--measure] [--csv | --json]',
  ls: 'ls FILE [PATH] [--volume N] [--at FILE] [--recursive]',
  cat: 'cat FILE PATH [--volume N] [--at FILE]',
  extract: 'extract FILE PATH… OUT [--volume N] [--at FILE] [--zip] [--force]',
  diff: 'diff A B [PATH] [--volume N] [--contents]',
  cost: 'cost FILE [--reads N] [--size B] [--pattern random|sequential|hot] [--profile NAME] [--seed N] [--measure]',
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
  disklab compare A B     whether the disks as seen from A and B are equal, and where not
  disklab measure FILE    what an export or a compact would need and give

  disklab ls FILE [PATH]  the volumes of the disk as seen from FILE, or what is in a folder
  disklab cat FILE PATH   a file of the disk, to standard output
  disklab extract FILE PATH… OUT
                          files and folders of the disk, into the folder OUT or a ZIP
  disklab diff A B [PATH] what became of files between A and B: added, removed, changed

  disklab check PATH…     every defect of the files and of their places in the trees
  disklab repair FILE     what can be repaired and how (--plan, the default), and doing it
  disklab reparent CHILD PARENT
                          let CHILD name PARENT as its parent: id, names and paths

  disklab create NEW      an empty disk (--size, --type), or a child of another (--parent)
  disklab export FILE OUT the disk as seen from FILE as a new file
  disklab compact FILE OUT
                          FILE without blocks of zeros and without space that nothing uses
  disklab grow FILE SIZE  the same disk with zeros behind its end

  disklab merge CHILD     CHILD into its parent, or a stretch of the chain into --into ANCESTOR,
                          in place or --to a new file; what was cut off goes on where it was
  disklab recover FOLDER  says which merges and changes wait there, and finishes them

  disklab lab SCENARIO    plays a scenario of the checkpoint lab (a file, or a link to one): its
                          events, and the SHA-256 of every checkpoint's disk
  disklab experiment [ID] runs one of the ten experiments on what is claimed of checkpoints:
                          medians and verdict; without ID the list of them
  disklab cost FILE       what a read of FILE's disk costs, and what each merge of its chain would
                          save and copy

Commands find parents by their ids, in the folder of FILE and in what --with names.

  --with PATH…            more files and folders to look for parents in
  --parent FILE           take FILE as the parent that was not found, whatever its id;
                          create: the file that the new one is a child of
  --raw                   take FILE as a raw disk where nothing in it says what it is
  --sector N, --count M   a range of 512-byte sectors; 0x… is understood; M is 1 where left out
  --format FORMAT         export: raw, fixed or dynamic; merge --to: differencing too
  --block-size B          export, create, merge --to: of a dynamic or differencing disk; 2MiB
                          where left out
  --whole-mib             export: fill a fixed disk up to whole MiB, as Azure wants it
  --size S, --type TYPE   create: 40GiB; fixed or dynamic
  --path, --windows-folder F
                          create, reparent: relative, absolute or both ways to the parent, and
                          the folder that Windows knows it in
  --plan                  repair, reparent, grow, merge, recover: say what would change, and
                          change nothing
  --out NEW               repair, reparent, grow: write a changed copy
  --in-place              … change FILE itself; asks first, keeps an undo file beside it
  --yes                   … the answer to that question, and to the one of merge
  --choose CHOICE=OPTION  repair: what the program does not guess; --plan lists both
  --undo UNDOFILE         repair: take a change in place back
  --into ANCESTOR         merge: the oldest file of the stretch; in place it is what stays
  --to NEW                merge: into a new file; the files of the chain stay as they are
  --verify                merge, recover: hash the disk before and after; where they differ,
                          nothing is removed
  --abandon               recover: give merges up instead of finishing them, where that can be
  --out FOLDER            lab: keep the machine's files there; a new folder, or an empty one
  --until TIME            lab: 00:05:30 or seconds of simulated time, instead of the scenario's end
  --set KEY:VALUE,…       experiment: what to set otherwise, as in the page's links; disk:open
                          studies the chain of FILE
  --csv                   experiment: one row for each point
  --measure               experiment, cost: by this machine's clock too; all other figures are
                          the same on every machine
  --reads N, --size B     cost: how many reads, and of what size; 500 of 4KiB where left out
  --pattern P, --seed N   cost: random, sequential or hot (80 % go to a tenth of the disk)
  --profile NAME          cost: the storage: disk, ssd, nvme, share or object; ssd where left out
  --volume N              ls, cat, extract, diff: the volume, by its number in ls; may be left out
                          where only one has files that can be read
  --at FILE               ls, cat, extract: the disk as seen from that file of FILE's chain
  --recursive             ls: everything below, with paths
  --zip                   extract: OUT is a ZIP; so it is where it ends in .zip
  --contents              diff: hash files that size and time do not tell apart, unless the
                          layers' maps prove that they are the same
  --force                 replace a file that is to be written where it exists
  --json                  print one JSON object
  --help, --version

Exit status: 0 all is well, 1 the data is at fault or differs, 2 the call is at fault, 130 stopped.
`;
