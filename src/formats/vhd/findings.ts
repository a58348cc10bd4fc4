/** The rules for a single VHD: each stands here once, with Windows' code where Windows has one. */
import { findingsOf, type Rule } from '../finding.ts';

const KEEP = 'Keep a copy of the file before anything writes to it.';
const NOTHING = 'Nothing needs to be done.';

const rules = {
  // Footer
  'footer-lost': {
    severity: 'error',
    code: '0xC03A0001',
    meaning: 'Without a footer nobody can tell the size of the disk or its type.',
    remedy:
      'A repair rebuilds it from header and table where those are whole; the disk gets a new id. Better: copy the file again from where it came from.',
  },
  'footer-missing': {
    severity: 'warning',
    code: '0xC03A0001',
    meaning:
      'The disk is read by the copy at the start of the file. A crash while a block was being added leaves this.',
    remedy:
      'Blocks near the end of the file may be cut short: see the other findings. A repair writes the footer anew.',
  },
  'trailing-data': {
    severity: 'warning',
    code: '0xC03A0001',
    meaning:
      'Something was appended to the file after it was written. The disk is whole, but programs look for the footer in the last 512 bytes: most refuse the file.',
    remedy: 'A repair cuts off what stands behind the footer. Keep it if you do not know what it is.',
  },
  'footer-copy-missing': {
    severity: 'warning',
    code: '0xC03A0001',
    meaning:
      'The disk is read by the footer at the end. If that is lost too, the file can no longer be opened.',
    remedy: 'A repair writes the copy anew from the footer at the end.',
  },
  'footer-copy-differs': {
    severity: 'warning',
    code: '0xC03A0003',
    meaning: 'An update of the footers was interrupted. The disk is read by the one that is named here.',
    remedy:
      'A repair makes them equal, and asks which of the two is right. Keep a copy of the file before anything writes to it.',
  },
  'footer-checksum': {
    severity: 'error',
    code: '0xC03A0002',
    meaning: 'Some byte of the footer is wrong: a damaged file, or one edited by hand. Windows refuses it.',
    remedy: 'Check size, type and id against what the disk should be. A repair fills in the checksum.',
  },
  'footer-511-bytes': {
    severity: 'note',
    code: null,
    meaning: 'Written before Virtual PC 2004, whose footer was one byte shorter. It is read as any other.',
    remedy: NOTHING,
  },
  'format-version': {
    severity: 'error',
    code: '0xC03A0005',
    meaning: 'The file says it follows a version of the format that was never published.',
    remedy: 'Open it with the program that wrote it.',
  },
  'disk-type': {
    severity: 'error',
    code: '0xC03A001B',
    meaning: 'It is not known how this disk’s sectors are found.',
    remedy: 'Open it with the program that wrote it.',
  },
  'disabled-by-resize': {
    severity: 'error',
    code: '0xC03A001C',
    meaning: 'Xen disabled this disk in the middle of a resize: some blocks may still be at their old place.',
    remedy:
      'Let the resize that was interrupted be finished on the Xen host (it keeps a journal beside the file).',
  },
  'saved-state': {
    severity: 'warning',
    code: null,
    meaning:
      'The virtual machine was saved while it ran: its memory holds changes that the disk does not have yet.',
    remedy: 'Resume and shut down the machine before the disk is used elsewhere.',
  },
  'temporary-disk': {
    severity: 'note',
    code: null,
    meaning: 'The disk is marked as temporary: its program may delete it on shutdown.',
    remedy: 'Copy it if it is to be kept.',
  },
  'features-unknown': {
    severity: 'note',
    code: null,
    meaning:
      'The footer’s features are not those that the specification defines. They do not change how it is read.',
    remedy: NOTHING,
  },
  // Size
  'size-invalid': {
    severity: 'error',
    code: '0xC03A0012',
    meaning: 'A disk of this size cannot be in a VHD: its sector numbers have 32 bits.',
    remedy: 'Copy the file again from where it came from.',
  },
  'size-over-limit': {
    severity: 'warning',
    code: '0xC03A0012',
    meaning: 'Larger than the 2040 GiB that Windows takes: Windows will not attach it.',
    remedy: NOTHING,
  },
  'size-not-sectors': {
    severity: 'warning',
    code: '0xC03A0012',
    meaning: 'A disk is whole sectors; the rest behind the last one cannot be reached.',
    remedy: NOTHING,
  },
  'size-by-geometry': {
    severity: 'note',
    code: null,
    meaning:
      'This maker means the geometry’s product, not the current size. Other programs may see a disk of another size.',
    remedy: NOTHING,
  },
  'size-ambiguous': {
    severity: 'note',
    code: null,
    meaning:
      'The maker is unknown and its two sizes differ. The current size is taken, as most makers mean it.',
    remedy: 'Compare with the size that the program that wrote it shows.',
  },
  'geometry-empty': {
    severity: 'warning',
    code: '0xC03A0003',
    meaning:
      'This maker’s size is the product of cylinders, heads and sectors, which is 0. The current size is taken.',
    remedy: 'Compare with the size that the program that wrote it shows.',
  },
  'geometry-beyond-size': {
    severity: 'warning',
    code: '0xC03A0003',
    meaning: 'The geometry addresses more than the current size, though it should round down.',
    remedy: 'Compare with the size that the program that wrote it shows.',
  },
  'fixed-data-short': {
    severity: 'error',
    code: '0xC03A0013',
    meaning: 'The file is shorter than its disk: the end of the disk is not in it. What is there is read.',
    remedy: 'Copy the file again from where it came from.',
  },
  'fixed-data-long': {
    severity: 'note',
    code: '0xC03A0013',
    meaning: 'The file holds more bytes than its disk has. They are not part of the disk.',
    remedy: NOTHING,
  },
  'fixed-data-offset': {
    severity: 'note',
    code: null,
    meaning: 'A fixed disk has no further header, so this offset should be all ones. It is passed over.',
    remedy: NOTHING,
  },
  // Header
  'header-missing': {
    severity: 'error',
    code: '0xC03A0008',
    meaning: 'Without its header nobody can tell where the blocks of the disk are.',
    remedy: 'Copy the file again from where it came from.',
  },
  'header-misplaced': {
    severity: 'error',
    code: '0xC03A0003',
    meaning:
      'The footer points elsewhere. The header was found where every known program puts it, and is used.',
    remedy: KEEP,
  },
  'header-checksum': {
    severity: 'error',
    code: '0xC03A0006',
    meaning: 'Some byte of the header is wrong: a damaged file, or one edited by hand. Windows refuses it.',
    remedy: 'Check block size, table and parent. A repair fills in the checksum.',
  },
  'header-version': {
    severity: 'error',
    code: '0xC03A0007',
    meaning: 'The header says it follows a version that was never published.',
    remedy: 'Open it with the program that wrote it.',
  },
  'block-size': {
    severity: 'error',
    code: '0xC03A000B',
    meaning:
      'Blocks are powers of two, here from 4 KiB to 2 GiB. With any other size every sector would be sought wrongly.',
    remedy: 'Copy the file again from where it came from.',
  },
  'block-count': {
    severity: 'error',
    code: '0xC03A000B',
    meaning: 'So many blocks would take more memory than this program allows a file to ask for.',
    remedy:
      'Real disks have at most four million blocks: compare block size and disk size with what they should be.',
  },
  // Block allocation table
  'bat-outside-file': {
    severity: 'error',
    code: '0xC03A000A',
    meaning: 'Without its block allocation table nobody can tell where the blocks of the disk are.',
    remedy: 'Copy the file again from where it came from.',
  },
  'bat-cut-short': {
    severity: 'error',
    code: '0xC03A000A',
    meaning: 'Blocks whose entries are not in the file read as if this file did not hold them.',
    remedy: 'Copy the file again from where it came from.',
  },
  'bat-too-small': {
    severity: 'error',
    code: '0xC03A000A',
    meaning:
      'The table has fewer entries than the disk has blocks: the rest reads as if this file did not hold it.',
    remedy: KEEP,
  },
  'structures-overlap': {
    severity: 'error',
    code: '0xC03A0008',
    meaning: 'Two structures share bytes of the file, so one of them is wrong.',
    remedy: KEEP,
  },
  'bat-unaligned': {
    severity: 'warning',
    code: '0xC03A000A',
    meaning: 'Tables begin at a sector. This one is read where the header says it is.',
    remedy: KEEP,
  },
  // Parent
  'parent-id-empty': {
    severity: 'error',
    code: '0xC03A0008',
    meaning: 'A differencing disk names its parent by id, and this one names none.',
    remedy: 'Point at the parent by hand, if it is known.',
  },
  'locators-none': {
    severity: 'note',
    code: null,
    meaning: 'The parent is sought by its id and by the name in the header.',
    remedy: NOTHING,
  },
  'locator-data-space': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning:
      'The space set aside is neither a number of sectors nor whole sectors in bytes. The path is read by its length.',
    remedy: NOTHING,
  },
  'locator-outside-file': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning: 'This spelling of the parent’s path is lost; the id and the other spellings remain.',
    remedy: NOTHING,
  },
  'locator-length': {
    severity: 'warning',
    code: '0xC03A0008',
    meaning: 'No path is that long, or it does not fit its space. Only its beginning is read.',
    remedy: NOTHING,
  },
  'locator-duplicate': {
    severity: 'note',
    code: null,
    meaning: 'Two locators for one platform: which of them counts is up to the program that reads it.',
    remedy: NOTHING,
  },
  'parent-names-disagree': {
    severity: 'warning',
    code: null,
    meaning: 'The parent was renamed or the chain was relinked by hand. The id decides.',
    remedy: 'Compare the parent’s id with the one that this file seeks.',
  },
  // Blocks, known once the whole table was read
  'block-outside-file': {
    severity: 'error',
    code: '0xC03A000A',
    meaning: 'Sectors of these blocks are not in the file: it was cut short, or the table is damaged.',
    remedy:
      'Copy the file again from where it came from. Where that cannot be, a repair takes the entries out of the table or fills up with zeros, and says what is lost.',
  },
  'block-over-structure': {
    severity: 'error',
    code: '0xC03A000A',
    meaning: 'A block and a structure share bytes: the block’s data, or the structure, was overwritten.',
    remedy:
      'A repair takes the block out of the table and says what is lost; the bytes stay in the file. Keep a copy first.',
  },
  'blocks-overlap': {
    severity: 'error',
    code: '0xC03A000A',
    meaning: 'Two blocks share bytes of the file, so at most one of them reads as it was written.',
    remedy: 'A repair shows both readings and asks which block keeps the place. Keep a copy first.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type VhdRule = keyof typeof rules;

export const VHD_RULES: Readonly<Record<VhdRule, Rule>> = rules;

export const vhdFinding = findingsOf<VhdRule>(rules);
