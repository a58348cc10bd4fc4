/**
 * The guest with its memory, and what its disks are known to hold: everything it reads is compared with what it wrote.
 * A checkpoint keeps a copy of that knowledge, as its files keep the data.
 */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { Prng } from '../base/prng.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { LabContext } from './context.ts';
import type { Guest, GuestAction, GuestFigures, GuestKind, GuestOperation } from './guest/guest.ts';
import { startGuest } from './guest/startGuest.ts';
import { WrittenSectors } from './guest/writtenSectors.ts';
import { labDate } from './labTime.ts';
import type { AttachedDisk } from './machine/attachedDisk.ts';
import { type DiskFiles, type MachineState, NOW } from './machine/machine.ts';
import { seededBytes } from './machine/newDisks.ts';
import { nodesOf } from './machine/tree.ts';
import { GuestMemory } from './memory/guestMemory.ts';
import { PAGE_BYTES } from './memory/memory.ts';

/** The guest works on the first disk. */
export const SYSTEM_DISK = 'disk0';

export interface GuestWork {
  readonly kind: GuestKind;
  readonly load: number;
  /** Its disk carries a volume. */
  readonly volume: boolean;
}

type Known = ReadonlyMap<string, WrittenSectors>;

interface Unflushed {
  readonly firstSector: number;
  readonly sectorCount: number;
}

/** An operation that an error of the drive stopped, to be gone on with at this action. */
export interface StuckOperation {
  readonly operation: GuestOperation;
  readonly action: number;
}

const NO_FIGURES: GuestFigures = { operations: 0, confirmedOrders: 0, writtenOrders: 0 };

export class GuestSide {
  running: Guest | null = null;
  memory: GuestMemory | null = null;
  stuck: StuckOperation | null = null;
  checkedReads = 0;
  wrongReads = 0;
  unknownSectors = 0;
  /** When the next operation is due. */
  dueUs = 0;
  /** When it last had something done by a disk. */
  lastBusyUs = 0;
  private lastFigures = NO_FIGURES;
  private readonly known = new Map<string, Known>();
  private prepared: { readonly files: DiskFiles; readonly known: Known } | null = null;
  private readonly unflushed = new Map<string, Unflushed[]>();
  private room = new Uint8Array(0);

  constructor(
    private readonly seed: number,
    public work: GuestWork,
  ) {}

  get figures(): GuestFigures {
    return this.running?.figures() ?? this.lastFigures;
  }

  setWork(kind: GuestKind, load: number): void {
    this.work = { ...this.work, kind, load };
    this.running?.setWork(kind, load);
  }

  // ── Starting and stopping ──────────────────────────────────────────────────────────────────────────────────────────

  /** From the disk, or from what a saved state holds. */
  async start(
    lab: LabContext,
    saved: { readonly memory: GuestMemory; readonly guest: Uint8Array } | null,
  ): Promise<void> {
    const { memoryBytes } = lab.now.settings;
    const pageCount = Math.max(1, Math.floor(memoryBytes / PAGE_BYTES));
    this.memory = saved?.memory ?? new GuestMemory(pageCount, this.seed);
    const disk = lab.disks.get(SYSTEM_DISK);
    const sectorCount = disk?.sectorCount ?? 0;
    const { kind, load, volume } = this.work;
    this.running = await startGuest({
      kind,
      load,
      seed: this.seed + lab.ids.count,
      sectorCount,
      pageCount: this.memory.pageCount,
      hasVolume: volume && disk !== undefined,
      saved: saved?.guest ?? null,
      now: () => labDate(lab.clock.nowUs),
      read: async (firstSector, count) => {
        const bytes = new Uint8Array(count * SECTOR_BYTES);
        await must(disk, 'the guest has a disk').read(firstSector, bytes);
        return bytes;
      },
    });
    this.running.setWork(kind, load);
    this.stuck = null;
    this.dueUs = lab.clock.nowUs;
    this.lastBusyUs = lab.clock.nowUs;
  }

  /** Memory and caches are gone. */
  stop(): void {
    this.lastFigures = this.figures;
    this.running = null;
    this.memory = null;
    this.stuck = null;
  }

  // ── Operations ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Does one operation; resolves to its latency. An error of the drive leaves it `stuck` where it was. */
  async operate(lab: LabContext): Promise<{ readonly startUs: number; readonly endUs: number }> {
    const guest = must(this.running, 'the guest runs');
    const { operation, action: from } = this.stuck ?? { operation: guest.next(), action: 0 };
    const startUs = Math.max(this.dueUs, lab.clock.nowUs);
    let endUs = startUs;
    for (const [i, action] of operation.actions.entries()) {
      if (i < from) continue;
      // If it fails, it is this action that is done again.
      this.stuck = { operation, action: i };
      ({ endUs } = await lab.clock.run(endUs, () => this.act(lab, action)));
      if (action.kind !== 'touch') this.lastBusyUs = endUs;
    }
    this.stuck = null;
    return { startUs, endUs };
  }

  /** When the operation behind this one is due: asked for only when it is. */
  schedule(endUs: number): void {
    const guest = must(this.running, 'the guest runs');
    const operation = guest.next();
    this.stuck = { operation, action: 0 };
    this.dueUs = endUs + operation.afterUs;
  }

  /** Ends the operation that was begun or chosen, so that what the guest believes of its disk is so. */
  async drain(lab: LabContext): Promise<void> {
    if (!this.running || !this.stuck) return;
    this.dueUs = Math.min(this.dueUs, lab.clock.nowUs);
    await this.operate(lab);
  }

  /** All of these at once, as when the guest is asked to bring its files in order. */
  async actAll(lab: LabContext, actions: readonly GuestAction[]): Promise<void> {
    for (const action of actions) await this.act(lab, action);
  }

  private async act(lab: LabContext, action: GuestAction): Promise<void> {
    if (action.kind === 'touch') return this.touch(lab, action.page);
    const disk = openDisk(lab, SYSTEM_DISK);
    if (action.kind === 'read') {
      const bytes = this.roomFor(action.sectorCount * SECTOR_BYTES);
      await disk.read(action.firstSector, bytes);
      this.compare(lab, action.firstSector, bytes);
    } else if (action.kind === 'write') {
      await this.write(lab, SYSTEM_DISK, action.firstSector, action.bytes);
    } else {
      await disk.flush();
      this.unflushed.delete(SYSTEM_DISK);
    }
  }

  /** For one read, which nobody keeps: the guest does one thing after the other. */
  private roomFor(lengthBytes: number): Uint8Array {
    if (this.room.length < lengthBytes) this.room = new Uint8Array(lengthBytes);
    return this.room.subarray(0, lengthBytes);
  }

  private async touch(lab: LabContext, page: number): Promise<void> {
    const memory = must(this.memory, 'the machine has memory');
    await lab.memorySave?.save.intercept(page);
    memory.touch(page);
  }

  /** The knowledge first: of a write that fails nobody knows what the sectors hold. */
  async write(lab: LabContext, disk: string, firstSector: number, bytes: Uint8Array): Promise<void> {
    const attached = openDisk(lab, disk);
    const sectorCount = bytes.length / SECTOR_BYTES;
    const pending = this.unflushed.get(disk) ?? [];
    pending.push({ firstSector, sectorCount });
    this.unflushed.set(disk, pending);
    const known = this.knownOf(NOW, disk);
    known.forget(firstSector, sectorCount);
    await attached.write(firstSector, bytes);
    known.write(firstSector, bytes);
  }

  /** Sectors with bytes from a seed, and a flush: what scenarios and tests let the guest do. */
  async writeSeeded(
    lab: LabContext,
    what: {
      readonly disk: string;
      readonly firstSector: number;
      readonly sectorCount: number;
      readonly seed: number;
    },
  ): Promise<void> {
    const bytes = seededBytes(new Prng(what.seed), what.sectorCount * SECTOR_BYTES);
    await this.write(lab, what.disk, what.firstSector, bytes);
    await openDisk(lab, what.disk).flush();
    this.unflushed.delete(what.disk);
    this.lastBusyUs = lab.clock.nowUs;
  }

  private compare(lab: LabContext, firstSector: number, bytes: Uint8Array): void {
    const { wrongSectors, unknownSectors } = this.knownOf(NOW, SYSTEM_DISK).check(firstSector, bytes);
    this.checkedReads++;
    this.unknownSectors += unknownSectors;
    if (wrongSectors === 0) return;
    this.wrongReads++;
    if (this.wrongReads > 1 && this.wrongReads % 100 !== 0) return;
    lab.event(
      'guest',
      `The guest reads what it did not write: ${wrongSectors} of ${bytes.length / SECTOR_BYTES} sectors from ${firstSector} on. Nothing said so before.`,
      { severity: 'error', node: NOW },
    );
  }

  // ── What is known of the disks ─────────────────────────────────────────────────────────────────────────────────────

  knownOf(node: string, disk: string): WrittenSectors {
    const ofNode = this.known.get(node);
    const found = ofNode?.get(disk);
    if (found) return found;
    const empty = new WrittenSectors();
    this.known.set(node, new Map([...(ofNode ?? []), [disk, empty]]));
    return empty;
  }

  /** `to` knows what `from` knows: a checkpoint was taken, or applied. */
  copyKnown(from: string, to: string): void {
    this.known.set(to, forked(this.known.get(from)));
  }

  /** Known of the disks of a Now that does not count yet. */
  prepareNow(from: string, files: DiskFiles): void {
    this.prepared = { files, known: forked(this.known.get(from)) };
  }

  /** The prepared Now counts. */
  adoptNow(): void {
    if (this.prepared) this.known.set(NOW, this.prepared.known);
    this.prepared = null;
  }

  /** After a power cut: `state` is what the configuration says, and so tells whether a Now that was prepared counts. */
  followTo(state: MachineState): void {
    const { prepared } = this;
    const isPrepared = prepared && sameFiles(prepared.files, state.now?.files ?? {});
    if (isPrepared) this.adoptNow();
    this.prepared = null;
    const ids = new Set(nodesOf(state).map(({ id }) => id));
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
  }

  forgetNode(node: string): void {
    this.known.delete(node);
  }

  /** The power is gone: what was not flushed may be there or not. */
  forgetUnflushed(): void {
    for (const [disk, writes] of this.unflushed) {
      const known = this.knownOf(NOW, disk);
      for (const { firstSector, sectorCount } of writes) known.forget(firstSector, sectorCount);
    }
    this.unflushed.clear();
  }

  /** Everything that was written is durable. */
  flushed(): void {
    this.unflushed.clear();
  }

  // ── For history ────────────────────────────────────────────────────────────────────────────────────────────────────

  copy(): GuestSide {
    const copy = new GuestSide(this.seed, this.work);
    copy.memory = this.memory?.fork() ?? null;
    copy.stuck = this.stuck;
    copy.checkedReads = this.checkedReads;
    copy.wrongReads = this.wrongReads;
    copy.unknownSectors = this.unknownSectors;
    copy.dueUs = this.dueUs;
    copy.lastBusyUs = this.lastBusyUs;
    copy.lastFigures = this.figures;
    for (const [node, known] of this.known) copy.known.set(node, forked(known));
    for (const [disk, writes] of this.unflushed) copy.unflushed.set(disk, [...writes]);
    return copy;
  }

  /** The guest of a copy, from what the first one held. */
  async restore(lab: LabContext, saved: Uint8Array): Promise<void> {
    const { memory, stuck, dueUs, lastBusyUs } = this;
    await this.start(lab, { memory: must(memory, 'a running machine has memory'), guest: saved });
    Object.assign(this, { stuck, dueUs, lastBusyUs });
  }
}

/** Throws 'busy' while a merge that broke off keeps it closed. */
function openDisk(lab: LabContext, disk: string): AttachedDisk {
  const open = lab.disks.get(disk);
  if (open) return open;
  throw new DiskError({
    code: 'busy',
    message: `${disk} is closed until the merge of its files that broke off is finished or given up.`,
    meaning: 'Everything that was written to the disk is in its files.',
    remedy: 'Take away what stopped the merge; then let the machine go on.',
  });
}

function sameFiles(one: DiskFiles, other: DiskFiles): boolean {
  const disks = Object.keys(one);
  return disks.length === Object.keys(other).length && disks.every((disk) => one[disk] === other[disk]);
}

function forked(known: Known | undefined): Known {
  return new Map([...(known ?? [])].map(([disk, sectors]) => [disk, sectors.fork()]));
}
