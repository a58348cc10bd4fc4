/** Files of a guest's volume at a checkpoint beside those of Now. */
import { sizeText } from '../../../base/units.ts';
import type { GuestFileEntry } from '../../../engine/api.ts';

export interface ComparedFile {
  readonly name: string;
  /** null = only Now has it. */
  readonly here: GuestFileEntry | null;
  /** How Now differs; '' where there is nothing to compare with. */
  readonly words: string;
}

/** By name. `now` null = nothing to compare with. */
export function comparedFiles(
  here: readonly GuestFileEntry[],
  now: readonly GuestFileEntry[] | null,
): ComparedFile[] {
  const nowByName = new Map((now ?? []).map((file) => [file.name, file]));
  const names = new Set(here.map(({ name }) => name));
  const rows = [
    ...here.map((file): ComparedFile => {
      const other = nowByName.get(file.name);
      return { name: file.name, here: file, words: now === null ? '' : differenceWords(file, other) };
    }),
    ...(now ?? [])
      .filter(({ name }) => !names.has(name))
      .map(
        (file): ComparedFile => ({ name: file.name, here: null, words: `new, ${sizeText(file.sizeBytes)}` }),
      ),
  ];
  return rows.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

function differenceWords(file: GuestFileEntry, now: GuestFileEntry | undefined): string {
  if (!now) return 'removed';
  if (now.sizeBytes !== file.sizeBytes) return `changed, ${sizeText(now.sizeBytes)}`;
  return now.changedMs === file.changedMs ? 'the same' : 'changed';
}
