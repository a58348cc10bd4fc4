/** An engine that makes nothing: it notes what it is asked, reports progress, and waits until the test says how it ends. */
import type {
  EngineApi,
  Job,
  MadeFile,
  MeasureView,
  Outcome,
  PileView,
  Progress,
  SaveResult,
} from '../../../../src/engine/api.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient } from '../../../support/fakeEngine.ts';
import { PileEngine } from '../support.ts';

const MIB = 2 ** 20;

export const HALF_WAY: Progress = {
  phase: 'Copying blocks',
  done: 61 * MIB,
  total: 100 * MIB,
  unit: 'bytes',
  perSecond: 96 * MIB,
  secondsLeft: 22,
  elapsedSeconds: 35,
};

export const MADE: MadeFile = {
  name: 'made.vhd',
  fileBytes: 3 * MIB,
  writtenBytes: 2 * MIB,
  virtualSizeBytes: 2 ** 30,
  seconds: 2,
  sourceBytes: 9 * MIB,
  undoName: null,
  pile: null,
};

export const MEASURED: MeasureView = {
  readBytes: 8 * MIB,
  writeBytes: 5 * MIB,
  fileBytes: 5 * MIB,
  exact: true,
  blocks: 2,
  newFiles: 1,
  freedBytes: 4 * MIB,
  readBytesPerSecond: 96 * MIB,
  writeBytesPerSecond: 80 * MIB,
  seconds: 57,
};

const CANCELLED = { ok: false, error: { code: 'cancelled', message: 'The user said so.' } } as const;

export class WorkEngine extends PileEngine {
  readonly asked: Record<string, unknown[][]> = {};
  /** How the call that waits ends; set while one does. */
  end: ((outcome: Outcome<unknown>) => void) | null = null;

  /** A call that reports once and waits for `end`. */
  #held<T>(name: string, job: Job, args: unknown[]): Promise<Outcome<T>> {
    this.asked[name] = [...(this.asked[name] ?? []), args];
    job.report(HALF_WAY);
    return new Promise((resolve) => {
      this.end = resolve as (outcome: Outcome<unknown>) => void;
    });
  }

  override create: EngineApi['create'] = (request, job) => this.#held<MadeFile>('create', job, [request]);
  override compact: EngineApi['compact'] = (request, job) => this.#held<MadeFile>('compact', job, [request]);
  override grow: EngineApi['grow'] = (request, job) => this.#held<MadeFile>('grow', job, [request]);
  override save: EngineApi['save'] = (request, job) => this.#held<SaveResult>('save', job, [request]);
  override undo: EngineApi['undo'] = (name, job) => this.#held<PileView>('undo', job, [name]);
  override measureWork: EngineApi['measureWork'] = (request, job) =>
    this.#held<MeasureView>('measureWork', job, [request]);
  override compare: EngineApi['compare'] = (one, other, job) => this.#held('compare', job, [one, other]);
  override parentPaths: EngineApi['parentPaths'] = (child, parent, folder) => {
    this.asked.parentPaths = [...(this.asked.parentPaths ?? []), [child, parent, folder]];
    const name = this.pile.files.find(({ id }) => id === parent)?.name ?? '';
    const absolutePath = folder === null ? null : `${folder}\\${name}`;
    return Promise.resolve({ ok: true, value: { relativePath: `.\\${name}`, absolutePath } });
  };

  succeed(value: unknown): void {
    this.end?.({ ok: true, value });
  }

  override cancel = async (): Promise<void> => this.end?.(CANCELLED);
}

/** As the worker's client: an abort reaches the engine. */
class WorkClient extends FakeClient {
  override run: FakeClient['run'] = (call, options) => {
    options?.signal?.addEventListener('abort', () => void this.api.cancel(1));
    return call(this.api, { id: 1, report: (progress) => options?.onProgress?.(progress) });
  };
}

export async function workSession(pile: PileView | null): Promise<{ session: Session; engine: WorkEngine }> {
  history.replaceState(null, '', '#');
  const none = { files: [], others: [], leaves: [], failures: [], openMilliseconds: 0 };
  const engine = new WorkEngine(pile ?? none);
  const session = new Session(new WorkClient(engine));
  if (pile) await session.openSample();
  return { session, engine };
}
