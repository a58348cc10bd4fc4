/** Progress of anything long, as the page and the terminal show it. Plain data. */
export interface Progress {
  /** What is being done now, in words. */
  readonly phase: string;
  readonly done: number;
  /** null while the total is unknown: no bar is drawn then, a count and a rate are. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'files' | 'blocks' | 'seconds' | 'steps';
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
  readonly elapsedSeconds: number;
}

export type Report = (progress: Progress) => void;

/** Turns counts into rates; tells `report` at most four times a second, and always at the end. */
export class ProgressMeter {
  private readonly startMs: number;
  private lastMs = Number.NEGATIVE_INFINITY;
  private done = 0;
  /** Past samples of the last seconds, so that the rate follows the storage and not the whole history. */
  private readonly samples: { atMs: number; done: number }[] = [];

  constructor(
    private readonly report: Report,
    private phase: string,
    private readonly unit: Progress['unit'],
    private readonly total: number | null,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startMs = now();
    this.advanceTo(0);
  }

  enter(phase: string): void {
    this.phase = phase;
    this.tell(this.now());
  }

  advance(amount: number): void {
    this.advanceTo(this.done + amount);
  }

  advanceTo(done: number): void {
    this.done = done;
    const atMs = this.now();
    if (atMs - this.lastMs >= 250) this.tell(atMs);
  }

  finish(): void {
    this.tell(this.now());
  }

  private tell(atMs: number): void {
    this.lastMs = atMs;
    this.samples.push({ atMs, done: this.done });
    while (this.samples.length > 2 && atMs - (this.samples[0]?.atMs ?? atMs) > 5000) this.samples.shift();
    const first = this.samples[0];
    const seconds = first ? (atMs - first.atMs) / 1000 : 0;
    const perSecond = first && seconds > 0 ? (this.done - first.done) / seconds : null;
    const left = this.total === null ? null : this.total - this.done;
    this.report({
      phase: this.phase,
      done: this.done,
      total: this.total,
      unit: this.unit,
      perSecond,
      secondsLeft: left !== null && perSecond ? left / perSecond : null,
      elapsedSeconds: (atMs - this.startMs) / 1000,
    });
  }
}
