/** The report of a merge as plain text, to be kept. */
import { printable } from '../base/printable.ts';
import { durationText, grouped, sizeText } from '../base/units.ts';
import type { DiskProof, MergeReport, NamedSize } from './mergeReport.ts';

const FORMATS = {
  raw: 'raw image',
  fixed: 'fixed VHD',
  dynamic: 'dynamic VHD',
  differencing: 'differencing VHD',
} as const;

/** Lines end with a line feed. Names are spelled so that no character in them has an effect. `made` goes into the heading. */
export function reportText(report: MergeReport, made: Date | null = null): string {
  const survivor = printable(report.survivor);
  const into = report.format === null ? survivor : `${survivor}, a new ${FORMATS[report.format]}`;
  const lines = [
    `Disklab: report of a merge${made ? ` of ${made.toISOString().slice(0, 19)}Z` : ''}`,
    '',
    ...rows([
      ['merged', listed(report.filesBefore.map(({ name }) => name))],
      ['into', into],
      ['way', report.way === 'in-place' ? 'in place' : 'to a new file; the files before are as they were'],
      ['copied', bytesText(report.copiedBytes)],
      ['copying', `${timeText(report.copySeconds)}${rateText(report)}`],
      ['in all', `${timeText(report.seconds)}${report.resumed ? ', resumed after a stop' : ''}`],
    ]),
    ...files('Files before', report.filesBefore),
    ...files('Files after', report.filesAfter),
    ...names('Removed', report.removed),
    ...names('Now name the new parent', report.relinked),
    '',
    'Proof',
    ...proofLines(report.proof),
  ];
  return `${lines.join('\n')}\n`;
}

function proofLines(proof: MergeReport['proof']): string[] {
  if (proof === null) return ['  Not asked for: the disk was not hashed.'];
  const { before, after } = proof;
  const isSame = before.sha256 === after.sha256 && before.virtualSizeBytes === after.virtualSizeBytes;
  const verdict = isSame
    ? 'Equal: the disk reads the same, byte for byte.'
    : 'DIFFERENT: the disk does not read as before.';
  return [
    ...rows([
      ['SHA-256 before', proofText(before)],
      ['SHA-256 after', proofText(after)],
    ]),
    `  ${verdict}`,
  ];
}

function proofText({ sha256, virtualSizeBytes }: DiskProof): string {
  return `${sha256}  (a disk of ${bytesText(virtualSizeBytes)})`;
}

function files(title: string, listed: readonly NamedSize[]): string[] {
  const lines = rows(listed.map(({ name, sizeBytes }) => [printable(name), bytesText(sizeBytes)]));
  return ['', title, ...(lines.length > 0 ? lines : ['  none'])];
}

function names(title: string, given: readonly string[]): string[] {
  return given.length === 0 ? [] : ['', title, ...given.map((name) => `  ${printable(name)}`)];
}

/** Two columns. */
function rows(cells: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...cells.map(([first]) => first.length));
  return cells.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}

function listed(given: readonly string[]): string {
  return given.map(printable).join(', ');
}

function bytesText(bytes: number): string {
  return bytes < 1024 ? `${grouped(bytes)} bytes` : `${grouped(bytes)} bytes, ${sizeText(bytes)}`;
}

/** A short merge is told in milliseconds. */
function timeText(seconds: number): string {
  return seconds < 10 ? `${Math.round(seconds * 1000) / 1000} s` : durationText(seconds);
}

function rateText({ copiedBytes, copySeconds }: MergeReport): string {
  return copySeconds > 0 && copiedBytes > 0 ? `, ${sizeText(Math.round(copiedBytes / copySeconds))}/s` : '';
}
