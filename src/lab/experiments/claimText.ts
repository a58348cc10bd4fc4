/** Claims, their sources, and how they are judged, in words. */
import type { Claim } from './experiment.ts';
import type { Verdict } from './figures.ts';
import type { Source } from './sources.ts';

export type Holds = Verdict['claims'][number]['holds'];

export const HOLDS_WORDS: Readonly<Record<Holds, string>> = {
  yes: 'holds',
  no: 'does not hold',
  partly: 'holds in part',
};

/** With its marks where it is a quotation. */
export function claimText({ text, isQuote }: Claim): string {
  return isQuote ? `“${text}”` : text;
}

/** `[A] Ben Armstrong, Virtual Machine Snapshotting under Hyper-V, 2008`. */
export function sourceText({ mark, author, title, year }: Source): string {
  return [`[${mark}] ${author}`, title, year].filter((part) => part !== '').join(', ');
}
