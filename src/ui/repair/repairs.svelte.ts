/** Repairs that are being planned, written or were written in this session; they outlive the screen that shows them. */
import { untrack } from 'svelte';
import type {
  FileId,
  ParentLink,
  PileView,
  RepairPlan,
  RepairRequest,
  RepairResult,
  RepairTarget,
} from '../../engine/api.ts';
import { checksOf } from '../check/checks.svelte.ts';
import { Run } from '../save/run.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { latestUndo } from './planWords.ts';

export class RepairWork {
  choices: Readonly<Record<string, string>> = $state.raw({});
  parent: ParentLink | null = $state.raw(null);
  /** Stays in view while a new one is made. */
  plan: RepairPlan | null = $state.raw(null);
  planning: Run<RepairPlan> | null = $state.raw(null);
  writing: Run<RepairResult> | null = $state.raw(null);
  target: RepairTarget | null = $state.raw(null);
  undoing: Run<PileView> | null = $state.raw(null);
  /** Of a change in place that was made before and may be taken back; then nothing is planned. */
  undoName: string | null = $state.raw(null);

  constructor(
    readonly session: Session,
    readonly file: FileId,
    readonly name: string,
    /** The user names the parent; nothing is planned before. */
    readonly relinking: boolean,
  ) {}

  /** Nothing may change while something is being written. */
  get busy(): boolean {
    return (this.writing?.running ?? false) || (this.undoing?.running ?? false);
  }

  get request(): RepairRequest {
    return { file: this.file, choices: this.choices, parent: this.parent };
  }

  /** null leaves it as it is. */
  choose(choice: string, option: string | null): void {
    const { [choice]: _, ...others } = this.choices;
    this.choices = option === null ? others : { ...others, [choice]: option };
    void this.planAnew();
  }

  link(parent: ParentLink): void {
    this.parent = parent;
    void this.planAnew();
  }

  async planAnew(): Promise<void> {
    this.planning?.cancel();
    const run = new Run<RepairPlan>(`Plan a repair of ${this.name}`);
    this.planning = run;
    const { request } = this;
    const plan = await run.start(this.session, (api, job) => api.planRepair(request, job));
    if (run === this.planning && plan) this.plan = plan;
  }

  async write(target: RepairTarget): Promise<void> {
    const run = new Run<RepairResult>(`Repair ${this.name}`);
    this.writing = run;
    this.target = target;
    this.undoing = null;
    const { request } = this;
    const result = await run.start(this.session, (api, job) => api.repair(request, target, job));
    if (result?.pile) await this.#adopt(result.pile);
  }

  async undo(undoName: string): Promise<void> {
    const run = new Run<PileView>(`Undo the repair of ${this.name}`);
    this.undoing = run;
    const pile = await run.start(this.session, (api, job) => api.undo(undoName, job));
    if (pile) await this.#adopt(pile);
  }

  /** Back to the plan after a result that was seen, a fault or a cancel. */
  again(): void {
    this.writing = null;
    this.undoing = null;
    this.undoName = null;
    if (this.plan || !this.relinking) void this.planAnew();
  }

  /** The reader stays on the screen that he is on. */
  async #adopt(pile: PileView): Promise<void> {
    const { session } = this;
    checksOf(session).forget(this.file);
    const { screen } = session;
    const adopted = session.adoptPile(pile);
    session.show(screen);
    await adopted;
  }
}

export class Repairs {
  list: readonly RepairWork[] = $state.raw([]);

  constructor(readonly session: Session) {
    // Numbers of files begin anew with the next pile.
    $effect.root(() => {
      $effect(() => {
        if (!session.pile) untrack(() => (this.list = []));
      });
    });
  }

  of(file: FileId): RepairWork | null {
    return this.list.find((work) => work.file === file) ?? null;
  }

  /** Begins anew, unless something of this file is being written. */
  plan(file: FileId, relinking: boolean): void {
    const work = this.#begin(file, relinking);
    if (work && !relinking) void work.planAnew();
  }

  /** Shows a change in place that can be taken back. */
  showUndo(file: FileId, undoName: string): void {
    const work = this.#begin(file, false);
    if (work) work.undoName = undoName;
  }

  /** The undo file that lies beside a file in private storage, from this session or one before; null where none does. */
  async undoNameOf(path: string): Promise<string | null> {
    const outcome = await this.session.client.api.listPrivate();
    return outcome.ok ? latestUndo(outcome.value.files, path) : null;
  }

  #begin(file: FileId, relinking: boolean): RepairWork | null {
    const known = this.of(file);
    if (known?.busy) return null;
    if (known) this.close(known);
    const name = (this.session.fileOf(file) ?? this.session.otherOf(file))?.name ?? '';
    const work = new RepairWork(this.session, file, name, relinking);
    this.list = [...this.list, work];
    return work;
  }

  close(work: RepairWork): void {
    work.planning?.cancel();
    this.list = this.list.filter((other) => other !== work);
  }
}

const known = new WeakMap<Session, Repairs>();

export function repairsOf(session: Session): Repairs {
  const repairs = known.get(session) ?? new Repairs(session);
  known.set(session, repairs);
  return repairs;
}
