/** Merges that wait, in words, and which of them is the one that has just stopped here. */
import { sizeText } from '../../base/units.ts';
import type { WaitingMerge } from '../../engine/api.ts';
import { listOf } from '../make/growPlan.ts';
import { shortNames } from '../state/names.ts';

/** What all names share is dropped: they are told apart all the same. */
export function shortWaiting({ sources, target, newName }: WaitingMerge): {
  readonly sources: readonly string[];
  readonly into: string;
} {
  const names = shortNames([...sources, newName ?? target]);
  return { sources: names.slice(0, -1), into: names.at(-1) ?? '' };
}

/** `A and B into C`, `A, B and 2 more into the new file D`. */
export function waitingTitle(waiting: WaitingMerge): string {
  const { sources, into } = shortWaiting(waiting);
  const words = waiting.newName === null ? `into ${into}` : `into the new file ${into}`;
  return sources.length === 0 ? words : `${listOf(sources)} ${words}`;
}

/** How far it came. */
export function waitingProgress({ phase, copiedBytes }: WaitingMerge): string {
  switch (phase) {
    case null:
      return 'How far it came is not known';
    case 'planned':
      return 'Nothing had been copied';
    case 'copying':
      return `${sizeText(copiedBytes)} were copied`;
    case 'copied':
      return `All was copied, ${sizeText(copiedBytes)}; it had not taken over yet`;
    case 'relinked':
      return `All was copied, ${sizeText(copiedBytes)}, and has taken over; old files are left to be removed`;
  }
}

export interface GiveUpQuestion {
  readonly words: string;
  readonly yes: string;
}

/** What giving up does, and what cannot be taken back. */
export function giveUpQuestion({ target, newName, sources }: WaitingMerge): GiveUpQuestion {
  if (newName !== null) {
    return {
      words: `The unfinished ${newName} is removed, with what was copied into it. The originals are untouched.`,
      yes: 'Remove the unfinished file',
    };
  }
  const newest = sources[0] ?? 'the newest file';
  return {
    words: `The chain reads as before, and ${newest} stays. What was copied stays in ${target} too, under ${newest}: ${target} alone does not get its old state back.`,
    yes: 'Give it up for good',
  };
}

/** `A merge waits…` on other screens; '' where none does. */
export function waitingNote(count: number): string {
  if (count === 0) return '';
  return count === 1 ? 'A merge waits to be finished.' : `${count} merges wait to be finished.`;
}
