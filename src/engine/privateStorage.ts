/** The browser's private storage: what lies there, taking files of the pile into it, giving them out, removing them. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter, type Report } from '../base/progress.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import { openImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import { JOURNAL_SUFFIX, type PendingMerge, pendingMerges } from '../merge/mergeJournal.ts';
import { type FileSink, folderSink, PART_SUFFIX } from '../storage/fileSink.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { type IsZero, SparseWriter } from '../storage/sparseWriter.ts';
import type { FileId, PrivateFile, PrivateListing } from './api.ts';
import { filePieces } from './filePieces.ts';
import type { Workshop } from './inPlace.ts';
import { type RunningMerges, refuseInMerge, waitingIn } from './mergeLocks.ts';
import type { Pile, PileEntry, ReplacedFile } from './pile.ts';
import type { Platform, PrivateFolder } from './platform.ts';

/** `finished` are the files whose change was brought to its end when the storage was opened. */
export async function listPrivate(
  { platform, pile, running }: Workshop,
  finished: readonly string[],
): Promise<PrivateListing> {
  const folder = await platform.privateFolder();
  const entries = await folder.list();
  const waiting = await waitingIn(folder, running);
  const files = entries
    .map((entry) => ({
      ...entry,
      open: openEntry(pile, entry.name) !== null,
      ...mergePart(waiting, running, entry.name),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    files,
    usedBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    quotaBytes: await platform.quotaBytes(),
    finished,
  };
}

function mergePart(
  waiting: readonly PendingMerge[],
  running: RunningMerges,
  name: string,
): Pick<PrivateFile, 'mergePart'> {
  const merge = waiting.find(
    ({ name: journal, head }) => journal === name || (head?.newName != null && head.target === name),
  );
  if (merge) return { mergePart: merge.name };
  if (running.of(name) === null) return {};
  if (name.endsWith(JOURNAL_SUFFIX)) return { mergePart: name };
  if (!name.endsWith(PART_SUFFIX)) return {};
  return { mergePart: name.slice(0, -PART_SUFFIX.length) + JOURNAL_SUFFIX };
}

export async function privateFile(platform: Platform, name: string): Promise<File> {
  return (await platform.privateFolder()).snapshot(name);
}

/**
 * Closes the file first where the pile holds it. Throws 'busy' where the disk in view is read from it, or where a merge
 * needs it.
 */
export async function removePrivate(
  workshop: Workshop,
  finished: readonly string[],
  name: string,
): Promise<PrivateListing> {
  const { platform, pile, slot, running } = workshop;
  const folder = await platform.privateFolder();
  const waiting = await pendingMerges(folder);
  // A journal that is damaged is of no use to anybody: it can go.
  const isDamaged = waiting.some((merge) => merge.name === name && merge.problem?.code === 'corrupt');
  if (!isDamaged) refuseInMerge(running, waiting, [name]);
  const entry = openEntry(pile, name);
  if (entry && slot.layers.includes(entry.id)) {
    throw new DiskError({
      code: 'busy',
      message: `“${name}” is part of the disk that is shown now.`,
      meaning: 'It was not removed.',
      remedy: 'Close the files, or look at a disk that does not need it; then remove it.',
    });
  }
  if (entry) {
    pile.remove(entry.id);
    await entry.content.file.close();
  }
  await folder.remove(name);
  return listPrivate(workshop, finished);
}

function openEntry(pile: Pile, name: string): PileEntry | null {
  return pile.all.find(({ storage, path }) => storage === 'private' && path === name) ?? null;
}

/** `disk.vhd`, or `disk 2.vhd` where that is taken. Stores differ on case, so names that differ only in it are taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const names = new Set(taken.map((name) => name.toLowerCase()));
  const dot = wanted.lastIndexOf('.');
  const stem = dot > 0 ? wanted.slice(0, dot) : wanted;
  const ending = dot > 0 ? wanted.slice(dot) : '';
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${stem} ${number}${ending}`;
    if (!names.has(name.toLowerCase())) return name;
  }
}

export interface TakeTools {
  readonly isZero: IsZero;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Copies files into private storage and opens the copies in their places: all of them, or, cancelled or failed, none,
 * and then nothing stays behind. Returns the old files, still open.
 */
export async function takePrivate(
  platform: Platform,
  pile: Pile,
  ids: readonly FileId[],
  tools: TakeTools,
): Promise<ReplacedFile[]> {
  const folder = await platform.privateFolder();
  const entries = [...new Set(ids)].map((id) => pile.get(id)).filter(({ storage }) => storage !== 'private');
  const total = entries.reduce((sum, { content }) => sum + content.file.sizeBytes, 0);
  const meter = new ProgressMeter(tools.report, 'Copying', 'bytes', total);
  const taken = (await folder.list()).map(({ name }) => name);
  const copies: { entry: PileEntry; name: string }[] = [];
  const opened: { entry: PileEntry; name: string; content: DiskImage | RefusedFile }[] = [];
  try {
    for (const entry of entries) {
      const name = freeName(entry.content.file.name, [...taken, ...copies.map((copy) => copy.name)]);
      meter.enter(`Copying ${entry.content.file.name}`);
      const sink = await folderSink(folder, name);
      copies.push({ entry, name });
      await copyInto(sink, entry.content.file, meter, tools);
    }
    for (const { entry, name } of copies)
      opened.push({ entry, name, content: await openCopy(folder, name, entry) });
    tools.signal.throwIfAborted();
  } catch (error) {
    for (const { content } of opened) await content.file.close();
    // What cannot be removed now is listed with the rest, where it can be removed later.
    for (const { name } of copies) await folder.remove(name).catch(() => undefined);
    throw error;
  }
  meter.finish();
  for (const { entry, name, content } of opened) {
    pile.update(entry.id, { content, path: name, storage: 'private', changedMs: null, handle: null });
  }
  return opened.map(({ entry }) => ({ id: entry.id, file: entry.content.file }));
}

async function openCopy(
  folder: PrivateFolder,
  name: string,
  entry: PileEntry,
): Promise<DiskImage | RefusedFile> {
  const file = await folder.open(name, 'read-only');
  try {
    // What the user took for a raw disk stays one.
    return await (entry.content.format === 'raw' ? openRaw(file) : openImage(file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function copyInto(
  sink: FileSink,
  source: RandomAccessFile,
  meter: ProgressMeter,
  { isZero, signal }: TakeTools,
): Promise<void> {
  const writer = new SparseWriter(sink, isZero);
  try {
    await sink.truncate(source.sizeBytes);
    for await (const { offset, bytes } of filePieces(source, 0, signal)) {
      await writer.writeAroundZeros(offset, bytes);
      meter.advance(bytes.length);
    }
    await sink.close();
  } catch (error) {
    await sink.abort().catch(() => undefined);
    throw error;
  }
}
