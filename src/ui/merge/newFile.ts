/** A new file that a merge makes: where it can go, and what it is called where the plan suggests nothing. */
import { namesOf } from '../make/planOf.ts';
import type { Where } from '../save/pickTarget.ts';
import { extensionFor, suggestName } from '../save/savePlan.ts';
import type { TargetOption } from '../save/targetOptions.ts';
import type { Merges } from './merges.svelte.ts';

/**
 * Only private storage can be flushed, and only files there are found again: `stored` says that all that is read lies
 * there, so that a stopped merge can be taken up again.
 */
export function mergeTargets(pickers: boolean, stored: boolean): readonly TargetOption<Where>[] {
  const privately = {
    value: 'private',
    title: 'The browser’s private storage, then a download',
    explain: stored
      ? 'Safe against a closed tab and a power cut: it waits there and goes on. The browser may clear it.'
      : 'It can be opened and merged on from there. A merge that is stopped begins anew. The browser may clear it.',
  } as const;
  const picked = {
    value: 'picked',
    title: 'A file on this computer',
    explain: 'The browser asks where. It keeps nothing of a merge that is stopped: that one begins anew.',
  } as const;
  return pickers ? [picked, privately] : [privately];
}

export function fallbackName({ session, chain, stretch, format }: Merges): string {
  const newest = chain?.files[stretch?.first ?? 0]?.name ?? 'disk';
  const kind = format === 'raw' || format === 'fixed' ? format : 'dynamic';
  const kept = format === 'differencing' && /\.avhd$/i.test(newest) ? '.avhd' : extensionFor(kind);
  return suggestName(newest, kind, namesOf(session), 'merged', kept);
}
