/** What tests of the experiments share: the screen on an engine whose experiments are made up and wait to be ended. */
import { render } from 'vitest-browser-svelte';
import type { Problem } from '../../../../src/base/errors.ts';
import type {
  ChainAdvice,
  EngineApi,
  ExperimentRequest,
  ExperimentResult,
  ExperimentSetup,
  Outcome,
} from '../../../../src/engine/api.ts';
import ExperimentsScreen from '../../../../src/ui/experiments/ExperimentsScreen.svelte';
import { experimentsOf } from '../../../../src/ui/experiments/experiments.svelte.ts';
import type { CommittedVerdict } from '../../../../src/ui/experiments/list/verdicts.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';
import { FAKE_ABOUTS, fakeAdvice, fakeResult, HALF_RUN } from '../../../support/fakeExperiments.ts';
import { FakeLab } from '../../../support/fakeLab.ts';

const CANCELLED: Problem = { code: 'cancelled', message: 'The user said so.' };

export class ExperimentEngine extends FakeEngine {
  readonly ran: ExperimentRequest[] = [];
  readonly advised: ExperimentSetup[] = [];
  /** Set: calls report once and wait for `end`. */
  hold = false;
  /** Null: succeeds. */
  end: ((problem: Problem | null) => void) | null = null;

  async #held<T>(value: T): Promise<Outcome<T>> {
    if (!this.hold) return { ok: true, value };
    const problem = await new Promise<Problem | null>((resolve) => {
      this.end = resolve;
    });
    return problem ? { ok: false, error: problem } : { ok: true, value };
  }

  override runExperiment: EngineApi['runExperiment'] = (request, job) => {
    this.ran.push(request);
    job.report(HALF_RUN);
    return this.#held<ExperimentResult>(fakeResult(request.id, request.setup));
  };

  override adviseChain: EngineApi['adviseChain'] = (setup, job) => {
    this.advised.push(setup);
    job.report({ ...HALF_RUN, phase: 'Merging layers 0–3' });
    return this.#held<ChainAdvice>(fakeAdvice(1));
  };

  override cancel = async (): Promise<void> => this.end?.(CANCELLED);
}

/** As the worker's client: an abort reaches the engine. */
export class AbortingClient extends FakeClient {
  override run: FakeClient['run'] = (call, options) => {
    options?.signal?.addEventListener('abort', () => void this.api.cancel(1));
    return call(this.api, { id: 1, report: (progress) => options?.onProgress?.(progress) });
  };
}

export interface PageChoice {
  readonly at?: string | null;
  readonly set?: string | null;
  /** With a chain of six files in view. */
  readonly chain?: boolean;
  readonly verdicts?: readonly CommittedVerdict[];
}

export function experimentEngine() {
  const engine = new ExperimentEngine({ layers: 6, units: 64, seed: 7 });
  const lab = new FakeLab();
  engine.lab = lab;
  return { engine, lab };
}

export async function experimentPage({
  at = 'read-cost',
  set = null,
  chain = false,
  verdicts = [],
}: PageChoice = {}) {
  history.replaceState(null, '', '#');
  const { engine, lab } = experimentEngine();
  const session = new Session(new AbortingClient(engine));
  if (chain) await session.openSample();
  session.show('experiments', at, set);
  const experiments = experimentsOf(session, FAKE_ABOUTS);
  const screen = await render(ExperimentsScreen, { session, abouts: FAKE_ABOUTS, verdicts });
  const button = (name: string | RegExp) =>
    screen.getByRole('button', { name, exact: typeof name === 'string' });
  return { engine, lab, session, experiments, screen, button };
}
