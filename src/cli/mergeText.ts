/** A merge in words for terminals, and as `--json` prints it: the plan, what it came to, what waits. */
import { durationText, grouped, sizeText } from '../base/units.ts';
import type { Finding } from '../formats/finding.ts';
import type { MergePlan } from '../merge/mergePlan.ts';
import type { MergeReport, NamedSize } from '../merge/mergeReport.ts';
import { findingLines, printable, table } from './text.ts';

/** From a name in the merge's folder to the path as the user would write it. */
export type Shown = (name: string) => string;

/** What is known of the place where it is done. */
export interface MergeTerms {
  readonly readBytesPerSecond: number | null;
  readonly writeBytesPerSecond: number | null;
  /** Of copying; null where no rate is known. */
  readonly seconds: number | null;
  /** Of hashing the disk before and after; null where it was not asked for, too. */
  readonly proofSeconds: number | null;
  /** null where the system does not say. */
  readonly freeBytes: number | null;
}

/** `to`: the new file; null in place. `sizeOf`: of a file of the stretch, by its name. */
export function mergePlanLines(
  plan: MergePlan,
  terms: MergeTerms,
  to: string | null,
  shown: Shown,
  sizeOf: (name: string) => number | null,
): string[] {
  const name = (each: string) => printable(shown(each));
  const sources = plan.sources.map((each) => {
    const size = sizeOf(each);
    return ['', name(each), size === null ? '' : sizeText(size)];
  });
  const left = to === null ? name(plan.survivor ?? '') : printable(to);
  const into = to === null ? left : `${left}, a new ${plan.format} disk`;
  const rows = [
    ['copy', copyText(plan)],
    ...(plan.blockSizeBytes === null ? [] : [['blocks', blocksText(plan, plan.blockSizeBytes)]]),
    ...(plan.growTo === null
      ? []
      : [['first', `the disk in ${left} grows to ${sizeText(plan.growTo)}, as its child’s`]]),
    ['space', `${sizeText(plan.spaceNeededBytes)} more at most while it runs${freeText(terms.freeBytes)}`],
    ...timeRows(terms),
    ...afterRows(plan, left, name),
  ];
  return [
    to === null ? 'Merge in place, newest file first:' : 'Merge to a new file, newest file first:',
    ...table(sources, 2),
    `into ${into}`,
    '',
    ...table(rows),
    ...(plan.obstacles.length > 0 ? ['', ...plan.obstacles.flatMap(findingLines)] : []),
  ];
}

function copyText({ copyBytes, olderBytes }: MergePlan): string {
  const older = olderBytes === 0 ? '' : `; ${sizeText(olderBytes)} of older versions are not copied`;
  return `${sizeText(copyBytes)}, every sector once, from the newest file that has it${older}`;
}

function blocksText({ blocks, blocksToAdd }: MergePlan, blockSizeBytes: number): string {
  return `${grouped(blocks)} of ${sizeText(blockSizeBytes)} have something to copy, ${grouped(blocksToAdd)} of them are added`;
}

function freeText(freeBytes: number | null): string {
  return freeBytes === null ? '' : `; ${sizeText(freeBytes)} are free`;
}

function timeRows(terms: MergeTerms): string[][] {
  const { seconds, proofSeconds, readBytesPerSecond, writeBytesPerSecond } = terms;
  if (seconds === null || readBytesPerSecond === null || writeBytesPerSecond === null) return [];
  const proof = proofSeconds === null ? '' : `, and ${shortText(proofSeconds)} to hash the disk twice`;
  const rates = `read at ${rateText(readBytesPerSecond)}, written at ${rateText(writeBytesPerSecond)}, measured here now`;
  return [['time', `${shortText(seconds)}${proof}: ${rates}`]];
}

function afterRows(plan: MergePlan, left: string, name: Shown): string[][] {
  const size = `${left} has ${plan.exact ? '' : 'at most '}${sizeText(plan.fileBytes)}`;
  if (plan.way === 'new-file') return [['after', `${size}; every other file stays as it is`]];
  const freed =
    plan.freedBytes < 0
      ? `${sizeText(-plan.freedBytes)} more are used`
      : `${sizeText(plan.freedBytes)} are freed`;
  return [
    ...plan.relink.map((each) => ['link', `${name(each)} then names it as its parent`]),
    ['after', `${size}; ${freed}`],
    ...plan.remove.map((each) => ['gone', name(each)]),
  ];
}

/** Files under the names that the call spells. */
export function shownReport(report: MergeReport, shown: Shown): MergeReport {
  const named = (files: readonly NamedSize[]) => files.map((file) => ({ ...file, name: shown(file.name) }));
  return {
    ...report,
    survivor: shown(report.survivor),
    filesBefore: named(report.filesBefore),
    filesAfter: named(report.filesAfter),
    removed: report.removed.map(shown),
    relinked: report.relinked.map(shown),
  };
}

export function planRecord(plan: MergePlan, terms: MergeTerms, to: string | null, shown: Shown) {
  const { obstacles, ...rest } = plan;
  return {
    ...rest,
    sources: plan.sources.map(shown),
    survivor: plan.survivor === null ? null : shown(plan.survivor),
    to,
    remove: plan.remove.map(shown),
    relink: plan.relink.map(shown),
    ...terms,
  };
}

export function obstacleRecord(
  { rule, severity, code, file, message, meaning, remedy }: Finding,
  shown: Shown,
) {
  return { rule, severity, code, file: shown(file), message, meaning, remedy };
}

function rateText(bytesPerSecond: number): string {
  return `${sizeText(Math.round(bytesPerSecond))}/s`;
}

function shortText(seconds: number): string {
  return seconds < 1 ? 'under 1 s' : `about ${durationText(seconds)}`;
}
