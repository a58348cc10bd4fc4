/** What stands in the way of a merge, or has to be known before it. */
import { type Finding, findingsOf, type Rule } from '../formats/finding.ts';

const NEW_FILE = 'Merge to a new file: the files of the chain stay as they are.';
const NOTHING = 'Nothing has to be done.';

const rules = {
  'merge-one-file': {
    severity: 'error',
    code: null,
    meaning: 'In place, a file is merged into one below it: there is nothing above this one to be merged.',
    remedy: 'Choose two files or more, or merge to a new file.',
  },
  'merge-sibling': {
    severity: 'error',
    code: null,
    meaning:
      'The merge changes or removes what it stands on: wherever it does not hold a sector itself, it would read wrong with no error anywhere.',
    remedy: `${NEW_FILE} Or merge this file into its parent first, or take it away if it is not needed.`,
  },
  'merge-parent-larger': {
    severity: 'error',
    code: '0xC03A0017',
    meaning:
      'The disk ends where the newest file says. The merged one would be longer, with old data at its end.',
    remedy: NEW_FILE,
  },
  'merge-layer-sizes': {
    severity: 'error',
    code: '0xC03A0017',
    meaning:
      'What lies behind the smaller disk reads as zeros now; merged in place, older data would show there.',
    remedy: NEW_FILE,
  },
  'merge-grows-parent': {
    severity: 'warning',
    code: '0xC03A0017',
    meaning:
      'The disk of the older file grows to the size of the newest one before anything is copied; the end reads as zeros until then.',
    remedy: `${NOTHING} A cut while it grows is made good on the next start.`,
  },
  'merge-cannot-grow': {
    severity: 'error',
    code: '0xC03A0017',
    meaning: 'The older file describes a smaller disk than the newest one, and it cannot be made larger.',
    remedy: NEW_FILE,
  },
  'merge-id-mismatch': {
    severity: 'error',
    code: '0xC03A000E',
    meaning:
      'The link was made by hand. If it is wrong, the merge would mix two disks that have nothing to do with one another.',
    remedy: `${NEW_FILE} Take the link back if it is wrong.`,
  },
  'merge-closed-file': {
    severity: 'error',
    code: null,
    meaning: 'In place, this file would be changed, renamed or removed, and that cannot be done here.',
    remedy: NEW_FILE,
  },
  'merge-damaged': {
    severity: 'error',
    code: null,
    meaning:
      'What is read through the damage may be wrong, and writing to a damaged file could make it worse.',
    remedy: 'Check the file and repair it first.',
  },
  'merge-raw-parent': {
    severity: 'error',
    code: null,
    meaning: 'A raw image has no id: it cannot take the place of the file that is merged into it.',
    remedy: NEW_FILE,
  },
  'merge-incomplete': {
    severity: 'error',
    code: '0xC03A000D',
    meaning: 'A disk without a parent has to hold every sector, also those that lie below these files.',
    remedy: 'Take the files down to the base into the merge, or make a differencing disk.',
  },
  'merge-no-parent': {
    severity: 'error',
    code: null,
    meaning: 'A differencing disk stands on another file, and below these files is none.',
    remedy: 'Make a dynamic disk, a fixed disk or a raw image.',
  },
  'merge-parent-missing': {
    severity: 'warning',
    code: '0xC03A000D',
    meaning:
      'The files can be merged without it, but the disk cannot be hashed: nothing proves that it reads as before.',
    remedy: 'Add the missing file if the proof is wanted.',
  },
  'merge-parent-in-use': {
    severity: 'warning',
    code: null,
    meaning:
      'A virtual machine was saved while it used this file. It expects the files under their names as it left them.',
    remedy: 'Resume the machine and shut it down before the merge.',
  },
  'merge-new-sizes': {
    severity: 'warning',
    code: '0xC03A0017',
    meaning:
      'Windows refuses a differencing disk whose parent has another size, as it refuses the pair that is here.',
    remedy: 'Make a disk that stands alone, where Windows is to attach it.',
  },
  'merge-too-large': {
    severity: 'error',
    code: null,
    meaning: 'Sector numbers in a VHD have 32 bits, which reach to 2 TiB; a disk has 2040 GiB at most.',
    remedy: 'Save it as a raw image, or merge to a new file, which has no room that nothing uses.',
  },
  'merge-no-room': {
    severity: 'error',
    code: null,
    meaning: 'The merge would stop in the middle. It could be resumed, and the disk would read as before.',
    remedy: 'Make room first, or merge to a new file on another drive.',
  },
  'merge-nothing-to-copy': {
    severity: 'note',
    code: null,
    meaning: 'No sector has to be copied.',
    remedy: NOTHING,
  },
  'merge-unlisted-siblings': {
    severity: 'warning',
    code: null,
    meaning:
      'A child that is not here would not find its parent’s id afterwards: it fails loudly and does not read wrong.',
    remedy: 'Open all files of the machine before the merge.',
  },
  'merge-parent-changes': {
    severity: 'note',
    code: null,
    meaning: 'That older point in time cannot be gone back to afterwards.',
    remedy: 'Where it is still needed, merge to a new file, or save it as a disk of its own first.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type MergeRule = keyof typeof rules;

export const MERGE_RULES: Readonly<Record<MergeRule, Rule>> = rules;

export const mergeFinding = findingsOf<MergeRule>(rules);

/** Of a file as a whole. */
export function obstacle(
  rule: MergeRule,
  file: string,
  message: string,
  instead: Partial<Rule> = {},
): Finding {
  return mergeFinding(rule, file, 0, 0, message, instead);
}
