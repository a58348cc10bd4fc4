/**
 * One machine on its host: carries out commands, and lets time pass. There is no clock: time is what the drive's requests
 * cost and the guest's own pace, and the next thing that happens is always the earliest one.
 */
import { DiskError } from '../base/errors.ts';
import { CommandDesk } from './carryOut.ts';
import { LabClock } from './clock.ts';
import type { LabCommand } from './commands.ts';
import { LabContext } from './context.ts';
import { DRIVES } from './drive/driveModel.ts';
import { type DriveSnapshot, LabDrive } from './drive/labDrive.ts';
import { GuestSide } from './guestSide.ts';
import type { Scenario } from './history/scenario.ts';
import type { LabHost } from './host.ts';
import { LabIds } from './ids.ts';
import type { LabView } from './labView.ts';
import { labView, type ViewExtras } from './labViewOf.ts';
import { LabLog } from './log.ts';
import { readMachine, type StoredMachine } from './machine/configuration.ts';
import { sweep } from './machine/deleteCheckpoint.ts';
import type { MachineState } from './machine/machine.ts';
import { type Foundation, install, newMachine } from './machine/newMachine.ts';
import * as power from './machine/power.ts';
import { recoverMachine } from './machine/recoverMachine.ts';
import { filesOf } from './machine/tree.ts';
import { SavingMemory } from './memory/savingMemory.ts';
import { MergeQueue } from './merges/mergeQueue.ts';
import type { LabPlan, PlannedCommand } from './plan/labPlan.ts';
import { planCommand } from './plan/planCommand.ts';
import type { LabFacts } from './rules/facts.ts';
import { faultFor } from './rules/hyperv.ts';
import { planFacts } from './rules/planFacts.ts';
import { type Refusal, refusalOf } from './rules/refusals.ts';
import { LabSamples } from './samples.ts';
import { type HashedPoint, type HashPointsTools, hashPoints } from './transfer/hashPoints.ts';

export interface LabSnapshot {
  readonly drive: DriveSnapshot;
  readonly state: MachineState;
  readonly stored: StoredMachine;
  readonly nowUs: number;
  readonly driveFreeUs: number;
  readonly steps: number;
  readonly hostOn: boolean;
  readonly critical: string | null;
  readonly log: LabLog;
  readonly samples: LabSamples;
  readonly guest: GuestSide;
  readonly saved: Uint8Array | null;
  readonly merges: MergeQueue;
}

/** What happens next, and when it is due. */
interface DueStep {
  readonly atUs: number;
  readonly work: () => Promise<void>;
}

/** One operation of the guest, in simulated microseconds. */
export interface LabOperation {
  /** When the guest wanted it: between the two it waited for everybody else. */
  readonly dueUs: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly merging: boolean;
}

export class Lab {
  /** Told of each operation that was done; not kept with a snapshot. */
  onOperation: ((operation: LabOperation) => void) | null = null;
  private hostOn = true;
  private steps = 0;
  private readonly memory: SavingMemory;
  private readonly desk: CommandDesk;

  private constructor(
    private readonly context: LabContext,
    private readonly merges: MergeQueue,
    private readonly samples: LabSamples,
    private readonly stored: StoredMachine,
  ) {
    this.memory = new SavingMemory(context);
    this.desk = new CommandDesk(context, merges, this.memory, samples, {
      lost: () => this.hostLost(),
      back: () => this.hostBack(),
    });
  }

  // ── Beginning and ending ───────────────────────────────────────────────────────────────────────────────────────────

  /** A new machine in an empty folder; with a foundation its first disk stands on that chain. */
  static async create(host: LabHost, scenario: Scenario, foundation: Foundation = {}): Promise<Lab> {
    const drive = new LabDrive(host.folder, host.drive ?? DRIVES[scenario.drive]);
    const stored = await newMachine(drive, scenario, foundation);
    const lab = Lab.of(host, drive, stored, new LabLog(), new LabSamples());
    const { context } = lab;
    await context.attach();
    if (stored.guest.volume) await install(context, scenario.seed);
    await context.release();
    await context.commit(context.state);
    context.clock.forget();
    context.event('machine', `${scenario.machineName} was made: ${filesOf(context.state).join(', ')}.`);
    return lab;
  }

  /** The machine that lies in the folder, as after a power cut of its host. null where there is none. */
  static async open(host: LabHost, foundation: Foundation = {}): Promise<Lab | null> {
    const stored = await readMachine(host.folder);
    if (!stored) return null;
    const drive = new LabDrive(host.folder, host.drive ?? DRIVES[stored.drive]);
    for (const files of Object.values(foundation))
      for (const { name, file } of files) drive.mount(name, file);
    await drive.usedBytes();
    const lab = Lab.of(host, drive, stored, new LabLog(), new LabSamples());
    lab.context.log.count = stored.eventCount;
    await lab.hostBack();
    return lab;
  }

  private static of(
    host: LabHost,
    drive: LabDrive,
    stored: StoredMachine,
    log: LabLog,
    samples: LabSamples,
  ): Lab {
    const clock = new LabClock(() => drive.takeBusyUs(), stored.nowUs);
    const ids = new LabIds(stored.seed, stored.random);
    const guest = new GuestSide(stored.seed, stored.guest);
    const context = new LabContext(host, drive, clock, log, ids, guest, stored.state, stored);
    return new Lab(context, new MergeQueue(context), samples, stored);
  }

  /** Closes every file; what is in storage stays as it is. */
  async close(): Promise<void> {
    await this.context.memorySave?.file.close();
    if (this.merges.isRunning) this.merges.lost();
    await this.context.detach();
  }

  // ── What there is to see ───────────────────────────────────────────────────────────────────────────────────────────

  get folder(): LabDrive {
    return this.context.drive;
  }
  get state(): MachineState {
    return this.context.state;
  }
  get nowUs(): number {
    return this.context.clock.nowUs;
  }
  get log(): LabLog {
    return this.context.log;
  }

  view(): LabView {
    const { context, merges, samples, hostOn, steps } = this;
    const extras: ViewExtras = { merges, samples, hostOn, steps, stored: this.stored, facts: this.facts() };
    return labView(context, extras);
  }

  /** Why disks are closed: a merge broke off at its end and is not finished yet; null = they are not. */
  get closedBy(): string | null {
    return this.merges.closedBy;
  }

  /** One byte a page while memory is being saved. */
  pages(): Uint8Array | null {
    return this.context.memorySave?.save.states.slice() ?? null;
  }

  /** SHA-256 of each disk at each point, newest point first. Nothing may run meanwhile. */
  hashes(tools: Pick<HashPointsTools, 'signal' | 'advance'> = {}): Promise<HashedPoint[]> {
    const { drive, state, host } = this.context;
    const { module, createHasher } = host;
    return drive.unmetered(() => hashPoints(drive, state, { module, createHasher, ...tools }));
  }

  facts(): LabFacts {
    const { context, merges, hostOn } = this;
    return {
      machine: context.state,
      hostOn,
      savingMemoryOf: context.memorySave?.node ?? null,
      merging: merges.node,
      lostFiles: [...context.drive.lost],
      fileBytes: context.drive.sizes(),
    };
  }

  /** Writes nothing. */
  ask(command: PlannedCommand): Promise<LabPlan> {
    const { context } = this;
    return context.drive.unmetered(async () => planCommand(await planFacts(context, this.facts()), command));
  }

  // ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Throws 'bad-request' with Hyper-V's words for what cannot be done now, and what the storage throws; then the machine is
   * as it was. A cut of the host's power in the middle of it is no error: it is what happened.
   */
  async do(command: LabCommand): Promise<void> {
    const refusal = refusalOf(this.facts(), command);
    if (refusal) throw refused(refusal);
    try {
      await this.orLost(() => this.desk.carryOut(command));
    } catch (error) {
      if (error instanceof DiskError && error.code !== 'bad-request') this.tellFault(error);
      throw error;
    }
  }

  /** What Windows would say of it stays in the log, with its code. */
  private tellFault(error: DiskError): void {
    const { text, code } = faultFor(error);
    this.context.event('fault', text, { severity: 'error', code });
  }

  /** Where the host's power goes in the middle of it, that is what happened, whatever else it says. */
  private async orLost(work: () => Promise<void>): Promise<void> {
    const { drive } = this.context;
    const wasOn = this.hostOn;
    try {
      await work();
      if (drive.isOn) await this.settle();
    } catch (error) {
      if (!wasOn || drive.isOn) throw error;
    }
    if (this.hostOn && !drive.isOn) this.hostLost();
  }

  // ── The host ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What was in memory is gone; files that were open are dead. */
  private hostLost(): void {
    const { context } = this;
    this.hostOn = false;
    this.merges.lost();
    context.memorySave = null;
    context.disks.clear();
    context.guest.stop();
    context.guest.forgetUnflushed();
    context.critical = null;
    context.event('fault', 'The host lost its power.', { severity: 'error' });
    context.log.mark(context.clock.nowUs, 'fault', 'power cut');
  }

  private async hostBack(): Promise<void> {
    const { context } = this;
    this.hostOn = true;
    context.event('host', 'The host’s power is back.');
    const stored = await readMachine(context.drive);
    // Without a configuration there is nothing to go back to: the removal of the machine was almost over.
    if (stored) {
      context.state = stored.state;
      context.guest.followTo(stored.state);
      await this.recover();
    }
    context.clock.driveFreeUs = Math.max(context.clock.driveFreeUs, context.clock.nowUs);
  }

  /** What cannot be finished now (a drive that is full) is tried again; till then no disk is opened. */
  private async recover(): Promise<void> {
    const { context, merges } = this;
    try {
      await recoverMachine(context);
    } catch (error) {
      if (!(error instanceof DiskError) || !context.drive.isOn) throw error;
      const { power } = context.state;
      context.state = { ...context.state, power: power === 'saved' ? 'saved' : 'off' };
      context.event('recovery', `Recovery broke off, and is tried again: ${error.message}`, {
        severity: 'error',
      });
      merges.breakOff(error, () => recoverMachine(context));
    }
  }

  /** After every command and step: files on which nothing stands any more go, and nobody keeps a disk open for nothing. */
  private async settle(): Promise<void> {
    if (!this.hostOn || !this.context.state.now) return;
    await sweep(this.context).catch((error: unknown) => {
      // A drive that is full: the files stay a while longer.
      if (!(error instanceof DiskError) || !this.context.drive.isOn) throw error;
    });
    await this.context.release();
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** When something happens next; null = nothing will. */
  nextUs(): number | null {
    const due = this.due();
    return due ? Math.max(due.atUs, this.nowUs) : null;
  }

  /** Lets time pass until then, or until `goOn` says no between two steps. */
  async advance(untilUs: number, goOn: () => boolean = () => true): Promise<void> {
    while (goOn()) {
      const due = this.due();
      if (!due || due.atUs > untilUs) {
        this.context.clock.nowUs = Math.max(this.nowUs, untilUs);
        return;
      }
      await this.happen(due);
    }
  }

  /** The next thing that happens: an operation of the guest, a batch of a merge, some pages of memory. */
  async step(): Promise<void> {
    const due = this.due();
    if (due) await this.happen(due);
  }

  private async happen({ atUs, work }: DueStep): Promise<void> {
    const { clock } = this.context;
    clock.nowUs = Math.max(clock.nowUs, atUs);
    this.steps++;
    await this.orLost(work);
  }

  /** The earliest of what is due; of two at one moment, memory before the guest before merges. */
  private due(): DueStep | null {
    if (!this.hostOn || !this.context.state.now) return null;
    const { guest, memorySave, state } = this.context;
    const all: DueStep[] = [];
    if (memorySave) all.push({ atUs: this.memory.dueUs, work: () => this.memory.step() });
    if (guest.running && state.power === 'running')
      all.push({ atUs: guest.dueUs, work: () => this.operate() });
    const mergeUs = this.merges.dueUs();
    if (mergeUs !== null) all.push({ atUs: mergeUs, work: () => this.merge() });
    return all.reduce<DueStep | null>((first, one) => (first && first.atUs <= one.atUs ? first : one), null);
  }

  private async operate(): Promise<void> {
    const { context, samples, merges } = this;
    try {
      const { dueUs } = context.guest;
      const { startUs, endUs } = await context.guest.operate(context);
      samples.operation(startUs, endUs - startUs, merges.isRunning);
      this.onOperation?.({ dueUs, startUs, endUs, merging: merges.isRunning });
      context.guest.schedule(endUs);
    } catch (error) {
      if (!(error instanceof DiskError) || !context.drive.isOn) throw error;
      await power.standStill(context, error);
    }
  }

  private async merge(): Promise<void> {
    await this.merges.step();
    if (this.merges.isRunning) this.samples.merging(this.nowUs);
  }

  // ── For history ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Everything, to go on from later; null over storage that is not memory, while a merge or a memory save is under way, and
   * where a running guest's disk is open that could not be opened again.
   */
  snapshot(): LabSnapshot | null {
    const { context, merges, samples, steps, hostOn } = this;
    if (context.host.storage !== 'memory' || merges.isBusy || context.memorySave) return null;
    if (context.guest.running && context.drive.lost.size > 0) return null;
    const { guest, clock } = context;
    return {
      drive: context.drive.snapshot(),
      state: context.state,
      stored: context.storedAs(context.state),
      nowUs: clock.nowUs,
      driveFreeUs: clock.driveFreeUs,
      steps,
      hostOn,
      critical: context.critical,
      log: context.log.copy(),
      samples: samples.copy(),
      guest: guest.copy(),
      saved: guest.running?.save() ?? null,
      merges: merges.copyFor(context),
    };
  }

  static async restore(host: LabHost, snapshot: LabSnapshot): Promise<Lab> {
    const { stored, saved } = snapshot;
    const drive = LabDrive.restore(snapshot.drive, host.drive ?? DRIVES[stored.drive]);
    const clock = new LabClock(() => drive.takeBusyUs(), snapshot.nowUs, snapshot.driveFreeUs);
    const ids = new LabIds(stored.seed, stored.random);
    const context = new LabContext(
      host,
      drive,
      clock,
      snapshot.log.copy(),
      ids,
      snapshot.guest.copy(),
      snapshot.state,
      stored,
    );
    context.critical = snapshot.critical;
    const lab = new Lab(context, snapshot.merges.copyFor(context), snapshot.samples.copy(), stored);
    lab.steps = snapshot.steps;
    lab.hostOn = snapshot.hostOn;
    if (snapshot.hostOn) {
      // Opening again what was open takes no time and moves no head: the run goes on to the nanosecond as it did.
      await drive.unmetered(async () => {
        if (!saved) return;
        await context.attach();
        await context.guest.restore(context, saved);
      });
      clock.forget();
    }
    return lab;
  }
}

function refused({ text, meaning, remedy, code }: Refusal): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: code === null ? text : `${text} (${code})`,
    meaning,
    remedy,
  });
}
