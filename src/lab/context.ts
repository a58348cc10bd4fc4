/** What the parts of a lab share: the folder, the machine's state, time, the log, and the disks that are open. */
import { must } from '../base/assert.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { LabClock } from './clock.ts';
import type { LabDrive } from './drive/labDrive.ts';
import type { EventKind } from './events.ts';
import type { GuestSide } from './guestSide.ts';
import type { LabHost } from './host.ts';
import type { LabIds } from './ids.ts';
import type { EventDetails, LabLog } from './log.ts';
import { AttachedDisk } from './machine/attachedDisk.ts';
import { type StoredMachine, writeMachine } from './machine/configuration.ts';
import { type MachineNode, type MachineState, NOW } from './machine/machine.ts';
import { chainOf, nodeOf } from './machine/tree.ts';
import type { MemorySave } from './memory/memorySave.ts';

/** Memory that is being saved while the machine runs. */
export interface RunningSave {
  readonly save: MemorySave;
  readonly file: RandomAccessFile;
  readonly fileName: string;
  readonly node: string;
}

export class LabContext {
  /** Disks of Now with a VHD, by id; empty while the host has no power, and where they cannot be opened. */
  readonly disks = new Map<string, AttachedDisk>();
  memorySave: RunningSave | null = null;
  /** Why the machine stands still though nobody asked for it ("Paused-Critical"); null = it does not. */
  critical: string | null = null;

  constructor(
    readonly host: LabHost,
    readonly drive: LabDrive,
    readonly clock: LabClock,
    readonly log: LabLog,
    readonly ids: LabIds,
    readonly guest: GuestSide,
    public state: MachineState,
    private readonly stored: Omit<StoredMachine, 'state' | 'nowUs' | 'random' | 'eventCount' | 'guest'>,
  ) {}

  get now(): MachineNode {
    return must(this.state.now, 'the machine has not been removed');
  }

  get virtualSizeBytes(): Readonly<Record<string, number>> {
    return this.stored.virtualSizeBytes;
  }

  get blockSizeBytes(): Readonly<Record<string, number>> {
    return this.stored.blockSizeBytes;
  }

  event(kind: EventKind, text: string, details: EventDetails = {}): void {
    this.log.add(this.clock.nowUs, kind, text, details);
  }

  /** The new state counts when it stands in the configuration: everything before can be undone by recovery. */
  async commit(state: MachineState): Promise<void> {
    await writeMachine(this.drive, this.storedAs(state));
    this.state = state;
  }

  storedAs(state: MachineState): StoredMachine {
    return {
      ...this.stored,
      state,
      nowUs: this.clock.nowUs,
      random: this.ids.count,
      eventCount: this.log.count,
      guest: this.guest.work,
    };
  }

  chain(node: string, disk: string): string[] {
    return chainOf(this.state, node, disk);
  }

  /** Disks of a node that have files, in the order of its settings. */
  vhdsOf(id: string): string[] {
    const node = nodeOf(this.state, id);
    return Object.keys(node.files);
  }

  openChain(disk: string, chain: readonly string[]): Promise<AttachedDisk> {
    const virtualSizeBytes = must(this.virtualSizeBytes[disk], 'a disk of the machine');
    const blockSizeBytes = must(this.blockSizeBytes[disk], 'a disk of the machine');
    return AttachedDisk.open(this.drive, this.host.module, { virtualSizeBytes, blockSizeBytes }, chain);
  }

  /** Opens every disk of Now that is not open. */
  async attach(): Promise<void> {
    if (this.state.now) for (const disk of this.vhdsOf(NOW)) await this.attachOne(disk);
  }

  async attachOne(disk: string): Promise<AttachedDisk> {
    const open = this.disks.get(disk) ?? (await this.openChain(disk, this.chain(NOW, disk)));
    this.disks.set(disk, open);
    return open;
  }

  /** While the machine is off nobody needs its disks: the next start looks at every file anew. */
  async release(): Promise<void> {
    const { power } = this.state;
    if (power === 'running' || power === 'paused') return;
    for (const [disk, attached] of this.disks) {
      if (attached.running) continue;
      this.disks.delete(disk);
      await attached.close();
    }
  }

  async detach(): Promise<void> {
    const open = [...this.disks.values()];
    this.disks.clear();
    for (const disk of open) await disk.close();
  }

  /** Removes what is there of these; a file that was lost needs no removing. */
  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) if (this.drive.sizeOf(name) !== null) await this.drive.remove(name);
  }
}
