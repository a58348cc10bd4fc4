/** Files in private storage that belong to a merge, running or waiting: nothing else may change or remove them. */
import { DiskError, type Problem } from '../base/errors.ts';
import { JOURNAL_SUFFIX, type JournalHead, type PendingMerge, pendingMerges } from '../merge/mergeJournal.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { PART_SUFFIX } from '../storage/fileSink.ts';

/** The merges of this engine that run now, by the names of their files. */
export class RunningMerges {
  private readonly names = new Map<string, string>();

  /** What the merge of this file is called, in words; null where none runs. */
  of(name: string): string | null {
    return this.names.get(name) ?? null;
  }

  /** Throws 'busy' where one of the files is in another merge. */
  async during<T>(merge: string, names: readonly string[], work: () => Promise<T>): Promise<T> {
    const taken = names.find((name) => this.names.has(name));
    if (taken !== undefined) throw new DiskError(inMerge(taken, this.names.get(taken) ?? '', 'runs'));
    for (const name of names) this.names.set(name, merge);
    try {
      return await work();
    } finally {
      for (const name of names) this.names.delete(name);
    }
  }
}

/** Every file that a merge writes to, removes or still reads, the journal included. */
export function namesIn({ target, newName, sources, relink }: JournalHead): string[] {
  const made = newName ?? target;
  return [target, made, made + JOURNAL_SUFFIX, ...sources.map(({ name }) => name), ...relink];
}

/** The same of a merge that has not begun: into `made`, in place or not. */
export function namesOfNew(made: string, newFile: boolean, others: readonly string[]): string[] {
  return [made, ...(newFile ? [made + PART_SUFFIX] : []), made + JOURNAL_SUFFIX, ...others];
}

/** The waiting merge that a file belongs to; one whose journal cannot be read counts by the name that it has. */
export function waitingOf(waiting: readonly PendingMerge[], name: string): PendingMerge | null {
  const owns = ({ name: journal, head, problem }: PendingMerge) =>
    journal === name ||
    (head !== null && namesIn(head).includes(name)) ||
    (problem !== null && [targetOf(journal), targetOf(journal) + PART_SUFFIX].includes(name));
  return waiting.find(owns) ?? null;
}

/** `base.vhd` of `base.vhd.merge-journal`. */
export function targetOf(journal: string): string {
  return journal.endsWith(JOURNAL_SUFFIX) ? journal.slice(0, -JOURNAL_SUFFIX.length) : journal;
}

/** Merges that were stopped or cut off. Storage that does not lock its files shows those that run as well. */
export async function waitingIn(folder: DiskFolder, running: RunningMerges): Promise<PendingMerge[]> {
  return (await pendingMerges(folder)).filter(({ name }) => running.of(name) === null);
}

/** Throws 'busy' where one of the files belongs to a merge that runs, or to one of `waiting`. */
export function refuseInMerge(
  running: RunningMerges,
  waiting: readonly PendingMerge[],
  names: readonly string[],
): void {
  for (const name of names) {
    const merge = otherMergeOf(running, waiting, name);
    if (merge) throw new DiskError(merge);
  }
}

/** What is said of a file that belongs to a merge; null where it is in none. */
export function otherMergeOf(
  running: RunningMerges,
  waiting: readonly PendingMerge[],
  name: string,
): Problem | null {
  const merge = running.of(name);
  if (merge !== null) return inMerge(name, merge, 'runs');
  const stopped = waitingOf(waiting, name);
  return stopped && inMerge(name, wordsOf(stopped), 'waits');
}

export function wordsOf({ name, head }: PendingMerge): string {
  return head ? mergeWords(head.sources[0]?.name ?? '', head.newName ?? head.target) : `of “${name}”`;
}

/** `of “child.avhd” into “base.vhd”` */
export function mergeWords(newest: string, made: string): string {
  return `of “${newest}” into “${made}”`;
}

function inMerge(name: string, merge: string, state: 'runs' | 'waits'): Problem {
  const waits = state === 'waits';
  return {
    code: 'busy',
    message: `“${name}” belongs to the merge ${merge}, which ${waits ? 'was stopped and waits' : 'runs now'}.`,
    meaning: 'It was not changed: the merge could not go on.',
    remedy: waits
      ? 'Resume that merge or give it up first.'
      : 'Wait until it ends, or stop it and give it up first.',
  };
}
