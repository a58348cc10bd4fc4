/** Plays a lesson without a page: its lab and its Explore in a real engine, as the page asks it; nothing else is known of it. */
import type { ChainView, LabCommand, LabView, PileView, ReadTrace } from '../../src/engine/api.ts';
import { US_PER_SECOND } from '../../src/lab/labTime.ts';
import type { LessonFacts, LessonMoment } from '../../src/lab/lessons/goal.ts';
import type { Lesson, LessonAction, LessonStep } from '../../src/lab/lessons/lesson.ts';
import { okValue, type TestEngine, testEngine, testJob } from './enginePlatform.ts';

const BUDGET_MS = 60_000;
/** Between two looks at whether everything has come to rest. */
const LOOK_SECONDS = 0.25;

interface Explored {
  readonly path: string;
  readonly chain: ChainView;
}

export class LessonRunner {
  private screen = 'lab';
  private explored: Explored | null = null;
  private trace: ReadTrace | null = null;
  private traceStep = 0;
  private chosen: string | null = null;
  private stepBegan: LessonMoment;
  private readonly lessonBegan: LessonMoment;

  private constructor(
    private readonly engine: TestEngine['engine'],
    public lab: LabView,
  ) {
    this.lessonBegan = this.moment();
    this.stepBegan = this.lessonBegan;
  }

  /** At its first step. For the caller to close. */
  static async open({ scenario }: Lesson): Promise<LessonRunner> {
    const { engine } = testEngine();
    const lab = okValue(await engine.labOpen({ from: 'scenario', scenario, storage: 'memory' }, testJob()));
    return new LessonRunner(engine, lab);
  }

  beginStep(): void {
    this.stepBegan = this.moment();
    this.chosen = null;
  }

  async solve({ solution }: LessonStep): Promise<void> {
    for (const action of solution) await this.act(action);
  }

  async act(action: LessonAction): Promise<void> {
    switch (action.act) {
      case 'command':
        return this.do(action.command);
      case 'run':
        return this.run(action.seconds);
      case 'settle':
        return this.settle(action.mostSeconds);
      case 'explore':
        return this.explore();
      case 'select':
        return this.select(action.firstSector);
      case 'last-step':
        this.traceStep = Math.max(0, (this.trace?.steps.length ?? 0) - 1);
        return;
      case 'answer':
        this.chosen = action.option;
    }
  }

  async do(command: LabCommand): Promise<void> {
    this.screen = 'lab';
    this.lab = okValue(await this.engine.labDo(command));
  }

  async run(seconds: number): Promise<void> {
    this.screen = 'lab';
    await this.runUntil(this.lab.nowUs + seconds * US_PER_SECOND);
  }

  private async runUntil(untilUs: number): Promise<void> {
    while (this.lab.nowUs < untilUs)
      this.lab = okValue(await this.engine.labAdvance({ untilUs, budgetMs: BUDGET_MS }));
  }

  /** Commands of the lab's history so far. */
  get commands(): number {
    return this.lab.history.done;
  }

  /** To a moment before, without the commands that came after the first `commands`. */
  async goBack(atUs: number, commands: number): Promise<void> {
    while (this.commands > commands) this.lab = okValue(await this.engine.labUndo(testJob()));
    this.lab = okValue(await this.engine.labSeek(atUs, testJob()));
    okValue(await this.engine.labFork());
  }

  /** Actions of the walk in view, in their order. */
  walk(): string[] {
    return (this.trace?.steps ?? []).map(({ action, layer }) => `${layer} ${action}`);
  }

  facts(): LessonFacts {
    const { screen, lab, explored, trace, chosen, stepBegan, lessonBegan } = this;
    const answer = trace?.extents[0] ?? null;
    return {
      screen,
      lab,
      explore: {
        layerCount: explored?.chain.layers.length ?? 0,
        answer: answer && { kind: answer.kind, layer: answer.layer },
        stepAction: trace?.steps[this.traceStep]?.action ?? null,
      },
      chosen,
      stepBegan,
      lessonBegan,
    };
  }

  async hashes(): Promise<readonly (string | null)[]> {
    return okValue(await this.engine.labHashes(testJob())).map(({ sha256 }) => sha256);
  }

  async close(): Promise<void> {
    okValue(await this.engine.labClose());
  }

  private async settle(mostSeconds: number): Promise<void> {
    const untilUs = this.lab.nowUs + mostSeconds * US_PER_SECOND;
    while (this.isAtWork() && this.lab.nowUs < untilUs) await this.run(LOOK_SECONDS);
  }

  private isAtWork(): boolean {
    const { memorySave, merges } = this.lab;
    return memorySave !== null || merges.some(({ state }) => state === 'merging' || state === 'catching up');
  }

  /** From where the disk was seen before, else from the likeliest leaf. */
  private async explore(): Promise<void> {
    const pile: PileView = okValue(await this.engine.labExplore(testJob()));
    const before = pile.files.find(({ path }) => path === this.explored?.path);
    const leaf = before ?? pile.files.find(({ id }) => id === pile.leaves[0]);
    if (!leaf) throw new Error('no disk to explore');
    const chain = okValue(await this.engine.viewFrom(leaf.id, testJob()));
    this.screen = 'explore';
    this.explored = { path: leaf.path, chain };
    await this.select(this.trace?.firstSector ?? 0);
  }

  private async select(firstSector: number): Promise<void> {
    this.screen = 'explore';
    this.trace = okValue(await this.engine.trace(firstSector, 1));
    this.traceStep = 0;
  }

  private moment(): LessonMoment {
    const { nowUs, events, guest } = this.lab;
    return {
      nowUs,
      nextEvent: (events.at(-1)?.number ?? -1) + 1,
      operations: guest.figures.operations,
    };
  }
}
