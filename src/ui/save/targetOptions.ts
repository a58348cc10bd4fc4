/** The ways out for a new file, in words. */
import type { Where } from './pickTarget.ts';

export interface TargetOption<Value extends string> {
  readonly value: Value;
  readonly title: string;
  readonly explain: string;
}

export function targetOptions(pickers: boolean): readonly TargetOption<Where>[] {
  const stored = {
    value: 'private',
    title: 'The browser’s private storage, then a download',
    explain: pickers
      ? 'For a look at once: it can be opened from there. The browser may clear it.'
      : 'This browser has no picker for files to write; from there it goes to your downloads. The browser may clear it.',
  } as const;
  const picked = {
    value: 'picked',
    title: 'A file on this computer',
    explain: 'The browser asks where. It writes beside the name and swaps when all is there.',
  } as const;
  return pickers ? [picked, stored] : [stored];
}
