/** `merge CHILD`: a stretch of the chain into its oldest file, or into a new one. The plan first, then a question. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { ProgressMeter } from '../../base/progress.ts';
import type { WorkTools } from '../../engine/checking.ts';
import { readRate, writeRate } from '../../engine/measuring.ts';
import { pendingMerges } from '../../merge/mergeJournal.ts';
import { isRefused, type MergePlan } from '../../merge/mergePlan.ts';
import type { MergeReport } from '../../merge/mergeReport.ts';
import { type ClosedFile, type MergeWanted, planMerge, roomObstacle } from '../../merge/planMerge.ts';
import { reportText } from '../../merge/reportText.ts';
import { type MergeRequest, type MergeTools, runMerge } from '../../merge/runMerge.ts';
import { NodeFile } from '../../storage/nodeFile.ts';
import { NodeFolder } from '../../storage/nodeFolder.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { whileLocked } from '../mergeLock.ts';
import { type ChosenStretch, chooseStretch, parentBelow } from '../mergeStretch.ts';
import {
  type MergeTerms,
  mergePlanLines,
  obstacleRecord,
  planRecord,
  type Shown,
  shownReport,
} from '../mergeText.ts';
import { hashRate, nodeHasher } from '../nodeHasher.ts';
import { checkOut, refuseInputs } from '../outFile.ts';
import { progressLine } from '../progressLine.ts';
import type { Session } from '../session.ts';
import { jsonText, printable } from '../text.ts';
import { UsageError } from '../usage.ts';
import { recoverCall, waitingFor, waitsAlready } from '../waiting.ts';

type Call = CallOf<'merge'>;

export async function mergeCommand(call: Call, io: Io): Promise<boolean> {
  if (call.to !== null) checkOut({ out: call.to.path, force: false });
  const { session, chosen } = await chooseStretch(call, io);
  try {
    const files = [...chosen.shown.values()];
    if (call.to !== null) refuseInputs(call.to.path, files);
    const [waiting] = await waitingFor(files, chosen.folder);
    if (waiting) throw waitsAlready(waiting);
    const shown: Shown = (name) =>
      name === newNameOf(call) ? (call.to?.path ?? name) : (chosen.shown.get(name) ?? name);
    const { plan, terms } = await planOf(call, chosen, session, io);
    const to = call.to?.path ?? null;
    if (!call.json) {
      const { names, images } = chosen.stretch;
      const sizeOf = (name: string) => images[names.indexOf(name)]?.file.sizeBytes ?? null;
      await io.out(`${mergePlanLines(plan, terms, to, shown, sizeOf).join('\n')}\n`);
    }
    const goes = !isRefused(plan) && !call.plan;
    if (goes && call.to === null) await agree(io, call.yes);
    const report = goes ? shownReport(await carryOut(call, chosen, session, io), shown) : null;
    if (call.json) {
      await io.out(
        jsonText({
          plan: planRecord(plan, terms, to, shown),
          obstacles: plan.obstacles.map((each) => obstacleRecord(each, shown)),
          report,
        }),
      );
    } else if (report) await io.out(`\n${reportText(report, new Date())}`);
    return isRefused(plan);
  } finally {
    await session.close();
  }
}

function newNameOf({ to }: Call): string | null {
  return to && path.basename(to.path);
}

async function planOf(
  call: Call,
  chosen: ChosenStretch,
  session: Session,
  io: Io,
): Promise<{ plan: MergePlan; terms: MergeTerms }> {
  const { stretch, format, folder } = chosen;
  const blockSizeBytes = call.to?.blockSizeBytes ?? null;
  const wanted: MergeWanted = {
    way: call.to === null ? 'in-place' : 'new-file',
    format,
    ...(blockSizeBytes === null ? {} : { blockSizeBytes }),
    parent: call.to && parentBelow(chosen, call.to.path),
    closed: call.to === null ? closedFiles(chosen) : [],
  };
  const line = progressLine(io);
  const { module } = await session.tools(line);
  const meter = new ProgressMeter(line.report, 'Planning', 'bytes', null);
  const plan = await planMerge(stretch, wanted, { module, meter, signal: io.signal }).finally(line.clear);
  const newest = must(stretch.images[stretch.first], 'the newest layer');
  const readBytesPerSecond = await readRate(newest.file, io.signal);
  const writeBytesPerSecond = isRefused(plan) ? null : await writeRate(new NodeFolder(folder), io.signal);
  const freeBytes = freeBytesOf(folder);
  const room = freeBytes === null ? null : roomObstacle(plan, freeBytes);
  return {
    plan: room ? { ...plan, obstacles: [...plan.obstacles, room] } : plan,
    terms: {
      readBytesPerSecond,
      writeBytesPerSecond,
      seconds:
        readBytesPerSecond && writeBytesPerSecond
          ? plan.copyBytes / readBytesPerSecond + plan.copyBytes / writeBytesPerSecond
          : null,
      proofSeconds: call.verify ? (2 * newest.virtualSizeBytes) / hashRate() : null,
      freeBytes,
    },
  };
}

/** Files that have to be changed or removed, and cannot be. */
function closedFiles({ stretch, shown }: ChosenStretch): ClosedFile[] {
  const { names, first, last, children } = stretch;
  const closed: ClosedFile[] = [];
  const changed = [names[last] ?? '', ...children.filter(({ of }) => of === first).map(({ name }) => name)];
  for (const name of changed) {
    try {
      // Opening changes nothing.
      void new NodeFile(shown.get(name) ?? name, 'read-write').close();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      closed.push({ name, why: error.code === 'busy' ? 'busy' : 'read-only' });
    }
  }
  for (const name of names.slice(first, last)) {
    try {
      fs.accessSync(path.dirname(shown.get(name) ?? name), fs.constants.W_OK);
    } catch {
      closed.push({ name, why: 'read-only' });
    }
  }
  return closed;
}

function freeBytesOf(folder: string): number | null {
  try {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

async function agree(io: Io, yes: boolean): Promise<void> {
  if (yes) return;
  if ((await io.ask('\nMerge these files? Type yes to do it: ')).trim().toLowerCase() === 'yes') return;
  throw new UsageError(
    'Nothing was merged.',
    'Answer yes, say --yes beforehand, or leave every file as it is with --to NEW.',
  );
}

async function carryOut(call: Call, chosen: ChosenStretch, session: Session, io: Io): Promise<MergeReport> {
  const { stretch, format, tree, folder } = chosen;
  const line = progressLine(io);
  const request: MergeRequest =
    call.to === null || format === null
      ? { way: 'in-place', stretch }
      : {
          way: 'new-file',
          stretch,
          format,
          newName: path.basename(call.to.path),
          ...(call.to.blockSizeBytes === null ? {} : { blockSizeBytes: call.to.blockSizeBytes }),
          identity: { id: randomBytes(16), made: new Date() },
          parent: format === 'differencing' ? parentBelow(chosen, call.to.path) : null,
        };
  try {
    const tools = mergeTools(await session.tools(line), call.verify, io);
    return await whileLocked(folder, () => runMerge(tree, request, tools));
  } catch (error) {
    line.clear();
    await sayWhatWaits(chosen, io);
    throw error;
  } finally {
    line.clear();
  }
}

function mergeTools({ module, report }: WorkTools, prove: boolean, io: Io): MergeTools {
  return { module, createHasher: async () => nodeHasher(), prove, onProgress: report, signal: io.signal };
}

/** However a merge ended early: whoever sees the error must know that nothing is lost, and how it goes on. */
async function sayWhatWaits({ tree, folder, others }: ChosenStretch, io: Io): Promise<void> {
  const waits = (await pendingMerges(tree).catch(() => [])).some(({ head }) => head !== null);
  io.err(
    waits
      ? `The chain reads as before; ${printable(recoverCall(folder, others))} goes on.\n`
      : 'Nothing was changed.\n',
  );
}
