/** The rules for blocks, their bitmaps and the space between them, each once. Those of the table alone stand in formats/vhd. */
import { findingsOf, type Rule } from '../../formats/finding.ts';

const KEEP = 'Keep a copy of the file before anything writes to it.';
const NOTHING = 'Nothing needs to be done.';

const rules = {
  'block-over-reserved': {
    severity: 'warning',
    code: null,
    meaning:
      'The blocks read as they were written. A program that makes use of the space set aside there would write over them.',
    remedy: 'Write the disk to a new file (compact), which lays it out anew.',
  },
  'entries-beyond-disk': {
    severity: 'warning',
    code: '0xC03A000A',
    meaning:
      'The disk ends before these blocks, so nothing of them can be read: the disk was made smaller, or its size is wrong.',
    remedy: 'Compare the disk’s size with what it should be before the space is given back.',
  },
  'bitmap-lost': {
    severity: 'error',
    code: '0xC03A000C',
    meaning:
      'Which sectors of these blocks this file holds is not known. They are sought here, never in the parent, so that old data is not shown as new.',
    remedy: KEEP,
  },
  'clear-bits-over-data': {
    severity: 'warning',
    code: '0xC03A000C',
    meaning:
      'A disk without a parent is read by its blocks, whatever the bits say: as here, so in Windows. Programs that go by the bits read zeros there.',
    remedy: 'Write the disk to a new file (compact or save), which sets the bits.',
  },
  'bits-beyond-disk': {
    severity: 'note',
    code: null,
    meaning: 'The disk ends inside this block; bits for sectors behind its end are passed over.',
    remedy: NOTHING,
  },
  'bits-in-padding': {
    severity: 'note',
    code: null,
    meaning: 'Bitmaps are filled up to whole sectors; bits there stand for nothing and are passed over.',
    remedy: NOTHING,
  },
  'block-without-sectors': {
    severity: 'note',
    code: null,
    meaning:
      'The block takes space in the file and holds none of the disk: all of it is read from the parent.',
    remedy: 'A compact gives the space back.',
  },
  'leaked-space': {
    severity: 'note',
    code: null,
    meaning: 'Nothing points at these bytes: no data is lost by it, the file is larger than it need be.',
    remedy: 'A compact gives the space back.',
  },
  'batmap-place': {
    severity: 'warning',
    code: null,
    meaning:
      'Xen’s map of the wholly written blocks is not where it could be read or kept. Nothing here depends on it; Xen may refuse the file.',
    remedy: 'Let Xen’s own tools make the map anew.',
  },
  'batmap-checksum': {
    severity: 'warning',
    code: null,
    meaning:
      'Xen’s map of the wholly written blocks is damaged or out of date. Nothing here depends on it; Xen may refuse the file.',
    remedy: 'Let Xen’s own tools make the map anew.',
  },
  'batmap-bits': {
    severity: 'warning',
    code: null,
    meaning:
      'Xen’s map calls blocks wholly written that are not: Xen then reads all of them from this file, also what the bitmap leaves to the parent or to zeros.',
    remedy: 'Let Xen’s own tools make the map anew. Here the bitmaps decide.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type BlockRule = keyof typeof rules;

export const BLOCK_RULES: Readonly<Record<BlockRule, Rule>> = rules;

export const blockFinding = findingsOf<BlockRule>(rules);
