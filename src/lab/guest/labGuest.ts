/**
 * The guest: a system with programs on its disk. Each operation draws from a generator of its own, made of the seed and
 * the operation's number, so that what is saved is small and the run goes on exactly.
 */
import { Prng } from '../../base/prng.ts';
import { bootFromSectors, bootFromVolume, bootInVain } from './bootSteps.ts';
import { type BuildPhase, buildWork } from './buildWork.ts';
import { paperOf } from './contents.ts';
import { Database, type DatabaseState } from './database.ts';
import { fileServerWork } from './fileServerWork.ts';
import type { Guest, GuestAction, GuestFigures, GuestFileEntry, GuestKind, GuestOperation } from './guest.ts';
import { type GuestDisk, storeOf } from './guestDisk.ts';
import { idleWork, writeLog } from './idleWork.ts';
import { OperationDraft } from './operationDraft.ts';
import { savedBytes } from './savedGuest.ts';

/** All that it holds in memory; what `save` keeps. */
export interface GuestState {
  readonly seed: number;
  readonly sectorCount: number;
  readonly pageCount: number;
  kind: GuestKind;
  load: number;
  operations: number;
  /** Its own time: what it waited, and what its operations cost at least. */
  ownUs: number;
  /** null = it is up. */
  bootStep: number | null;
  buildPhase: BuildPhase;
  /** null: a volume was expected, and none that it knows is there. */
  readonly disk: GuestDisk | null;
  /** null where the disk has no room for one. */
  readonly orders: DatabaseState | null;
}

/** Without waiting, an operation that asks nothing of the drive would take no time at all. */
const LEAST_US = 300;

export class LabGuest implements Guest {
  private readonly paper: Uint8Array;
  private readonly database: Database | null;

  constructor(
    private readonly state: GuestState,
    private readonly now: () => Date,
  ) {
    this.paper = paperOf(state.seed);
    const store = storeOf(state.disk);
    this.database =
      store && state.orders ? new Database(store, state.orders, state.seed, state.pageCount) : null;
  }

  get kind(): GuestKind {
    return this.state.kind;
  }

  setWork(kind: GuestKind, load: number): void {
    this.state.kind = kind;
    this.state.load = loadOf(load);
  }

  next(): GuestOperation {
    const { state } = this;
    const random = new Prng(state.seed ^ Math.imul(state.operations + 1, 0x9e37_79b1));
    const draft = new OperationDraft(random, this.now(), state.pageCount);
    this.fill(draft);
    state.operations++;
    const costUs = draft.nominalUs;
    const afterUs = Math.max(draft.afterUs ?? this.thinkUs(draft, costUs), costUs === 0 ? LEAST_US : 0);
    state.ownUs += afterUs + costUs;
    return { afterUs, name: draft.name, actions: draft.actions };
  }

  quiesce(): GuestAction[] {
    const actions: GuestAction[] = [];
    this.database?.writeAll(this.now(), actions);
    actions.push({ kind: 'flush' });
    return actions;
  }

  figures(): GuestFigures {
    const { operations, orders } = this.state;
    return { operations, confirmedOrders: orders?.confirmed ?? 0, writtenOrders: orders?.written ?? 0 };
  }

  files(): readonly GuestFileEntry[] {
    const { disk } = this.state;
    return disk && 'files' in disk ? disk.files.entries() : [];
  }

  save(): Uint8Array {
    return savedBytes(this.state);
  }

  private fill(draft: OperationDraft): void {
    const { state, database } = this;
    const { disk } = state;
    if (!disk) bootInVain(draft);
    else if (state.bootStep !== null) state.bootStep = this.boot(disk, state.bootStep, draft);
    else if (database?.isDue(state.ownUs) && this.isWritersTurn(draft))
      database.writeSome(draft, state.ownUs);
    else if (state.load === 0 || state.kind === 'idle') this.idle(disk, draft);
    else if (draft.random.below(150) === 0) this.log(disk, draft);
    else if (state.kind === 'database' && database) this.useDatabase(database, draft);
    else if ('bare' in disk) disk.bare.work(state.kind, this.paper, state.operations, draft);
    else if (state.kind === 'build') {
      state.buildPhase = buildWork(disk.files, this.paper, state.buildPhase, draft);
    } else fileServerWork(disk.files, this.paper, draft);
  }

  private boot(disk: GuestDisk, step: number, draft: OperationDraft): number | null {
    return 'files' in disk
      ? bootFromVolume(disk.files, disk.repairs, step, draft)
      : bootFromSectors(this.state.sectorCount, step, draft);
  }

  /** The lazy writer works between what its users want. */
  private isWritersTurn(draft: OperationDraft): boolean {
    return this.state.kind !== 'database' || draft.random.below(3) === 0;
  }

  private useDatabase(database: Database, draft: OperationDraft): void {
    if (draft.random.below(100) < 35) database.order(draft);
    else database.query(draft);
  }

  private idle(disk: GuestDisk, draft: OperationDraft): void {
    if ('files' in disk) {
      idleWork(disk.files, draft);
      return;
    }
    disk.bare.work('idle', this.paper, this.state.operations, draft);
    draft.afterUs = 200_000 + draft.random.below(2_300_000);
  }

  private log(disk: GuestDisk, draft: OperationDraft): void {
    if ('files' in disk) writeLog(disk.files, draft);
    else disk.bare.writeLog(this.state.operations, draft);
  }

  /** So that the drive, were it a plain SSD, would be busy for `load` of the time. */
  private thinkUs({ random }: OperationDraft, costUs: number): number {
    const { load } = this.state;
    if (load >= 100 || load <= 0) return 0;
    const share = (100 - load) / load;
    return Math.round(Math.max(costUs, LEAST_US / 3) * share * (0.25 + 1.5 * random.fraction()));
  }
}

/** A whole number from 0 to 100. */
export function loadOf(load: number): number {
  return Math.round(Math.min(100, Math.max(0, load)));
}
