/** What the footer at the end and its copy shall both hold, from whichever of them can be trusted. */
import type { FileWindow } from '../../formats/fileWindow.ts';
import { sameFooter } from '../../formats/vhd/chooseFooter.ts';
import {
  FOOTER_BYTES,
  type Footer,
  type FoundFooter,
  footerChecksum,
  footerStruct,
  imageTypeOf,
} from '../../formats/vhd/footer.ts';
import type { Choices } from './choices.ts';
import { type Draft, type StepDraft, StructureDraft } from './draft.ts';
import { type FooterCandidate, footerCandidates, footerProblem, isWhole } from './footerCandidates.ts';
import { headerProblem, readHeader } from './readHeader.ts';
import type { RepairOption } from './repairPlan.ts';

export interface FooterDraft {
  readonly wanted: StructureDraft<Footer>;
  /** What is found at the end of the file; null = no footer there. */
  readonly end: FooterCandidate | null;
  /** A footer with other bytes behind it, where none is at the end. */
  stray: FoundFooter | null;
  /** Why the footers stay as they are; null where they are written. */
  frozen: string | null;
  /** Whose changes the fields are that only one of the two places has wrong. */
  endOwner: StepDraft | null;
  copyOwner: StepDraft | null;
}

export function isFixed({ wanted }: FooterDraft): boolean {
  return imageTypeOf(wanted.values().diskType) === 'fixed';
}

/** A copy stands at the start of every file but those of fixed disks, where the footer itself leaves room for it. */
export function takesCopy(footers: FooterDraft): boolean {
  return !isFixed(footers) && (footers.end?.offset ?? FOOTER_BYTES) >= FOOTER_BYTES;
}

/** null where neither place holds a footer. */
export async function draftFooters(
  draft: Draft,
  window: FileWindow,
  choices: Choices,
): Promise<FooterDraft | null> {
  const { end, copy } = footerCandidates(window);
  if (isWhole(end) && isWhole(copy) && end && copy && !sameBytes(end, copy)) {
    return chooseOfTwo(draft, choices, end, copy);
  }
  const whole = isWhole(end) ? end : isWhole(copy) ? copy : null;
  if (whole) return fromWhole(draft, end, copy, whole);
  const recovered = [end, copy].find((candidate) => candidate?.recovered);
  if (recovered) return fromRecovered(draft, end, copy, recovered);
  if (end && copy && !sameBytes(end, copy)) return chooseOfTwo(draft, choices, end, copy);
  const source = end ?? copy;
  return source && fromWrong(draft, window, end, copy, source);
}

function bytesOf({ found, recovered }: FooterCandidate): Uint8Array {
  return (recovered?.bytes ?? found?.bytes ?? new Uint8Array(FOOTER_BYTES)).slice();
}

function draftOf(end: FooterCandidate | null, source: FooterCandidate): FooterDraft {
  const wanted = new StructureDraft(footerStruct, bytesOf(source));
  return { wanted, end, stray: null, frozen: null, endOwner: null, copyOwner: null };
}

function sameBytes(end: FooterCandidate, copy: FooterCandidate): boolean {
  return end.found !== null && copy.found !== null && sameFooter(end.found, copy.found);
}

function fromWhole(
  draft: Draft,
  end: FooterCandidate | null,
  copy: FooterCandidate | null,
  whole: FooterCandidate,
): FooterDraft {
  const footers = draftOf(end, whole);
  if (whole.place === 'end') {
    if (!takesCopy(footers) || (copy && sameBytes(whole, copy))) return footers;
    footers.copyOwner = copy?.found ? rewrite(draft, 'copy') : addCopy(draft);
  } else footers.endOwner = end?.found ? rewrite(draft, 'end') : addEnd(draft);
  return footers;
}

function rewrite(draft: Draft, place: FooterCandidate['place']): StepDraft {
  const title =
    place === 'copy'
      ? 'Write the footer’s copy anew from the footer at the end'
      : 'Write the footer at the end anew from its copy at the start';
  return draft.step(
    'footer-checksum',
    title,
    'The checksum of the one that is taken holds, that of the other does not.',
  );
}

export function addCopy(draft: Draft): StepDraft {
  const why = 'The footer at the end is whole, and the copy is the same 512 bytes.';
  return draft.step('footer-copy-missing', 'Write the footer’s copy at the start of the file', why);
}

function addEnd(draft: Draft): StepDraft {
  const why = 'Its copy at the start is whole, and the footer is the same 512 bytes.';
  const title = 'Write the footer at the end of the file from its copy';
  return draft.step('footer-missing', title, why, ['footer-cut', 'footer-in-use']);
}

function fromRecovered(
  draft: Draft,
  end: FooterCandidate | null,
  copy: FooterCandidate | null,
  source: FooterCandidate,
): FooterDraft {
  const footers = draftOf(end, source);
  const fields = source.recovered?.fields ?? [];
  const isLost = !end?.found && !copy?.found;
  const rule = isLost
    ? 'footer-lost'
    : fields.includes('fileFormatVersion')
      ? 'format-version'
      : 'footer-checksum';
  const title = `Set the footer’s ${fields.join(', ')} right, and write it wherever it stands`;
  const step = draft.step(rule, title, RECOVERED, RECOVERS);
  footers.endOwner = step;
  footers.copyOwner = takesCopy(footers) ? step : null;
  return footers;
}

const RECOVERED =
  'With the only value that the format allows there, the checksum that the footer carries holds again.';
const RECOVERS = [
  'format-version',
  'footer-checksum',
  'footer-missing',
  'footer-copy-missing',
  'features-unknown',
];

/** One footer, or two that agree, with a checksum that does not hold. */
async function fromWrong(
  draft: Draft,
  window: FileWindow,
  end: FooterCandidate | null,
  copy: FooterCandidate | null,
  source: FooterCandidate,
): Promise<FooterDraft> {
  const footers = draftOf(end, source);
  const problem = await problemOf(window, source);
  if (problem !== null) {
    footers.frozen = `Besides its checksum, ${problem}: it is not known what else in it is wrong.`;
    return footers;
  }
  const step = fillChecksum(draft);
  footers.wanted.set('checksum', footerChecksum(footers.wanted.bytes), step);
  if (!end?.found) footers.endOwner = addEnd(draft);
  if (!copy?.found && takesCopy(footers)) footers.copyOwner = addCopy(draft);
  return footers;
}

function fillChecksum(draft: Draft): StepDraft {
  const why =
    'Cookie, version, type and size are possible values. Which byte is the wrong one is not known: ' +
    'a checksum tells only that there is one, and it stays in place.';
  return draft.step('footer-checksum', 'Fill in the checksum that the footer’s bytes make', why);
}

async function problemOf(window: FileWindow, candidate: FooterCandidate): Promise<string | null> {
  const footer = footerStruct.parse(bytesOf(candidate));
  const problem = footerProblem(footer);
  if (problem !== null || imageTypeOf(footer.diskType) === 'fixed') return problem;
  const header = await readHeader(window, [footer.dataOffset]);
  if (!header) return 'it leads to no dynamic disk header';
  const bytes = header.recovered?.bytes ?? header.bytes;
  const ofHeader = headerProblem(bytes, Number(footer.currentSize), window.sizeBytes);
  return ofHeader === null ? null : `the header that it leads to does not fit: ${ofHeader}`;
}

/** Two footers that differ, both whole or both not: which one is right is for the user to say. */
function chooseOfTwo(
  draft: Draft,
  choices: Choices,
  end: FooterCandidate,
  copy: FooterCandidate,
): FooterDraft {
  const candidates = [end, copy];
  const bothHold = candidates.every(isWhole);
  const rule = bothHold ? 'footer-copy-differs' : 'footer-checksum';
  const sane = candidates.filter((each) => footerProblem(footerStruct.parse(bytesOf(each))) === null);
  const chosen = choices.offer({
    id: rule,
    rule,
    question: bothHold
      ? 'The footer at the end and its copy at the start are both whole, and differ. Which one is right?'
      : 'The footer at the end and its copy at the start differ, and neither has a checksum that holds. Which one is right?',
    options: sane.map((each) => optionOf(each, bothHold)),
  });
  const source = candidates.find((each) => each.place === chosen);
  const footers = draftOf(end, source ?? end);
  if (!source) {
    footers.frozen = 'The two footers differ, and which one is right is for you to choose.';
    return footers;
  }
  const taken = source.place === 'end' ? 'the footer at the end' : 'the copy at the start';
  const step = draft.step(rule, `Write both footers from ${taken}`, 'You chose it.', ['footer-copy-differs']);
  footers.endOwner = step;
  footers.copyOwner = step;
  if (!bothHold) footers.wanted.set('checksum', footerChecksum(footers.wanted.bytes), step);
  return footers;
}

function optionOf(candidate: FooterCandidate, holds: boolean): RepairOption {
  const isEnd = candidate.place === 'end';
  const { currentSize, diskType, timeStamp, uniqueId } = footerFields(candidate);
  return {
    id: candidate.place,
    title: isEnd ? 'Take the footer at the end' : 'Take the copy at the start',
    meaning:
      `Type ${diskType}, size ${currentSize}, time ${timeStamp}, id ${uniqueId}.` +
      (isEnd && holds ? ' It is the one that the disk is read by now.' : ''),
    preview: [
      {
        label: isEnd ? 'Footer' : 'Footer copy',
        offset: candidate.offset,
        bytes: bytesOf(candidate).slice(0, 88),
      },
    ],
  };
}

function footerFields(candidate: FooterCandidate) {
  const fields = footerStruct.annotate(bytesOf(candidate), candidate.offset, '').fields ?? [];
  const valueText = (name: keyof Footer) => fields.find((field) => field.name === name)?.value ?? '';
  return {
    currentSize: valueText('currentSize'),
    diskType: valueText('diskType'),
    timeStamp: valueText('timeStamp'),
    uniqueId: valueText('uniqueId'),
  };
}
