/** One sentence on a file: what is known of it and how far that goes. */
import { sizeText } from '../../base/units.ts';
import { countsOf, countWords, plural, worstOf } from './counts.ts';
import type { CheckRun, Subject } from './subjects.ts';

export interface Verdict {
  readonly kind: 'error' | 'warning' | 'ok' | 'wait';
  readonly text: string;
  /** What was read for it; '' before a check. */
  readonly basis: string;
}

/** `0.41 s` below ten seconds. */
export function checkSeconds(seconds: number): string {
  return seconds < 0.01
    ? 'under 0.01 s'
    : seconds < 10
      ? `${seconds.toFixed(2)} s`
      : `${Math.round(seconds)} s`;
}

export function verdictOf({ findings, check, sizeBytes }: Subject): Verdict {
  const words = countWords(countsOf(findings));
  const worst = worstOf(findings);
  const serious = worst === 'error' || worst === 'warning';
  if (!check) {
    const found = words ? `Opening it found ${words}.` : 'Opening it found nothing.';
    const text = `${found} Not checked yet: blocks and bitmaps may hold more.`;
    return { kind: serious ? worst : 'wait', text, basis: '' };
  }
  const basis = basisText(check.view.readBytes, sizeBytes, check.run);
  if (serious) return { kind: worst, text: `${words} found.`, basis };
  return {
    kind: 'ok',
    text: words ? `Sound: nothing but ${words}.` : 'Sound: nothing speaks against it.',
    basis,
  };
}

function basisText(readBytes: number, sizeBytes: number, { fileCount, seconds }: CheckRun): string {
  const read = `The check read ${sizeText(readBytes)} of its ${sizeText(sizeBytes)}`;
  const time = checkSeconds(seconds);
  return fileCount === 1 ? `${read} in ${time}.` : `${read}; all ${plural(fileCount, 'file')} took ${time}.`;
}
