/**
 * The engine: the pile, the chain in view, and every call of the contract. It runs in a worker, in the terminal and in
 * tests; what differs there comes in through `Platform`.
 */
import { DiskError, type Outcome } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES, sizeText } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import { parentPathsFor } from '../chain/parentPaths.ts';
import type { ReadTrace } from '../chain/readTrace.ts';
import { ByteScanner } from '../core/byteScanner.ts';
import type { CoreModule } from '../core/core.ts';
import { openRaw } from '../formats/raw/open.ts';
import type { Annotation } from '../formats/struct.ts';
import type {
  ChainView,
  CheckView,
  CompactRequest,
  CompareView,
  CreateRequest,
  DiskBytes,
  EngineApi,
  FileId,
  FileSource,
  GrowRequest,
  Job,
  MadeFile,
  MapCells,
  MapRequest,
  MeasureRequest,
  MeasureView,
  MergeDone,
  MergePlanView,
  MergeProgress,
  MergeRequest,
  MergeStart,
  ParentLink,
  PileView,
  PrivateListing,
  Region,
  RepairPlan,
  RepairRequest,
  RepairResult,
  RepairTarget,
  SaveRequest,
  SaveResult,
  SearchQuery,
  SearchResult,
  Survey,
  TraceCosts,
  UnitShares,
  WaitingMerge,
} from './api.ts';
import { FileStructures, LARGEST_READ_BYTES, readPiece } from './bytes.ts';
import { chainView, sameSteps, tableBytes } from './chainInView.ts';
import { checkPile, type WorkTools } from './checking.ts';
import { comparePoints } from './comparing.ts';
import { FilesCalls, type FilesEngine } from './filesCalls.ts';
import { growInPlace, repairInPlace, undoInPlace, type Workshop } from './inPlace.ts';
import { Jobs } from './jobs.ts';
import type { LabEngine } from './labCalls.ts';
import { compactFile, growToCopy, makeDisk } from './making.ts';
import { measureWork } from './measuring.ts';
import { MergeGates } from './mergeGate.ts';
import { RunningMerges } from './mergeLocks.ts';
import { planMergeOf } from './mergePlanning.ts';
import type { MergingTools } from './mergeTools.ts';
import { mergeFiles } from './merging.ts';
import { type FileToOpen, openInto } from './opening.ts';
import { Pile, type ReplacedFile } from './pile.ts';
import { pileView } from './pileView.ts';
import type { Platform } from './platform.ts';
import { listPrivate, privateFile, removePrivate, takePrivate } from './privateStorage.ts';
import { type RecoveringPlatform, withRecovery } from './recovery.ts';
import { planFor, repairToCopy } from './repairing.ts';
import { sampleFiles } from './sampleFiles.ts';
import { saveDisk } from './saving.ts';
import { searchDisk, searchFile } from './search.ts';
import type { TeachEngine } from './teachCalls.ts';
import { type View, ViewSlot } from './viewSlot.ts';
import { abandonWaiting, resumeWaiting, waitingMerges } from './waitingMerges.ts';

/** Canvas cells of one map: as many as the largest screen has pixels. */
const MOST_CELLS = 2 ** 25;

export class Engine extends FilesCalls implements EngineApi {
  private readonly jobs = new Jobs();
  private readonly pile = new Pile();
  private readonly slot = new ViewSlot();
  private readonly structures = new FileStructures();
  private readonly gates = new MergeGates();
  private readonly running = new RunningMerges();
  private module: Promise<CoreModule> | null = null;
  private scanner: Promise<ByteScanner> | null = null;

  private readonly platform: RecoveringPlatform;

  constructor(platform: Platform) {
    super();
    this.platform = withRecovery(platform);
  }

  open(sources: readonly FileSource[], job: Job): Promise<Outcome<PileView>> {
    const files = sources.map(
      (source): FileToOpen => ({
        path: source.kind === 'private' ? source.name : source.path,
        open: () => this.platform.openSource(source),
      }),
    );
    return this.openFiles(files, job);
  }

  /** The same for files that are opened without a picker: the terminal's, a test's. */
  openFiles(files: readonly FileToOpen[], job: Job): Promise<Outcome<PileView>> {
    return this.jobs.run(job, async (signal) => {
      const startMs = performance.now();
      const meter = new ProgressMeter(job.report, 'Opening files', 'files', files.length);
      await this.retire(await openInto(this.pile, files, meter, signal));
      return pileView(this.pile, performance.now() - startMs);
    });
  }

  openSample(): Promise<Outcome<PileView>> {
    return this.jobs.outcome(async () => {
      const startMs = performance.now();
      const meter = new ProgressMeter(() => undefined, 'Opening the sample', 'files', null);
      await openInto(this.pile, await sampleFiles(), meter, new AbortController().signal);
      return pileView(this.pile, performance.now() - startMs);
    });
  }

  openAsRaw(file: FileId): Promise<Outcome<PileView>> {
    return this.changed(async () => {
      const { content } = this.pile.get(file);
      this.pile.update(file, { content: await openRaw(content.file) });
    });
  }

  pointAtParent(child: FileId, parent: FileId | null): Promise<Outcome<PileView>> {
    return this.changed(async () => this.pile.pointAtParent(child, parent));
  }

  closePile(): Promise<Outcome<null>> {
    return this.jobs.outcome(async () => {
      await Promise.all([this.slot.close(), this.jobs.cancelAll()]);
      await this.emptyPile();
      return null;
    });
  }

  viewFrom(leaf: FileId, job: Job): Promise<Outcome<ChainView>> {
    return this.jobs.run(job, async (jobSignal) => {
      const startMs = performance.now();
      const { ids, images, complete } = this.pile.chainFrom(leaf);
      const module = await this.core();
      const view = await this.slot.show(jobSignal, async (signal) => {
        const meter = new ProgressMeter(job.report, 'Reading block tables', 'bytes', tableBytes(images));
        const chain = await openChain(module, images, { complete, meter, signal });
        meter.finish();
        return { layers: ids, chain };
      });
      ids.forEach((id, layer) => {
        this.pile.noteBlocks(id, view.chain.blockSummary(layer));
      });
      return chainView(view, complete, performance.now() - startMs);
    });
  }

  map(request: MapRequest): Promise<Outcome<MapCells>> {
    return this.onDisk((chain) => {
      const { cells } = request;
      if (!Number.isInteger(cells) || cells < 1 || cells > MOST_CELLS) {
        throw badRequest(`A map has 1 to ${MOST_CELLS} cells, not ${cells}.`);
      }
      return chain.map(request);
    });
  }

  unitShares(firstUnit: number, unitCount: number): Promise<Outcome<UnitShares>> {
    return this.onDisk(async (chain) => {
      const count = Math.min(unitCount, chain.unitCount - firstUnit);
      if (!Number.isInteger(firstUnit) || !Number.isInteger(count) || firstUnit < 0 || count < 1) {
        throw badRequest(
          `Units ${firstUnit} + ${unitCount} are not on this disk: it has ${chain.unitCount}.`,
        );
      }
      return { firstUnit, unitCount: count, counts: await chain.unitShares(firstUnit, count) };
    });
  }

  survey(job: Job): Promise<Outcome<Survey>> {
    return this.jobs.run(job, (jobSignal) =>
      this.slot.use(async (chain, signal) => {
        const meter = new ProgressMeter(job.report, 'Reading bitmaps', 'blocks', chain.unitCount);
        return chain.survey(meter, signal);
      }, jobSignal),
    );
  }

  trace(firstSector: number, sectorCount: number): Promise<Outcome<ReadTrace>> {
    return this.onDisk((chain) => chain.trace(firstSector, sectorCount));
  }

  measure(trace: ReadTrace): Promise<Outcome<TraceCosts>> {
    return this.onDisk(async (chain) => {
      const now = await chain.trace(trace.firstSector, trace.sectorCount);
      if (!sameSteps(now, trace)) throw badRequest('That walk was made on another disk: trace it again.');
      return chain.measure(trace);
    });
  }

  readDisk(firstSector: number, sectorCount: number): Promise<Outcome<DiskBytes>> {
    return this.onDisk(async (chain) => {
      if (!(sectorCount * SECTOR_BYTES <= LARGEST_READ_BYTES)) {
        throw badRequest(
          `${sectorCount} sectors were asked for; one call gives ${sizeText(LARGEST_READ_BYTES)}.`,
        );
      }
      const count = Math.min(sectorCount, chain.sectorCount - firstSector);
      if (!Number.isInteger(firstSector) || !Number.isInteger(count) || firstSector < 0 || count < 1) {
        throw badRequest(`Sector ${firstSector} is not on this disk: it has ${chain.sectorCount} sectors.`);
      }
      const bytes = new Uint8Array(count * SECTOR_BYTES);
      const owners = new Uint8Array(count);
      await chain.readOwned(firstSector, bytes, owners);
      return { firstSector, bytes, owners };
    });
  }

  readFile(file: FileId, offset: number, lengthBytes: number): Promise<Outcome<Uint8Array>> {
    return this.jobs.outcome(async () => readPiece(this.pile.get(file).content.file, offset, lengthBytes));
  }

  regions(file: FileId): Promise<Outcome<readonly Region[]>> {
    return this.jobs.outcome(async () => this.structures.regions(this.pile.get(file).content));
  }

  annotate(file: FileId, offset: number, lengthBytes: number): Promise<Outcome<readonly Annotation[]>> {
    return this.jobs.outcome(async () =>
      this.structures.annotate(this.pile.get(file).content, offset, lengthBytes),
    );
  }

  search(query: SearchQuery, job: Job): Promise<Outcome<SearchResult>> {
    return this.jobs.run(job, async (jobSignal) => {
      const scanner = await this.byteScanner();
      const tools = { findAll: scanner.findAll.bind(scanner), report: job.report };
      const { target } = query;
      if (target !== 'disk')
        return searchFile(this.pile.get(target).content.file, query, { ...tools, signal: jobSignal });
      return this.slot.use((chain, signal) => searchDisk(chain, query, { ...tools, signal }), jobSignal);
    });
  }

  save(request: SaveRequest, job: Job): Promise<Outcome<SaveResult>> {
    return this.jobs.run(job, async (signal) =>
      saveDisk(this.platform, this.pile, await this.core(), request, job.report, signal),
    );
  }

  listPrivate(): Promise<Outcome<PrivateListing>> {
    return this.jobs.outcome(() => listPrivate(this.workshop, this.platform.finished));
  }

  takePrivate(files: readonly FileId[], job: Job): Promise<Outcome<PileView>> {
    return this.jobs.run(job, async (signal) => {
      const startMs = performance.now();
      const scanner = await this.byteScanner();
      const tools = { isZero: scanner.isZero.bind(scanner), report: job.report, signal };
      const replaced = await takePrivate(this.platform, this.pile, files, tools);
      await this.retire(replaced);
      return pileView(this.pile, performance.now() - startMs);
    });
  }

  privateFile(name: string): Promise<Outcome<File>> {
    return this.jobs.outcome(() => privateFile(this.platform, name));
  }

  removePrivate(name: string): Promise<Outcome<PrivateListing>> {
    return this.jobs.outcome(() => removePrivate(this.workshop, this.platform.finished, name));
  }

  check(files: readonly FileId[] | null, job: Job): Promise<Outcome<CheckView>> {
    return this.work(job, (tools) => checkPile(this.pile, files, tools));
  }

  planRepair(request: RepairRequest, job: Job): Promise<Outcome<RepairPlan>> {
    return this.work(job, (tools) => planFor(this.pile, request, tools));
  }

  repair(request: RepairRequest, target: RepairTarget, job: Job): Promise<Outcome<RepairResult>> {
    const { platform, pile } = this;
    return this.work(job, (tools) =>
      target.kind === 'in-place'
        ? repairInPlace(this.workshop, request, tools)
        : repairToCopy(platform, pile, request, target, tools),
    );
  }

  undo(name: string, job: Job): Promise<Outcome<PileView>> {
    return this.jobs.run(job, async () => {
      await undoInPlace(this.workshop, name);
      return pileView(this.pile, 0);
    });
  }

  create(request: CreateRequest, job: Job): Promise<Outcome<MadeFile>> {
    return this.jobs.run(job, () => makeDisk(this.platform, this.pile, request));
  }

  parentPaths(
    child: string,
    parent: FileId,
    folder: string | null,
  ): Promise<Outcome<Omit<ParentLink, 'parent'>>> {
    return this.jobs.outcome(async () => parentPathsFor(child, this.pile.get(parent).path, folder));
  }

  compact(request: CompactRequest, job: Job): Promise<Outcome<MadeFile>> {
    return this.work(job, (tools) => compactFile(this.platform, this.pile, request, tools));
  }

  grow(request: GrowRequest, job: Job): Promise<Outcome<MadeFile>> {
    const { platform, pile } = this;
    const { target } = request;
    return this.work(job, (tools) =>
      target.kind === 'in-place'
        ? growInPlace(this.workshop, request)
        : growToCopy(platform, pile, request, target, tools),
    );
  }

  measureWork(request: MeasureRequest, job: Job): Promise<Outcome<MeasureView>> {
    return this.work(job, (tools) => measureWork(this.platform, this.pile, request, tools));
  }

  compare(one: FileId, other: FileId, job: Job): Promise<Outcome<CompareView>> {
    return this.work(job, (tools) => comparePoints(this.pile, one, other, tools));
  }

  planMerge(request: MergeRequest, job: Job): Promise<Outcome<MergePlanView>> {
    return this.work(job, (tools) => planMergeOf(this.workshop, request, tools));
  }

  merge(start: MergeStart, job: Job<MergeProgress>): Promise<Outcome<MergeDone>> {
    return this.merging(job, (tools) => mergeFiles(this.workshop, start, tools));
  }

  pauseMerge(jobId: number, paused: boolean): Promise<Outcome<null>> {
    return this.jobs.outcome(async () => {
      this.gates.pause(jobId, paused);
      return null;
    });
  }

  waitingMerges(): Promise<Outcome<readonly WaitingMerge[]>> {
    return this.jobs.outcome(() => waitingMerges(this.workshop));
  }

  resumeMerge(journal: string, prove: boolean, job: Job<MergeProgress>): Promise<Outcome<MergeDone>> {
    return this.merging(job, (tools) => resumeWaiting(this.workshop, journal, prove, tools));
  }

  abandonMerge(journal: string, job: Job): Promise<Outcome<PileView>> {
    return this.work(job, (tools) => abandonWaiting(this.workshop, journal, tools));
  }

  async cancel(jobId: number): Promise<void> {
    this.jobs.cancel(jobId);
  }

  protected get forLab(): LabEngine {
    const { jobs, platform, pile } = this;
    return {
      jobs,
      platform,
      pile,
      core: () => this.core(),
      work: (job, work) => this.work(job, work),
      replacePile: async (files, meter, signal) => {
        const startMs = performance.now();
        if (jobs.count > 1) throw otherJob();
        await this.slot.close();
        await this.emptyPile();
        await openInto(pile, files, meter, signal);
        return pileView(pile, performance.now() - startMs);
      },
    };
  }

  protected get forTeaching(): TeachEngine {
    const { platform, pile, slot } = this;
    return { platform, pile, slot, work: (job, work) => this.work(job, work) };
  }

  protected get forFiles(): FilesEngine {
    const { jobs, platform, pile, slot } = this;
    return { jobs, platform, pile, slot };
  }

  private async emptyPile(): Promise<void> {
    this.closeInsides();
    const files = this.pile.all.map(({ content }) => content.file);
    this.pile.clear();
    for (const file of files) this.structures.forget(file);
    await Promise.all(files.map((file) => file.close()));
  }

  private get workshop(): Workshop {
    const { platform, pile, slot, jobs, running } = this;
    return { platform, pile, slot, jobs, running };
  }

  /** A long call with what checks, repairs and copies need. */
  private work<T>(job: Job, work: (tools: WorkTools) => Promise<T>): Promise<Outcome<T>> {
    return this.jobs.run(job, async (signal) => {
      const scanner = await this.byteScanner();
      const { report } = job;
      const isZero = scanner.isZero.bind(scanner);
      return work({ module: await this.core(), now: this.platform.now(), report, signal, isZero });
    });
  }

  /** The same for a merge, which can be held. */
  private merging<T>(
    job: Job<MergeProgress>,
    work: (tools: MergingTools) => Promise<T>,
  ): Promise<Outcome<T>> {
    return this.jobs.run(job, (signal) =>
      this.gates.during(job.id, async (gate) =>
        work({ module: await this.core(), report: job.report, signal, gate: () => gate.wait(signal) }),
      ),
    );
  }

  /** A short call on the disk in view. */
  private onDisk<T>(work: (chain: View['chain']) => Promise<T>): Promise<Outcome<T>> {
    return this.jobs.outcome(() => this.slot.use(async (chain) => work(chain)));
  }

  private changed(work: () => Promise<void>): Promise<Outcome<PileView>> {
    return this.jobs.outcome(async () => {
      const startMs = performance.now();
      await work();
      return pileView(this.pile, performance.now() - startMs);
    });
  }

  /** Closes files that others replaced; the chain in view goes on reading from them until another is shown. */
  private async retire(replaced: readonly ReplacedFile[]): Promise<void> {
    for (const { id, file } of replaced) {
      this.structures.forget(file);
      if (this.slot.layers.includes(id)) this.slot.closeLater(file);
      else await file.close();
    }
  }

  private core(): Promise<CoreModule> {
    this.module ??= this.platform.loadCore().catch((error: unknown) => {
      this.module = null;
      throw error;
    });
    return this.module;
  }

  private byteScanner(): Promise<ByteScanner> {
    this.scanner ??= this.core().then((module) => ByteScanner.create(module));
    return this.scanner;
  }
}

function otherJob(): DiskError {
  return new DiskError({
    code: 'busy',
    message: 'Another job reads the files that are open.',
    meaning: 'Nothing was changed.',
    remedy: 'Wait until it ends, or cancel it.',
  });
}

function badRequest(message: string): DiskError {
  return new DiskError({ code: 'bad-request', message });
}
