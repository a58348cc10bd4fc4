/** Plays steps, one every 400 ms; by hand it goes one on or back. Where less motion is wanted it goes to the end at once. */

const STEP_MS = 400;

/** Whose steps are played. */
export interface Played {
  readonly step: number;
  /** The last one; -1 = there is none. */
  readonly last: number;
  goTo(step: number): void;
}

export class Player {
  playing: boolean = $state.raw(false);
  /** The reader steps one by one: only then is each step worth saying aloud. */
  byHand: boolean = $state.raw(false);
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(readonly played: Played) {}

  /** By hand: stops what plays. */
  stepBy(steps: number): void {
    this.stop();
    this.byHand = true;
    const { step, last } = this.played;
    this.played.goTo(Math.max(0, Math.min(last, step + steps)));
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
    const { played } = this;
    if (played.last < 0) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      played.goTo(played.last);
      return;
    }
    if (played.step >= played.last) played.goTo(0);
    this.playing = true;
    this.#timer = setInterval(() => {
      if (played.step < played.last) played.goTo(played.step + 1);
      if (played.step >= played.last) this.stop();
    }, STEP_MS);
  }
}
