/** The rules for a single VHD that only a check looks at: nothing depends on them while a disk is read. */
import { findingsOf, type Rule } from '../formats/finding.ts';

const NOTHING = 'Nothing needs to be done.';

const rules = {
  // Footer
  'footer-cut': {
    severity: 'error',
    code: '0xC03A0003',
    meaning: 'The file ends inside its footer: a copy was interrupted just before its end.',
    remedy: 'Copy the file again from where it came from.',
  },
  'footer-in-use': {
    severity: 'warning',
    code: '0xC03A0001',
    meaning:
      'Xen writes 0xC7 over the footer while it has the disk open: it is in use, or its host stopped without closing it.',
    remedy: 'Make sure that no machine runs on it. A repair then writes the footer anew from its copy.',
  },
  'file-size-unaligned': {
    severity: 'warning',
    code: '0xC03A0013',
    meaning: 'The footer does not begin at a multiple of 512 bytes, as it does in every file that is whole.',
    remedy: 'Compare the size of the file with the one it was copied from.',
  },
  'footer-reserved': {
    severity: 'note',
    code: null,
    meaning:
      'Bytes that should be zeros are not. They do not change how the disk is read; 7-Zip and Xen refuse it.',
    remedy: 'A repair writes zeros there.',
  },
  'id-empty': {
    severity: 'warning',
    code: null,
    meaning: 'A disk without an id cannot be told from others: no child can name it as its parent.',
    remedy: 'A repair gives it an id. Children that seek the empty id would no longer find it.',
  },
  'time-in-future': {
    severity: 'warning',
    code: null,
    meaning: 'A clock was wrong when the file was written, so times say nothing about what is newer.',
    remedy: NOTHING,
  },
  'geometry-unlike-size': {
    severity: 'note',
    code: null,
    meaning:
      'Cylinders, heads and sectors are not those of a disk of this size. Programs that go by them see a smaller disk.',
    remedy: 'Nothing needs to be done where the disk is read by its current size, as it is here.',
  },
  'original-size': {
    severity: 'note',
    code: null,
    meaning: 'The disk was made with another size than it has now: it was resized.',
    remedy: NOTHING,
  },
  'host-system-unknown': {
    severity: 'note',
    code: null,
    meaning:
      'The file names a system that the specification does not know. It does not change how it is read.',
    remedy: NOTHING,
  },
  // Header
  'header-unaligned': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning: 'Headers begin at a sector. This one is read where the footer says it is.',
    remedy: 'Write the disk to a new file (compact), which lays it out anew.',
  },
  'block-size-unusual': {
    severity: 'note',
    code: null,
    meaning:
      'Real programs write blocks of 512 KiB to 4 MiB. The disk is read all the same; Windows may refuse it.',
    remedy: 'Write the disk to a new file with blocks of 2 MiB before it is attached elsewhere.',
  },
  'header-data-offset': {
    severity: 'note',
    code: null,
    meaning: 'No version of the format uses this field; it should be all ones. Xen refuses the file.',
    remedy: 'A repair writes all ones.',
  },
  'header-reserved': {
    severity: 'note',
    code: null,
    meaning: 'Bytes that should be zeros are not. They do not change how the disk is read; Xen refuses it.',
    remedy: 'A repair writes zeros there.',
  },
  'header-name-empty': {
    severity: 'note',
    code: null,
    meaning: 'The header does not name the parent’s file. It is sought by its id and by the locators.',
    remedy: 'Pointing the file at its parent writes the name.',
  },
  'parent-not-expected': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning:
      'A disk without parent names one. If its type was changed by hand, what the parent held reads as zeros here.',
    remedy: 'Find out whether this file was made from another before anything relies on it.',
  },
  'locators-not-expected': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning:
      'A disk without parent says where one lies. If its type was changed by hand, what the parent held reads as zeros here.',
    remedy: 'Find out whether this file was made from another before anything relies on it.',
  },
  // Locators
  'locator-code': {
    severity: 'note',
    code: null,
    meaning: 'Nobody knows how this path is spelled. The id and the other spellings remain.',
    remedy: NOTHING,
  },
  'locator-empty': {
    severity: 'note',
    code: null,
    meaning: 'The locator holds no path. The id and the other spellings remain.',
    remedy: 'Pointing the file at its parent writes its locators anew.',
  },
  'locator-length-odd': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning: 'A path in UTF-16 has two bytes a character, so its last one is cut.',
    remedy: 'Pointing the file at its parent writes its locators anew.',
  },
  'locator-unaligned': {
    severity: 'note',
    code: null,
    meaning: 'The path does not begin at a sector. It is read where the locator says it is.',
    remedy: NOTHING,
  },
  'locator-reserved': {
    severity: 'note',
    code: null,
    meaning:
      'Bytes that should be zeros are not. They do not change how the path is read; Xen refuses the file.',
    remedy: 'A repair writes zeros there.',
  },
  'locator-unused-not-empty': {
    severity: 'note',
    code: null,
    meaning: 'An entry that names no platform is not empty: it is passed over; Xen refuses the file.',
    remedy: 'A repair writes zeros there.',
  },
  'locator-space-taken': {
    severity: 'note',
    code: null,
    meaning: 'The room set aside for this path holds other things too: a longer path would overwrite them.',
    remedy: 'Pointing the file at its parent takes the room into account.',
  },
  'locators-overlap': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning:
      'Two spellings of the parent’s path share bytes, so at most one is as it was written. The id remains.',
    remedy: 'Pointing the file at its parent writes its locators anew.',
  },
  // Block allocation table
  'bat-padding': {
    severity: 'note',
    code: null,
    meaning:
      'Behind the table’s last entry its sector is neither all ones nor zeros. Nothing is read from there; an entry may have been written too far.',
    remedy: 'A repair writes ones there.',
  },
  'bat-room': {
    severity: 'note',
    code: null,
    meaning:
      'The header counts more entries than there is room for in front of what follows the table. None of those is needed for this disk.',
    remedy: 'Do not let another program enlarge the disk in place.',
  },
  // Xen's map of blocks
  'batmap-size': {
    severity: 'warning',
    code: null,
    meaning:
      'Xen’s map of wholly written blocks has fewer bits than the disk has blocks. Nothing here depends on it.',
    remedy: 'Let Xen’s own tools make the map anew.',
  },
  'batmap-version': {
    severity: 'warning',
    code: null,
    meaning: 'Xen’s map follows a version that is not known. Nothing here depends on it; Xen refuses it.',
    remedy: 'Open the disk with the program that wrote it.',
  },
  'batmap-stale': {
    severity: 'note',
    code: null,
    meaning: 'The map is marked as out of date: a program that does not keep it changed the file.',
    remedy: NOTHING,
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type CheckRule = keyof typeof rules;

export const CHECK_RULES: Readonly<Record<CheckRule, Rule>> = rules;

export const checkFinding = findingsOf<CheckRule>(rules);

const linkRules = {
  'error-in-parent': {
    severity: 'warning',
    code: '0xC03A0019',
    meaning:
      'What this file does not hold itself is read from files below it, and one of those has an error.',
    remedy: 'See the findings of the file that is named here, and mend it first.',
  },
  'parent-refused': {
    severity: 'error',
    code: '0xC03A0019',
    meaning: 'The parent is here, but it is damaged so far that no sector of it can be found.',
    remedy: 'See the findings of the file that is named here: a repair may make it readable again.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type LinkRule = keyof typeof linkRules;

export const LINK_RULES: Readonly<Record<LinkRule, Rule>> = linkRules;

export const linkFinding = findingsOf<LinkRule>(linkRules);
