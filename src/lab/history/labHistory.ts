/**
 * A lab that can go back: what was done is kept as commands with their times, and any moment is reached by playing them
 * again from the nearest one that was kept whole. The same commands and seed give the same run, so nothing else is needed.
 */
import { assert, must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { Pacer } from '../../base/pacer.ts';
import type { LabCommand } from '../commands.ts';
import type { LabHost } from '../host.ts';
import { Lab, type LabSnapshot } from '../lab.ts';
import { US_PER_SECOND } from '../labTime.ts';
import type { LabView } from '../labView.ts';
import type { Foundation } from '../machine/newMachine.ts';
import type { LabPlan, PlannedCommand } from '../plan/labPlan.ts';
import { playCommand } from './playScenario.ts';
import type { Scenario, TimedCommand } from './scenario.ts';

/** A moment that was kept whole. */
interface Kept {
  readonly atUs: number;
  /** Commands that were carried out by then. */
  readonly done: number;
  readonly snapshot: LabSnapshot;
}

const KEEP_EVERY_US = 30 * US_PER_SECOND;
/** Above it every other one is given up: what is far back takes a little longer to reach. */
const MOST_KEPT = 48;

export interface PlayTools {
  readonly signal?: AbortSignal;
  /** Simulated time reached, of `untilUs`. */
  readonly onProgress?: (atUs: number, untilUs: number) => void;
}

export class LabHistory {
  private kept: Kept[] = [];
  private commands: TimedCommand[];
  private done = 0;
  private endUs: number;
  private keepDueUs = 0;

  private constructor(
    private readonly host: LabHost,
    private readonly first: Scenario,
    private readonly foundation: Foundation,
    public lab: Lab,
    private readonly canReplay: boolean,
  ) {
    this.commands = [...first.commands];
    this.endUs = Math.max(first.endUs, lab.nowUs);
  }

  /** Plays the scenario to its end. */
  static async start(scenario: Scenario, host: LabHost, tools: PlayTools = {}): Promise<LabHistory> {
    return LabHistory.onFoundation(scenario, host, {}, tools);
  }

  /** The same above somebody else's files, which are only read. */
  static async onFoundation(
    scenario: Scenario,
    host: LabHost,
    foundation: Foundation,
    tools: PlayTools = {},
  ): Promise<LabHistory> {
    const lab = await Lab.create(host, scenario, foundation);
    const history = new LabHistory(host, scenario, foundation, lab, true);
    history.keep();
    await history.orClose(() => history.play(scenario.endUs, tools));
    return history;
  }

  /** The machine of the folder; what was before lies behind. null where there is none. */
  static async openStored(host: LabHost, foundation: Foundation = {}): Promise<LabHistory | null> {
    const lab = await Lab.open(host, foundation);
    return lab && new LabHistory(host, storedScenario(lab), foundation, lab, false);
  }

  view(): LabView {
    const { lab, commands, done, endUs, canSeek } = this;
    const history = { commands: commands.length, done, endUs: Math.max(endUs, lab.nowUs), canSeek };
    return { ...lab.view(), history };
  }

  /** What happened and what is still to come, up to the end of history. */
  scenario(): Scenario {
    return { ...this.first, commands: [...this.commands], endUs: Math.max(this.endUs, this.lab.nowUs) };
  }

  ask(command: PlannedCommand): Promise<LabPlan> {
    return this.lab.ask(command);
  }

  /**
   * Carries it out now; commands that were to come are dropped. Throws what `Lab.do` does: what is refused is not part of
   * history, what fails on the way is.
   */
  async do(command: LabCommand): Promise<void> {
    const { lab } = this;
    await this.settle();
    const atUs = lab.nowUs;
    const before = this.commands;
    this.commands = [...before.slice(0, this.done), { atUs, command }];
    try {
      await lab.do(command);
    } catch (error) {
      if (error instanceof DiskError && error.code === 'bad-request') this.commands = before;
      else this.finished();
      throw error;
    }
    this.finished();
    this.keep();
    // What is due at this very moment belongs to it: it happens too when the lab is played again up to here.
    await this.settle();
  }

  /** Lets time pass, with the commands that were to come at their times. */
  async advance(untilUs: number, goOn: () => boolean): Promise<void> {
    const { lab } = this;
    while (goOn()) {
      const next = this.commands[this.done];
      const stopUs = next && next.atUs <= untilUs ? next.atUs : untilUs;
      await lab.advance(Math.min(stopUs, this.keepDueUs), goOn);
      if (lab.nowUs >= this.keepDueUs) this.keep();
      if (!this.isSettled(stopUs)) continue;
      if (!next || next.atUs > untilUs) break;
      await playCommand(lab, next);
      this.done++;
      this.keep();
    }
    this.endUs = Math.max(this.endUs, lab.nowUs);
  }

  /**
   * To where something is told of that is not among the first `told` events; where nothing will happen, to the next command.
   * Who gives it time in slices names the same `told` in each.
   */
  async toNextEvent(goOn: () => boolean, told: number = this.lab.log.count): Promise<void> {
    const { lab } = this;
    while (lab.log.count === told && goOn()) {
      const next = this.commands[this.done];
      const stepUs = lab.nextUs();
      if (next && (stepUs === null || next.atUs <= stepUs)) await this.advance(next.atUs, goOn);
      else if (stepUs === null) return;
      else await lab.step();
    }
    this.endUs = Math.max(this.endUs, lab.nowUs);
  }

  /** Plays again up to this time. Throws 'bad-request' where what lies before cannot be played again. */
  async seek(atUs: number, tools: PlayTools = {}): Promise<void> {
    this.checkSeek();
    const target = Math.min(Math.max(0, atUs), Math.max(this.endUs, this.lab.nowUs));
    if (target < this.lab.nowUs) await this.goBack((kept) => kept.atUs <= target);
    await this.play(target, tools);
  }

  /** To just before the last command that was carried out, which is dropped with all that would follow. */
  async undo(tools: PlayTools = {}): Promise<void> {
    this.checkSeek();
    const last = this.commands[this.done - 1];
    if (!last) throw nothingToUndo();
    this.commands = this.commands.slice(0, this.done - 1);
    const { length } = this.commands;
    await this.goBack((kept) => kept.done <= length && kept.atUs <= last.atUs);
    await this.play(last.atUs, tools);
    this.endUs = this.lab.nowUs;
    this.kept = this.kept.filter((kept) => kept.done <= length && kept.atUs <= this.endUs);
  }

  /** Drops what comes after now. */
  fork(): void {
    this.commands = this.commands.slice(0, this.done);
    this.endUs = this.lab.nowUs;
    this.kept = this.kept.filter(({ done, atUs }) => done <= this.done && atUs <= this.endUs);
  }

  close(): Promise<void> {
    this.kept = [];
    return this.lab.close();
  }

  private get canSeek(): boolean {
    return this.canReplay;
  }

  private checkSeek(): void {
    if (this.canSeek) return;
    throw new DiskError({
      code: 'bad-request',
      message:
        'This machine was found in storage: what happened before it was opened cannot be played again.',
      meaning: 'Nothing was changed.',
      remedy: 'Go on from here, or begin a lab from a scenario.',
    });
  }

  /** Everything that is due by now has happened: only then a command has a place in time, and a replay stops at the same. */
  async settle(): Promise<void> {
    while (!this.isSettled(this.lab.nowUs)) await this.lab.advance(this.lab.nowUs);
  }

  private isSettled(atUs: number): boolean {
    const nextUs = this.lab.nextUs();
    return this.lab.nowUs >= atUs && (nextUs === null || nextUs > atUs);
  }

  private finished(): void {
    this.done = this.commands.length;
    this.endUs = this.lab.nowUs;
    this.kept = this.kept.filter((kept) => kept.done <= this.done && kept.atUs <= this.endUs);
  }

  private keep(): void {
    this.keepDueUs = this.lab.nowUs + KEEP_EVERY_US;
    const snapshot = this.canSeek ? this.lab.snapshot() : null;
    if (!snapshot) return;
    this.kept.push({ atUs: this.lab.nowUs, done: this.done, snapshot });
    if (this.kept.length > MOST_KEPT) this.kept = this.kept.filter((_kept, i) => i === 0 || i % 2 === 1);
  }

  private async goBack(isBefore: (kept: Kept) => boolean): Promise<void> {
    await this.lab.close().catch(() => undefined);
    for (const from of this.kept.filter(isBefore).reverse()) {
      const lab = await restored(this.host, from.snapshot);
      if (!lab) continue;
      this.lab = lab;
      this.done = from.done;
      return;
    }
    // Storage that cannot be kept is emptied, and everything is played from the beginning.
    assert(this.host.storage === 'private', 'a lab in memory keeps its beginning');
    for (const { name } of await this.host.folder.list()) await this.host.folder.remove(name);
    this.lab = await Lab.create(this.host, this.first, this.foundation);
    this.done = 0;
  }

  private async play(untilUs: number, { signal, onProgress }: PlayTools): Promise<void> {
    const pacer = new Pacer();
    for (;;) {
      await this.advance(untilUs, () => !pacer.due);
      onProgress?.(Math.min(this.lab.nowUs, untilUs), untilUs);
      const next = this.commands[this.done];
      if (this.isSettled(untilUs) && !(next && next.atUs <= untilUs)) return;
      await pacer.step(signal);
    }
  }

  private async orClose(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.close().catch(() => undefined);
      throw error;
    }
  }
}

/** null: a file was damaged while it was open, and cannot be opened again; the moment is reached from an earlier one. */
async function restored(host: LabHost, snapshot: LabSnapshot): Promise<Lab | null> {
  try {
    return await Lab.restore(host, snapshot);
  } catch (error) {
    if (error instanceof DiskError) return null;
    throw error;
  }
}

function nothingToUndo(): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: 'There is no command to take back.',
    meaning: 'Nothing was changed.',
  });
}

/** What can be said of a lab that began elsewhere: it cannot be played, but it has a name and a seed. */
function storedScenario(lab: Lab): Scenario {
  const { scenarioName, seed, machine, guest, virtualSizeBytes, blockSizeBytes } = lab.view();
  const now = must(machine.now, 'a machine that was found has a Now');
  const { disks: _disks, ...settings } = now.settings;
  return {
    name: scenarioName,
    text: '',
    seed,
    machineName: machine.name,
    settings,
    disks: Object.keys(virtualSizeBytes).map((disk) => ({
      type: 'dynamic',
      virtualSizeBytes: virtualSizeBytes[disk] ?? 0,
      blockSizeBytes: blockSizeBytes[disk] ?? 0,
    })),
    policy: machine.policy,
    guest: { kind: guest.kind, load: guest.load },
    volume: false,
    drive: 'ssd',
    commands: [],
    endUs: lab.nowUs,
  };
}
