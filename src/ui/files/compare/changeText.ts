/** Changes between two points: which are shown, in words, and as files to take along. */
import { printable } from '../../../base/printable.ts';
import type { FileChange } from '../../../engine/api.ts';

export type ChangeFilter = 'all' | FileChange['change'];

export function changesShown(
  changes: readonly FileChange[],
  filter: ChangeFilter,
  text: string,
): readonly FileChange[] {
  const wanted = text.trim().toLowerCase();
  if (filter === 'all' && wanted === '') return changes;
  return changes.filter(
    ({ change, path }) => (filter === 'all' || change === filter) && path.toLowerCase().includes(wanted),
  );
}

export function countChanges(changes: readonly FileChange[]): Record<FileChange['change'], number> {
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const { change } of changes) counts[change]++;
  return counts;
}

const WHY: Readonly<Record<FileChange['why'][number], string>> = {
  kind: 'another kind',
  size: 'size',
  time: 'time',
  content: 'contents',
};

/** `changed: size, time`. */
export function changeText({ change, why }: FileChange): string {
  return why.length === 0 ? change : `${change}: ${why.map((one) => WHY[one]).join(', ')}`;
}

const COLUMNS = [
  'change',
  'why',
  'kind',
  'path',
  'bytes before',
  'bytes after',
  'modified before',
  'modified after',
  'SHA-256 before',
  'SHA-256 after',
];

/** RFC 4180. Times in ISO 8601, UTC. */
export function changesCsv(changes: readonly FileChange[]): string {
  const lines = changes.map(({ change, why, kind, path, before, after }) =>
    [
      change,
      why.join(' '),
      kind,
      pathCell(path),
      before?.sizeBytes ?? '',
      after?.sizeBytes ?? '',
      isoTime(before?.modifiedMs ?? null),
      isoTime(after?.modifiedMs ?? null),
      before?.sha256 ?? '',
      after?.sha256 ?? '',
    ]
      .map((cell) => quoted(String(cell)))
      .join(','),
  );
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

/** A spreadsheet takes a cell that begins so for a formula; a name from a disk is only ever text. */
function pathCell(path: string): string {
  const text = printable(path);
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function isoTime(modifiedMs: number | null): string {
  if (modifiedMs === null) return '';
  const date = new Date(modifiedMs);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

interface ComparedPoints {
  readonly before: string;
  readonly after: string;
  /** First sector. */
  readonly volume: number;
  readonly path: string;
  readonly contents: boolean;
}

/** Paths as they stand on the disk. */
export function changesJson(points: ComparedPoints, changes: readonly FileChange[]): string {
  return `${JSON.stringify({ ...points, changes }, null, 2)}\n`;
}
