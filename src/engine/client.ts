/**
 * The page's side of the engine: starts the worker, makes typed calls, runs long ones as jobs that an AbortSignal
 * cancels, and notices when the worker died. A call never rejects and never hangs: it ends with an `Outcome`.
 */
import { type Remote, releaseProxy, wrap } from 'comlink';
import type { Problem } from '../base/errors.ts';
import type { EngineApi, Job, Outcome, Progress } from './api.ts';
import { guardedFiles } from './filesClient.ts';
import { closeJobPort, registerJobTransfer } from './jobTransfer.ts';
import { guardedLab } from './labClient.ts';
import { saveAsDownload } from './saveAsDownload.ts';

export { saveAsDownload };

export interface RunOptions<P extends Progress = Progress> {
  readonly onProgress?: (progress: P) => void;
  readonly signal?: AbortSignal;
}

export interface ClientOptions {
  readonly startWorker?: () => Worker;
  /** How often a worker with calls to answer is asked whether it lives, and how many silent times are a death. */
  readonly pingMilliseconds?: number;
  readonly silentPings?: number;
}

/** A job number that no job has: cancelling it is a question that only a living worker answers. */
const NO_JOB = 0;

registerJobTransfer();

export class EngineClient {
  readonly api: EngineApi = this.guardedApi();
  private worker!: Worker;
  private remote!: Remote<EngineApi>;
  private death: Problem | null = null;
  private readonly listeners = new Set<(problem: Problem) => void>();
  /** Ends the calls that wait for an answer. */
  private readonly waiting = new Set<(problem: Problem) => void>();
  private nextJob = NO_JOB + 1;
  private pinger: ReturnType<typeof setInterval> | null = null;
  private silence = 0;
  private readonly startWorker: () => Worker;
  private readonly pingMilliseconds: number;
  private readonly silentPings: number;

  constructor(options: ClientOptions = {}) {
    this.startWorker =
      options.startWorker ?? (() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
    this.pingMilliseconds = options.pingMilliseconds ?? 1000;
    this.silentPings = options.silentPings ?? 20;
    this.start();
  }

  /** Runs a long call as a job; an abort of the signal cancels it, and the outcome then says 'cancelled'. */
  async run<T, P extends Progress = Progress>(
    call: (api: EngineApi, job: Job<P>) => Promise<Outcome<T>>,
    options: RunOptions<P> = {},
  ): Promise<Outcome<T>> {
    const { onProgress, signal } = options;
    const id = this.nextJob++;
    const cancel = () => void this.api.cancel(id);
    const job: Job<P> = { id, report: (progress) => onProgress?.(progress) };
    try {
      const outcome = call(this.api, job);
      // The worker handles messages in order: the cancel comes after the call that it cancels.
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
      return await outcome;
    } finally {
      signal?.removeEventListener('abort', cancel);
      closeJobPort(id);
    }
  }

  /** The worker died, or the engine stopped on a fault of its own; every call fails until `restart`. */
  onDeath(listener: (problem: Problem) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A fresh worker with an empty pile. */
  async restart(): Promise<void> {
    this.end(failed('The engine was restarted.'), false);
    this.start();
  }

  /** Ends the worker for good. */
  close(): void {
    this.end(failed('The engine was closed.'), false);
  }

  /** Hands a file of the private storage to the browser's downloads. */
  async downloadPrivate(name: string): Promise<Outcome<null>> {
    const file = await this.api.privateFile(name);
    if (!file.ok) return file;
    saveAsDownload(file.value, name);
    return { ok: true, value: null };
  }

  private start(): void {
    this.death = null;
    const worker = this.startWorker();
    this.worker = worker;
    this.remote = wrap<EngineApi>(worker);
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker === this.worker)
        this.die(failed(`The engine's worker failed: ${event.message || 'it could not be started'}.`));
    });
    worker.addEventListener('messageerror', () => {
      if (worker === this.worker) this.die(failed('A message of the engine could not be read.'));
    });
  }

  private die(problem: Problem): void {
    if (this.death !== null) return;
    this.end(problem, true);
  }

  private end(problem: Problem, tell: boolean): void {
    if (this.death === null) {
      this.remote[releaseProxy]();
      this.worker.terminate();
    }
    this.death = problem;
    this.stopPinging();
    for (const settle of [...this.waiting]) settle(problem);
    if (tell) for (const listener of [...this.listeners]) listener(problem);
  }

  /** One call: its own outcome, or the worker's death, whichever comes first. */
  private guard<T>(call: (remote: Remote<EngineApi>) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const { death } = this;
    if (death !== null) return Promise.resolve({ ok: false, error: death });
    return new Promise((resolve) => {
      const settle = (outcome: Outcome<T>) => {
        this.waiting.delete(died);
        if (this.waiting.size === 0) this.stopPinging();
        resolve(outcome);
      };
      const died = (problem: Problem) => settle({ ok: false, error: problem });
      this.waiting.add(died);
      this.startPinging();
      call(this.remote).then(
        (outcome) => {
          settle(outcome);
          if (!outcome.ok && outcome.error.code === 'engine-failed') this.die(outcome.error);
        },
        (error: unknown) => {
          const problem = failed(
            `A call could not be made: ${error instanceof Error ? error.message : String(error)}.`,
          );
          settle({ ok: false, error: problem });
          this.die(problem);
        },
      );
    });
  }

  /**
   * A worker that ran out of memory says nothing at all. Silence is counted in pings, not in clock time: a laptop that
   * slept for an hour misses one.
   */
  private startPinging(): void {
    if (this.pinger !== null) return;
    this.silence = 0;
    this.pinger = setInterval(() => {
      if (this.silence >= this.silentPings) {
        this.die(failed('The engine does not answer any more.'));
        return;
      }
      if (this.silence++ === 0) void this.ping();
    }, this.pingMilliseconds);
  }

  private async ping(): Promise<void> {
    const { remote } = this;
    try {
      await remote.cancel(NO_JOB);
      if (remote === this.remote) this.silence = 0;
    } catch {
      // A ping that cannot be sent is a ping without an answer.
    }
  }

  private stopPinging(): void {
    if (this.pinger !== null) clearInterval(this.pinger);
    this.pinger = null;
  }

  private guardedApi(): EngineApi {
    return {
      open: (sources, job) => this.guard((remote) => remote.open(sources, job)),
      openSample: () => this.guard((remote) => remote.openSample()),
      openAsRaw: (file) => this.guard((remote) => remote.openAsRaw(file)),
      pointAtParent: (child, parent) => this.guard((remote) => remote.pointAtParent(child, parent)),
      closePile: () => this.guard((remote) => remote.closePile()),
      viewFrom: (leaf, job) => this.guard((remote) => remote.viewFrom(leaf, job)),
      map: (request) => this.guard((remote) => remote.map(request)),
      unitShares: (firstUnit, unitCount) => this.guard((remote) => remote.unitShares(firstUnit, unitCount)),
      survey: (job) => this.guard((remote) => remote.survey(job)),
      trace: (firstSector, sectorCount) => this.guard((remote) => remote.trace(firstSector, sectorCount)),
      measure: (trace) => this.guard((remote) => remote.measure(trace)),
      readDisk: (firstSector, sectorCount) =>
        this.guard((remote) => remote.readDisk(firstSector, sectorCount)),
      readFile: (file, offset, lengthBytes) =>
        this.guard((remote) => remote.readFile(file, offset, lengthBytes)),
      regions: (file) => this.guard((remote) => remote.regions(file)),
      annotate: (file, offset, lengthBytes) =>
        this.guard((remote) => remote.annotate(file, offset, lengthBytes)),
      search: (query, job) => this.guard((remote) => remote.search(query, job)),
      save: (request, job) => this.guard((remote) => remote.save(request, job)),
      listPrivate: () => this.guard((remote) => remote.listPrivate()),
      takePrivate: (files, job) => this.guard((remote) => remote.takePrivate(files, job)),
      privateFile: (name) => this.guard((remote) => remote.privateFile(name)),
      removePrivate: (name) => this.guard((remote) => remote.removePrivate(name)),
      check: (files, job) => this.guard((remote) => remote.check(files, job)),
      planRepair: (request, job) => this.guard((remote) => remote.planRepair(request, job)),
      repair: (request, target, job) => this.guard((remote) => remote.repair(request, target, job)),
      undo: (name, job) => this.guard((remote) => remote.undo(name, job)),
      create: (request, job) => this.guard((remote) => remote.create(request, job)),
      parentPaths: (child, parent, folder) =>
        this.guard((remote) => remote.parentPaths(child, parent, folder)),
      compact: (request, job) => this.guard((remote) => remote.compact(request, job)),
      grow: (request, job) => this.guard((remote) => remote.grow(request, job)),
      measureWork: (request, job) => this.guard((remote) => remote.measureWork(request, job)),
      compare: (one, other, job) => this.guard((remote) => remote.compare(one, other, job)),
      planMerge: (request, job) => this.guard((remote) => remote.planMerge(request, job)),
      merge: (start, job) => this.guard((remote) => remote.merge(start, job)),
      pauseMerge: (jobId, paused) => this.guard((remote) => remote.pauseMerge(jobId, paused)),
      waitingMerges: () => this.guard((remote) => remote.waitingMerges()),
      resumeMerge: (journal, prove, job) => this.guard((remote) => remote.resumeMerge(journal, prove, job)),
      abandonMerge: (journal, job) => this.guard((remote) => remote.abandonMerge(journal, job)),
      ...guardedLab((call) => this.guard(call)),
      ...guardedFiles((call) => this.guard(call)),
      runExperiment: (request, job) => this.guard((remote) => remote.runExperiment(request, job)),
      adviseChain: (setup, job) => this.guard((remote) => remote.adviseChain(setup, job)),
      cancel: async (jobId) => {
        if (this.death === null) await this.remote.cancel(jobId).catch(() => undefined);
      },
    };
  }
}

function failed(message: string): Problem {
  return {
    code: 'engine-failed',
    message,
    meaning:
      'No file of yours was changed. A change in private storage that was under way is finished when it is opened next; a merge waits there to be resumed. What is on screen may be incomplete.',
    remedy: 'Restart the engine and open the files again.',
  };
}
