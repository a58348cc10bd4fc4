/** The engine's calls of the lab. They stand in a class of their own, of which the engine is one kind. */
import type { Outcome } from '../base/errors.ts';
import { Pacer } from '../base/pacer.ts';
import { ProgressMeter } from '../base/progress.ts';
import type { CoreModule } from '../core/core.ts';
import { holdingsOf } from '../lab/holdings.ts';
import type {
  Job,
  LabAdvance,
  LabApi,
  LabCommand,
  LabExportRequest,
  LabFilesView,
  LabHash,
  LabHoldings,
  LabInStorage,
  LabPlan,
  LabSaved,
  LabShare,
  LabStart,
  LabTrace,
  LabView,
  PileView,
  PlannedCommand,
  SavedOrder,
  SaveResult,
} from './api.ts';
import type { WorkTools } from './checking.ts';
import type { Jobs } from './jobs.ts';
import { explored, exportNode, saveMachine, shareLab, zipMachine } from './labHandOut.ts';
import { openLab, playTools } from './labOpening.ts';
import { filesAt, hashesOf, savedOrderAt, traceAt } from './labPoints.ts';
import { closeLab, LabSlot, type OpenLab, readableFolder } from './labSlot.ts';
import { emptyStore, machineIn } from './labStore.ts';
import type { FileToOpen } from './opening.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';

/** What the lab's calls need of the engine. */
export interface LabEngine {
  readonly jobs: Jobs;
  readonly platform: Platform;
  readonly pile: Pile;
  core(): Promise<CoreModule>;
  /** A long call with what checks, repairs and copies need. */
  work<T>(job: Job, work: (tools: WorkTools) => Promise<T>): Promise<Outcome<T>>;
  /** The pile is these files from then on. Throws 'busy' where another job reads the pile. */
  replacePile(files: readonly FileToOpen[], meter: ProgressMeter, signal: AbortSignal): Promise<PileView>;
}

export abstract class LabCalls implements LabApi {
  private readonly slotOfLab = new LabSlot();
  protected abstract readonly forLab: LabEngine;

  labOpen(start: LabStart, job: Job): Promise<Outcome<LabView>> {
    const { platform, pile } = this.forLab;
    const workshop = { platform, pile, slot: this.slotOfLab };
    return this.forLab.work(job, async (tools) => (await openLab(workshop, start, tools)).history.view());
  }

  labClose(): Promise<Outcome<null>> {
    return this.forLab.jobs.outcome(() => this.close(() => true));
  }

  labInStorage(): Promise<Outcome<LabInStorage | null>> {
    return this.forLab.jobs.outcome(() =>
      this.slotOfLab.change(async (lab) => {
        if (lab?.store) return viewInStorage(lab);
        const store = await this.forLab.platform.takeLabStore();
        try {
          return await machineIn(store.folder);
        } finally {
          store.release();
        }
      }),
    );
  }

  labRemoveStored(): Promise<Outcome<null>> {
    return this.forLab.jobs.outcome(async () => {
      await this.close(({ store }) => store !== null);
      const store = await this.forLab.platform.takeLabStore();
      try {
        await emptyStore(store.folder);
      } finally {
        store.release();
      }
      return null;
    });
  }

  labDo(command: LabCommand): Promise<Outcome<LabView>> {
    return this.seen(({ history }) => history.do(command));
  }

  labAdvance(advance: LabAdvance): Promise<Outcome<LabView>> {
    return this.seen(async ({ history }) => {
      const told = history.lab.log.count;
      await inSlices(advance.budgetMs, (goOn) =>
        'untilUs' in advance ? history.advance(advance.untilUs, goOn) : history.toNextEvent(goOn, told),
      );
      await history.settle();
    });
  }

  labAsk(command: PlannedCommand): Promise<Outcome<LabPlan>> {
    return this.looked(({ history }) => history.ask(command));
  }

  labSeek(atUs: number, job: Job): Promise<Outcome<LabView>> {
    return this.seenJob(job, ({ history }, { report, signal }) =>
      history.seek(atUs, playTools(report, signal, 'Playing again', 0)),
    );
  }

  labUndo(job: Job): Promise<Outcome<LabView>> {
    return this.seenJob(job, ({ history }, { report, signal }) =>
      history.undo(playTools(report, signal, 'Playing again', 0)),
    );
  }

  labFork(): Promise<Outcome<LabView>> {
    return this.seen(async ({ history }) => history.fork());
  }

  labHoldings(disk: string, cells: number): Promise<Outcome<LabHoldings>> {
    return this.looked(async (lab) => {
      const module = await this.forLab.core();
      const folder = await readableFolder(lab);
      return holdingsOf(folder, lab.history.lab.state, disk, cells, { module });
    });
  }

  labPages(): Promise<Outcome<Uint8Array | null>> {
    return this.looked(async ({ history }) => history.lab.pages());
  }

  labFiles(node: string): Promise<Outcome<LabFilesView>> {
    return this.looked(async (lab) => filesAt(lab, node, { module: await this.forLab.core() }));
  }

  labTrace(node: string, disk: string, firstSector: number, sectorCount: number): Promise<Outcome<LabTrace>> {
    return this.looked(async (lab) => {
      const module = await this.forLab.core();
      return traceAt(lab, node, disk, { firstSector, sectorCount }, { module });
    });
  }

  labSavedOrder(node: string): Promise<Outcome<SavedOrder | null>> {
    return this.looked((lab) => savedOrderAt(lab, node));
  }

  labHashes(job: Job): Promise<Outcome<readonly LabHash[]>> {
    const { platform } = this.forLab;
    return this.lookedJob(job, (lab, tools) => hashesOf(lab, platform.createHasher, tools));
  }

  labShare(): Promise<Outcome<LabShare>> {
    return this.looked(async (lab) => shareLab(lab));
  }

  labExport(request: LabExportRequest, job: Job): Promise<Outcome<SaveResult>> {
    const { platform, pile } = this.forLab;
    const workshop = { platform, pile, slot: this.slotOfLab };
    return this.lookedJob(job, (lab, tools) => exportNode(workshop, lab, request, tools));
  }

  labSaveFolder(target: FileSystemDirectoryHandle, job: Job): Promise<Outcome<LabSaved>> {
    return this.lookedJob(job, (lab, tools) => saveMachine(this.forLab.platform, lab, target, tools));
  }

  labZip(job: Job): Promise<Outcome<File>> {
    return this.lookedJob(job, zipMachine);
  }

  labExplore(job: Job): Promise<Outcome<PileView>> {
    return this.lookedJob(job, async (lab, tools) => {
      const files = await explored(lab, tools);
      const meter = new ProgressMeter(tools.report, 'Opening files', 'files', files.length);
      return this.forLab.replacePile(files, meter, tools.signal);
    });
  }

  private close(isMeant: (lab: OpenLab) => boolean): Promise<null> {
    return this.slotOfLab.change(async (lab, put) => {
      if (!lab || !isMeant(lab)) return null;
      put(null);
      await closeLab(lab);
      return null;
    });
  }

  private seen(work: (lab: OpenLab) => Promise<void>): Promise<Outcome<LabView>> {
    return this.forLab.jobs.outcome(() => this.slotOfLab.use((lab) => thenSeen(lab, work)));
  }

  private seenJob(
    job: Job,
    work: (lab: OpenLab, tools: WorkTools) => Promise<void>,
  ): Promise<Outcome<LabView>> {
    return this.forLab.work(job, (tools) =>
      this.slotOfLab.use((lab) => thenSeen(lab, (open) => work(open, tools))),
    );
  }

  private looked<T>(work: (lab: OpenLab) => Promise<T>): Promise<Outcome<T>> {
    return this.forLab.jobs.outcome(() => this.slotOfLab.look(work));
  }

  private lookedJob<T>(job: Job, work: (lab: OpenLab, tools: WorkTools) => Promise<T>): Promise<Outcome<T>> {
    return this.forLab.work(job, (tools) => this.slotOfLab.look((lab) => work(lab, tools)));
  }
}

async function thenSeen(lab: OpenLab, work: (lab: OpenLab) => Promise<void>): Promise<LabView> {
  await work(lab);
  return lab.history.view();
}

function viewInStorage({ history }: OpenLab): LabInStorage {
  const { machine, usedBytes } = history.view();
  const checkpoints = machine.checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null).length;
  return { machineName: machine.name, checkpoints, bytes: usedBytes };
}

/** Real time is given to the lab in slices: what else was asked is answered in between. */
async function inSlices(budgetMs: number, work: (goOn: () => boolean) => Promise<void>): Promise<void> {
  const endMs = performance.now() + budgetMs;
  const pacer = new Pacer();
  for (;;) {
    let isCut = false;
    await work(() => {
      isCut = pacer.due || performance.now() >= endMs;
      return !isCut;
    });
    if (!isCut || performance.now() >= endMs) return;
    await pacer.rest();
  }
}
