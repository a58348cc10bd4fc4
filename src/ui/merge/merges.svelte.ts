/** What is being merged and was, and what waits, beside what is planned: all of it survives a change of screen. */
import type { Problem } from '../../base/errors.ts';
import type { FileId, PileView, SaveTarget, WaitingMerge } from '../../engine/api.ts';
import { lasting } from '../state/lasting.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { MergePlanning } from './mergePlanning.svelte.ts';
import { isTouched, MergeRun } from './mergeRun.svelte.ts';
import { movesText } from './mergeWords.ts';
import { waitingTitle } from './waiting.ts';

export class Merges extends MergePlanning {
  waiting: readonly WaitingMerge[] = $state.raw([]);
  /** Why it is not known what waits. */
  waitingProblem: Problem | null = $state.raw(null);

  // ── Merging ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** target null = in place. */
  start(target: SaveTarget | null): void {
    const { request, plan, moves, prove, session } = this;
    if (!request || !plan || !moves || this.busy) return;
    const newName = target === null ? null : target.kind === 'handle' ? target.handle.name : target.name;
    const start = { request, target, prove };
    const names = target === null ? (this.chain?.files.slice(request.first, request.last + 1) ?? []) : [];
    const run = new MergeRun(
      {
        kind: 'planned',
        start,
        plan,
        moves: { ...moves, newName },
        stored: this.stored,
        bands: session.bands,
      },
      names.map(({ name }) => name),
      `Merge ${movesText(request.way, request)}`,
    );
    this.run = run;
    void this.#carryOut(run, () => run.carryOut(session, (api, job) => api.merge(start, job)));
  }

  /** Takes up a merge that waits. */
  resume(waiting: WaitingMerge, prove: boolean): void {
    if (this.busy) return;
    const { session } = this;
    const { journal } = waiting;
    const run = new MergeRun(
      { kind: 'resumed', waiting, prove },
      namesOf(waiting),
      `Go on merging: ${waitingTitle(waiting)}`,
    );
    this.run = run;
    void this.#carryOut(run, () => run.carryOut(session, (api, job) => api.resumeMerge(journal, prove, job)));
  }

  async #carryOut(run: MergeRun, work: () => ReturnType<MergeRun['carryOut']>): Promise<void> {
    this.cells.hold();
    const from = this.#leaveView(run.fileNames);
    const done = await work();
    const pile = done?.pile ?? (from === null ? null : await this.#pileNow());
    if (pile) await this.#adopt(pile, from, done?.report.survivor ?? null);
    await this.lookForWaiting();
  }

  /** Holds the merge between two batches, or lets it go on. */
  async pause(run: MergeRun, paused: boolean): Promise<void> {
    if (run.jobId === null) return;
    const outcome = await this.session.client.api.pauseMerge(run.jobId, paused);
    if (outcome.ok) run.paused = paused;
    else if (run.running) this.session.take(outcome, 'pause');
  }

  /** Back to a plan. */
  forget(run: MergeRun): void {
    if (run.running || this.run !== run) return;
    this.run = null;
    this.planning = null;
  }

  /** Sees the disk from what was merged. */
  async explore(run: MergeRun): Promise<void> {
    const { session } = this;
    const survivor = run.result?.report.survivor;
    if (survivor === undefined) return;
    const id = session.fileNamed(survivor) ?? (await this.#open(run, survivor));
    if (id === null || !session.fileOf(id)) return;
    // In place the disk is in view already, from a file above perhaps.
    if (session.layerOf(id) === null || run.writesTo !== 'in-place') await session.viewFrom(id);
    session.show('explore');
  }

  /** A file that the pile does not hold. Where nothing is open, all of private storage is: it stands on files there. */
  async #open(run: MergeRun, name: string): Promise<FileId | null> {
    const { session } = this;
    const target = run.work.kind === 'planned' ? run.work.start.target : null;
    if (target?.kind === 'handle') {
      await session.openSources([{ kind: 'handle', handle: target.handle, path: name }]);
      return session.fileNamed(name);
    }
    const listing = session.pile ? null : await session.client.api.listPrivate();
    const names = listing?.ok ? listing.value.files.map((file) => file.name) : [name];
    const disks = names.filter((one) => !/\.(part|undo|merge-journal)$/.test(one));
    await session.openSources(disks.map((one) => ({ kind: 'private', name: one })));
    return session.fileNamed(name);
  }

  // ── What waits ─────────────────────────────────────────────────────────────────────────────────────────────────────

  async lookForWaiting(): Promise<void> {
    const outcome = await this.session.client.api.waitingMerges();
    if (outcome.ok) this.waiting = outcome.value;
    this.waitingProblem = outcome.ok ? null : outcome.error;
  }

  /** What the merge on the page left behind; null where nothing. */
  readonly waitingOfRun: WaitingMerge | null = $derived.by(() => {
    const { run } = this;
    if (!run || run.running || run.result) return null;
    return this.waiting.find((waiting: WaitingMerge) => run.isOf(waiting)) ?? null;
  });

  /** All but the one that is on the page already. */
  readonly otherWaiting: readonly WaitingMerge[] = $derived(
    this.waiting.filter((waiting: WaitingMerge) => !this.run?.isOf(waiting)),
  );

  /** Beside the one that runs: told on other screens. */
  readonly waitingCount: number = $derived(this.busy ? this.otherWaiting.length : this.waiting.length);

  async giveUp(waiting: WaitingMerge): Promise<void> {
    const { session } = this;
    const from = this.#leaveView(namesOf(waiting));
    const outcome = await session.jobs.run(`Give up a merge: ${waitingTitle(waiting)}`, (api, job) =>
      api.abandonMerge(waiting.journal, job),
    );
    const given = session.take(outcome, 'give up a merge');
    const pile = given ?? (from === null ? null : await this.#pileNow());
    if (given && this.run?.isOf(waiting)) this.forget(this.run);
    if (pile) await this.#adopt(pile, from, null);
    await this.lookForWaiting();
  }

  // ── The pile afterwards ────────────────────────────────────────────────────────────────────────────────────────────

  /** Puts the chain out of view where the engine closes files of it; returns the path that it was seen from. */
  #leaveView(names: readonly string[]): string | null {
    const { session } = this;
    const files = (session.chain?.layers ?? []).map((id) => session.fileOf(id));
    const inView = files.filter((file) => file !== null);
    return isTouched(inView, names) ? session.leaveView() : null;
  }

  async #pileNow(): Promise<PileView | null> {
    const outcome = await this.session.client.run((api, job) => api.open([], job));
    return outcome.ok ? outcome.value : null;
  }

  /** The reader stays on the screen that he is on; a disk that went out of view comes back, from what is left of it. */
  async #adopt(pile: PileView, from: string | null, survivor: string | null): Promise<void> {
    const { session } = this;
    if (!session.pile && pile.files.length === 0) return;
    const pathOf = (wanted: string | null) =>
      pile.files.find(({ path, name }) => path === wanted || name === wanted)?.path ?? null;
    const { screen } = session;
    const adopted = session.chain
      ? session.adoptPile(pile)
      : session.adoptPile(pile, pathOf(from) ?? pathOf(survivor));
    session.show(screen);
    await adopted;
  }
}

function namesOf({ sources, target }: WaitingMerge): readonly string[] {
  return [...sources, target];
}

const known = new WeakMap<Session, Merges>();

export function mergesOf(session: Session): Merges {
  const merges = known.get(session) ?? lasting(() => new Merges(session));
  known.set(session, merges);
  return merges;
}
