/**
 * The lab on the page: everything that can be done to it, and the clock that makes it run. Survives a change of screen.
 * Faults become problems of the session, one for each kind of call; a refused command leaves the lab as it is.
 */
import {
  type EngineApi,
  type Job,
  type LabAdvance,
  type LabCommand,
  type LabFilesView,
  type LabInStorage,
  type LabShare,
  type LabStart,
  type LabTrace,
  type LabView,
  NOW,
  type Outcome,
  type SavedOrder,
} from '../../engine/api.ts';
import type { EngineCall, Run } from '../save/run.svelte.ts';
import type { JobView } from '../state/jobs.svelte.ts';
import { lasting } from '../state/lasting.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import type { LabDialog } from './labDialog.ts';
import { LabFollowing } from './labFollowing.svelte.ts';
import { waitMs } from './turns.ts';

/** Simulated seconds in a real one. */
export type LabSpeed = 1 | 10 | 100;
export const LAB_SPEEDS: readonly LabSpeed[] = [1, 10, 100];

/** Title of the job that opens a lab. */
const OPENING = 'Open the lab';
const TICK_MS = 250;
/** Real time that a tick may keep the engine busy: other questions are answered in between. */
const BUDGET_MS = 150;
/** A page that slept does not catch up. */
const LONGEST_TICK_MS = 500;

export class Labs extends LabFollowing {
  running: boolean = $state.raw(false);
  speed: LabSpeed = $state.raw(10);
  /** What the engine really managed in the last tick; null while nothing runs. */
  reachedSpeed: number | null = $state.raw(null);
  /** Calls other than the clock's that are not answered yet. */
  waiting: number = $state.raw(0);
  /** A machine in private storage; null = none that is known. */
  stored: LabInStorage | null = $state.raw(null);
  /** The question that is open: whoever wants one sets it, LabScreen shows it. */
  dialog: LabDialog | null = $state.raw(null);
  /** Link that the lab was opened from: the address may name it again. */
  openedLink: string | null = $state.raw(null);

  readonly busy: boolean = $derived(this.waiting > 0);
  /** A lab is being opened: its scenario is played up to its end. */
  readonly opening: JobView | null = $derived(
    this.session.jobs.list.find(({ title }: JobView) => title === OPENING) ?? null,
  );
  /** There are commands after now: the next command drops them. */
  readonly inThePast: boolean = $derived(
    this.view !== null && this.view.history.done < this.view.history.commands,
  );

  // ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async start(start: LabStart): Promise<boolean> {
    this.pause();
    const view = await this.#job(OPENING, 'open', (api, job) => api.labOpen(start, job));
    if (!view) return false;
    this.forget();
    this.openedLink = start.from === 'link' ? start.link : null;
    this.adopt(view);
    return true;
  }

  async close(): Promise<void> {
    this.pause();
    await this.#call('close', (api) => api.labClose());
    this.forget();
    this.openedLink = null;
    await this.lookForStored();
  }

  async lookForStored(): Promise<void> {
    const outcome = await this.session.client.api.labInStorage();
    this.stored = outcome.ok ? outcome.value : null;
  }

  async removeStored(): Promise<void> {
    const { view } = this;
    const removed = await this.#call('stored', (api) => api.labRemoveStored());
    if (removed !== null || view?.storage === 'private') this.pause();
    if (view?.storage === 'private') this.forget();
    await this.lookForStored();
  }

  // ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** True where it was done. */
  async do(command: LabCommand): Promise<boolean> {
    const done = await this.#see('do', (api) => api.labDo(command));
    // What was refused half-way may have left its mark: the lab is looked at again.
    if (!done) await this.#look();
    return done;
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  run(): void {
    if (this.running || !this.view) return;
    this.running = true;
    void this.#tick();
  }

  pause(): void {
    this.running = false;
    this.reachedSpeed = null;
  }

  toggle(): void {
    if (this.running) this.pause();
    else this.run();
  }

  chooseSpeed(speed: LabSpeed): void {
    this.speed = speed;
  }

  async #tick(): Promise<void> {
    let lastMs = performance.now();
    while (this.running) {
      await waitMs(TICK_MS - (performance.now() - lastMs));
      const nowMs = performance.now();
      const realMs = Math.min(nowMs - lastMs, LONGEST_TICK_MS);
      lastMs = nowMs;
      const { view } = this;
      if (!this.running || !view) break;
      // Something else is under way: its turn comes first, and its time does not count.
      if (this.busy) continue;
      const untilUs = view.nowUs + Math.round(realMs * 1000 * this.speed);
      const next = await this.#advance({ untilUs, budgetMs: BUDGET_MS });
      if (!next) {
        this.pause();
        break;
      }
      if (this.running) this.reachedSpeed = (next.nowUs - view.nowUs) / (realMs * 1000);
    }
  }

  async #advance(advance: LabAdvance): Promise<LabView | null> {
    const outcome = await this.turns.take(() => this.session.client.api.labAdvance(advance));
    const view = this.#take(outcome, 'advance');
    if (view && this.view) this.adopt(view);
    return view;
  }

  /** Up to this time, as fast as it goes; false where it was stopped, or failed. */
  async runUntil(untilUs: number, signal: AbortSignal): Promise<boolean> {
    this.pause();
    while (this.view && this.view.nowUs < untilUs) {
      // Whoever runs the lab by hand meanwhile has taken over.
      if (signal.aborted || this.running) return false;
      if (!(await this.#advance({ untilUs, budgetMs: BUDGET_MS }))) return false;
    }
    return this.view !== null;
  }

  async #look(): Promise<void> {
    const { view } = this;
    if (view) await this.#advance({ untilUs: view.nowUs, budgetMs: 0 });
  }

  async nextEvent(): Promise<void> {
    this.pause();
    await this.#see('advance', (api) => api.labAdvance({ toNextEvent: true, budgetMs: 2000 }));
  }

  /**
   * To the last event before now; to the start where there is none. A command is carried out whole: what it tells on its way
   * leads to its end again, and the event before that is gone to.
   */
  async previousEvent(): Promise<void> {
    const { view } = this;
    if (!view) return;
    const times = [...new Set(view.events.map(({ atUs }) => atUs))].filter((atUs) => atUs < view.nowUs);
    for (let atUs = times.pop(); await this.seek(atUs ?? 0); atUs = times.pop()) {
      if (atUs === undefined || !this.view || this.view.nowUs < view.nowUs) return;
    }
  }

  async seek(atUs: number): Promise<boolean> {
    this.pause();
    return this.#seeJob('Play the lab again', 'seek', (api, job) => api.labSeek(atUs, job));
  }

  toStart(): Promise<boolean> {
    return this.seek(0);
  }

  undo(): Promise<boolean> {
    this.pause();
    return this.#seeJob('Undo', 'seek', (api, job) => api.labUndo(job));
  }

  fork(): Promise<boolean> {
    return this.#see('seek', (api) => api.labFork());
  }

  // ── Asking ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  filesAt(node: string): Promise<Outcome<LabFilesView>> {
    return this.turns.take(() => this.session.client.api.labFiles(node));
  }

  /** One sector of Now's disk, as it is read. */
  traceAt(disk: string, sector: number): Promise<Outcome<LabTrace>> {
    return this.turns.take(() => this.session.client.api.labTrace(NOW, disk, sector, 1));
  }

  savedOrder(node: string): Promise<Outcome<SavedOrder | null>> {
    return this.turns.take(() => this.session.client.api.labSavedOrder(node));
  }

  // ── Handing out ────────────────────────────────────────────────────────────────────────────────────────────────────

  share(): Promise<LabShare | null> {
    return this.#call('share', (api) => api.labShare());
  }

  /** The machine's disks become the pile. */
  async explore(): Promise<void> {
    const pile = await this.#job('Open the lab’s disks', 'explore', (api, job) => api.labExplore(job));
    if (pile) await this.session.adoptPile(pile);
  }

  /** A long call of a dialogue that shows its progress and its fault itself. */
  async runHere<T>(run: Run<T>, call: EngineCall<T>): Promise<T | null> {
    this.waiting++;
    try {
      const result = await this.turns.take(() => run.start(this.session, call));
      if (run.problem?.code === 'engine-failed') this.#lost();
      return result;
    } finally {
      this.waiting--;
    }
  }

  // ── Calls ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #take<T>(outcome: Outcome<T>, key: string): T | null {
    if (!outcome.ok && outcome.error.code === 'engine-failed') this.#lost();
    return this.session.take(outcome, `lab ${key}`);
  }

  /** The lab died with the engine; what is in private storage can be gone on with. */
  #lost(): void {
    this.pause();
    this.forget();
  }

  async #call<T>(key: string, call: (api: EngineApi) => Promise<Outcome<T>>): Promise<T | null> {
    this.waiting++;
    try {
      return this.#take(await this.turns.take(() => call(this.session.client.api)), key);
    } finally {
      this.waiting--;
    }
  }

  #job<T>(
    title: string,
    key: string,
    call: (api: EngineApi, job: Job) => Promise<Outcome<T>>,
  ): Promise<T | null> {
    return this.#call(key, () => this.session.jobs.run(title, call));
  }

  async #see(key: string, call: (api: EngineApi) => Promise<Outcome<LabView>>): Promise<boolean> {
    const view = await this.#call(key, call);
    if (view) this.adopt(view);
    return view !== null;
  }

  async #seeJob(
    title: string,
    key: string,
    call: (api: EngineApi, job: Job) => Promise<Outcome<LabView>>,
  ): Promise<boolean> {
    const view = await this.#job(title, key, call);
    if (view) this.adopt(view);
    return view !== null;
  }
}

const known = new WeakMap<Session, Labs>();

export function labsOf(session: Session): Labs {
  const labs = known.get(session) ?? lasting(() => new Labs(session));
  known.set(session, labs);
  return labs;
}
