/** The two disks that somebody most likely wants to compare. */
import type { FileId, PileView } from '../../engine/api.ts';

/** The leaf in view against its parent; else the two likeliest leaves; else any two files. null = there are no two. */
export function defaultPair(
  pile: PileView | null,
  layers: readonly FileId[],
): readonly [FileId, FileId] | null {
  const [leaf, parent] = layers;
  if (leaf !== undefined && parent !== undefined) return [leaf, parent];
  const candidates = new Set([
    ...(leaf === undefined ? [] : [leaf]),
    ...(pile?.leaves ?? []),
    ...(pile?.files ?? []).map(({ id }) => id),
  ]);
  const [one, other] = candidates;
  return one === undefined || other === undefined ? null : [one, other];
}
