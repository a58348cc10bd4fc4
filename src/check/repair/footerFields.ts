/** Single fields of a footer that is otherwise whole. Those that mean something to somebody are only changed when asked. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { Finding } from '../../formats/finding.ts';
import { geometry } from '../../formats/vhd/fieldTypes.ts';
import { FEATURE_RESERVED, FEATURE_TEMPORARY, footerStruct } from '../../formats/vhd/footer.ts';
import { geometryBytes, geometryOf, isMaximalGeometry, sizeRuleOf } from '../../formats/vhd/geometry.ts';
import { askYes, type Choices } from './choices.ts';
import type { Draft } from './draft.ts';
import type { FooterDraft } from './footers.ts';
import { newId } from './newId.ts';

export function draftFooterFields(
  draft: Draft,
  footers: FooterDraft,
  choices: Choices,
  findings: readonly Finding[],
): void {
  if (footers.frozen !== null) return;
  const { wanted } = footers;
  const { features } = wanted.values();
  if ((features & FEATURE_RESERVED) === 0) {
    const why =
      'The specification says that bit 1 is always set, and bit 0 marks a temporary disk; it has no other.';
    const step = draft.step('features-unknown', 'Set the reserved bit of the footer’s features', why);
    wanted.set('features', (features & FEATURE_TEMPORARY) | FEATURE_RESERVED, step);
  }
  const hasRule = (rule: string) => findings.some((finding) => finding.rule === rule);
  if (hasRule('saved-state') && askYes(choices, SAVED_STATE)) {
    wanted.set('savedState', 0, draft.step('saved-state', SAVED_STATE.title, 'You chose it.'));
  }
  if (hasRule('footer-reserved') && askYes(choices, RESERVED)) {
    const zeros = new Uint8Array(footerStruct.lengthOf('reserved'));
    wanted.set('reserved', zeros, draft.step('footer-reserved', RESERVED.title, 'You chose it.'));
  }
  if (hasRule('id-empty') && askYes(choices, NEW_ID)) {
    const id = newId(wanted.bytes, draft.sizeBefore);
    wanted.set('uniqueId', id, draft.step('id-empty', NEW_ID.title, 'You chose it.'));
  }
  draftGeometry(draft, footers, choices, hasRule);
}

/** Only where the disk's size does not hang on it. */
function draftGeometry(
  draft: Draft,
  { wanted }: FooterDraft,
  choices: Choices,
  hasRule: (rule: string) => boolean,
): void {
  const { diskGeometry, currentSize, creatorApplication } = wanted.values();
  if (isMaximalGeometry(diskGeometry) || sizeRuleOf(creatorApplication, diskGeometry) !== 'current-size')
    return;
  const isBeyond = BigInt(geometryBytes(diskGeometry)) > currentSize;
  if (!isBeyond && !(hasRule('geometry-unlike-size') && askYes(choices, GEOMETRY))) return;
  const bytes = new Uint8Array(4);
  geometry.write(geometryOf(Number(currentSize) / SECTOR_BYTES), bytes);
  const why =
    'This maker means the current size, and the specification’s algorithm makes the geometry from it.';
  const rule = isBeyond ? 'geometry-beyond-size' : 'geometry-unlike-size';
  const step = draft.step(rule, GEOMETRY.title, why, ['geometry-beyond-size', 'geometry-unlike-size']);
  wanted.set('diskGeometry', bytes, step);
}

const SAVED_STATE = {
  rule: 'saved-state',
  question: 'The virtual machine was saved while it ran. Shall the mark be taken from the disk?',
  title: 'Clear the saved state',
  meaning:
    'Right only where the saved machine is gone or will never be resumed: what its memory held and had not written yet is not on the disk.',
};
const RESERVED = {
  rule: 'footer-reserved',
  question: 'The footer’s reserved bytes are not all zeros. Shall they be?',
  title: 'Write zeros into the footer’s reserved bytes',
  meaning: 'Nothing here reads them. A program that keeps something of its own there loses it.',
};
const NEW_ID = {
  rule: 'id-empty',
  question: 'The disk has no id. Shall it get one?',
  title: 'Give the disk a new id',
  meaning: 'Children that name the empty id no longer find this file until their parent link is set anew.',
};
const GEOMETRY = {
  rule: 'geometry-unlike-size',
  question: 'The geometry is not that of a disk of this size. Shall it be?',
  title: 'Write the geometry that the current size makes',
  meaning: 'The disk keeps its size. A guest that goes by cylinders and heads sees other ones.',
};
