/** What is on the screen, as a lesson's tasks ask for it. */
import type { ExploreFacts, LabView, Lesson, LessonMoment } from '../../engine/api.ts';
import type { Session } from '../state/session.svelte.ts';

export function momentOf(view: LabView | null): LessonMoment {
  return {
    nowUs: view?.nowUs ?? 0,
    nextEvent: (view?.events.at(-1)?.number ?? -1) + 1,
    operations: view?.guest.figures.operations ?? 0,
  };
}

/** A lesson speaks of its own lab; another one proves nothing. */
export function labOf(lesson: Lesson, view: LabView | null): LabView | null {
  return view?.scenarioName === lesson.scenario.name ? view : null;
}

export function exploreFacts(session: Session): ExploreFacts {
  const { answer, trace } = session;
  return {
    layerCount: session.layerCount,
    answer: answer && { kind: answer.kind, layer: answer.layer },
    stepAction: (session.traceIsCurrent && trace?.steps[session.step]?.action) || null,
  };
}
