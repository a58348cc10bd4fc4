/** Claims, sources and predictions in words. */
import {
  type Claim,
  type ExperimentAbout,
  SOURCES,
  type SourceMark,
  type Verdict,
} from '../../../engine/api.ts';

export type Holds = Verdict['claims'][number]['holds'];

export const HOLDS_WORDS: Readonly<Record<Holds, string>> = {
  yes: 'holds',
  no: 'does not hold',
  partly: 'holds in part',
};

/** With its marks where it is a quotation. */
export function claimText({ text, isQuote }: Claim): string {
  return isQuote && !/^[“"]/.test(text) ? `“${text}”` : text;
}

/** `[P] Brien Posey, Using live virtual disk merge in Windows Server 2012 R2, 2013`. */
export function sourceText(mark: SourceMark): string {
  const { author, title, year } = SOURCES[mark];
  return [`[${mark}] ${author}`, title, year].filter((part) => part !== '').join(', ');
}

/** What the figures say to a prediction. */
export interface Answer {
  readonly label: string;
  readonly fits: boolean;
  readonly text: string;
}

export function answerTo(
  { predictions }: ExperimentAbout,
  { answers, fits }: Verdict,
  prediction: string,
): Answer | null {
  const label = predictions.find(({ id }) => id === prediction)?.label;
  return label === undefined ? null : { label, fits: fits === prediction, text: answers[prediction] ?? '' };
}
