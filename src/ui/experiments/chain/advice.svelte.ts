/** What reads of the chain in view cost, and what each merge would buy: counted when asked for. */
import type { ChainAdvice, ExperimentSetup, FileId, MergeOffer } from '../../../engine/api.ts';
import { mergesOf } from '../../merge/merges.svelte.ts';
import { Run } from '../../save/run.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';

class AdviceRun extends Run<ChainAdvice> {
  constructor(readonly setup: ExperimentSetup) {
    super('Count what reads of the chain cost');
  }
}

export class Advice {
  run: AdviceRun | null = $state.raw(null);

  constructor(readonly session: Session) {}

  readonly running: boolean = $derived(this.run?.running ?? false);
  /** Differencing disks of the chain in view; null where none is. */
  readonly depth: number | null = $derived.by(() => {
    const { chain } = this.session;
    if (!chain) return null;
    return chain.layers.filter((id: FileId) => this.session.fileOf(id)?.type === 'differencing').length;
  });
  /** Of the chain that is in view now. */
  readonly result: ChainAdvice | null = $derived.by(() => {
    const result = this.run?.result ?? null;
    return result && result.leaf === this.session.chain?.layers[0] ? result : null;
  });

  /** Figures that it was counted with: storage, reads. */
  get setup(): ExperimentSetup | null {
    return this.run?.setup ?? null;
  }

  start(setup: ExperimentSetup): void {
    if (this.running || !this.session.chain) return;
    const run = new AdviceRun(setup);
    this.run = run;
    void run.start(this.session, (api, job) => api.adviseChain(setup, job));
  }

  /** The merge screen with this stretch chosen. */
  showPlan({ first, last }: MergeOffer): void {
    mergesOf(this.session).choose({ first, last });
    this.session.show('merge');
  }
}
