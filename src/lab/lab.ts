/**
 * One machine on its host: carries out commands, and lets time pass. There is no clock: time is what the drive's requests
 * cost and the guest's own pace, and the next thing that happens is always the earliest one.
 */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { sizeText } from '../base/units.ts';
import { LabClock } from './clock.ts';
import type { CommandName, LabCommand } from './commands.ts';
import { LabContext } from './context.ts';
import { DRIVES } from './drive/driveModel.ts';
import { type DriveSnapshot, LabDrive } from './drive/labDrive.ts';
import { installVolume } from './guest/installVolume.ts';
import { GuestSide, SYSTEM_DISK } from './guestSide.ts';
import type { Scenario } from './history/scenario.ts';
import type { LabHost } from './host.ts';
import { LabIds } from './ids.ts';
import { labDate } from './labTime.ts';
import type { LabView } from './labView.ts';
import { labView, type ViewExtras } from './labViewOf.ts';
import { LabLog } from './log.ts';
import { applyCheckpoint } from './machine/applyCheckpoint.ts';
import { readMachine, type StoredMachine } from './machine/configuration.ts';
import { deleteCheckpoints, sweep } from './machine/deleteCheckpoint.ts';
import { alterFile, changeId } from './machine/faults.ts';
import { type MachineNode, type MachineState, NOW } from './machine/machine.ts';
import { createAbove, createBase } from './machine/newDisks.ts';
import { baseName, differencingName } from './machine/paths.ts';
import * as power from './machine/power.ts';
import { recoverMachine } from './machine/recoverMachine.ts';
import { removeMachine } from './machine/removeMachine.ts';
import { takeCheckpoint } from './machine/takeCheckpoint.ts';
import { checkpointNamed, deletion, nodeOf, subtreeOf } from './machine/tree.ts';
import { MergeQueue } from './merges/mergeQueue.ts';
import type { LabPlan, PlannedCommand } from './plan/labPlan.ts';
import { planCommand } from './plan/planCommand.ts';
import type { LabFacts } from './rules/facts.ts';
import { planFacts } from './rules/planFacts.ts';
import { type Refusal, refusalOf, revertTarget } from './rules/refusals.ts';
import { LabSamples } from './samples.ts';
import { type HashedPoint, type HashPointsTools, hashPoints } from './transfer/hashPoints.ts';

/** Pages of memory that are saved in one go while the machine runs. */
const PAGES_A_STEP = 64;

/** Somebody else's files that a new machine's disk stands on, newest first. */
export type Foundation = Readonly<
  Record<string, readonly { readonly name: string; readonly file: Parameters<LabDrive['mount']>[1] }[]>
>;

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

export class Lab {
  private hostOn = true;
  private steps = 0;
  private memoryDueUs = 0;

  private constructor(
    private readonly context: LabContext,
    private merges: MergeQueue,
    private readonly samples: LabSamples,
    private readonly stored: StoredMachine,
  ) {}

  // ── Beginning and ending ───────────────────────────────────────────────────────────────────────────────────────────

  /** A new machine in an empty folder; with a foundation its first disk stands on that chain. */
  static async create(host: LabHost, scenario: Scenario, foundation: Foundation = {}): Promise<Lab> {
    const drive = new LabDrive(host.folder, DRIVES[scenario.drive]);
    const ids = new LabIds(scenario.seed);
    const log = new LabLog();
    const hasFoundation = Object.keys(foundation).length > 0;
    for (const files of Object.values(foundation))
      for (const { name, file } of files) drive.mount(name, file);
    const id = ids.guid();
    const files: Record<string, string> = {};
    const sizes: Record<string, number> = {};
    const blocks: Record<string, number> = {};
    for (const [i, disk] of scenario.disks.entries()) {
      const name = `disk${i}`;
      const below = foundation[name]?.[0];
      const identity = { id: ids.raw(), made: labDate(0) };
      if (below) {
        files[name] = differencingName(ids.guid(), name);
        const parent = {
          name: below.name,
          machine: scenario.machineName,
          isBase: foundation[name]?.length === 1,
        };
        await createAbove(drive, files[name], parent, identity, disk.blockSizeBytes);
      } else {
        files[name] = baseName(scenario.machineName, name);
        await createBase(drive, files[name], disk, identity);
      }
      sizes[name] = disk.virtualSizeBytes;
      blocks[name] = disk.blockSizeBytes;
    }
    const now: MachineNode = {
      id: NOW,
      name: 'Now',
      parent: null,
      atUs: 0,
      files,
      settings: {
        ...scenario.settings,
        disks: Object.keys(files).map((disk) => ({ kind: 'vhd' as const, id: disk })),
      },
      savedState: null,
      consistency: 'off',
      deletedAtUs: null,
    };
    const stored: StoredMachine = {
      state: {
        id,
        name: scenario.machineName,
        power: 'off',
        policy: scenario.policy,
        checkpoints: [],
        now,
        foundation: Object.fromEntries(
          Object.entries(foundation).map(([disk, list]) => [disk, list.map(({ name }) => name)]),
        ),
        left: [],
      },
      nowUs: 0,
      seed: scenario.seed,
      random: ids.count,
      eventCount: 0,
      scenarioName: scenario.name,
      guest: { ...scenario.guest, volume: scenario.volume && !hasFoundation },
      drive: scenario.drive,
      virtualSizeBytes: sizes,
      blockSizeBytes: blocks,
      hasFoundation,
    };
    const lab = Lab.of(host, drive, stored, log, new LabSamples());
    const { context } = lab;
    await context.attach();
    if (stored.guest.volume) await install(context, scenario.seed);
    await context.release();
    await context.commit(context.state);
    context.clock.forget();
    context.event('machine', `${scenario.machineName} was made: ${Object.values(files).join(', ')}.`);
    return lab;
  }

  /** The machine that lies in the folder, as after a power cut of its host. null where there is none. */
  static async open(host: LabHost, foundation: Foundation = {}): Promise<Lab | null> {
    const stored = await readMachine(host.folder);
    if (!stored) return null;
    const drive = new LabDrive(host.folder, DRIVES[stored.drive]);
    for (const files of Object.values(foundation))
      for (const { name, file } of files) drive.mount(name, file);
    await drive.usedBytes();
    const lab = Lab.of(host, drive, stored, new LabLog(), new LabSamples());
    lab.context.log.count = stored.eventCount;
    lab.context.event('host', 'The host’s power is back.');
    await lab.recover();
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
    await this.orLost(() => this.carryOut(command));
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

  private async carryOut(command: LabCommand): Promise<void> {
    const { context, merges } = this;
    if (NEEDS_DISKS.has(command.do)) {
      await merges.mend();
      await context.attach();
    }
    switch (command.do) {
      case 'start':
        if (context.state.policy === 'when-off') await merges.abandon('the machine was started');
        merges.release();
        return power.start(context);
      case 'shut-down':
        merges.release();
        return power.shutDown(context);
      case 'turn-off':
        merges.release();
        return power.turnOff(context);
      case 'pause':
        return power.pause(context);
      case 'resume':
        return power.resume(context);
      case 'save':
        return power.save(context);
      case 'delete-saved-state':
        return power.deleteSavedState(context);
      case 'settings':
        return this.setSettings(command.change);
      case 'attach-pass-through':
      case 'detach-pass-through':
        return this.setPassThrough(command.name, command.do === 'attach-pass-through');
      case 'remove-machine':
        await merges.abandon('the machine is removed');
        return removeMachine(context);
      case 'guest':
        context.guest.setWork(command.kind, command.load);
        context.event(
          'guest',
          `The guest is to be a ${command.kind.replace('-', ' ')} at ${command.load} %.`,
        );
        return context.commit(context.state);
      case 'write':
        await context.clock.hold(() => context.guest.writeSeeded(context, command));
        return;
      case 'take':
        await this.take(command);
        return;
      case 'apply':
      case 'revert': {
        const id =
          command.do === 'apply'
            ? checkpointNamed(context.state, command.checkpoint).id
            : must(revertTarget(context.state), 'Now stands on a checkpoint').id;
        if (command.takeFirst) {
          await this.take({});
          await this.finishMemory();
        }
        // The new disk stands on the checkpoint's: a merge of that one would not know of it.
        if (merges.touches([nodeOf(context.state, id)])) await merges.abandon('it is applied');
        await this.abandonOfNow('another point is applied');
        return applyCheckpoint(context, id);
      }
      case 'rename':
        return this.rename(command.checkpoint, command.name);
      case 'delete':
      case 'delete-subtree': {
        const { id } = checkpointNamed(context.state, command.checkpoint);
        const isSubtree = command.do === 'delete-subtree';
        const nodes = isSubtree ? subtreeOf(context.state, id) : [nodeOf(context.state, id)];
        const ids = nodes.map((node) => node.id).filter((each) => each !== NOW);
        const { removed } = deletion(context.state, ids, context.clock.nowUs);
        if (merges.touches([...nodes, ...removed]))
          await merges.abandon('one of its checkpoints was deleted');
        return deleteCheckpoints(context, id, isSubtree);
      }
      case 'policy':
        if (command.policy === 'when-off' && context.state.power !== 'off')
          await merges.abandon('the policy allows it only while the machine is off');
        merges.release();
        context.event('merge', `Merges run ${POLICY_WORDS[command.policy]}.`);
        return context.commit({ ...context.state, policy: command.policy });
      case 'merge-now':
        return merges.runAll();
      case 'cancel-merge':
        return merges.cancel();
      case 'pull-plug':
        if (command.afterRequests !== undefined) {
          context.drive.cutAfter(command.afterRequests, command.seed);
          return;
        }
        await context.drive.cutPower(command.seed);
        this.hostLost();
        return;
      case 'power-on':
        context.drive.powerOn();
        this.hostOn = true;
        context.event('host', 'The host’s power is back.');
        return this.recover();
      case 'drive-size':
        context.drive.sizeLimitBytes = command.bytes;
        context.event(
          'fault',
          command.bytes === null
            ? 'The host’s drive has room without limit.'
            : `The host’s drive has ${sizeText(command.bytes)} for all files.`,
        );
        return;
      case 'lose-file':
        context.drive.lose(command.file);
        context.event('fault', `${command.file} is gone.`, { severity: 'error' });
        return;
      case 'put-file-back':
        context.drive.putBack(command.file);
        context.event('fault', `${command.file} is back.`);
        return;
      case 'alter-file':
        await alterFile(context, command.file, command.offset, command.lengthBytes);
        context.event(
          'fault',
          `${command.lengthBytes} bytes at ${command.offset} of ${command.file} were changed behind everybody’s back.`,
          { severity: 'error' },
        );
        return;
      case 'change-id':
        await changeId(context, command.file);
        context.event('fault', `${command.file} has another id.`, { severity: 'error' });
    }
  }

  private async take(request: Parameters<typeof takeCheckpoint>[1]): Promise<void> {
    const { context, samples } = this;
    await this.abandonOfNow('a checkpoint is taken');
    const fromUs = context.clock.nowUs;
    const pausedUs = await takeCheckpoint(context, request);
    samples.paused(fromUs, pausedUs);
    this.memoryDueUs = context.clock.nowUs;
  }

  /** A merge that moves files of Now's chain holds it open. */
  private async abandonOfNow(why: string): Promise<void> {
    if (this.merges.isOfNow) await this.merges.abandon(why);
  }

  private async rename(wanted: string, name: string): Promise<void> {
    const { context } = this;
    const { id, name: before } = checkpointNamed(context.state, wanted);
    const checkpoints = context.state.checkpoints.map((node) => (node.id === id ? { ...node, name } : node));
    await context.commit({ ...context.state, checkpoints });
    context.event('checkpoint', `Renamed: ${before} is ${name} now.`, { node: id });
  }

  private async setSettings(change: Partial<MachineNode['settings']>): Promise<void> {
    const { context } = this;
    const now = { ...context.now, settings: { ...context.now.settings, ...change } };
    await context.commit({ ...context.state, now });
    context.event('machine', `Settings changed: ${Object.keys(change).join(', ')}. Checkpoints keep theirs.`);
  }

  private async setPassThrough(name: string, isAttached: boolean): Promise<void> {
    const { context } = this;
    const others = context.now.settings.disks.filter((disk) => disk.kind === 'vhd' || disk.name !== name);
    const disks = isAttached
      ? [...others, { kind: 'pass-through' as const, id: `disk${context.now.settings.disks.length}`, name }]
      : others;
    const now = { ...context.now, settings: { ...context.now.settings, disks } };
    await context.commit({ ...context.state, now });
    context.event('machine', `Pass-through disk ${name} ${isAttached ? 'attached' : 'detached'}.`);
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

  private async recover(): Promise<void> {
    const { context } = this;
    const stored = await readMachine(context.drive);
    // Without a configuration there is nothing to go back to: the removal of the machine was almost over.
    if (stored) {
      context.state = stored.state;
      context.guest.followTo(stored.state);
      await recoverMachine(context);
    }
    context.clock.driveFreeUs = Math.max(context.clock.driveFreeUs, context.clock.nowUs);
  }

  /** After every command and step: files on which nothing stands any more go, and nobody keeps a disk open for nothing. */
  private async settle(): Promise<void> {
    if (!this.hostOn || !this.context.state.now) return;
    await sweep(this.context);
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
      await this.step();
    }
  }

  /** The next thing that happens: an operation of the guest, a batch of a merge, some pages of memory. */
  async step(): Promise<void> {
    const due = this.due();
    if (!due) return;
    const { context } = this;
    context.clock.nowUs = Math.max(context.clock.nowUs, due.atUs);
    this.steps++;
    await this.orLost(due.work);
  }

  private due(): { readonly atUs: number; readonly work: () => Promise<void> } | null {
    if (!this.hostOn || !this.context.state.now) return null;
    const { guest, memorySave, state } = this.context;
    const all: { atUs: number; work: () => Promise<void> }[] = [];
    if (memorySave) all.push({ atUs: this.memoryDueUs, work: () => this.saveMemory() });
    if (guest.running && state.power === 'running')
      all.push({ atUs: guest.dueUs, work: () => this.operate() });
    const mergeUs = this.merges.dueUs();
    if (mergeUs !== null) all.push({ atUs: mergeUs, work: () => this.merge() });
    return all.reduce<(typeof all)[number] | null>(
      (first, one) => (first && first.atUs <= one.atUs ? first : one),
      null,
    );
  }

  private async operate(): Promise<void> {
    const { context, samples, merges } = this;
    try {
      const { startUs, endUs } = await context.guest.operate(context);
      samples.operation(startUs, endUs - startUs, merges.isRunning);
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

  private async saveMemory(): Promise<void> {
    const { context } = this;
    const saving = must(context.memorySave, 'memory is being saved');
    try {
      const { value: goesOn, endUs } = await context.clock.run(this.memoryDueUs, () =>
        saving.save.step(PAGES_A_STEP),
      );
      // Every other moment is the guest's.
      this.memoryDueUs = endUs + (endUs - this.memoryDueUs);
      if (!goesOn) await this.endMemory();
    } catch (error) {
      if (!(error instanceof DiskError) || !context.drive.isOn) throw error;
      await power.endMemorySave(context, error.message);
    }
  }

  /** Everything that waits, at once: a checkpoint whose machine is about to be another one. */
  private async finishMemory(): Promise<void> {
    const { context } = this;
    while (context.memorySave) {
      await this.saveMemory();
      context.clock.nowUs = Math.max(context.clock.nowUs, this.memoryDueUs);
    }
  }

  private async endMemory(): Promise<void> {
    const { context } = this;
    const { save, file, node } = must(context.memorySave, 'memory is being saved');
    const { interceptedPages } = save.progress;
    const { value: savedState } = await context.clock.run(this.memoryDueUs, async () => {
      const finished = await save.finish();
      await file.close();
      return finished;
    });
    context.memorySave = null;
    const checkpoints = context.state.checkpoints.map((one) =>
      one.id === node ? { ...one, savedState, consistency: 'memory' as const } : one,
    );
    await context.clock.run(this.memoryDueUs, () => context.commit({ ...context.state, checkpoints }));
    context.event(
      'memory',
      `Memory saved: ${sizeText(savedState.memoryBytes)} to ${sizeText(savedState.fileBytes)}, ${interceptedPages} pages intercepted.`,
      { node },
    );
  }

  // ── For history ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Everything, to go on from later; null while a merge or a memory save is under way, and over storage that is not memory. */
  snapshot(): LabSnapshot | null {
    const { context, merges, samples, steps, hostOn } = this;
    if (context.host.storage !== 'memory' || merges.isBusy || context.memorySave) return null;
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
    const drive = LabDrive.restore(snapshot.drive, DRIVES[stored.drive]);
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
        // Where a disk could not be opened it was closed before, too.
        await context.attach().catch(() => undefined);
        await context.guest.restore(context, saved);
      });
      clock.forget();
    }
    return lab;
  }
}

/** Commands that are nothing without the machine's disks. */
const NEEDS_DISKS: ReadonlySet<CommandName> = new Set<CommandName>([
  'start',
  'resume',
  'shut-down',
  'save',
  'write',
  'take',
  'apply',
  'revert',
  'remove-machine',
]);

const POLICY_WORDS = {
  'when-idle': 'when the machine’s disks are idle',
  'when-off': 'when the machine is off',
  live: 'while the machine runs',
  now: 'at once, before anything else',
} as const;

async function install(context: LabContext, seed: number): Promise<void> {
  const disk = must(context.disks.get(SYSTEM_DISK), 'the machine has a disk');
  const date = labDate(0);
  for (const { firstSector, bytes } of installVolume({ seed, sectorCount: disk.sectorCount, date }))
    await context.guest.write(context, SYSTEM_DISK, firstSector, bytes);
  await disk.flush();
  context.guest.flushed();
}

function refused({ text, meaning, remedy, code }: Refusal): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: code === null ? text : `${text} (${code})`,
    meaning,
    remedy,
  });
}
