/** Why a command is not carried out: every rule's words once, with Windows' code where Windows has one. */

export interface Refusal {
  /** Kebab-case name of the rule: the key that tests and documents use. */
  readonly rule: RefusalRule;
  /** What was found, in one sentence. */
  readonly text: string;
  /** What it means for the machine and its disks. */
  readonly meaning: string;
  /** What can be done. */
  readonly remedy: string;
  readonly code: string | null;
}

type Words = Omit<Refusal, 'rule' | 'text'>;

const UNCHANGED = 'Nothing was changed.';
const TAKE_BACK = 'Go back in history, or begin another lab.';

const rules = {
  'host-off': {
    code: null,
    meaning: 'Nothing runs, and no file can be reached.',
    remedy: 'Turn the host’s power on.',
  },
  'host-on': { code: null, meaning: UNCHANGED, remedy: 'Pull the plug first.' },
  removed: {
    code: null,
    meaning: 'There is no machine any more; its disks are left as files.',
    remedy: TAKE_BACK,
  },
  // Hyper-V's methods return 32775, “Invalid state for this operation” [M].
  'wrong-state': { code: '32775', meaning: UNCHANGED, remedy: 'Bring the machine into that state first.' },
  busy: {
    code: null,
    meaning: 'One thing at a time: the checkpoint is complete when its memory is in its file.',
    remedy: 'Wait until the memory is saved.',
  },
  'checkpoints-disabled': {
    code: null,
    meaning: 'The machine’s settings allow none.',
    remedy: 'Choose another checkpoint type in the settings.',
  },
  'pass-through': {
    code: null,
    meaning: 'A checkpoint freezes the file of a disk; where there is no file nothing can be frozen.',
    remedy: 'Detach the pass-through disk, or put its contents on a VHD.',
  },
  'checkpoint-limit': {
    code: null,
    meaning:
      'Hyper-V keeps 50 checkpoints of a machine at most. Deleted ones that wait for a merge do not count.',
    remedy: 'Delete a checkpoint that is not needed.',
  },
  'production-only': {
    code: null,
    meaning: 'With “production only” no standard checkpoint is taken instead.',
    remedy: 'Let a standard checkpoint be taken, or see that the guest runs with its integration services.',
  },
  'name-length': { code: null, meaning: UNCHANGED, remedy: 'Use 1 to 100 characters.' },
  'chain-too-deep': {
    code: null,
    meaning: 'The new disk could not be read through all of them. This limit is ours, not Hyper-V’s.',
    remedy: 'Let the merges that wait run.',
  },
  'no-checkpoint': {
    code: null,
    meaning: UNCHANGED,
    remedy: 'Choose one of the checkpoints that the machine has.',
  },
  'ambiguous-name': { code: null, meaning: UNCHANGED, remedy: 'Name the one that is meant by its id.' },
  'checkpoint-deleted': {
    code: null,
    meaning: 'Its settings and its memory are gone; only its disks wait until they can be merged.',
    remedy: 'Choose one of the checkpoints that the machine has.',
  },
  'nothing-above': {
    code: null,
    meaning: 'Now stands on no checkpoint, so there is nothing to go back to.',
    remedy: 'Apply one of the checkpoints by its name.',
  },
  'parent-lost': {
    code: '0xC03A000D',
    meaning: 'What the files above it do not hold themselves has no answer. A checkpoint is not a backup.',
    remedy: 'Put the file back, from a copy of the same moment.',
  },
  'file-lost': {
    code: '0x80070002',
    meaning: 'What was written to it is not there.',
    remedy: 'Put the file back.',
  },
  'saved-state-lost': {
    code: '0x80070002',
    meaning: 'The memory cannot be brought back. The disks are not touched by it.',
    remedy: 'Put the file back, or delete the saved state: the machine then starts from its disk.',
  },
  'nothing-due': {
    code: null,
    meaning: 'Only a deleted checkpoint with one descendant left is merged.',
    remedy: 'Delete a checkpoint, or one of the descendants that it waits for.',
  },
  'no-merge': { code: null, meaning: UNCHANGED, remedy: 'Nothing needs to be done.' },
  'bad-value': { code: null, meaning: UNCHANGED, remedy: 'Use a value within these bounds.' },
  'no-such-disk': { code: null, meaning: UNCHANGED, remedy: 'Choose one of the machine’s disks.' },
  'attached-already': { code: null, meaning: UNCHANGED, remedy: 'Use another name.' },
  'no-such-file': { code: null, meaning: UNCHANGED, remedy: 'Choose a file of the machine’s folder.' },
  'not-lost': { code: null, meaning: UNCHANGED, remedy: 'Only a file that was lost can be put back.' },
  'configuration-file': {
    code: null,
    meaning: 'The lab itself lives in that file; without it there would be no machine left to look at.',
    remedy: 'Choose a disk or a saved state.',
  },
  foundation: {
    code: null,
    meaning: 'It belongs to your own chain, which the lab only reads.',
    remedy: 'Choose a file that the lab has made.',
  },
  'not-a-disk-file': { code: null, meaning: UNCHANGED, remedy: 'Choose a .vhd or .avhd file.' },
} as const satisfies Readonly<Record<string, Words>>;

export type RefusalRule = keyof typeof rules;

export const REFUSAL_RULES: Readonly<Record<RefusalRule, Words>> = rules;

export function refuse(rule: RefusalRule, text: string, instead: Partial<Words> = {}): Refusal {
  return { rule, text, ...REFUSAL_RULES[rule], ...instead };
}
