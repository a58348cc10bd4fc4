/** An engine whose chain has six files and two branches, and whose merges wait until the test says how they end. */
import type {
  EngineApi,
  FileView,
  MergeDone,
  MergePlanView,
  MergeProgress,
  MergeRequest,
  Outcome,
  PileView,
} from '../../../../src/engine/api.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';
import { fakeMergePlan } from '../../../support/fakeMerge.ts';
import { pileOf } from '../../../support/pileOf.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

const SIZES: readonly (readonly [name: string, parent: string | undefined, sizeBytes: number])[] = [
  ['SRV-FILE01_C93D0B6A.avhd', 'SRV-FILE01_41A7E5F8.avhd', 402 * MIB],
  ['SRV-FILE01_41A7E5F8.avhd', 'SRV-FILE01_B16C90D2.avhd', 812 * MIB],
  ['SRV-FILE01_F2086E11.avhd', 'SRV-FILE01_B16C90D2.avhd', 96 * MIB],
  ['SRV-FILE01_B16C90D2.avhd', 'SRV-FILE01_7D8A4B30.avhd', 1.12 * GIB],
  ['SRV-FILE01_7D8A4B30.avhd', 'SRV-FILE01_0E51F2C4.avhd', 3.94 * GIB],
  ['SRV-FILE01_95D24C7E.avhd', 'SRV-FILE01_0E51F2C4.avhd', 1.8 * GIB],
  ['SRV-FILE01_0E51F2C4.avhd', 'SRV-FILE01.vhd', 6.21 * GIB],
  ['SRV-FILE01.vhd', undefined, 41.8 * GIB],
];

export function branchedPile(storage: FileView['storage'] = 'private'): PileView {
  return pileOf(
    SIZES.map(([name, parent, sizeBytes]) => ({
      name,
      ...(parent === undefined ? {} : { parent }),
      more: { sizeBytes: Math.round(sizeBytes), storage },
    })),
  );
}

type Plan = (plan: MergePlanView, request: MergeRequest) => MergePlanView;

export class MergeEngine extends FakeEngine {
  readonly planned: MergeRequest[] = [];
  cancelled = 0;
  /** What a plan says otherwise. */
  replan: Plan = (plan) => plan;
  /** Plans wait for this. */
  planGate: Promise<void> = Promise.resolve();
  /** Of the merge under way. */
  report: ((progress: MergeProgress) => void) | null = null;
  end: ((outcome: Outcome<MergeDone>) => void) | null = null;

  constructor(public pile: PileView) {
    super({ layers: 6, units: 22_400, seed: 11 });
  }

  override open(): Promise<Outcome<PileView>> {
    return Promise.resolve({ ok: true, value: this.pile });
  }

  override openSample(): Promise<Outcome<PileView>> {
    return this.open();
  }

  override async viewFrom(
    ...[leaf, job]: Parameters<FakeEngine['viewFrom']>
  ): ReturnType<FakeEngine['viewFrom']> {
    const outcome = await super.viewFrom(1, job);
    const layers: number[] = [];
    for (let id: number | null = leaf; id !== null; ) {
      layers.push(id);
      id = this.pile.files.find((file) => file.id === id)?.parent ?? null;
    }
    return outcome.ok ? { ok: true, value: { ...outcome.value, layers } } : outcome;
  }

  override planMerge: EngineApi['planMerge'] = async (request) => {
    this.planned.push(request);
    await this.planGate;
    return { ok: true, value: this.replan(fakeMergePlan(this.pile, request), request) };
  };

  override merge: EngineApi['merge'] = (start, job) => {
    this.merged.push(start);
    return this.#held(job.report);
  };

  override resumeMerge: EngineApi['resumeMerge'] = (journal, prove, job) => {
    this.resumed.push([journal, prove]);
    return this.#held(job.report);
  };

  override cancel = async (): Promise<void> => {
    this.cancelled++;
    this.end?.({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
  };

  #held(report: (progress: MergeProgress) => void): Promise<Outcome<MergeDone>> {
    this.report = report;
    return new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

/** As the worker's client: an abort reaches the engine. */
class MergeClient extends FakeClient {
  override run: FakeClient['run'] = (call, options) => {
    options?.signal?.addEventListener('abort', () => void this.api.cancel(7));
    return call(this.api, { id: 7, report: (progress) => options?.onProgress?.(progress) });
  };
}

export async function mergeSession(
  pile: PileView | null = branchedPile(),
): Promise<{ session: Session; engine: MergeEngine }> {
  history.replaceState(null, '', '#');
  const none = { files: [], others: [], leaves: [], failures: [], openMilliseconds: 0 };
  const engine = new MergeEngine(pile ?? none);
  const session = new Session(new MergeClient(engine));
  if (pile) await session.openSample();
  session.show('merge');
  return { session, engine };
}
