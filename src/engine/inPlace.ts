/** Changes of files in private storage in place: nothing else may read them meanwhile, and each can be taken back. */
import { DiskError } from '../base/errors.ts';
import { patchOf } from '../check/repair/planRepair.ts';
import { pendingMerges } from '../merge/mergeJournal.ts';
import type { Patch } from '../storage/patch.ts';
import { patchInPlace, undoPatch } from '../storage/patchJournal.ts';
import { patchesIn } from '../storage/undoFolder.ts';
import type { FileId, GrowRequest, MadeFile, RepairRequest, RepairResult } from './api.ts';
import { checkOf, type WorkTools } from './checking.ts';
import { type OpenFiles, withFilesClosed } from './closedFiles.ts';
import { growPatch } from './making.ts';
import { type RunningMerges, refuseInMerge } from './mergeLocks.ts';
import type { PileEntry } from './pile.ts';
import { pileView } from './pileView.ts';
import { contextOf, planFor } from './repairing.ts';

export interface Workshop extends OpenFiles {
  readonly running: RunningMerges;
}

/** Returns the name of the undo file. Throws 'unsupported' for files outside private storage: they cannot be flushed. */
async function changeInPlace(workshop: Workshop, id: FileId, patch: Patch): Promise<string> {
  const { platform, pile, running } = workshop;
  const entry = pile.get(id);
  if (entry.storage !== 'private') throw notInPlace(entry);
  const folder = await platform.privateFolder();
  refuseInMerge(running, await pendingMerges(folder), [entry.path]);
  const { undoName } = await withFilesClosed(workshop, [entry], () =>
    patchInPlace(folder, entry.path, patch),
  );
  return undoName;
}

export async function repairInPlace(
  workshop: Workshop,
  request: RepairRequest,
  tools: WorkTools,
): Promise<RepairResult> {
  const startMs = performance.now();
  const { pile } = workshop;
  const patch = patchOf(await planFor(pile, request, tools));
  const undoName = await changeInPlace(workshop, request.file, patch);
  const { content } = pile.get(request.file);
  const { findings } = await checkOf(content, contextOf(tools));
  const seconds = (performance.now() - startMs) / 1000;
  const { name, sizeBytes: fileBytes } = content.file;
  return { name, fileBytes, undoName, findings, seconds, pile: pileView(pile, 0) };
}

export async function growInPlace(workshop: Workshop, request: GrowRequest): Promise<MadeFile> {
  const startMs = performance.now();
  const { pile } = workshop;
  const sourceBytes = pile.get(request.file).content.file.sizeBytes;
  const patch = await growPatch(pile, request);
  const undoName = await changeInPlace(workshop, request.file, patch);
  const { name, sizeBytes: fileBytes } = pile.get(request.file).content.file;
  return {
    name,
    fileBytes,
    writtenBytes: patch.changes.reduce((sum, { after }) => sum + after.length, 0),
    virtualSizeBytes: request.virtualSizeBytes,
    seconds: (performance.now() - startMs) / 1000,
    sourceBytes,
    undoName,
    pile: pileView(pile, 0),
  };
}

/** Takes a change in place back; the pile's own files are opened anew. */
export async function undoInPlace(workshop: Workshop, undoName: string): Promise<void> {
  const { platform, pile, running } = workshop;
  const folder = await platform.privateFolder();
  // The undo file itself says whose it is: its name may begin like that of another file.
  const changed = (await patchesIn(folder)).find((patch) => patch.undoName === undoName)?.file;
  const owner = pile.all.find(({ storage, path }) => storage === 'private' && path === changed);
  if (changed !== undefined) refuseInMerge(running, await pendingMerges(folder), [changed]);
  await withFilesClosed(workshop, owner ? [owner] : [], () => undoPatch(folder, undoName));
}

function notInPlace({ path }: PileEntry): DiskError {
  return new DiskError({
    code: 'unsupported',
    message: `“${path}” is a file of yours: the browser replaces such files whole and cannot change them safely in place.`,
    meaning: 'Nothing was changed.',
    remedy: 'Write a changed copy, or take the file into private storage first.',
  });
}
