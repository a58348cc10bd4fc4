/** Merges in private storage that were stopped or cut off: listed, finished or given up, never resumed unasked. */
import { DiskError, type Problem } from '../base/errors.ts';
import { type JournalHead, MergeJournal, type MergePhase, type PendingMerge } from '../merge/mergeJournal.ts';
import { abandonMerge, resumeMerge } from '../merge/runMerge.ts';
import type { MergeDone, PileView, WaitingMerge } from './api.ts';
import type { WorkTools } from './checking.ts';
import { withFilesClosed } from './closedFiles.ts';
import type { Workshop } from './inPlace.ts';
import { namesIn, targetOf, waitingIn, wordsOf } from './mergeLocks.ts';
import { type MergingTools, runTools } from './mergeTools.ts';
import { addToPile, mergeDone } from './merging.ts';
import type { PileEntry } from './pile.ts';
import { pileView } from './pileView.ts';
import type { PrivateFolder } from './platform.ts';
import { nextWords } from './waitingWords.ts';

export async function waitingMerges({ platform, running }: Workshop): Promise<readonly WaitingMerge[]> {
  const folder = await platform.privateFolder();
  const waiting = await waitingIn(folder, running);
  const names = new Set((await folder.list()).map(({ name }) => name));
  return Promise.all(waiting.map((merge) => viewOf(folder, names, merge)));
}

async function viewOf(
  folder: PrivateFolder,
  names: ReadonlySet<string>,
  { name, head, state, problem }: PendingMerge,
): Promise<WaitingMerge> {
  if (head === null || state === null) {
    return {
      journal: name,
      sources: [],
      target: targetOf(name),
      newName: null,
      phase: null,
      copiedBytes: 0,
      next: 'Nothing: how far the merge came cannot be told. Every file is kept as it is.',
      problem,
      canAbandon: false,
    };
  }
  const missing = missingFile(names, head, state.phase === 'relinked');
  const takesOver = await isTakingOver(folder, names, name, head, state.phase);
  return {
    journal: name,
    sources: head.sources.map((source) => source.name),
    target: head.target,
    newName: head.newName,
    phase: state.phase,
    copiedBytes: state.copiedBytes,
    next: nextWords(head, state, takesOver),
    problem: problem ?? missing,
    canAbandon: missing === null && !takesOver,
  };
}

function missingFile(
  names: ReadonlySet<string>,
  { target, newName, sources }: JournalHead,
  relinked: boolean,
): Problem | null {
  const isThere = names.has(target) || (newName !== null && names.has(newName));
  const gone = isThere ? sources.find(({ name }) => !names.has(name) && !relinked)?.name : target;
  if (gone === undefined) return null;
  return {
    code: 'vanished',
    message: `“${gone}” is not in private storage any more, and the merge needs it.`,
    meaning: 'It cannot go on. Every file is kept as it is.',
    remedy: 'Put the file back under its name, or see with a check how the chain reads without it.',
  };
}

/** There is no way back once the sectors that make the target the newest file are in the journal. */
async function isTakingOver(
  folder: PrivateFolder,
  names: ReadonlySet<string>,
  journal: string,
  { target, newName }: JournalHead,
  phase: MergePhase,
): Promise<boolean> {
  if (phase !== 'copied') return phase === 'relinked';
  if (newName !== null) return !names.has(target);
  const opened = await MergeJournal.open(folder, journal);
  await opened.close();
  return opened.redo.length > 0;
}

export async function resumeWaiting(
  workshop: Workshop,
  journal: string,
  prove: boolean,
  tools: MergingTools,
): Promise<MergeDone> {
  const { pile } = workshop;
  const { folder, head, merge } = await waitingAt(workshop, journal);
  const held = entriesOf(workshop, head);
  const report = await withMerge(workshop, head, merge, held, () =>
    resumeMerge(folder, journal, runTools(workshop, prove, tools)),
  );
  // A new file belongs with the files that it was made from, where those are here.
  const { newName } = head;
  const known = pile.all.some(({ path, storage }) => storage === 'private' && path === newName);
  if (newName !== null && held.length > 0 && !known) {
    await addToPile(workshop, newName, report.format ?? 'dynamic');
  }
  return mergeDone(workshop, report);
}

export async function abandonWaiting(
  workshop: Workshop,
  journal: string,
  { module, signal }: WorkTools,
): Promise<PileView> {
  const { folder, head, merge } = await waitingAt(workshop, journal);
  await withMerge(workshop, head, merge, entriesOf(workshop, head), () =>
    abandonMerge(folder, journal, { module, signal }),
  );
  return pileView(workshop.pile, 0);
}

/** Throws 'bad-request' where no merge waits under this name, and what is wrong with its journal. */
async function waitingAt(
  { platform, running }: Workshop,
  journal: string,
): Promise<{ folder: PrivateFolder; head: JournalHead; merge: PendingMerge }> {
  const folder = await platform.privateFolder();
  const merge = (await waitingIn(folder, running)).find(({ name }) => name === journal);
  if (merge?.problem) throw new DiskError(merge.problem);
  if (!merge?.head) {
    throw new DiskError({
      code: 'bad-request',
      message: `No merge waits under “${journal}”.`,
      meaning: 'It was finished or given up, or it runs now. Nothing was changed.',
    });
  }
  return { folder, head: merge.head, merge };
}

/** Files of the pile that the merge changes or removes; the sources of a new file stay open. */
function withMerge<T>(
  workshop: Workshop,
  head: JournalHead,
  merge: PendingMerge,
  held: readonly PileEntry[],
  work: () => Promise<T>,
): Promise<T> {
  const closing = head.way === 'in-place' ? held : [];
  return workshop.running.during(wordsOf(merge), namesIn(head), () =>
    withFilesClosed(workshop, closing, work),
  );
}

function entriesOf({ pile }: Workshop, head: JournalHead): PileEntry[] {
  const names = new Set(namesIn(head));
  return pile.all.filter(({ storage, path }) => storage === 'private' && names.has(path));
}
