/**
 * The lab as it was last seen, what is selected in it, and what the page asks besides: what each file holds, what would
 * happen, which pages of memory are saved. One round of these questions at a time, at most four a second.
 */
import type { Problem } from '../../base/errors.ts';
import {
  type LabHoldings,
  type LabPlan,
  type LabView,
  type MachineNode,
  NOW,
  type Outcome,
  type PlannedCommand,
} from '../../engine/api.ts';
import type { Session } from '../state/session.svelte.ts';
import { type AskedQuestion, nodeOf, type Question, questionsOf } from './labQuestions.ts';
import { Turns, waitMs } from './turns.ts';

/** Columns of the strips. */
export const HELD_CELLS = 1024;
const ROUND_MS = 250;
/** A plan of a running machine changes with every write: asked again no more often than this. */
const PLAN_MS = 1000;

export class LabFollowing {
  view: LabView | null = $state.raw(null);
  /** Id of a node, Now to begin with. */
  selected: string = $state.raw(NOW);
  /** Disk whose files are shown. */
  disk: string = $state.raw('disk0');
  question: Question | null = $state.raw(null);

  holdings: LabHoldings | null = $state.raw(null);
  holdingsProblem: Problem | null = $state.raw(null);
  /** Of `asked`; stays the one before until the new one is here. */
  plan: LabPlan | null = $state.raw(null);
  planProblem: Problem | null = $state.raw(null);
  /** One byte a page while memory is being saved. */
  pages: Uint8Array | null = $state.raw(null);

  readonly node: MachineNode | null = $derived(this.view ? nodeOf(this.view, this.selected) : null);
  readonly questions: readonly AskedQuestion[] = $derived(
    this.view ? questionsOf(this.view, this.selected) : [],
  );
  readonly asked: AskedQuestion | null = $derived(
    this.questions.find(({ value }: AskedQuestion) => value === this.question) ?? this.questions[0] ?? null,
  );
  /** The answer to what is asked; null while it is on its way. */
  readonly answer: LabPlan | null = $derived(
    this.plan && this.asked && sameCommand(this.plan.command, this.asked.command) ? this.plan : null,
  );
  /** Disks of the machine that have files, in the order of its settings. */
  readonly disks: readonly string[] = $derived.by(() => {
    const { view } = this;
    if (!view) return [];
    const named = view.machine.now?.settings.disks.filter(({ kind }) => kind === 'vhd').map(({ id }) => id);
    return named && named.length > 0 ? named : Object.keys(view.virtualSizeBytes);
  });

  protected readonly turns = new Turns();
  #refreshing = false;
  #again = false;
  #holdingsKey = '';
  #planKey = '';
  #planAtMs = Number.NEGATIVE_INFINITY;

  constructor(readonly session: Session) {}

  select(node: string): void {
    this.selected = node;
    this.question = null;
    void this.refresh();
  }

  /** A checkpoint that is there: not Now, and not deleted. */
  canChange(node: MachineNode): boolean {
    return node.id !== NOW && node.deletedAtUs === null;
  }

  ask(question: Question): void {
    this.question = question;
    void this.refresh();
  }

  chooseDisk(disk: string): void {
    this.disk = disk;
    void this.refresh();
  }

  /** For a dialogue: the plan of this command, or why there is none. */
  planOf(command: PlannedCommand): Promise<Outcome<LabPlan>> {
    return this.turns.take(() => this.session.client.api.labAsk(command));
  }

  protected adopt(view: LabView): void {
    this.view = view;
    if (!nodeOf(view, this.selected)) this.select(NOW);
    if (!this.disks.includes(this.disk)) this.disk = this.disks[0] ?? 'disk0';
    void this.refresh();
  }

  protected forget(): void {
    this.view = null;
    this.selected = NOW;
    this.question = null;
    this.holdings = null;
    this.holdingsProblem = null;
    this.plan = null;
    this.planProblem = null;
    this.pages = null;
    this.#holdingsKey = '';
    this.#planKey = '';
  }

  protected async refresh(): Promise<void> {
    this.#again = true;
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      while (this.#again) {
        const fromMs = performance.now();
        this.#again = false;
        await this.#holdingsNow();
        await this.#planNow();
        await this.#pagesNow();
        if (this.#again) await waitMs(ROUND_MS - (performance.now() - fromMs));
      }
    } finally {
      this.#refreshing = false;
    }
  }

  async #holdingsNow(): Promise<void> {
    const { view, disk } = this;
    if (!view) return;
    const key = `${disk} ${view.driveUse.writtenBytes} ${view.driveUse.others} ${structureOf(view)}`;
    if (key === this.#holdingsKey) return;
    const outcome = await this.turns.take(() => this.session.client.api.labHoldings(disk, HELD_CELLS));
    if (!this.view) return;
    this.#holdingsKey = key;
    // What was read last stays in view: a file that is lost for now leaves the picture as it was.
    if (outcome.ok) this.holdings = outcome.value;
    this.holdingsProblem = outcome.ok ? null : outcome.error;
  }

  async #planNow(): Promise<void> {
    const { view, asked } = this;
    if (!view || !asked) {
      this.plan = null;
      this.planProblem = null;
      this.#planKey = '';
      return;
    }
    const key = `${JSON.stringify(asked.command)} ${structureOf(view)}`;
    const isSame = key === this.#planKey;
    if (isSame && performance.now() - this.#planAtMs < PLAN_MS) return;
    const outcome = await this.planOf(asked.command);
    if (!this.view || this.asked?.command.do !== asked.command.do) return;
    this.#planKey = key;
    this.#planAtMs = performance.now();
    this.plan = outcome.ok ? outcome.value : null;
    this.planProblem = outcome.ok ? null : outcome.error;
  }

  async #pagesNow(): Promise<void> {
    if (!this.view?.memorySave) {
      this.pages = null;
      return;
    }
    const outcome = await this.turns.take(() => this.session.client.api.labPages());
    this.pages = outcome.ok ? outcome.value : null;
  }
}

function sameCommand(one: PlannedCommand, other: PlannedCommand): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Changes whenever the tree, its files or what runs do. */
function structureOf({ machine, hostOn, merges, files }: LabView): string {
  const nodes = machine.now ? [...machine.checkpoints, machine.now] : machine.checkpoints;
  return [
    machine.power,
    machine.policy,
    hostOn,
    files.length,
    merges.find(({ state }) => state === 'merging')?.key,
    nodes.map((node) => `${node.id}<${node.parent} ${node.deletedAtUs} ${Object.values(node.files)}`),
  ].join(' ');
}
