/** Merges of files of the pile: in place, to a new file in private storage, or to a file that the user picked. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import type { Finding } from '../formats/finding.ts';
import { openImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import { pendingMerges } from '../merge/mergeJournal.ts';
import type { MergeReport } from '../merge/mergeReport.ts';
import { reportText } from '../merge/reportText.ts';
import { runMerge } from '../merge/runMerge.ts';
import type { NewFormat } from '../merge/stretch.ts';
import type { MergeDone, MergeStart } from './api.ts';
import { withFilesClosed } from './closedFiles.ts';
import type { Workshop } from './inPlace.ts';
import { mergeWords, namesOfNew, refuseInMerge } from './mergeLocks.ts';
import { freeMergeName } from './mergeNames.ts';
import { allObstacles, takenFiles, whereFilesAre } from './mergeObstacles.ts';
import { parentBelow } from './mergeParent.ts';
import { isAllPrivate, type StretchOfFiles, stretchOf } from './mergeStretch.ts';
import { type MergingTools, type NewFileJob, runTools } from './mergeTools.ts';
import { mergeToTarget } from './mergeToTarget.ts';
import { pileView } from './pileView.ts';
import { newIdentity } from './saving.ts';

export function mergeDone(workshop: Workshop, report: MergeReport): MergeDone {
  return { report, text: reportText(report, workshop.platform.now()), pile: pileView(workshop.pile, 0) };
}

export async function mergeFiles(
  workshop: Workshop,
  start: MergeStart,
  tools: MergingTools,
): Promise<MergeDone> {
  const { request, target, prove } = start;
  const { platform, pile } = workshop;
  const stretch = await stretchOf(platform, pile, request);
  await refuseObstacles(workshop, stretch, start);
  if (request.way === 'in-place') {
    if (target !== null) throw badRequest('A merge in place has no other target.');
    return mergeDone(workshop, await mergeInPlace(workshop, stretch, prove, tools));
  }
  if (target === null || request.format === null) throw badRequest('A merge to a new file needs a target.');
  const job = { stretch, target, format: request.format, blockSizeBytes: request.blockSizeBytes, prove };
  const report =
    target.kind === 'private' && isAllPrivate(pile, stretch)
      ? await mergeToPrivate(workshop, { ...job, target }, tools)
      : await mergeToTarget(workshop, job, tools);
  if (target.kind === 'private') await addToPile(workshop, report.survivor, request.format);
  return mergeDone(workshop, report);
}

/** The run finds these too, but only when it has begun. */
async function refuseObstacles(
  workshop: Workshop,
  stretch: StretchOfFiles,
  { request: { way, format } }: MergeStart,
): Promise<void> {
  const obstacles = allObstacles(stretch, way, format, await whereFilesAre(workshop, stretch));
  const obstacle = obstacles.find(({ severity }) => severity === 'error');
  if (obstacle) throw refusal(obstacle);
}

function refusal({ message, meaning, remedy }: Finding): DiskError {
  return new DiskError({ code: 'bad-request', message, meaning: `${meaning} Nothing was changed.`, remedy });
}

async function mergeInPlace(
  workshop: Workshop,
  stretch: StretchOfFiles,
  prove: boolean,
  tools: MergingTools,
): Promise<MergeReport> {
  const { platform, pile, running } = workshop;
  const folder = await platform.privateFolder();
  const { names, first, last } = stretch;
  const [newest, survivor] = [must(names[first], 'a newest file'), must(names[last], 'an oldest file')];
  const written = takenFiles(stretch);
  refuseInMerge(running, await pendingMerges(folder), written);
  const entries = pile.all.filter(({ storage, path }) => storage === 'private' && written.includes(path));
  const merge = mergeWords(newest, survivor);
  return running.during(merge, namesOfNew(survivor, false, written), () =>
    withFilesClosed(workshop, entries, () =>
      runMerge(folder, { way: 'in-place', stretch }, runTools(workshop, prove, tools)),
    ),
  );
}

/** The sources stay open: they are only read. */
async function mergeToPrivate(
  workshop: Workshop,
  job: NewFileJob & { readonly target: { readonly name: string } },
  tools: MergingTools,
): Promise<MergeReport> {
  const { platform, running } = workshop;
  const { stretch, format, target, blockSizeBytes, prove } = job;
  const { names, first, last } = stretch;
  const folder = await platform.privateFolder();
  const sources = names.slice(first, last + 1);
  refuseInMerge(running, await pendingMerges(folder), sources);
  const newName = await freeMergeName(folder, target.name);
  const merge = mergeWords(must(sources[0], 'a newest file'), newName);
  return running.during(merge, namesOfNew(newName, true, sources), () =>
    runMerge(
      folder,
      {
        way: 'new-file',
        stretch,
        format,
        newName,
        identity: newIdentity(platform),
        parent: format === 'differencing' ? parentBelow(stretch, newName) : null,
        ...(blockSizeBytes === undefined ? {} : { blockSizeBytes }),
      },
      runTools(workshop, prove, tools),
    ),
  );
}

/** What was made is a disk of its own from now on. */
export async function addToPile(
  { platform, pile }: Workshop,
  name: string,
  format: NewFormat,
): Promise<void> {
  const opened = await platform.openSource({ kind: 'private', name });
  const { file, path, storage, changedMs, handle } = opened;
  const content = await (format === 'raw' ? openRaw(file) : openImage(file));
  pile.add({ path, storage, changedMs, handle, content });
}

function badRequest(message: string): DiskError {
  return new DiskError({ code: 'bad-request', message, meaning: 'Nothing was changed.' });
}
