/** The files that a disk seen from one file is read through, from what the pile says of its links. */
import type { FileId, FileView } from '../../engine/api.ts';

export interface ChainFrom {
  /** Newest first; ends at the base, or at the last file that is here. */
  readonly layers: readonly FileView[];
  readonly complete: boolean;
  /** The file whose parent is not settled; null in a complete chain. */
  readonly brokenAt: FileView | null;
}

export function chainFrom(files: readonly FileView[], leaf: FileId): ChainFrom {
  const byId = new Map(files.map((file) => [file.id, file]));
  const layers: FileView[] = [];
  const seen = new Set<FileId>();
  let next: FileId | null = leaf;
  while (next !== null && !seen.has(next)) {
    const file = byId.get(next);
    if (!file) break;
    seen.add(next);
    layers.push(file);
    next = file.parent;
  }
  const last = layers.at(-1) ?? null;
  const complete =
    last !== null && last.parent === null && (last.link === 'whole' || last.link === 'by-hand');
  const settled = complete && last.type !== 'differencing';
  return { layers, complete: settled, brokenAt: settled ? null : last };
}

/** Why a chain can't be saved whole, and what can be done: one sentence each. */
export function whyIncomplete(file: FileView): { readonly why: string; readonly remedy: string } {
  const sought = file.seeks?.name ? `“${file.seeks.name}”` : 'its parent';
  if (file.link === 'ambiguous') {
    return {
      why: `Several files carry the id that ${file.name} seeks, so it is not certain which of them holds the rest of the disk.`,
      remedy: 'Choose one of them: “Point at a file” in the findings of that file.',
    };
  }
  if (file.link === 'cycle') {
    return {
      why: `The parents of ${file.name} lead back to itself, so no file is the base.`,
      remedy:
        'Point one file of the circle at the parent it had; its date and its name are the best witnesses.',
    };
  }
  return {
    why: `${file.name} seeks ${sought}, which is not among the files that are open: sectors that only the missing file holds can’t be read.`,
    remedy:
      'Open the folder that holds the parent, or point at a file by hand. What the files here do hold can be read sector by sector in the hex view.',
  };
}
