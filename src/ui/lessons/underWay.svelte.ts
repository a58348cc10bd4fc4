/** Whether a lesson is under way: all that the page's frame asks before the lessons themselves are loaded. */
import type { LessonId } from '../../engine/api.ts';
import type { Session } from '../state/session.svelte.ts';

export class UnderWay {
  lesson: LessonId | null = $state.raw(null);
}

const known = new WeakMap<Session, UnderWay>();

export function underWay(session: Session): UnderWay {
  const state = known.get(session) ?? new UnderWay();
  known.set(session, state);
  return state;
}
