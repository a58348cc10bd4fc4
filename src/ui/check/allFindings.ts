/** Gathers what is to be known about a pile, worst first, each thing once. */
import type { ChainView, FileId, Finding, PileView } from '../../engine/api.ts';

export interface FindingEntry {
  readonly finding: Finding;
  /** The file it is about; null for one that could not be opened at all. */
  readonly file: FileId | null;
}

const RANK: Readonly<Record<Finding['severity'], number>> = { error: 0, warning: 1, note: 2 };

/** `checked` = what a check found, in place of what opening did. */
export function allFindings(
  pile: PileView | null,
  chain: ChainView | null,
  checked: ReadonlyMap<FileId, readonly Finding[]> = new Map(),
): FindingEntry[] {
  const entries: FindingEntry[] = [];
  for (const finding of pile?.failures ?? []) entries.push({ finding, file: null });
  for (const file of pile?.files ?? [])
    for (const finding of checked.get(file.id) ?? file.findings) entries.push({ finding, file: file.id });
  // A file that is no disk is listed with the others; one that claims to be a disk and is broken belongs here.
  for (const file of pile?.others ?? []) {
    if (file.format === 'unknown') continue;
    for (const finding of checked.get(file.id) ?? file.findings) entries.push({ finding, file: file.id });
  }
  for (const finding of chain?.findings ?? []) {
    const file =
      pile?.files.find(({ name, path }) => path === finding.file || name === finding.file)?.id ?? null;
    if (file === null || !checked.has(file)) entries.push({ finding, file });
  }
  const seen = new Set<string>();
  return entries
    .filter(({ finding }) => {
      const key = `${finding.rule} ${finding.file} ${finding.offset} ${finding.message}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => RANK[a.finding.severity] - RANK[b.finding.severity]);
}

export function countText(count: number): string {
  return count === 0 ? 'No findings' : count === 1 ? '1 finding' : `${count} findings`;
}
