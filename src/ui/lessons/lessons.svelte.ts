/**
 * The lesson under way: its step, what is done of it, and what can be done for the reader. Nothing here stands in the way of
 * exploring: every step can be left at any time, and a task that was done once stays done.
 */
import {
  isMet,
  type LabView,
  LESSONS,
  type Lesson,
  type LessonMoment,
  type LessonStep,
} from '../../engine/api.ts';
import { type Labs, labsOf } from '../lab/labs.svelte.ts';
import { lasting } from '../state/lasting.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { actionWords } from './actionWords.ts';
import { exploreFacts, labOf, momentOf } from './facts.ts';
import { Performer } from './performer.ts';
import { LessonProgress } from './progress.svelte.ts';
import { type UnderWay, underWay } from './underWay.svelte.ts';

/** What a reader did in one step. */
interface StepState {
  readonly chosen: string | null;
  readonly hints: number;
  /** As things were when the step was first come to. */
  readonly began: LessonMoment;
}

const NOTHING: LessonMoment = momentOf(null);

export class Lessons {
  readonly session: Session;
  readonly progress = new LessonProgress();
  lesson: Lesson | null = $state.raw(null);
  stepIndex: number = $state.raw(0);
  /** Of the lesson under way: steps whose task is done. */
  met: ReadonlySet<number> = $state.raw(new Set());
  /** What is being done for the reader; null = nothing. */
  doing: string | null = $state.raw(null);
  /** How that ended, where it did not end well. */
  doingFailed: boolean = $state.raw(false);
  /** For a screen reader. */
  spoken: string = $state.raw('');
  #steps: ReadonlyMap<number, StepState> = $state.raw(new Map());
  #began: LessonMoment = NOTHING;
  /** The lab is being brought to a step: nothing counts as done meanwhile. */
  #preparing: boolean = $state.raw(false);
  #abort: AbortController | null = null;

  readonly step: LessonStep | null = $derived(this.lesson?.steps[this.stepIndex] ?? null);
  /** The lesson's own; null where it is not open. */
  readonly lab: LabView | null = $derived.by(() => (this.lesson ? labOf(this.lesson, this.labs.view) : null));
  readonly isDone: boolean = $derived(this.met.has(this.stepIndex));
  readonly chosen: string | null = $derived(this.#steps.get(this.stepIndex)?.chosen ?? null);
  readonly hints: number = $derived(this.#steps.get(this.stepIndex)?.hints ?? 0);
  readonly isLast: boolean = $derived(
    this.lesson !== null && this.stepIndex === this.lesson.steps.length - 1,
  );
  readonly #performer: Performer;
  readonly #frame: UnderWay;

  constructor(
    readonly labs: Labs,
    /** What is taught. */
    readonly list: readonly Lesson[],
  ) {
    this.session = labs.session;
    this.#frame = underWay(labs.session);
    this.#performer = new Performer(this.labs, (option) => this.choose(option));
  }

  // ── Beginning and leaving ──────────────────────────────────────────────────────────────────────────────────────────

  /** Machine of the lab in memory that goes when a lesson's lab is opened; labs of lessons can be had again. */
  get wouldLose(): string | null {
    const { view } = this.labs;
    if (view?.storage !== 'memory') return null;
    const isOurs = this.list.some(({ scenario }) => scenario.name === view.scenarioName);
    return isOurs ? null : view.machine.name;
  }

  /** Opens the lesson's lab, does what the steps before `at` ask for, and shows the lab. */
  async begin(lesson: Lesson, at = 0): Promise<boolean> {
    this.stop();
    const { scenario } = lesson;
    if (!(await this.labs.start({ from: 'scenario', scenario, storage: 'memory' }))) return false;
    const record = this.progress.of(lesson);
    this.lesson = lesson;
    this.#frame.lesson = lesson.id;
    this.stepIndex = at;
    this.#steps = new Map();
    this.met = new Set(at === 0 ? [] : record?.met.filter((step) => step !== at));
    this.#began = momentOf(this.labs.view);
    this.session.show('lab');
    if (at > 0) await this.#prepare(lesson, at);
    if (this.lesson === lesson) this.#enter(at);
    return true;
  }

  /** The lab as it is at the beginning of this step; its task is open again, those of the steps before stay done. */
  async restartStep(): Promise<void> {
    const { lesson, stepIndex, met } = this;
    if (!lesson) return;
    if (await this.begin(lesson, stepIndex)) {
      this.met = new Set([...met, ...this.met].filter((step) => step !== stepIndex));
    }
  }

  /** What earlier steps ask for; what they show in Explore only where this step is there. */
  async #prepare(lesson: Lesson, at: number): Promise<void> {
    const inExplore = lesson.steps[at]?.pointsAt?.startsWith('explore-') ?? false;
    const actions = lesson.steps
      .slice(0, at)
      .flatMap(({ solution }) => solution)
      .filter(
        ({ act }) =>
          act === 'command' || act === 'run' || act === 'settle' || (inExplore && act !== 'answer'),
      );
    this.#preparing = true;
    await this.#perform(actions, `Bringing the lab to step ${at + 1}`);
    this.#preparing = false;
  }

  leave(): void {
    this.stop();
    this.lesson = null;
    this.#frame.lesson = null;
    this.spoken = '';
  }

  /** The lesson was taken to its end; returns the one after it. */
  finish(): Lesson | null {
    const { lesson } = this;
    if (!lesson) return null;
    this.#remember(true);
    this.leave();
    return this.list.find(({ number }) => number === lesson.number + 1) ?? null;
  }

  // ── Steps ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  next(): void {
    if (!this.isLast) this.goTo(this.stepIndex + 1);
  }

  back(): void {
    this.goTo(this.stepIndex - 1);
  }

  goTo(step: number): void {
    if (!this.lesson?.steps[step]) return;
    this.stop();
    this.#enter(step);
  }

  #enter(step: number): void {
    const { lesson } = this;
    if (!lesson) return;
    this.stepIndex = step;
    this.doingFailed = false;
    if (!this.#steps.has(step)) this.#change({});
    this.#remember(false);
    this.spoken = `Step ${step + 1} of ${lesson.steps.length}: ${this.step?.title ?? ''}`;
    this.judge();
  }

  #change(change: Partial<StepState>): void {
    const before = this.#steps.get(this.stepIndex) ?? {
      chosen: null,
      hints: 0,
      began: momentOf(this.lab),
    };
    this.#steps = new Map(this.#steps).set(this.stepIndex, { ...before, ...change });
  }

  #remember(ended: boolean): void {
    const { lesson, stepIndex } = this;
    if (!lesson) return;
    const before = this.progress.of(lesson);
    const met = [...new Set([...(before?.met ?? []), ...this.met])].sort((one, other) => one - other);
    this.progress.write(lesson, { step: stepIndex, met, ended: ended || (before?.ended ?? false) });
  }

  choose(option: string): void {
    this.#change({ chosen: option });
    this.judge();
  }

  showHint(): void {
    this.#change({ hints: Math.min(this.hints + 1, this.step?.hints.length ?? 0) });
  }

  // ── The task ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Looks whether the task of the step is done now. */
  judge(): void {
    const { step, stepIndex, lab, session, chosen } = this;
    const state = this.#steps.get(stepIndex);
    const explore = exploreFacts(session);
    if (!step?.goal || !state || this.#preparing || this.met.has(stepIndex)) return;
    // Time was taken back to before the step: what is told from here on counts.
    const stepBegan = lab && lab.nowUs < state.began.nowUs ? momentOf(lab) : state.began;
    if (stepBegan !== state.began) this.#change({ began: stepBegan });
    const { screen } = session;
    const facts = { screen, lab, explore, chosen, stepBegan, lessonBegan: this.#began };
    if (!isMet(step.goal, facts)) return;
    this.met = new Set([...this.met, stepIndex]);
    this.spoken = `Task done. ${step.done ?? ''}`;
    this.#remember(false);
  }

  /** The step's own solution, action by action. */
  async doIt(): Promise<void> {
    const { step } = this;
    if (step) await this.#perform(step.solution, null);
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.doing = null;
  }

  async #perform(actions: LessonStep['solution'], title: string | null): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.doingFailed = false;
    for (const action of actions) {
      const words = actionWords(action);
      this.doing = title === null ? words : `${title}: ${words}`;
      const inLab = action.act === 'command' || action.act === 'run' || action.act === 'settle';
      if (inLab && this.session.screen !== 'lab') this.session.show('lab');
      const done = await this.#performer.perform(action, abort.signal);
      if (abort.signal.aborted) return;
      if (done) continue;
      this.doingFailed = true;
      break;
    }
    this.stop();
  }
}

const known = new WeakMap<Session, Lessons>();

/** `list`: what is taught; whoever asks first says it. */
export function lessonsOf(session: Session, list = LESSONS): Lessons {
  const lessons =
    known.get(session) ??
    lasting(() => {
      const made = new Lessons(labsOf(session), list);
      $effect(() => made.judge());
      return made;
    });
  known.set(session, lessons);
  return lessons;
}
