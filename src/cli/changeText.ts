/** What became of a file, as `diff` prints it. */
import { grouped } from '../base/units.ts';
import type { FileChange, FilesCompared } from '../engine/filesApi.ts';
import { shortTime, timeText } from './diskPaths.ts';
import { printable } from './text.ts';

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** `~ docs/a.txt  size 10 -> 12, content`. */
export function changeLine(change: FileChange): string {
  const { path, kind, change: what } = change;
  const why = what === 'changed' ? reasonsOf(change).join(', ') : factsOf(change);
  return `${SIGNS[what]} ${printable(path)}${kind === 'folder' ? '/' : ''}  ${why}`.trimEnd();
}

/** Of what came or went. */
function factsOf({ before, after, kind }: FileChange): string {
  const { sizeBytes } = after ?? before ?? { sizeBytes: 0 };
  return kind === 'file' || kind === 'folder' ? grouped(sizeBytes) : kind;
}

function reasonsOf({ why, before, after }: FileChange): string[] {
  return why.map((reason) => {
    if (!before || !after) return reason;
    if (reason === 'size') return `size ${grouped(before.sizeBytes)} -> ${grouped(after.sizeBytes)}`;
    if (reason !== 'time') return reason;
    return `time ${shortTime(before.modifiedMs ?? Number.NaN)} -> ${shortTime(after.modifiedMs ?? Number.NaN)}`;
  });
}

/** `2 added, 1 removed, 3 changed, 40 unchanged; 0.2 s`. */
export function countLine(
  { changes, unchanged, hashed, proven }: FilesCompared,
  contents: boolean,
  seconds: number,
): string {
  const count = (what: FileChange['change']) =>
    `${grouped(changes.filter(({ change }) => change === what).length)} ${what}`;
  const how = contents ? ` (${grouped(proven)} by the layers’ maps, ${grouped(hashed)} by their hashes)` : '';
  const counts = [
    count('added'),
    count('removed'),
    count('changed'),
    `${grouped(unchanged)} unchanged${how}`,
  ];
  return `${counts.join(', ')}; ${seconds.toFixed(1)} s`;
}

export function changeRecord({ before, after, ...change }: FileChange) {
  return { ...change, before: sideRecord(before), after: sideRecord(after) };
}

function sideRecord(side: FileChange['before']) {
  if (!side) return null;
  const { modifiedMs, ...facts } = side;
  return { ...facts, modified: timeText(modifiedMs) };
}
