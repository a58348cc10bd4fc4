/** Plays the steps of the walk, one every 400 ms. Where less motion is wanted it goes to the end at once. */
import type { Session } from '../state/session.svelte.ts';

const STEP_MS = 400;

export class StepPlayer {
  playing: boolean = $state.raw(false);
  /** The reader steps one by one: only then is each step worth saying aloud. */
  byHand: boolean = $state.raw(false);
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly #sessionOf: () => Session;

  constructor(sessionOf: () => Session) {
    this.#sessionOf = sessionOf;
  }

  get session(): Session {
    return this.#sessionOf();
  }

  get last(): number {
    return Math.max(0, (this.session.trace?.steps.length ?? 0) - 1);
  }

  /** By hand: stops what plays. */
  stepBy(steps: number): void {
    this.stop();
    this.byHand = true;
    this.session.stepTo(Math.max(0, Math.min(this.last, this.session.step + steps)));
  }

  toggle(): void {
    if (this.playing) this.stop();
    else this.#play();
  }

  stop(): void {
    this.byHand = false;
    clearInterval(this.#timer);
    this.playing = false;
  }

  #play(): void {
    if (!this.session.trace) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.session.stepTo(this.last);
      return;
    }
    if (this.session.step >= this.last) this.session.stepTo(0);
    this.playing = true;
    this.#timer = setInterval(() => {
      const { session } = this;
      if (session.step < this.last) session.stepTo(session.step + 1);
      if (session.step >= this.last) this.stop();
    }, STEP_MS);
  }
}
