/** What a repair leaves as it is, and why: by the findings' rules, and by what came up while the plan was drawn up. */
import type { Finding } from '../../formats/finding.ts';

export interface LeftReason {
  readonly applies: (finding: Finding) => boolean;
  readonly why: string;
}

/** Reasons that hold for every finding of a rule that no step mends. */
const REASONS: Readonly<Record<string, string>> = {
  'footer-lost':
    'Neither a header nor a footer is left to tell what this file was. A fixed disk without its footer cannot be told from a raw disk: open it as one.',
  'footer-511-bytes': 'It is read as any other, and programs of its time expect it so.',
  'format-version':
    'A version that was never published: another program may mean something else by every field.',
  'disk-type': 'The type is part of no other structure, so it cannot be known.',
  'disabled-by-resize':
    'Some blocks may still be at their old place; only the resize itself can be finished or taken back.',
  'size-invalid': 'The size of the disk stands nowhere else.',
  'size-over-limit': 'The disk is as large as it is; a repair does not cut it.',
  'size-not-sectors': 'The rest behind the last sector is not reached by any program.',
  'geometry-empty': 'For this maker the geometry is the size of the disk, and it stands nowhere else.',
  'fixed-data-short': 'The missing sectors are not in the file.',
  'header-missing': 'Block size and place of the table stand nowhere else.',
  'header-checksum': 'Fields of the header do not fit the file, so it is not known what in it is wrong.',
  'header-version':
    'A version that was never published: another program may mean something else by every field.',
  'block-size': 'The block size stands nowhere else.',
  'block-count': 'Block size or disk size is wrong, and neither stands anywhere else.',
  'bat-outside-file': 'The table is not in the file, and it stands nowhere else.',
  'bat-cut-short': 'The missing entries are not in the file, and they stand nowhere else.',
  'bat-too-small': 'Either the size of the disk or the number of entries is wrong; which one is not known.',
  'bat-unaligned': 'The table is read where it is; moving it would gain nothing.',
  'structures-overlap': 'Which of the two holds the right bytes is not known.',
  'parent-id-empty': 'The parent’s id stands nowhere else: choose the parent to set it anew.',
  'parent-names-disagree': 'The id decides. Choose the parent to have all its names written anew.',
  'locator-length': 'Where the path ends is not known. Choose the parent to have it written anew.',
  'block-outside-file': 'It is for you to choose what becomes of a block that is partly in the file.',
  'block-over-structure':
    'Either the block or the path of the parent lies at a wrong place; choose the parent to have its path written elsewhere.',
  'bitmap-lost': 'Which sectors such a block holds is known only once its entry is settled.',
  'clear-bits-over-data':
    'The disk is read rightly; a compact or save to a new file writes the bitmaps anew.',
  'block-over-reserved': 'The blocks are whole; a compact to a new file lays them out anew.',
  'file-size-unaligned': 'Bytes may be missing or inserted anywhere in front of the footer.',
  'time-in-future': 'The right time stands nowhere else.',
  'parent-not-expected': 'Either the type or the parent is wrong; which one is not known.',
  'locators-not-expected': 'Either the type or the parent is wrong; which one is not known.',
  'locator-length-odd': 'Where the path ends is not known. Choose the parent to have it written anew.',
  'locators-overlap':
    'Which path the shared bytes belong to is not known. Choose the parent to have both written anew.',
  'batmap-place': 'Xen makes its map anew; nothing else depends on it.',
  'batmap-size': 'Xen makes its map anew; nothing else depends on it.',
  'batmap-version': 'A version that is not known: Xen itself must judge it.',
  'saved-state':
    'The machine’s memory may hold changes that the disk lacks: clearing it is for you to choose.',
  'id-empty': 'A new id hides the file from children that seek the empty one: it is for you to choose.',
  'entries-beyond-disk': 'The disk may have been larger: giving its blocks up is for you to choose.',
  'blocks-overlap': 'Which block the shared bytes belong to is never guessed.',
};

/** Notes about which something can be done, though not by a repair. */
const NOTES: Readonly<Record<string, string>> = {
  'leaked-space':
    'Nothing points at these bytes, and nothing reads them. A compact leaves them out of a new file.',
};

const OTHERWISE = 'Nothing in the file tells what the right bytes would be.';

/** The findings that no step mends, each with its reason; notes that need nothing are left out. */
export function leftFindings(
  findings: readonly Finding[],
  mended: ReadonlySet<string>,
  reasons: readonly LeftReason[],
): { readonly finding: Finding; readonly why: string }[] {
  const left: { finding: Finding; why: string }[] = [];
  for (const finding of findings) {
    const reason = reasons.find(({ applies }) => applies(finding));
    if (reason) left.push({ finding, why: reason.why });
    else if (mended.has(finding.rule)) continue;
    else if (finding.severity !== 'note') left.push({ finding, why: REASONS[finding.rule] ?? OTHERWISE });
    else if (NOTES[finding.rule]) left.push({ finding, why: NOTES[finding.rule] ?? OTHERWISE });
  }
  return left;
}
