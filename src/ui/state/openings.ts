/** What the user opened and decided, in order, so that a restarted engine can be brought to the same state. */
import type { EngineApi, FileSource, Job, Outcome, PileView } from '../../engine/api.ts';

export type Opening =
  | { readonly kind: 'sources'; readonly sources: readonly FileSource[] }
  | { readonly kind: 'sample' }
  | { readonly kind: 'raw'; readonly path: string }
  /** parent null = the user took the word back. */
  | { readonly kind: 'parent'; readonly child: string; readonly parent: string | null };

/** Does it all again with a fresh engine; stops at the first fault. Paths stand for files, whose numbers are new. */
export async function replay(
  openings: readonly Opening[],
  api: EngineApi,
  job: Job,
): Promise<Outcome<PileView | null>> {
  let pile: PileView | null = null;
  const idOf = (path: string | null) =>
    [...(pile?.files ?? []), ...(pile?.others ?? [])].find((file) => file.path === path)?.id ?? null;
  for (const opening of openings) {
    const outcome = await once(opening, api, job, idOf);
    if (outcome === null) continue;
    if (!outcome.ok) return outcome;
    pile = outcome.value;
  }
  return { ok: true, value: pile };
}

async function once(
  opening: Opening,
  api: EngineApi,
  job: Job,
  idOf: (path: string | null) => number | null,
): Promise<Outcome<PileView> | null> {
  if (opening.kind === 'sources') return api.open(opening.sources, job);
  if (opening.kind === 'sample') return api.openSample();
  if (opening.kind === 'raw') {
    const file = idOf(opening.path);
    return file === null ? null : api.openAsRaw(file);
  }
  const child = idOf(opening.child);
  const parent = idOf(opening.parent);
  return child === null || (opening.parent !== null && parent === null)
    ? null
    : api.pointAtParent(child, parent);
}
