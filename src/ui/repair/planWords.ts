/** A plan in figures and words. */
import { grouped, sizeText } from '../../base/units.ts';
import type { FileView, PrivateFile, RepairPlan } from '../../engine/api.ts';
import { sectorsText } from '../check/affected.ts';
import { changedBytes } from './hexDiff.ts';

export interface PlanFigures {
  readonly stepCount: number;
  /** Bytes that differ afterwards. */
  readonly changedBytes: number;
  /** Sectors of the disk that read differently afterwards. */
  readonly lostSectors: number;
}

export function planFigures({ steps }: RepairPlan): PlanFigures {
  return {
    stepCount: steps.length,
    changedBytes: steps.reduce(
      (sum, { changes }) => sum + changes.reduce((bytes, change) => bytes + changedBytes(change), 0),
      0,
    ),
    lostSectors: steps.reduce((sum, { loses }) => sum + (loses?.sectorCount ?? 0), 0),
  };
}

/** `812 MiB`, or `grows by 512 B to 812 MiB`. */
export function sizeChangeText({ sizeBefore, sizeAfter }: RepairPlan): string {
  if (sizeBefore === sizeAfter) return `stays ${sizeText(sizeBefore)}`;
  const by = sizeText(Math.abs(sizeAfter - sizeBefore));
  return sizeAfter > sizeBefore
    ? `grows by ${by} to ${sizeText(sizeAfter)}`
    : `loses ${by} at its end, ${sizeText(sizeAfter)} stay`;
}

/** What becomes of the disk; the steps say it at length. */
export function diskChangeText(
  plan: RepairPlan,
  { refused, relinking }: { readonly refused: boolean; readonly relinking: boolean },
): string {
  const { lostSectors } = planFigures(plan);
  if (plan.steps.length === 0) return 'stays as it is';
  if (lostSectors > 0) return `${sectorsText(lostSectors)} will read differently`;
  if (refused) return 'can be read again';
  if (relinking) return 'what the file does not hold comes from this parent';
  return plan.steps.some(({ lossText }) => lossText !== '')
    ? 'changes as the steps say'
    : 'reads the same in every sector';
}

/** `Footer · checksum` as the structure and its field; one word is a field alone. */
export function fieldParts(field: string): { readonly structure: string; readonly name: string } {
  const at = field.indexOf(' · ');
  return at < 0
    ? { structure: '', name: field }
    : { structure: field.slice(0, at), name: field.slice(at + 3) };
}

/** `NAME.undo`, `NAME 2.undo` … are the undo files of NAME; the newest takes back what was done last. */
export function latestUndo(files: readonly PrivateFile[], name: string): string | null {
  const undos = files.filter(
    (file) => file.name.startsWith(name) && /^( \d+)?\.undo$/.test(file.name.slice(name.length)),
  );
  undos.sort((a, b) => (b.modifiedMs ?? 0) - (a.modifiedMs ?? 0));
  return undos[0]?.name ?? null;
}

export function bytesText(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'byte' : 'bytes'}`;
}

/** Files that can be named as the parent of `child`: no file under it, and only VHDs. Likeliest first. */
export function possibleParents(files: readonly FileView[], child: FileView): FileView[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  const below = (file: FileView): boolean => {
    const seen = new Set<number>();
    for (let at: FileView | undefined = file; at && !seen.has(at.id); at = byId.get(at.parent ?? -1)) {
      if (at.id === child.id) return true;
      seen.add(at.id);
    }
    return false;
  };
  const rank = (file: FileView) => {
    if (file.id === child.parent) return -1;
    const at = child.candidates.findIndex((candidate) => candidate.file === file.id);
    return at < 0 ? child.candidates.length : at;
  };
  return files.filter((file) => file.format === 'vhd' && !below(file)).sort((a, b) => rank(a) - rank(b));
}

/** What is doubtful about naming this file; [] where nothing is. */
export function parentDoubts(child: FileView, parent: FileView): string[] {
  const doubts: string[] = [];
  if (child.seeks && child.seeks.id !== parent.rawId)
    doubts.push(
      'It is not the file that the child seeks: their ids differ. Once the link is written no program can tell any more; if the parent was ever written after the child was made, the disk reads a mixture of both.',
    );
  if (child.virtualSizeBytes !== parent.virtualSizeBytes)
    doubts.push(
      `Their disks differ in size (${sizeText(child.virtualSizeBytes)} and ${sizeText(parent.virtualSizeBytes)}): Windows refuses such a pair.`,
    );
  return doubts;
}
