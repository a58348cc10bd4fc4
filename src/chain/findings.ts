/** The rules about files taken together: who is whose parent, and whether that can be. */
import { findingsOf, type Rule } from '../formats/finding.ts';

const rules = {
  'parent-missing': {
    severity: 'error',
    code: '0xC03A000D',
    meaning: 'Every sector that this file does not hold itself has no answer.',
    remedy: 'Add the file that holds the parent, under any name, or point at it by hand.',
  },
  'parent-ambiguous': {
    severity: 'error',
    code: null,
    meaning:
      'Several files carry the id that this one seeks, and neither its paths nor its names tell them apart.',
    remedy: 'Point at the right one by hand, or take the copies that do not belong here out of the pile.',
  },
  'parent-chosen-by-name': {
    severity: 'warning',
    code: null,
    meaning: 'The id alone does not tell the parent; if the copies differ, the wrong one gives wrong bytes.',
    remedy: 'Check that the file named here is the right one, or point at another by hand.',
  },
  'parent-renamed': {
    severity: 'note',
    code: null,
    meaning:
      'The id proves that it is the parent. Windows and Hyper-V go by the path and will not find it there.',
    remedy: 'Give the parent its old name before the chain is attached elsewhere.',
  },
  'parent-id-mismatch': {
    severity: 'error',
    code: '0xC03A000E',
    meaning:
      'The parent was pointed at by hand and is not the file that the child was made from, or has changed its id since: what is read through this link may be nonsense.',
    remedy:
      'Trust nothing that falls to the parent until it was compared; take the link back where it is wrong.',
  },
  'wrong-id-for-name': {
    severity: 'error',
    code: '0xC03A000E',
    meaning:
      'The file has the name of a parent but is not that parent: it was replaced, restored from elsewhere, or made anew.',
    remedy: 'Look for the file with the id that the child seeks; a backup from the time of the child has it.',
  },
  'duplicate-id': {
    severity: 'warning',
    code: null,
    meaning:
      'The files are copies of one another, or were once: as soon as one is written, its children fit only that one.',
    remedy: 'Keep one copy in the pile.',
  },
  'chain-cycle': {
    severity: 'error',
    code: '0xC03A0018',
    meaning:
      'Following the parents comes back to where it began, so no file of the circle has a base. The links are cut.',
    remedy: 'One of the files was replaced or carries a wrong id: point at its true parent by hand.',
  },
  'parent-size-mismatch': {
    severity: 'error',
    code: '0xC03A0017',
    meaning:
      'Parent and child describe disks of different sizes. What lies past the smaller parent reads as zeros; Windows refuses the pair.',
    remedy: 'The parent was probably resized after the child was made: go back to a copy from before.',
  },
  'parent-time-mismatch': {
    severity: 'warning',
    code: '0xC03A000F',
    meaning:
      'The parent may have been written or copied after the child was made. If it was written, the child no longer fits.',
    remedy: 'The id matches, so this is often harmless: compare with a backup where it matters.',
  },
  'parent-newer': {
    severity: 'note',
    code: null,
    meaning:
      'The parent says it was made or changed after its child. A merge does that; so does writing to a parent, which ruins its children.',
    remedy: 'Make sure that the parent was not attached or started by itself.',
  },
  'several-children': {
    severity: 'note',
    code: null,
    meaning: 'Writing to this file, or merging one of its children into it, would ruin the others.',
    remedy: 'Before a merge, write the other branches out as disks of their own.',
  },
  'chain-too-deep': {
    severity: 'error',
    code: null,
    meaning: 'The disk cannot be seen from this file: its chain has more layers than this program takes on.',
    remedy:
      'Look at it from a file further down, or merge some of its layers with the program that made them.',
  },
  'piece-missing': {
    severity: 'error',
    code: '0xC03A0013',
    meaning:
      'The disk was written in pieces, and without all of them nothing behind the gap is where it should be.',
    remedy: 'Add the missing pieces and open them together.',
  },
  'piece-repeated': {
    severity: 'warning',
    code: null,
    meaning: 'Two files claim to be the same piece of a split disk; the first is used.',
    remedy: 'Take the one that does not belong out of the pile.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type ChainRule = keyof typeof rules;

export const CHAIN_RULES: Readonly<Record<ChainRule, Rule>> = rules;

export const chainFinding = findingsOf<ChainRule>(rules);
