/** From sources to entries of the pile: files are opened several at once, split disks joined, contents recognised. */
import { DiskError, type Problem } from '../base/errors.ts';
import { inParallel } from '../base/inParallel.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { type JoinedPieces, joinSplitFiles } from '../chain/joinSplitFiles.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { openImage } from '../formats/openImage.ts';
import type { Pile, PileEntry, ReplacedFile } from './pile.ts';
import type { OpenedFile } from './platform.ts';

/** Opening is mostly waiting: several files at once, few enough to keep memory small. */
const FILES_AT_ONCE = 8;

/** A file that is still to be opened: where it is, and how. */
export interface FileToOpen {
  readonly path: string;
  open(): Promise<OpenedFile>;
}

interface Failure {
  readonly path: string;
  readonly finding: Finding;
}

/**
 * Adds what can be opened to the pile and notes what cannot. A file that was opened before and has changed since takes
 * its old place; the old files are returned, still open. Cancelled, it throws the signal's reason and the pile is as it
 * was.
 */
export async function openInto(
  pile: Pile,
  sources: readonly FileToOpen[],
  meter: ProgressMeter,
  signal: AbortSignal,
): Promise<ReplacedFile[]> {
  const failures: Failure[] = [];
  const opened = await each(
    sources,
    ({ path }) => path,
    (source) => source.open(),
    failures,
    signal,
  );
  const fresh = withoutKnown(pile, opened);
  const recognised = await each(
    await joinSplitFiles([...fresh]),
    ({ pieces }) => pieces[0].path,
    async (one) => {
      const content = await recognise(one);
      meter.advance(one.pieces.length);
      return { ...one.pieces[0], content };
    },
    failures,
    signal,
  );
  const unused = signal.aborted ? opened : opened.filter((one) => !fresh.has(one));
  await Promise.all(unused.map(({ file }) => file.close()));
  signal.throwIfAborted();

  const replaced: ReplacedFile[] = [];
  const before = byName(pile.all);
  for (const { path, storage, changedMs, handle, content } of recognised) {
    const entry = { path, storage, changedMs, handle, content };
    const older = await olderEntry(before.get(content.file.name) ?? [], entry);
    if (older) {
      replaced.push({ id: older.id, file: older.content.file });
      pile.update(older.id, { ...entry, blocks: null });
    } else pile.add(entry);
  }
  for (const { path, finding } of failures) pile.fail(path, finding);
  meter.finish();
  return replaced;
}

/** Runs `work` for each; a fault of the outside world becomes a failure of that file alone. */
async function each<T, R>(
  items: readonly T[],
  pathOf: (item: T) => string,
  work: (item: T) => Promise<R>,
  failures: Failure[],
  signal: AbortSignal,
): Promise<R[]> {
  const results = await inParallel(items, FILES_AT_ONCE, async (item) => {
    if (signal.aborted) return [];
    try {
      return [await work(item)];
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      failures.push({ path: pathOf(item), finding: failureFinding(pathOf(item), error.problem) });
      return [];
    }
  });
  return results.flat();
}

function withoutKnown(pile: Pile, opened: readonly OpenedFile[]): ReadonlySet<OpenedFile> {
  const seen = new Set(pile.all.map((entry) => identity({ ...entry, file: entry.content.file })));
  return new Set(opened.filter((one) => !seen.has(identity(one)) && seen.add(identity(one))));
}

function byName(entries: readonly PileEntry[]): ReadonlyMap<string, readonly PileEntry[]> {
  const named = new Map<string, PileEntry[]>();
  for (const entry of entries) {
    const { name } = entry.content.file;
    named.set(name, [...(named.get(name) ?? []), entry]);
  }
  return named;
}

/** The entry that this file had before it was changed on disk. A name without its folder proves nothing. */
async function olderEntry(
  namesakes: readonly PileEntry[],
  now: Omit<PileEntry, 'id' | 'blocks'>,
): Promise<PileEntry | null> {
  for (const entry of namesakes) {
    if (entry.storage !== now.storage) continue;
    const same =
      now.handle && entry.handle
        ? await now.handle.isSameEntry(entry.handle)
        : !now.handle && !entry.handle && now.path.includes('/') && now.path === entry.path;
    if (same) return entry;
  }
  return null;
}

async function recognise(one: JoinedPieces<OpenedFile>): Promise<DiskImage | RefusedFile> {
  try {
    return await openJoined(one);
  } catch (error) {
    await one.file.close();
    throw error;
  }
}

/** The same for the same file of the same age: what is dropped twice is taken once. */
function identity({
  file,
  path,
  storage,
  changedMs,
}: Pick<OpenedFile, 'file' | 'path' | 'storage' | 'changedMs'>): string {
  return JSON.stringify([path, storage, file.sizeBytes, changedMs]);
}

/** A set of pieces with an error is not a disk, whatever its last piece says. */
async function openJoined({ file, findings }: JoinedPieces<OpenedFile>): Promise<DiskImage | RefusedFile> {
  if (findings.some(({ severity }) => severity === 'error'))
    return { file, format: 'vhd', findings, structures: [] };
  const content = await openImage(file);
  return { ...content, findings: [...findings, ...content.findings] };
}

/** Why a file is not part of the pile. */
export function failureFinding(path: string, problem: Problem): Finding {
  return {
    rule: 'file-not-opened',
    severity: 'error',
    code: problem.code === 'permission' ? '0xC03A0016' : null,
    file: path,
    offset: problem.where?.offset ?? 0,
    lengthBytes: problem.where?.lengthBytes ?? 0,
    message: problem.message,
    meaning: problem.meaning ?? 'The file is not part of the pile; everything else is.',
    remedy: problem.remedy ?? 'Open it again when the cause is gone.',
  };
}
