/** What is known of a volume at a point, in a word or two; '' where its files are listed. */
import type { ListedPoint } from '../../../engine/api.ts';

export type PointState = ListedPoint['state'] | 'known' | 'listing' | 'unlisted';

const WORDS: Readonly<Record<PointState, string>> = {
  known: '',
  listed: '',
  same: 'the same files',
  listing: 'being listed',
  unlisted: 'not listed yet',
  'no-volume': 'no such volume',
  failed: 'could not be listed',
};

export function pointText(state: PointState): string {
  return WORDS[state];
}

/** `about 40 s`; '' where nothing is known of it. */
export function aboutText(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 1) return 'about a second';
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${Math.ceil(seconds / 60)} min`;
}
