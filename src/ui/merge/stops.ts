/** What it means when a merge stops before its end: by where it writes to, and how far it is. */
import { grouped } from '../../base/units.ts';
import type { MergeProgress } from '../../engine/api.ts';

/** Where a merge writes. */
export type WritesTo =
  | 'in-place'
  /** A new file in private storage, out of files there: its journal lies beside them. */
  | 'private'
  /** The same, out of files of the user: nothing could find those again. */
  | 'streamed'
  | 'picked';

export interface StopWords {
  /** Of what the reader does not choose. */
  readonly cut: string;
  readonly cancel: string;
}

export interface StopAt {
  readonly writesTo: WritesTo;
  /** In place: the file that is written to, and the newest that goes into it. */
  readonly target: string;
  readonly newest: string;
  /** null while it is planned. */
  readonly progress: MergeProgress | null;
  /** It runs and has not written to any file yet: no journal is there either. */
  readonly untouched: boolean;
}

export function stopWords(at: StopAt): StopWords {
  if (at.writesTo === 'picked') {
    return {
      cut: 'The originals are untouched. The browser discards the unfinished file and cannot take it up again: the merge begins anew. Only if the browser itself is killed may a .crswap file stay beside the name; it can be deleted.',
      cancel: 'The unfinished file is discarded. The chain reads as before.',
    };
  }
  if (isUntouched(at)) {
    return {
      cut: 'Nothing has moved yet: the disk is being hashed. Nothing is left behind, and nothing waits.',
      cancel: 'Nothing is left behind: no file was written to.',
    };
  }
  if (at.writesTo === 'streamed') {
    return {
      cut: 'The originals are untouched. The page cannot find your own files again by itself, so the merge begins anew. A .part file may stay in the private storage; it can be removed there.',
      cancel: 'The unfinished file is removed. The chain reads as before.',
    };
  }
  if (at.writesTo === 'private') {
    return {
      cut: `Nothing is lost: the originals are untouched. The unfinished file is listed at the next start and goes on ${fromWhere(at)}.`,
      cancel:
        'It stops and waits, with what is copied so far, until it goes on or is given up; giving it up removes the unfinished file. The chain reads as before.',
    };
  }
  const { target, newest } = at;
  if (isPastCancel(at)) {
    return {
      cut: `Nothing is lost: ${target} holds everything and is taking the place of ${newest}. The next start finishes that.`,
      cancel: 'It is past that: from here on it can only be finished, now or at the next start.',
    };
  }
  return {
    cut: `Nothing is lost: ${newest} stays until the last step and still answers first. The merge is listed at the next start and goes on ${fromWhere(at)}.`,
    cancel: `It stops and waits. The chain reads as before: what was copied stays in ${target}, under ${newest}. But ${target} alone is not its old state any more.`,
  };
}

/** In place, once the target takes over, it can only be finished. */
export function isPastCancel({ writesTo, progress }: StopAt): boolean {
  return writesTo === 'in-place' && progress?.stage === 'finishing';
}

function fromWhere({ progress }: StopAt): string {
  return progress && progress.stage === 'copying' && progress.nextBlock > 0
    ? `from block ${grouped(progress.nextBlock)}`
    : 'where it was';
}

export interface CancelQuestion {
  readonly title: string;
  readonly words: string;
  readonly yes: string;
}

/** A file that is streamed into is open from the start. */
function isUntouched(at: StopAt): boolean {
  return at.untouched && !isLost(at);
}

/** A stop leaves nothing that could be taken up again. */
export function isLost({ writesTo }: Pick<StopAt, 'writesTo'>): boolean {
  return writesTo === 'picked' || writesTo === 'streamed';
}

/** What was stopped left behind. */
export function stoppedWords(at: StopAt): string {
  const { writesTo, target, newest } = at;
  if (isUntouched(at)) return 'Nothing had moved: no file was written to, and nothing waits.';
  if (isLost(at)) return 'The unfinished file is gone. The chain reads as before.';
  if (writesTo === 'private') {
    return 'It waits, with what was copied so far. The chain reads as before: the originals are untouched.';
  }
  return `It waits. The chain reads as before: what was copied lies in ${target}, under ${newest}. ${target} alone is not its old state any more.`;
}

/** What is asked before a merge is stopped. */
export function cancelQuestion(at: StopAt): CancelQuestion {
  const words = stopWords(at).cancel;
  return isLost(at)
    ? { title: 'Cancel this merge?', words, yes: 'Discard the unfinished file' }
    : { title: 'Stop this merge?', words, yes: isUntouched(at) ? 'Stop it' : 'Stop and let it wait' };
}
