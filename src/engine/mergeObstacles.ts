/** What stands in the way of a merge because of where its files are, and of what else is done with them. */
import type { Finding } from '../formats/finding.ts';
import { mergeFinding } from '../merge/findings.ts';
import { pendingMerges } from '../merge/mergeJournal.ts';
import { type ClosedFile, obstaclesOf, relinkedFiles } from '../merge/obstacles.ts';
import type { MergeWay, NewFormat } from '../merge/stretch.ts';
import type { Workshop } from './inPlace.ts';
import { otherMergeOf } from './mergeLocks.ts';
import type { StretchOfFiles } from './mergeStretch.ts';

export interface WhereFilesAre {
  /** Files outside private storage: a browser cannot change them in place. */
  readonly closed: readonly ClosedFile[];
  /** By way: what `src/merge` does not know of. */
  readonly found: Readonly<Record<MergeWay, readonly Finding[]>>;
}

export async function whereFilesAre(workshop: Workshop, stretch: StretchOfFiles): Promise<WhereFilesAre> {
  const { pile } = workshop;
  const files = [
    ...stretch.ids.slice(stretch.first, stretch.last + 1).map((id) => pile.get(id)),
    ...stretch.branches,
  ];
  const picked = new Set(files.flatMap(({ storage, path }) => (storage === 'private' ? [] : [path])));
  const taken = takenFiles(stretch);
  const merging = await filesInMerges(
    workshop,
    taken.filter((name) => !picked.has(name)),
  );
  return {
    closed: taken.filter((name) => picked.has(name)).map((name) => ({ name, why: 'picked' })),
    found: { 'in-place': [...filesBelow(workshop, stretch), ...merging], 'new-file': merging },
  };
}

/** Every obstacle that is known without reading bitmaps; errors first within each source. */
export function allObstacles(
  stretch: StretchOfFiles,
  way: MergeWay,
  format: NewFormat | null,
  { closed, found }: WhereFilesAre,
): Finding[] {
  return [...found[way], ...obstaclesOf(stretch, { way, format, closed })];
}

/** Files that a merge in place changes or removes. */
export function takenFiles(stretch: StretchOfFiles): string[] {
  const { names, first, last } = stretch;
  return [...new Set([...names.slice(first, last + 1), ...relinkedFiles(stretch)])];
}

async function filesInMerges({ platform, running }: Workshop, names: readonly string[]): Promise<Finding[]> {
  const folder = await platform.privateFolder().catch(() => null);
  if (folder === null) return [];
  const waiting = await pendingMerges(folder);
  return names.flatMap((name) => {
    const merge = otherMergeOf(running, waiting, name);
    if (merge === null) return [];
    const { remedy } = merge;
    const meaning = 'What it holds is not settled before that merge ends.';
    return [mergeFinding('merge-closed-file', name, 0, 0, merge.message, { meaning, remedy })];
  });
}

/** The disk is hashed, and after a cut found again, in the folder of the merge. */
function filesBelow({ pile }: Workshop, { ids, names, last }: StretchOfFiles): Finding[] {
  return ids.slice(last + 1).flatMap((id, at) => {
    if (pile.get(id).storage === 'private') return [];
    const name = names[last + 1 + at] ?? '';
    const message = `${name} lies below the merge, and not in private storage.`;
    return [
      mergeFinding('merge-closed-file', name, 0, 0, message, {
        meaning:
          'A merge in place finds every file that the disk is read from beside the others, after a cut as well.',
        remedy: 'Take the whole chain into private storage, or merge to a new file.',
      }),
    ];
  });
}
