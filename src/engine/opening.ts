/** From sources to entries of the pile: files are opened several at once, split disks joined, contents recognised. */
import { DiskError, type Problem } from '../base/errors.ts';
import { inParallel } from '../base/inParallel.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { type JoinedPieces, joinSplitFiles } from '../chain/joinSplitFiles.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { openImage } from '../formats/openImage.ts';
import type { Pile } from './pile.ts';
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
 * Adds what can be opened to the pile and notes what cannot. Cancelled, it throws the signal's reason and the pile is
 * as it was.
 */
export async function openInto(
  pile: Pile,
  sources: readonly FileToOpen[],
  meter: ProgressMeter,
  signal: AbortSignal,
): Promise<void> {
  const failures: Failure[] = [];
  /** Runs `work` for each; a fault of the outside world becomes a failure of that file alone. */
  const each = async <T, R>(
    items: readonly T[],
    pathOf: (item: T) => string,
    work: (item: T) => Promise<R>,
  ) => {
    const results = await inParallel(items, FILES_AT_ONCE, async (item) => {
      if (signal.aborted) return null;
      try {
        return await work(item);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        failures.push({ path: pathOf(item), finding: failureFinding(pathOf(item), error.problem) });
        return null;
      }
    });
    return results.filter((result) => result !== null);
  };

  const opened = await each(
    sources,
    ({ path }) => path,
    (source) => source.open(),
  );
  const fresh = opened.filter(
    ({ file, path, storage, changedMs }) => !pile.holds(path, storage, file.sizeBytes, changedMs),
  );
  const joined = await joinSplitFiles(fresh);
  const recognised = await each(
    joined,
    ({ pieces }) => pieces[0].path,
    async (one) => {
      try {
        const content = await openJoined(one);
        meter.advance(one.pieces.length);
        return { ...one.pieces[0], content };
      } catch (error) {
        await one.file.close();
        throw error;
      }
    },
  );
  if (signal.aborted) {
    await Promise.all(opened.map(({ file }) => file.close()));
    signal.throwIfAborted();
  }
  await Promise.all(opened.filter((one) => !fresh.includes(one)).map(({ file }) => file.close()));
  for (const { path, storage, changedMs, handle, content } of recognised) {
    pile.add({ path, storage, changedMs, handle, content });
  }
  for (const { path, finding } of failures) pile.fail(path, finding);
  meter.finish();
}

/** A set of pieces with an error is not a disk, whatever its last piece says. */
async function openJoined({ file, findings }: JoinedPieces<OpenedFile>): Promise<DiskImage | RefusedFile> {
  if (findings.some(({ severity }) => severity === 'error'))
    return { file, format: 'vhd', findings, structures: [] };
  const content = await openImage(file);
  return { ...content, findings: [...findings, ...content.findings] };
}

function failureFinding(path: string, problem: Problem): Finding {
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
