/** What was begun in a folder and cut off: merges by their journals, changes in place by their undo files. */
import path from 'node:path';
import { DiskError, type Problem } from '../base/errors.ts';
import type { FileView } from '../engine/api.ts';
import { JOURNAL_SUFFIX, type JournalHead, type PendingMerge, pendingMerges } from '../merge/mergeJournal.ts';
import { NodeFolder } from '../storage/nodeFolder.ts';
import { NodeTree } from '../storage/nodeTree.ts';
import { unfinishedPatches } from '../storage/patchJournal.ts';
import type { Io } from './io.ts';
import type { Session } from './session.ts';
import { printable } from './text.ts';

export interface Waiting {
  /** In words, without a full stop. */
  readonly text: string;
  /** The folder that `recover` is given. */
  readonly folder: string;
  /** Files that it speaks of: paths, links resolved. */
  readonly files: readonly string[];
}

/** Nothing where a folder may not be listed. */
export async function waitingIn(folders: Iterable<string>): Promise<Waiting[]> {
  const found: Waiting[] = [];
  for (const folder of folders) {
    try {
      const tree = new NodeTree(folder);
      for (const { file } of await unfinishedPatches(new NodeFolder(folder))) {
        found.push({ folder, text: `a change of ${file} was interrupted`, files: [tree.pathOf(file)] });
      }
      for (const merge of await pendingMerges(tree)) {
        found.push({
          folder,
          text: mergeText(merge),
          files: filesOf(merge).flatMap((name) => realOf(tree, name)),
        });
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }
  return found;
}

/** On stderr, what waits for any of these files. */
export async function tellWaiting(io: Io, session: Session, views: readonly FileView[]): Promise<void> {
  const shown = views.map((view) => session.shown(view.path));
  for (const waiting of await waitingFor(shown)) io.err(`▲ ${waitingLine(waiting)}\n`);
}

/** What waits in the folders of these files, and in one more, and speaks of one of them. */
export async function waitingFor(files: readonly string[], folder: string | null = null): Promise<Waiting[]> {
  const trees = new Map<string, NodeTree>(folder === null ? [] : [[folder, new NodeTree(folder)]]);
  const real = new Set<string>();
  for (const file of files) {
    const folder = path.dirname(file);
    try {
      const tree = trees.get(folder) ?? new NodeTree(folder);
      trees.set(folder, tree);
      real.add(tree.pathOf(path.basename(file)));
    } catch (error) {
      // Moved away meanwhile: nothing waits for it here.
      if (!(error instanceof DiskError)) throw error;
    }
  }
  const waiting = await waitingIn(trees.keys());
  return waiting.filter((each) => each.files.some((file) => real.has(file)));
}

function waitingLine({ text, folder }: Waiting): string {
  return printable(`${text}; ${recoverCall(folder, [])}`);
}

/** `disklab recover vm --with base`. Names may come from a journal: what a shell could take for more than a name is left out. */
export function recoverCall(folder: string, others: readonly string[]): string {
  const spelled = (given: string) => {
    if (!/^[\p{L}\p{N}_./\\:][\p{L}\p{N}_./\\: ()-]*$/u.test(given)) return 'FOLDER';
    return /[ ()]/.test(given) ? `"${given}"` : given;
  };
  return ['disklab recover', spelled(folder), ...others.map((other) => `--with ${spelled(other)}`)].join(' ');
}

/** `a merge of leaf.avhd, middle.avhd into base.vhd waits`. */
export function mergeText({ name, head }: PendingMerge): string {
  const into = head === null ? withoutSuffix(name) : (head.newName ?? head.target);
  if (head === null) return `a merge into ${into} was cut off before it began`;
  return `a merge of ${head.sources.map((source) => source.name).join(', ')} into ${into} waits`;
}

/** Every file that the merge reads, writes or removes, by its name in the journal's folder. */
export function filesOf({
  name,
  head,
}: {
  readonly name: string;
  readonly head: JournalHead | null;
}): string[] {
  if (head === null) return [withoutSuffix(name)];
  return [head.target, ...head.sources.map((source) => source.name), ...head.below, ...head.relink];
}

/** Two runs on the same files would spoil each other. */
export function waitsAlready(waiting: Waiting): DiskError {
  const problem: Problem = {
    code: 'busy',
    message: `Nothing can be merged here yet: ${waiting.text}.`,
    meaning: 'Nothing was changed. The chain reads as before.',
    remedy: `Finish it first, or give it up: ${recoverCall(waiting.folder, [])}`,
  };
  return new DiskError(problem);
}

function withoutSuffix(journal: string): string {
  return journal.endsWith(JOURNAL_SUFFIX) ? journal.slice(0, -JOURNAL_SUFFIX.length) : journal;
}

function realOf(tree: NodeTree, name: string): string[] {
  try {
    return [tree.pathOf(name)];
  } catch (error) {
    if (error instanceof DiskError) return [];
    throw error;
  }
}
