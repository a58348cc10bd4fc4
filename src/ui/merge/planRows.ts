/** A plan, and what came of it, as rows of figures. */
import { durationText, grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { MergePlanView, MergeReport, NewFormat } from '../../engine/api.ts';
import { secondsText } from '../save/resultText.ts';

export interface Row {
  readonly name: string;
  readonly count: string;
  readonly value: string;
  readonly total?: boolean;
}

const row = (name: string, count: number | null, bytes: number | null, most = false): Row => ({
  name,
  count: count === null ? '' : grouped(count),
  value: bytes === null ? '' : `${most ? '≤ ' : ''}${sizeText(bytes)}`,
});

const NEW_NAMES: Readonly<Record<NewFormat, string>> = {
  raw: 'New raw image',
  fixed: 'New fixed disk',
  dynamic: 'New dynamic disk',
  differencing: 'New differencing disk',
};

/** `target`: short name of the file that is merged into, in place. */
export function planRows(plan: MergePlanView, target: string): readonly Row[] {
  const inPlace = plan.way === 'in-place';
  const older = plan.olderBytes > 0 ? [row('Older versions, not copied', null, plan.olderBytes)] : [];
  return [
    row(plan.sources.length === 1 ? 'File read' : 'Files read', plan.sources.length, plan.sourceBytes),
    row('Sectors to copy', plan.copyBytes / SECTOR_BYTES, plan.copyBytes),
    ...older,
    ...(plan.blockSizeBytes === null ? [] : blockRows(plan, plan.blockSizeBytes)),
    ...(inPlace ? inPlaceRows(plan, target) : newFileRows(plan)),
  ];
}

function blockRows(plan: MergePlanView, blockSizeBytes: number): Row[] {
  const size = sizeText(blockSizeBytes);
  const added =
    plan.way === 'in-place' && plan.blocksToAdd > 0
      ? [row('of them new in the parent', plan.blocksToAdd, null)]
      : [];
  return [row(`Blocks of ${size} touched`, plan.blocks, null), ...added];
}

function newFileRows(plan: MergePlanView): Row[] {
  const padding = plan.fileBytes - plan.copyBytes;
  const tables =
    plan.format !== 'raw' && padding > 0 ? [row('Tables and padding', null, padding, !plan.exact)] : [];
  const name = plan.format ? NEW_NAMES[plan.format] : 'New file';
  return [
    ...tables,
    { ...row(name, null, plan.fileBytes, !plan.exact), total: true },
    ...freeRow(plan, 'Free in private storage'),
  ];
}

function inPlaceRows(plan: MergePlanView, target: string): Row[] {
  const grows = plan.growTo === null ? [] : [row('Its disk grows first, to', null, plan.growTo)];
  const relinks = plan.relink.length > 0 ? [row('Links rewritten', plan.relink.length, null)] : [];
  const freed = plan.freedBytes > 0 ? [row('Given back at the end', null, plan.freedBytes)] : [];
  return [
    ...grows,
    ...relinks,
    { ...row(`${target}, then`, null, plan.fileBytes, !plan.exact), total: true },
    row('Room needed meanwhile', null, plan.spaceNeededBytes, true),
    ...freeRow(plan, 'Free there'),
    row('Files removed', plan.remove.length, null),
    ...freed,
  ];
}

function freeRow({ freeBytes }: MergePlanView, name: string): Row[] {
  return freeBytes === null ? [] : [row(name, null, freeBytes)];
}

export interface Gain {
  readonly name: string;
  readonly now: string;
  readonly after: string;
}

export function gainRows({ gains, way, freedBytes }: MergePlanView): readonly Gain[] {
  const [deep, shallow] = gains.depth;
  const rows: Gain[] = [
    { name: 'Files that a read can fall through', now: grouped(deep), after: grouped(shallow) },
  ];
  if (gains.lookups) {
    const [now, after] = gains.lookups;
    rows.push({ name: 'Files looked into for a sector, mean', now: now.toFixed(1), after: after.toFixed(1) });
  }
  if (freedBytes > 0) {
    const name = way === 'in-place' ? 'Room given back' : 'Room given back, once the old files are removed';
    rows.push({ name, now: '', after: sizeText(freedBytes) });
  }
  return rows;
}

/** What was done, when it is done. */
export function reportRows(report: MergeReport): readonly Row[] {
  const { copiedBytes, copySeconds, seconds } = report;
  const rate =
    copySeconds > 0.05 && !report.resumed
      ? [{ name: 'Rate of copying', count: '', value: rateText(copiedBytes / copySeconds) }]
      : [];
  return [
    row('Sectors copied', copiedBytes / SECTOR_BYTES, copiedBytes),
    { name: 'Time of copying', count: '', value: secondsText(copySeconds) },
    ...rate,
    {
      name: report.resumed ? 'Time since it went on' : 'Time in all',
      count: '',
      value: seconds < 10 ? secondsText(seconds) : durationText(seconds),
    },
    ...(report.removed.length > 0 ? [row('Files removed', report.removed.length, null)] : []),
    ...(report.relinked.length > 0 ? [row('Links rewritten', report.relinked.length, null)] : []),
  ];
}

export interface FileRow {
  readonly name: string;
  /** null = it was not there, or is not there any more. */
  readonly before: number | null;
  readonly after: number | null;
}

/** Every file of the stretch and the new one, before and after. */
export function fileRows({ filesBefore, filesAfter }: MergeReport): readonly FileRow[] {
  const sizes = (files: MergeReport['filesBefore']) =>
    new Map(files.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const [before, after] = [sizes(filesBefore), sizes(filesAfter)];
  return [...new Set([...after.keys(), ...before.keys()])]
    .sort((a, b) => place(a) - place(b))
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }));

  /** New files first, then in the order of the stretch, newest first. */
  function place(name: string): number {
    return filesBefore.findIndex((file) => file.name === name);
  }
}

export function rateText(bytesPerSecond: number): string {
  return `${sizeText(Math.round(bytesPerSecond))}/s`;
}

/** Figure and unit of a size apart: the figure is set larger. */
export function sizeParts(bytes: number): readonly [string, string] {
  const text = sizeText(bytes);
  const space = text.lastIndexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
}
