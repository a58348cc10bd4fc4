/** Carries a change of one file out: into a new file, or in place after a yes, with an undo file beside it. */
import path from 'node:path';
import { ProgressMeter } from '../base/progress.ts';
import { openImage } from '../formats/openImage.ts';
import { copyPatched } from '../storage/copyPatched.ts';
import { NodeFolder } from '../storage/nodeFolder.ts';
import type { Patch } from '../storage/patch.ts';
import { patchInPlace } from '../storage/patchJournal.ts';
import type { Change } from './call.ts';
import type { CollectedFile } from './collect.ts';
import type { Io } from './io.ts';
import { checkOut, outSink, refuseInputs } from './outFile.ts';
import { progressLine } from './progressLine.ts';
import type { Session } from './session.ts';
import { printable } from './text.ts';
import { UsageError } from './usage.ts';

export interface Applied {
  /** The file that holds the change now; null where it was only shown. */
  readonly path: string | null;
  readonly fileBytes: number;
  readonly undo: string | null;
}

/** Throws `UsageError` where the question is not answered with yes. */
export async function applyChange(
  io: Io,
  session: Session,
  given: CollectedFile,
  change: Change,
  patch: Patch,
): Promise<Applied> {
  if (change.kind === 'plan') return { path: null, fileBytes: patch.sizeAfter, undo: null };
  if (change.kind === 'out') {
    checkOut(change);
    refuseInputs(change.out, session.pathsOf(session.view().files));
    return {
      path: change.out,
      fileBytes: await writeCopy(io, session, given, change.out, patch),
      undo: null,
    };
  }
  const isEmpty = patch.changes.length === 0 && patch.sizeAfter === patch.sizeBefore;
  if (isEmpty) return { path: given.shown, fileBytes: patch.sizeAfter, undo: null };
  await agree(io, given.shown, change.yes);
  const folder = path.dirname(given.shown);
  const { undoName } = await patchInPlace(new NodeFolder(folder), path.basename(given.shown), patch);
  return { path: given.shown, fileBytes: patch.sizeAfter, undo: path.join(folder, undoName) };
}

async function agree(io: Io, shown: string, yes: boolean): Promise<void> {
  if (yes) return;
  const question = `Change ${printable(shown)} in place? The bytes before are kept in an undo file. Type yes to do it: `;
  if ((await io.ask(question)).trim().toLowerCase() === 'yes') return;
  throw new UsageError(
    `“${shown}” was not changed.`,
    'Answer yes, say --yes beforehand, or write a changed copy with --out NEW.',
  );
}

async function writeCopy(
  io: Io,
  session: Session,
  given: CollectedFile,
  out: string,
  patch: Patch,
): Promise<number> {
  const { file } = session.pile.get(session.idOf(given)).content;
  const line = progressLine(io);
  const { isZero, signal } = await session.tools(line);
  const meter = new ProgressMeter(line.report, 'Copying', 'bytes', file.sizeBytes);
  const advance = (bytes: number) => meter.advance(bytes);
  const sink = await outSink(out);
  const { fileBytes } = await copyPatched(file, sink, patch, { isZero, advance, signal }).finally(line.clear);
  return fileBytes;
}

/** The changed file, opened anew. */
export async function reopen(changed: string) {
  const folder = new NodeFolder(path.dirname(changed));
  return openImage(await folder.open(path.basename(changed), 'read-only'));
}
