/** The rules for raw disks and for files that are no disk. */
import { findingsOf, type Rule } from '../finding.ts';

export type RawRule = 'raw-size-not-sectors' | 'raw-by-hand' | 'not-a-disk' | 'file-empty';

export const RAW_RULES: Readonly<Record<RawRule, Rule>> = {
  'raw-size-not-sectors': {
    severity: 'warning',
    code: null,
    meaning:
      'A disk is whole sectors: the file may have been cut short. The bytes behind the last sector are left out.',
    remedy: 'Compare the size with the file it was copied from.',
  },
  'raw-by-hand': {
    severity: 'note',
    code: null,
    meaning: 'Nothing in the file says that it is a disk; it was opened as one because you said so.',
    remedy: 'Nothing needs to be done.',
  },
  'not-a-disk': {
    severity: 'note',
    code: '0xC03A0004',
    meaning: 'Neither the structures of a VHD or VHDX nor a partition table or file system were found.',
    remedy: 'If it is a raw disk all the same, open it as one.',
  },
  'file-empty': {
    severity: 'warning',
    code: '0xC03A0013',
    meaning: 'There is no sector in it.',
    remedy: 'Copy the file again from where it came from.',
  },
};

export const rawFinding = findingsOf<RawRule>(RAW_RULES);
