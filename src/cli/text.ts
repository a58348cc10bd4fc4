/** Text for terminals. Names come from files and may hold anything: what would move the cursor is spelled out. */

import { hexOffset } from '../base/bytes.ts';
import type { Problem } from '../base/errors.ts';
import { printable, UNPRINTABLE } from '../base/printable.ts';
import { grouped, SECTOR_BYTES, sizeText } from '../base/units.ts';
import type { Affected, Finding } from '../formats/finding.ts';
import type { Io } from './io.ts';

export { printable } from '../base/printable.ts';

/** One object on one line; legal JSON in which a terminal finds nothing to obey. */
export function jsonText(value: unknown): string {
  const escaped = JSON.stringify(value).replace(
    UNPRINTABLE,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}

const MARKS = { error: '✖', warning: '▲', note: '·' } as const;

/** One line: mark, severity, Windows' code, message, place. */
export function findingLine({ severity, code, message, offset, lengthBytes }: Finding): string {
  const place = lengthBytes > 0 ? ` (at ${hexOffset(offset)})` : '';
  return `${MARKS[severity]} ${severity}${code ? ` ${code}` : ''}: ${printable(message)}${place}`;
}

/** With what it means and what can be done below. */
export function findingLines(finding: Finding): string[] {
  const { meaning, remedy, affects } = finding;
  const sectors = affects ? [`  ${affectedText(affects)}`] : [];
  return [findingLine(finding), ...sectors, `  ${printable(meaning)}`, `  ${printable(remedy)}`];
}

/** `4 096 sectors (2 MiB) of the disk: 0–4 095`. */
export function affectedText({ sectorCount, ranges }: Affected): string {
  const named = ranges.map(({ firstSector, sectorCount: count }) =>
    count === 1 ? grouped(firstSector) : `${grouped(firstSector)}–${grouped(firstSector + count - 1)}`,
  );
  const told = ranges.reduce((sum, range) => sum + range.sectorCount, 0);
  const sectors = sectorCount === 1 ? '1 sector' : `${grouped(sectorCount)} sectors`;
  return `${sectors} (${sizeText(sectorCount * SECTOR_BYTES)}) of the disk: ${named.join(', ')}${told < sectorCount ? ' …' : ''}`;
}

/** What happened, where, what it means, what can be done. */
export function problemLines({ message, where, meaning, remedy }: Problem): string[] {
  const lines = [`disklab: ${printable(message)}`];
  if (where) {
    const field = where.field === undefined ? '' : `, ${printable(where.field)}`;
    lines.push(`  in ${printable(where.file)} at ${hexOffset(where.offset)}${field}`);
  }
  if (meaning !== undefined) lines.push(`  ${printable(meaning)}`);
  if (remedy !== undefined) lines.push(`  ${printable(remedy)}`);
  return lines;
}

/** Files of which something went wrong, each with why: on stderr. */
export function tellProblems(
  io: Io,
  what: string,
  problems: readonly { readonly path: string; readonly problem: Problem }[],
): void {
  for (const { path, problem } of problems) {
    const [first = '', ...more] = problemLines(problem);
    const message = `  ${first.replace(/^disklab: /, '')}`;
    io.err(`${[`disklab: ${printable(path)}: ${what}`, message, ...more].join('\n')}\n`);
  }
}

/** Columns padded to the widest cell; cells of numbers stand to the right. */
export function table(rows: readonly (readonly string[])[], rightFrom = Number.POSITIVE_INFINITY): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i >= rightFrom ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
