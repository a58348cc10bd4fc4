/** The dynamic disk header as it shall be: its place, its checksum, its reserved bytes, its locators. */
import { must } from '../../base/assert.ts';
import type { FileWindow } from '../../formats/fileWindow.ts';
import type { Finding } from '../../formats/finding.ts';
import { diskSizeOf } from '../../formats/vhd/diskSize.ts';
import { type DynamicDiskHeader, headerChecksum, headerStruct } from '../../formats/vhd/dynamicDiskHeader.ts';
import { NO_OFFSET } from '../../formats/vhd/fieldTypes.ts';
import { findFooter } from '../../formats/vhd/footer.ts';
import { askYes, type Choices } from './choices.ts';
import { type Draft, type StepDraft, StructureDraft } from './draft.ts';
import type { FooterDraft } from './footers.ts';
import { headerProblem, readHeader } from './readHeader.ts';

export interface HeaderDraft {
  readonly wanted: StructureDraft<DynamicDiskHeader>;
  readonly offset: number;
  /** Who changes fields that no step names: the checksum's step, or the one that brings the header back. */
  owner: StepDraft | null;
  /** True where its checksum is wrong, and nothing tells that only that is wrong. */
  readonly isDoubtful: boolean;
}

/** null where there is none, not even one whose cookie alone is gone. */
export async function draftHeader(
  draft: Draft,
  window: FileWindow,
  footers: FooterDraft,
): Promise<HeaderDraft | null> {
  const footer = footers.wanted.values();
  const others = footers.end?.found ? [footers.end.found.footer.dataOffset] : [];
  const read = await readHeader(window, [footer.dataOffset, ...others]);
  if (!read) return null;
  if (footer.dataOffset !== BigInt(read.offset) && footers.frozen === null) {
    const why = 'A header with its cookie is there, and none where the footer points.';
    const step = draft.step('header-misplaced', 'Let the footers point at the header', why);
    footers.wanted.set('dataOffset', BigInt(read.offset), step);
  }
  const wanted = new StructureDraft(headerStruct, (read.recovered?.bytes ?? read.bytes).slice());
  const header: HeaderDraft = { wanted, offset: read.offset, owner: null, isDoubtful: false };
  if (read.recovered) {
    const { fields } = read.recovered;
    const rule = fields.includes('cookie')
      ? 'header-missing'
      : fields.includes('headerVersion')
        ? 'header-version'
        : 'header-checksum';
    const title = `Set the header’s ${fields.join(', ')} right`;
    header.owner = draft.step(rule, title, RECOVERED, RECOVERS);
    return header;
  }
  const { checksum } = wanted.values();
  if (checksum === headerChecksum(wanted.bytes)) return header;
  const size = diskSizeOf('', mustBeFooter(footers)).virtualSizeBytes;
  const problem = headerProblem(wanted.bytes, size, window.sizeBytes);
  if (problem !== null) return { ...header, isDoubtful: true };
  const step = draft.step('header-checksum', 'Fill in the checksum that the header’s bytes make', FILL_IN);
  wanted.set('checksum', headerChecksum(wanted.bytes), step);
  return header;
}

const RECOVERED =
  'With the only value that the format allows there, the checksum that the header carries holds again.';
const RECOVERS = [
  'header-missing',
  'header-checksum',
  'header-version',
  'header-data-offset',
  'header-reserved',
];
const FILL_IN =
  'Version, block size and table are possible values and fit the file. Which byte is the wrong one is not known: ' +
  'a checksum tells only that there is one, and it stays in place.';

function mustBeFooter({ wanted }: FooterDraft) {
  return must(findFooter(wanted.bytes, 0), 'a footer to be written has its cookie');
}

/** Bytes that mean nothing to anybody known: changed when asked. */
export function draftHeaderFields(
  draft: Draft,
  { wanted, isDoubtful }: HeaderDraft,
  choices: Choices,
  findings: readonly Finding[],
): void {
  if (isDoubtful) return;
  const hasRule = (rule: string) => findings.some((finding) => finding.rule === rule);
  if (
    hasRule('header-data-offset') &&
    wanted.values().dataOffset !== NO_OFFSET &&
    askYes(choices, DATA_OFFSET)
  ) {
    wanted.set('dataOffset', NO_OFFSET, draft.step('header-data-offset', DATA_OFFSET.title, 'You chose it.'));
  }
  if (hasRule('header-reserved') && askYes(choices, RESERVED)) {
    const step = draft.step('header-reserved', RESERVED.title, 'You chose it.');
    wanted.set('reserved1', 0, step);
    wanted.set('reserved2', new Uint8Array(headerStruct.lengthOf('reserved2')), step);
  }
}

const DATA_OFFSET = {
  rule: 'header-data-offset',
  question: 'The header’s own data offset, which nobody uses, is not all ones. Shall it be?',
  title: 'Write all ones into the header’s data offset',
  meaning: 'Nothing reads it here; Xen then takes the file.',
};
const RESERVED = {
  rule: 'header-reserved',
  question: 'The header’s reserved bytes are not all zeros. Shall they be?',
  title: 'Write zeros into the header’s reserved bytes',
  meaning: 'Nothing here reads them. A program that keeps something of its own there loses it.',
};

export async function writeHeader(draft: Draft, header: HeaderDraft): Promise<void> {
  const { wanted, offset, owner } = header;
  if (wanted.lastEditor) wanted.set('checksum', headerChecksum(wanted.bytes), wanted.lastEditor);
  const anyone = owner ?? wanted.lastEditor;
  if (!anyone) return;
  await draft.writeStructure(headerStruct, wanted.bytes, 'Dynamic disk header', offset, (field) => {
    return wanted.ownerOf(field) ?? anyone;
  });
}
