/** All experiments of a session, and what is known of the chain in view: survives a change of screen. */
import { ABOUTS, type ExperimentAbout } from '../../engine/api.ts';
import { lasting } from '../state/lasting.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { Advice } from './chain/advice.svelte.ts';
import { ExperimentState } from './experiment.svelte.ts';

export class Experiments {
  readonly all: readonly ExperimentState[];
  readonly advice: Advice;

  constructor(
    readonly session: Session,
    abouts: readonly ExperimentAbout[],
  ) {
    this.all = abouts
      .toSorted((a, b) => a.number - b.number)
      .map((about) => new ExperimentState(session, about));
    this.advice = new Advice(session);
  }

  /** The one that the address names; null = none does. */
  get shown(): ExperimentState | null {
    return this.named(this.session.at);
  }

  named(id: string | null): ExperimentState | null {
    return this.all.find(({ about }) => about.id === id) ?? null;
  }

  /** As it was set last. */
  show(state: ExperimentState | null): void {
    if (state) state.remember();
    else this.session.show('experiments');
  }

  /** The next one, or the one before; null behind the last. */
  beside(state: ExperimentState, step: 1 | -1): ExperimentState | null {
    return this.all[this.all.indexOf(state) + step] ?? null;
  }
}

const known = new WeakMap<Session, Experiments>();

/** `abouts` counts when a session asks for the first time. */
export function experimentsOf(session: Session, abouts: readonly ExperimentAbout[] = ABOUTS): Experiments {
  const experiments = known.get(session) ?? lasting(() => new Experiments(session, abouts));
  known.set(session, experiments);
  return experiments;
}
