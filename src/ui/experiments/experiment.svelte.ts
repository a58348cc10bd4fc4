/** One experiment on the page: how it is set, what the reader expects, what runs and what was found. */
import {
  type ExperimentAbout,
  type ExperimentResult,
  type ExperimentSetup,
  parseSetup,
  setupText,
} from '../../engine/api.ts';
import { Run } from '../save/run.svelte.ts';
import type { Session } from '../state/session.svelte.ts';

/** A run that came to its end. */
export interface Found extends ExperimentResult {
  readonly setup: ExperimentSetup;
  /** What was expected when it began; null = nothing was said. */
  readonly predicted: string | null;
  /** By the page's clock. */
  readonly seconds: number;
}

export class ExperimentState {
  setup: ExperimentSetup;
  /** Id of a prediction; null until one is chosen. */
  prediction: string | null = $state.raw(null);
  /** The last that was started. */
  run: Run<ExperimentResult> | null = $state.raw(null);
  /** The last that came to its end. */
  found: Found | null = $state.raw(null);

  readonly running: boolean = $derived(this.run?.running ?? false);
  /** '' = as the experiment has it. */
  readonly text: string = $derived.by(() => setupText(this.about, this.setup));
  /** The figures on the page are of another set-up than the one beside them. */
  readonly isStale: boolean = $derived(this.found !== null && !this.isSetTo(this.found.setup));
  readonly isOwn: boolean = $derived(this.text === '');

  constructor(
    readonly session: Session,
    readonly about: ExperimentAbout,
  ) {
    this.setup = $state.raw(about.setup);
  }

  // ── Setting it up ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** What the address says; its own words change nothing. */
  follow(text: string | null): void {
    if ((text ?? '') !== this.text) this.setup = parseSetup(this.about, text ?? '');
  }

  /** While a slider moves the address stays; `remember` writes it. */
  change(change: Partial<ExperimentSetup>): void {
    this.setup = { ...this.setup, ...change };
  }

  remember(): void {
    this.session.show('experiments', this.about.id, this.text || null);
  }

  /** As a link would spell it: what is run here and what is run from the link are the same. */
  choose(change: Partial<ExperimentSetup>): void {
    this.change(change);
    this.setup = parseSetup(this.about, this.text);
    this.remember();
  }

  isSetTo(setup: ExperimentSetup): boolean {
    return setupText(this.about, setup) === this.text;
  }

  reset(): void {
    this.choose(this.about.setup);
  }

  // ── Running ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Why it cannot run as it is set; null = it can. */
  readonly obstacle: string | null = $derived.by(() =>
    this.setup.disk === 'open' && !this.session.chain
      ? 'No chain is in view: open one, or choose another disk.'
      : null,
  );

  async start(): Promise<void> {
    if (this.running || this.obstacle !== null) return;
    const { about, setup, prediction: predicted } = this;
    const run = new Run<ExperimentResult>(`Experiment ${about.number}`);
    this.run = run;
    const beganMs = performance.now();
    const result = await run.start(this.session, (api, job) =>
      api.runExperiment({ id: about.id, setup }, job),
    );
    if (result) this.found = { ...result, setup, predicted, seconds: (performance.now() - beganMs) / 1000 };
  }

  cancel(): void {
    this.run?.cancel();
  }
}
