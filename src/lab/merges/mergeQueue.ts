/**
 * Merges that deletions left behind: which may run now, by policy; one at a time, one batch a step. The order is that of the
 * deletions. What waits and why is on the page.
 */
import { must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { MIB, sizeText } from '../../base/units.ts';
import type { LiveMerge } from '../../merge/liveMerge.ts';
import type { LabContext } from '../context.ts';
import { US_PER_SECOND } from '../labTime.ts';
import type { AttachedDisk } from '../machine/attachedDisk.ts';
import { configurationFiles } from '../machine/heldFiles.ts';
import type { MachineNode } from '../machine/machine.ts';
import { NOW } from '../machine/machine.ts';
import { standStill } from '../machine/power.ts';
import { type DueMerge, descendantsOf, dueMerges, merged, waitingNodes } from '../machine/tree.ts';
import { faultFor, HYPERV_EVENTS } from '../rules/hyperv.ts';
import { listText, shortName } from '../rules/words.ts';
import type { LabMerge } from './mergeView.ts';
import { finishBroken } from './recoverMerges.ts';
import { childrenOf, fileMergeOf } from './siblings.ts';

/**
 * How long the disks of a running machine must have been left alone: the rule of the 2007 preview gives no figure. A guest
 * that is idle writes a line to its log every second or two, and must not count as loaded.
 */
export const IDLE_US = US_PER_SECOND;
const RETRY_US = 60 * US_PER_SECOND;
const BATCH_BYTES = 2 * MIB;
const MOST_ENDED = 30;

interface Due extends DueMerge {
  readonly disk: string;
  readonly key: string;
}

interface Running extends Due {
  readonly live: LiveMerge;
  readonly attached: AttachedDisk;
  readonly isOfNow: boolean;
  readonly source: string;
  readonly target: string;
  readonly startedUs: number;
  readonly totalBytes: number;
}

export class MergeQueue {
  private running: Running | null = null;
  private stepDueUs = 0;
  private ended: LabMerge[] = [];
  /** Given up by the user, until the machine's state changes. */
  private readonly held = new Set<string>();
  private readonly retryUs = new Map<string, number>();
  /** The end of a live merge broke off and could not be finished yet: its disks stay closed till then. */
  private broken: DiskError | null = null;
  private finish: () => Promise<void> = () => finishBroken(this.lab);
  private mendUs = 0;
  /** "Merge now" was asked for: no policy until nothing is due. */
  private isForced = false;

  constructor(private readonly lab: LabContext) {}

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** Node that is being merged away. */
  get node(): string | null {
    return this.running?.node.id ?? null;
  }

  /** What keeps disks closed: a merge that broke off. */
  get closedBy(): string | null {
    return this.broken?.message ?? null;
  }

  /** Its state cannot be kept aside: files are open, or must be mended. */
  get isBusy(): boolean {
    return this.running !== null || this.broken !== null;
  }

  /** A merge that moves files of Now's chain. */
  get isOfNow(): boolean {
    return this.running?.isOfNow ?? false;
  }

  /** True where one of these files goes while they are merged, or has to be pointed at the file that stays. */
  touches(nodes: readonly MachineNode[]): boolean {
    const { running } = this;
    if (!running) return false;
    const merged = [running.node.id, running.child.id];
    return nodes.some(({ id, parent }) => merged.includes(id) || parent === running.child.id);
  }

  /** When the next step may be made; null = nothing may run. */
  dueUs(): number | null {
    const { lab, running } = this;
    if (!lab.drive.isOn) return null;
    if (this.broken) return this.mendUs;
    const next = running ?? this.nextDue();
    if (!next) return null;
    const allowedUs = this.allowedUs();
    if (allowedUs === null) return null;
    const retryUs = this.retryUs.get(next.key) ?? 0;
    return Math.max(running ? this.stepDueUs : 0, allowedUs, retryUs);
  }

  /** One batch; a merge that may run and has not begun begins. What fails is tried again later. */
  async step(): Promise<void> {
    const { lab } = this;
    if (this.broken) return this.mend().catch((error: unknown) => this.stayBroken(error));
    const due = this.running ?? this.nextDue();
    if (!due) return;
    this.retryUs.delete(due.key);
    try {
      const running = this.running ?? (await this.begin(due));
      const fromUs = Math.max(lab.clock.nowUs, this.stepDueUs);
      const { value, endUs } = await lab.clock.run(fromUs, () => running.live.step());
      this.stepDueUs = endUs + (this.mustRest() ? endUs - fromUs : 0);
      if (value.state === 'switched') await this.end(running);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      await this.fail(due, error);
    }
  }

  /** Everything that is due, at once; nothing else goes on meanwhile. */
  async runAll(): Promise<void> {
    this.held.clear();
    this.retryUs.clear();
    this.isForced = true;
    try {
      while (this.running || this.nextDue()) {
        await this.step();
        if (this.retryUs.size > 0 || this.broken) return;
        this.lab.clock.nowUs = Math.max(this.lab.clock.nowUs, this.stepDueUs);
      }
    } finally {
      this.isForced = false;
    }
  }

  /** Gives a running merge up: the disk reads as before, and it begins anew when it may. */
  async abandon(why: string): Promise<void> {
    const { lab, running } = this;
    if (!running) return;
    this.running = null;
    const { copiedBytes } = running.live.progress;
    await this.orBroken(running, () =>
      lab.clock.hold(async () => {
        await running.live.abandon();
        if (running.isOfNow) await running.attached.endMerge(running.attached.names);
        else await running.attached.close();
      }),
    );
    lab.event(
      'merge',
      `Merge of ${running.node.name} given up: ${why}. ${sizeText(copiedBytes)} of copying are thrown away.`,
      {
        severity: 'warning',
        node: running.node.id,
      },
    );
    this.keep(running, 'cancelled', why, copiedBytes);
  }

  async cancel(): Promise<void> {
    const key = this.running?.key;
    await this.abandon('cancelled');
    if (key) this.held.add(key);
  }

  /** The machine was started or stopped, or the policy changed: what was cancelled may run again. */
  release(): void {
    this.held.clear();
  }

  /** The host lost its power: what was open is gone. */
  lost(): void {
    const { running } = this;
    this.running = null;
    this.retryUs.clear();
    if (running)
      this.keep(running, 'cancelled', 'the host lost its power', running.live.progress.copiedBytes);
  }

  /** Not while one runs: a merge's state lies in open files. */
  copyFor(lab: LabContext): MergeQueue {
    const copy = new MergeQueue(lab);
    copy.ended = [...this.ended];
    for (const key of this.held) copy.held.add(key);
    for (const [key, us] of this.retryUs) copy.retryUs.set(key, us);
    copy.stepDueUs = this.stepDueUs;
    return copy;
  }

  // ── One merge ──────────────────────────────────────────────────────────────────────────────────────────────────────

  private nextDue(): Due | null {
    for (const due of dueMerges(this.lab.state)) {
      for (const disk of Object.keys(due.node.files)) {
        const key = `${due.node.id} ${disk}`;
        if (!this.held.has(key)) return { ...due, disk, key };
      }
    }
    return null;
  }

  /** From when on the policy lets a merge run; null = not as things are. */
  private allowedUs(): number | null {
    const { lab } = this;
    const { policy, power } = lab.state;
    if (this.isForced || policy === 'now' || policy === 'live') return 0;
    if (policy === 'when-off') return power === 'off' ? 0 : null;
    return power === 'running' ? lab.guest.lastBusyUs + IDLE_US : 0;
  }

  /** A live merge leaves every other moment to the guest. */
  private mustRest(): boolean {
    const { policy, power } = this.lab.state;
    return policy === 'live' && power === 'running' && !this.isForced;
  }

  private async begin(due: Due): Promise<Running> {
    const { lab } = this;
    const { chain, first, isOfNow } = fileMergeOf(lab.state, due, due.disk);
    const children = await childrenOf(lab.drive, lab.state, due, due.disk, first);
    const attached = isOfNow ? await lab.attachOne(due.disk) : await lab.openChain(due.disk, chain);
    try {
      const live = await attached.startMerge({ first, last: first + 1, children }, BATCH_BYTES);
      const totalBytes = await live.totalBytes();
      lab.clock.forget();
      const [source, target] = [must(chain[first], 'the child'), must(chain[first + 1], 'the checkpoint')];
      this.running = {
        ...due,
        live,
        attached,
        isOfNow,
        source,
        target,
        startedUs: lab.clock.nowUs,
        totalBytes,
      };
      this.stepDueUs = lab.clock.nowUs;
      lab.event(
        'merge',
        `Merge started: ${due.node.name}, ${shortName(source)} into ${shortName(target)}${lab.guest.running && isOfNow ? ', live' : ''}.`,
        {
          node: due.node.id,
        },
      );
      lab.log.mark(lab.clock.nowUs, 'merge', due.node.name);
      return this.running;
    } catch (error) {
      if (!isOfNow) await attached.close().catch(() => undefined);
      throw error;
    }
  }

  private async end(running: Running): Promise<void> {
    const { lab } = this;
    const { node, child, disk, live, attached, isOfNow } = running;
    const { copiedBytes } = live.progress;
    const state = merged(lab.state, node.id, child.id, disk);
    await lab.clock.hold(() => lab.commit(state));
    this.running = null;
    if (isOfNow) await lab.clock.hold(() => attached.endMerge(lab.chain(NOW, disk)));
    else await attached.close();
    if (!state.checkpoints.some(({ id }) => id === node.id)) {
      lab.guest.forgetNode(node.id);
      await lab.remove(configurationFiles(node));
    }
    const seconds = (lab.clock.nowUs - running.startedUs) / US_PER_SECOND;
    lab.event(
      'merge',
      `Merge finished: ${node.name}. ${sizeText(copiedBytes)} in ${seconds.toFixed(1)} s; ${shortName(running.source)} is gone, ${shortName(running.target)} stays.`,
      {
        node: child.id,
        code: HYPERV_EVENTS.mergeFinished.code,
      },
    );
    this.keep(running, 'done', null, copiedBytes);
  }

  private async fail(due: Due, error: DiskError): Promise<void> {
    const { lab, running } = this;
    if (!lab.drive.isOn) throw error;
    const { text, code } = faultFor(error);
    this.retryUs.set(due.key, lab.clock.nowUs + RETRY_US);
    lab.event('merge', `Merge failed, will be retried: ${due.node.name}. ${text}`, {
      severity: 'error',
      node: due.node.id,
      code: HYPERV_EVENTS.mergeFailed.code + (code ? `, ${code}` : ''),
    });
    // Copying can be done again as it is; a switch that broke off is finished from its journal.
    if (running && running.live.progress.state === 'failed') {
      this.running = null;
      this.broken = error;
      await running.attached.close().catch(() => undefined);
      await this.mend().catch((again: unknown) => this.stayBroken(again));
    }
  }

  /** What fails here leaves files that only recovery may open again. */
  private async orBroken(running: Running, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.broken = error;
      this.mendUs = this.lab.clock.nowUs + RETRY_US;
      if (running.isOfNow) this.lab.disks.delete(running.disk);
      await running.attached.close().catch(() => undefined);
      throw error;
    }
  }

  /** The host's recovery broke off: until `finish` gets through, disks stay closed and nothing merges. */
  breakOff(error: DiskError, finish: () => Promise<void>): void {
    this.broken = error;
    this.finish = finish;
    this.mendUs = this.lab.clock.nowUs + RETRY_US;
  }

  /** Finishes what broke off at its end; nothing where nothing did. Throws why it cannot be finished. */
  async mend(): Promise<void> {
    if (!this.broken) return;
    await this.lab.clock.hold(this.finish);
    this.broken = null;
    this.finish = () => finishBroken(this.lab);
  }

  private async stayBroken(error: unknown): Promise<void> {
    const { lab } = this;
    if (!(error instanceof DiskError) || !lab.drive.isOn) throw error;
    this.broken = error;
    this.mendUs = lab.clock.nowUs + RETRY_US;
    if (lab.state.power === 'running') await standStill(lab, error);
  }

  private keep(
    running: Running,
    state: 'done' | 'cancelled',
    reason: string | null,
    copiedBytes: number,
  ): void {
    const row = this.rowOf(running, state, reason);
    this.ended.push({ ...row, endedUs: this.lab.clock.nowUs, copiedBytes });
    if (this.ended.length > MOST_ENDED) this.ended.shift();
  }

  // ── For the page ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Running, waiting, ended; newest end first. */
  rows(): LabMerge[] {
    const { lab, running } = this;
    const rows: LabMerge[] = [];
    if (running) {
      const { state } = running.live.progress;
      const isRetry = this.retryUs.has(running.key);
      const shown = isRetry ? 'failed' : state === 'catching up' ? 'catching up' : 'merging';
      rows.push(this.rowOf(running, shown, isRetry ? this.retryText(running.key) : this.pauseText()));
    }
    for (const due of dueMerges(lab.state)) {
      for (const disk of Object.keys(due.node.files)) {
        const key = `${due.node.id} ${disk}`;
        if (key === running?.key) continue;
        const isRetry = this.retryUs.has(key);
        rows.push({
          ...waitingRow(due.node, due.child, disk),
          state: isRetry ? 'failed' : 'waits',
          reason: this.reasonOf(key),
        });
      }
    }
    for (const node of waitingNodes(lab.state)) {
      const names = descendantsOf(lab.state, node.id).map(({ name }) => name);
      const reason = `${names.length} still read through its disk: ${listText(names)}. Starts by itself when one is left.`;
      for (const disk of Object.keys(node.files)) rows.push({ ...waitingRow(node, null, disk), reason });
    }
    return [...rows, ...[...this.ended].reverse()];
  }

  private rowOf(running: Running, state: LabMerge['state'], reason: string | null): LabMerge {
    const { nextBlock, blockCount, copiedBytes, dirtyBlocks, writer } = running.live.progress;
    const { key, node, child, disk, source, target, startedUs, totalBytes } = running;
    const merge = { key, node: node.id, nodeName: node.name, child: child.id, disk, source, target };
    return {
      ...merge,
      state,
      reason,
      startedUs,
      endedUs: null,
      nextBlock,
      blockCount,
      copiedBytes,
      totalBytes,
      dirtyBlocks,
      writer,
    };
  }

  private reasonOf(key: string): string {
    if (this.retryUs.has(key)) return this.retryText(key);
    if (this.held.has(key))
      return 'Cancelled. Starts again when the machine is started or stopped, or with “Merge now”.';
    if (!this.lab.drive.isOn) return 'Waits until the host has power.';
    if (this.broken) return `The merge before broke off: ${this.broken.message}`;
    if (this.running) return 'One merge at a time.';
    return this.pauseText() ?? 'Starts at once.';
  }

  private retryText(key: string): string {
    const leftUs = Math.max(0, (this.retryUs.get(key) ?? 0) - this.lab.clock.nowUs);
    return `Failed; tried again in ${Math.ceil(leftUs / US_PER_SECOND)} s.`;
  }

  private pauseText(): string | null {
    const { lab } = this;
    const allowedUs = this.allowedUs();
    if (allowedUs === null) return 'Waits until the machine is off.';
    return allowedUs > lab.clock.nowUs
      ? `Waits until the disks have been idle for ${IDLE_US / US_PER_SECOND} s.`
      : null;
  }
}

function waitingRow(node: MachineNode, child: MachineNode | null, disk: string): LabMerge {
  return {
    key: `${node.id} ${disk}`,
    node: node.id,
    nodeName: node.name,
    child: child?.id ?? null,
    disk,
    source: child?.files[disk] ?? null,
    target: must(node.files[disk], 'a file that waits'),
    state: 'waits',
    reason: null,
    startedUs: null,
    endedUs: null,
    nextBlock: 0,
    blockCount: 0,
    copiedBytes: 0,
    totalBytes: 0,
    dirtyBlocks: 0,
    writer: 'free',
  };
}
