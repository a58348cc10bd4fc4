/** What is to be merged: stretch, way, form and proof, and the plan of it. All of it survives a change of screen. */
import { MIB } from '../../base/units.ts';
import type { FileId, FileView, MergePlanView, MergeRequest, MergeWay, NewFormat } from '../../engine/api.ts';
import { Run } from '../save/run.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import type { MergeRun } from './mergeRun.svelte.ts';
import { type Moves, movesText } from './mergeWords.ts';
import { MergeCells } from './picture/mergeCells.svelte.ts';
import { provesUnasked } from './proofCost.ts';
import { type ChainFiles, defaultStretch, fitted, formatsOf, type Layers, likeliestWay } from './stretch.ts';

export class PlanRun extends Run<MergePlanView> {
  constructor(
    readonly key: string,
    title: string,
  ) {
    super(title);
  }
}

/** What the screen is set to, and the plan of it. */
export class MergePlanning {
  /** Of the chain whose leaf has this path. */
  #chosen: { readonly leaf: string; readonly layers: Layers } | null = $state.raw(null);
  #way: MergeWay | null = $state.raw(null);
  /** A stretch whose likeliest way, in place, is refused. */
  #refusedInPlace: string | null = $state.raw(null);
  #format: NewFormat | null = $state.raw(null);
  #prove: boolean | null = $state.raw(null);
  blockSizeBytes: number = $state.raw(2 * MIB);
  planning: PlanRun | null = $state.raw(null);
  /** The merge that the screen shows instead of a plan. */
  run: MergeRun | null = $state.raw(null);
  /** The disk as it was seen when the plan was made. */
  readonly cells = new MergeCells();

  constructor(readonly session: Session) {}

  // ── What is chosen ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The chain in view; null where there is none, or one of a single file. */
  readonly chain: ChainFiles | null = $derived.by(() => {
    const { session } = this;
    if (!session.chain) return null;
    const files = session.chain.layers
      .map((id: FileId) => session.fileOf(id))
      .filter((file: FileView | null): file is FileView => file !== null);
    const labels = files.map(({ id }: FileView) => session.fileLabel(id));
    return files.length < 2 ? null : { files, labels, complete: session.chain.complete };
  });

  readonly stretch: Layers | null = $derived.by(() => {
    const { chain } = this;
    if (!chain) return null;
    const layerCount = chain.files.length;
    const chosen = this.#chosen;
    return chosen && chosen.leaf === chain.files[0]?.path
      ? fitted(chosen.layers, layerCount)
      : defaultStretch(layerCount);
  });

  readonly #stretchKey: string = $derived.by(() => {
    const files = this.chain?.files.map((file: FileView) => [
      file.path,
      file.sizeBytes,
      file.modifiedMs,
      file.children.length,
    ]);
    return JSON.stringify([files, this.stretch]);
  });

  readonly way: MergeWay = $derived.by(() => {
    const { chain, stretch } = this;
    if (!chain || !stretch || stretch.first === stretch.last) return 'new-file';
    return (
      this.#way ?? (this.#refusedInPlace === this.#stretchKey ? 'new-file' : likeliestWay(chain, stretch))
    );
  });

  readonly formats: readonly NewFormat[] = $derived(
    this.chain && this.stretch ? formatsOf(this.chain, this.stretch) : [],
  );
  /** Of a new file. */
  readonly format: NewFormat = $derived(
    this.#format !== null && this.formats.includes(this.#format)
      ? this.#format
      : (this.formats[0] ?? 'differencing'),
  );
  readonly hasBlocks: boolean = $derived(this.format === 'dynamic' || this.format === 'differencing');

  readonly request: MergeRequest | null = $derived.by(() => {
    const leaf = this.chain?.files[0]?.id;
    if (leaf === undefined || !this.stretch) return null;
    const where = { leaf, ...this.stretch, way: this.way };
    if (this.way === 'in-place') return { ...where, format: null };
    const { format, blockSizeBytes } = this;
    return this.hasBlocks ? { ...where, format, blockSizeBytes } : { ...where, format };
  });

  /** Every file that the merged disk is read from lies in private storage: only then can a stopped merge find them again. */
  readonly stored: boolean = $derived(
    this.chain?.files
      .slice(this.stretch?.first ?? 0)
      .every(({ storage }: FileView) => storage === 'private') ?? false,
  );

  readonly planKey: string = $derived(`${this.#stretchKey} ${JSON.stringify(this.request)}`);
  /** Of what is chosen now; null while it is being made, or cannot be. */
  readonly plan: MergePlanView | null = $derived(
    this.planning?.key === this.planKey ? this.planning.result : null,
  );
  /** What lies in a file that is not here cannot be hashed. */
  readonly canProve: boolean = $derived(this.chain?.complete ?? false);
  readonly prove: boolean = $derived(
    this.canProve && (this.#prove ?? provesUnasked(this.plan?.proofSeconds ?? null)),
  );
  readonly busy: boolean = $derived(this.run?.running ?? false);
  /** What the page says of the chosen merge; null where nothing is. */
  readonly moves: Moves | null = $derived.by(() => {
    const { chain, stretch, way, plan } = this;
    if (!chain || !stretch) return null;
    return {
      way,
      format: way === 'in-place' ? null : this.format,
      stretch,
      labels: chain.labels.slice(stretch.first, stretch.last + 1),
      below: chain.labels[stretch.last + 1] ?? null,
      newName: plan?.suggestedName ?? null,
    };
  });

  choose(layers: Layers): void {
    const leaf = this.chain?.files[0]?.path;
    if (leaf !== undefined) this.#chosen = { leaf, layers };
  }

  chooseWay(way: MergeWay): void {
    this.#way = way;
  }

  chooseFormat(format: NewFormat): void {
    this.#format = format;
  }

  chooseProof(prove: boolean): void {
    this.#prove = prove;
  }

  // ── The plan ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Plans what is chosen, unless that very plan is there or under way; another one that is under way is cancelled. */
  planNow(): void {
    const { request, planKey, stretch } = this;
    if (this.run || this.planning?.key === planKey) return;
    this.planning?.cancel();
    this.planning = null;
    if (!request || !stretch) return;
    const planning = new PlanRun(planKey, `Plan: merge ${movesText(request.way, stretch)}`);
    this.planning = planning;
    void this.#plan(planning, request);
  }

  planAgain(): void {
    this.planning = null;
    this.planNow();
  }

  async #plan(planning: PlanRun, request: MergeRequest): Promise<void> {
    const key = this.#stretchKey;
    const plan = await planning.start(this.session, (api, job) => api.planMerge(request, job));
    // Nobody asked for in place: what can be done is planned instead.
    if (plan && request.way === 'in-place' && this.#way === null && isRefused(plan) && canBeNew(plan))
      this.#refusedInPlace = key;
  }
}

export function isRefused({ obstacles }: MergePlanView): boolean {
  return obstacles.some(({ severity }) => severity === 'error');
}

function canBeNew({ choices }: MergePlanView): boolean {
  return choices.some(({ way, refusal }) => way === 'new-file' && refusal === null);
}
