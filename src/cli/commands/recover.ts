/** `recover FOLDER`: what was begun there and cut off, what is done about it, and doing it. */
import fs from 'node:fs';
import path from 'node:path';
import { DiskError, type Problem, toProblem } from '../../base/errors.ts';
import { grouped, sizeText } from '../../base/units.ts';
import { loadCore } from '../../core/loadCoreNode.ts';
import { type PendingMerge, pendingMerges } from '../../merge/mergeJournal.ts';
import type { MergeReport } from '../../merge/mergeReport.ts';
import { removeUnbegun } from '../../merge/removeUnbegun.ts';
import { reportText } from '../../merge/reportText.ts';
import { abandonMerge, resumeMerge } from '../../merge/runMerge.ts';
import { NodeFolder } from '../../storage/nodeFolder.ts';
import { NodeTree } from '../../storage/nodeTree.ts';
import { finishPatch, type UnfinishedPatch, unfinishedPatches } from '../../storage/patchJournal.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { isLocked, whileLocked } from '../mergeLock.ts';
import { type Shown, shownReport } from '../mergeText.ts';
import { nodeHasher } from '../nodeHasher.ts';
import { progressLine } from '../progressLine.ts';
import { jsonText, printable, problemLines } from '../text.ts';
import { UsageError } from '../usage.ts';
import { filesOf, mergeText, recoverCall, waitingIn } from '../waiting.ts';

type Call = CallOf<'recover'>;

/** 'waits': only a plan was asked for, or `problem` says why it cannot be done. */
type Outcome = 'waits' | 'finished' | 'abandoned' | 'removed';

interface MergeRecovered {
  readonly merge: PendingMerge;
  /** What is done, in words. */
  readonly next: string;
  readonly outcome: Outcome;
  readonly report: MergeReport | null;
  readonly problem: Problem | null;
}

interface ChangeRecovered extends UnfinishedPatch {
  readonly folder: string;
  readonly next: string;
  readonly outcome: Outcome;
  readonly problem: Problem | null;
}

export async function recoverCommand(call: Call, io: Io): Promise<boolean> {
  if (call.plan && call.abandon) throw new UsageError('Only one of --plan and --abandon can be.');
  const folders = [call.folder, ...call.with];
  for (const folder of folders) checkFolder(folder);
  const touches = isLocked(call.folder) || (await waitingIn(folders)).length > 0;
  if (call.plan || !touches) return recover(call, folders, io);
  return whileLocked(call.folder, () => recover(call, folders, io));
}

async function recover(call: Call, folders: readonly string[], io: Io): Promise<boolean> {
  const tree = new NodeTree(call.folder, call.with);
  const shown: Shown = (name) => path.join(call.folder, name);
  const say = async (lines: readonly string[]) => {
    if (!call.json && lines.length > 0) await io.out(`${lines.join('\n')}\n`);
  };

  // A file is whole only once its change is: what is merged comes after.
  const changes: ChangeRecovered[] = [];
  for (const folder of new Set(folders)) {
    for (const unfinished of await unfinishedPatches(new NodeFolder(folder))) {
      const change = await recoverChange(call, folder, unfinished);
      await say(changeLines(change));
      changes.push(change);
    }
  }
  const merges: MergeRecovered[] = [];
  for (const merge of await pendingMerges(tree)) {
    const next = nextOf(merge, call.abandon);
    await say([`${printable(capital(mergeText(merge)))}${stateText(merge)}.`, `  ${printable(next)}`]);
    const recovered = { ...(await recoverMerge(call, tree, merge, io)), merge, next };
    await say(outcomeLines(recovered, shown));
    merges.push(recovered);
  }
  if (changes.length + merges.length === 0) await say([`Nothing waits in ${printable(call.folder)}.`]);
  if (call.json) await io.out(jsonText(record(call.folder, changes, merges, shown)));
  return [...changes, ...merges].some(({ problem }) => problem !== null);
}

function checkFolder(folder: string): void {
  const stat = fs.statSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  if (!stat) throw new UsageError(`There is no folder “${folder}”.`);
  throw new UsageError(`“${folder}” is not a folder.`, 'Name the folder in which the merge began.');
}

async function recoverChange(
  call: Call,
  folder: string,
  unfinished: UnfinishedPatch,
): Promise<ChangeRecovered> {
  const next =
    unfinished.state === 'applying'
      ? 'The change is made to its end; its undo file stays.'
      : 'It was being taken back: the file goes back to what it was.';
  const change = { ...unfinished, folder, next, problem: null };
  if (call.plan) return { ...change, outcome: 'waits' };
  try {
    await finishPatch(new NodeFolder(folder), unfinished.undoName);
    return { ...change, outcome: 'finished' };
  } catch (error) {
    return { ...change, outcome: 'waits', problem: worldly(error) };
  }
}

async function recoverMerge(
  call: Call,
  tree: NodeTree,
  merge: PendingMerge,
  io: Io,
): Promise<Pick<MergeRecovered, 'outcome' | 'report' | 'problem'>> {
  const waits = (problem: Problem | null) => ({ outcome: 'waits' as const, report: null, problem });
  if (merge.problem) return waits(merge.problem);
  const outside = filesOf(merge).filter((name) => !tree.mayUse(name));
  if (outside.length > 0) return waits(outsideProblem(call.folder, outside));
  if (call.plan) return waits(null);
  const line = progressLine(io);
  try {
    if (merge.head === null) {
      await removeUnbegun(tree, merge.name);
      return { outcome: 'removed', report: null, problem: null };
    }
    const tools = {
      module: await loadCore(),
      createHasher: async () => nodeHasher(),
      prove: call.verify || merge.head.sha256Before !== null,
      onProgress: line.report,
      signal: io.signal,
    };
    if (call.abandon) {
      await abandonMerge(tree, merge.name, tools);
      return { outcome: 'abandoned', report: null, problem: null };
    }
    return { outcome: 'finished', report: await resumeMerge(tree, merge.name, tools), problem: null };
  } catch (error) {
    line.clear();
    if (io.signal.aborted) {
      io.err(`The chain reads as before; ${printable(recoverCall(call.folder, call.with))} goes on.\n`);
      throw error;
    }
    return waits(worldly(error));
  } finally {
    line.clear();
  }
}

/** Only faults of the world are told and passed over; our own end the call. */
function worldly(error: unknown): Problem {
  if (error instanceof DiskError) return toProblem(error);
  throw error;
}

function outsideProblem(folder: string, names: readonly string[]): Problem {
  const folders = [...new Set(names.map((name) => path.dirname(path.join(folder, name))))];
  return {
    code: 'permission',
    message: `Files of this merge lie outside ${folder}: ${names.join(', ')}.`,
    meaning: 'Files in other folders are changed only where those are named. Nothing was changed.',
    remedy: `Name them: ${recoverCall(folder, folders)}`,
  };
}

/** What recovery does with it. */
function nextOf({ head, state, problem }: PendingMerge, abandon: boolean): string {
  if (problem) return 'It cannot be read.';
  if (head === null || state === null) return 'Nothing was changed: its journal is removed.';
  const isOver = state.phase === 'relinked';
  if (abandon && !isOver) return 'It is given up: what it added is taken away, and the chain stays as it is.';
  switch (state.phase) {
    case 'planned':
    case 'copying':
      return head.live
        ? 'A guest was writing meanwhile, so copying begins anew.'
        : 'Copying goes on where it stopped; the chain reads as before meanwhile.';
    case 'copied':
      return 'All data is copied: the target takes the place of the files.';
    case 'relinked':
      return 'The target has taken over: the files that are not needed any more are removed.';
  }
}

function stateText({ state }: PendingMerge): string {
  if (state === null) return '';
  return `: ${state.phase}, ${sizeText(state.copiedBytes)} copied, at block ${grouped(state.nextBlock)}`;
}

function changeLines({ folder, file, undoName, next, outcome, problem }: ChangeRecovered): string[] {
  return [
    `A change of ${printable(path.join(folder, file))} was interrupted (${printable(undoName)}).`,
    `  ${next}`,
    ...(problem ? problemLines(problem).map((line) => `  ${line}`) : []),
    ...(outcome === 'finished' ? ['  Done.'] : []),
  ];
}

function outcomeLines({ outcome, report, problem }: MergeRecovered, shown: Shown): string[] {
  const lines = problem
    ? problemLines(problem)
    : outcome === 'abandoned'
      ? ['Given up.']
      : outcome === 'removed'
        ? ['Removed.']
        : [];
  const told = report ? reportText(shownReport(report, shown), new Date()).trimEnd().split('\n') : [];
  return [...lines, ...told].map((line) => (line === '' ? '' : `  ${line}`));
}

function record(
  folder: string,
  changes: readonly ChangeRecovered[],
  merges: readonly MergeRecovered[],
  shown: Shown,
) {
  return {
    folder,
    changes: changes.map(({ folder: where, file, undoName, state, next, outcome, problem }) => ({
      path: path.join(where, file),
      undo: path.join(where, undoName),
      state,
      next,
      outcome,
      problem,
    })),
    merges: merges.map(({ merge: { name, head, state }, next, outcome, report, problem }) => ({
      journal: shown(name),
      sources: head?.sources.map((source) => shown(source.name)) ?? [],
      target: head && shown(head.target),
      to: head?.newName == null ? null : shown(head.newName),
      phase: state?.phase ?? null,
      copiedBytes: state?.copiedBytes ?? 0,
      next,
      outcome,
      problem,
      report: report && shownReport(report, shown),
    })),
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
