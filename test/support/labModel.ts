/**
 * The flat model of a lab: what every checkpoint and Now must read, sector by sector, and which deleted checkpoints may still be
 * there. It hears what the guest asks its disks for, and knows nothing of files, chains and merges.
 */
import { expect, vi } from 'vitest';
import { DiskError } from '../../src/base/errors.ts';
import { Prng } from '../../src/base/prng.ts';
import { checkFile } from '../../src/check/checkFile.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import type { LabCommand } from '../../src/lab/commands.ts';
import { Lab } from '../../src/lab/lab.ts';
import { labDate } from '../../src/lab/labTime.ts';
import { AttachedDisk } from '../../src/lab/machine/attachedDisk.ts';
import { type MachineState, NOW } from '../../src/lab/machine/machine.ts';
import { chainOf, dueMerges, nodesOf } from '../../src/lab/machine/tree.ts';
import { openPoint } from '../../src/lab/transfer/openPoint.ts';
import { labHost, smallScenario } from './labHost.ts';

type Sectors = Map<number, Uint8Array>;

const ZEROS = new Uint8Array(512);
const isSame = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

const POLICIES = ['when-idle', 'when-off', 'live', 'now'] as const;
const DISK = 'disk0';
/** Small blocks, so that ten thousand machines take little memory; programs other than this one want 512 KiB and more. */
const BLOCK_SECTORS = 128;
const DISK_SECTORS = 8 * BLOCK_SECTORS;

export class LabModel {
  private readonly random: Prng;
  /** What the nodes hold, by id. */
  private readonly disks = new Map<string, Sectors>([[NOW, new Map()]]);
  /** Of Now: what sectors that were written since the last flush may hold after a power cut. */
  private maybe = new Map<number, Uint8Array[]>();
  private readonly checked = new Map<string, string>();
  readonly counts = { commands: 0, refused: 0, merges: 0, cuts: 0, failed: 0 };

  private constructor(
    readonly lab: Lab,
    seed: number,
  ) {
    this.random = new Prng(seed);
  }

  /** One sequence; throws at the first thing that is not as the model has it. */
  static async run(seed: number, length: number): Promise<LabModel> {
    const random = new Prng(seed ^ 0x5eed);
    const policy = POLICIES[random.below(4)] ?? 'live';
    const host = await labHost();
    const scenario = smallScenario({
      seed,
      policy,
      disks: [
        {
          type: random.below(5) === 0 ? 'fixed' : 'dynamic',
          virtualSizeBytes: DISK_SECTORS * 512,
          blockSizeBytes: BLOCK_SECTORS * 512,
        },
      ],
    });
    const model = new LabModel(await Lab.create(host, scenario), seed);
    const spies = model.listen();
    try {
      for (let i = 0; i < length; i++) await model.turn(i === length - 1);
      await model.mergeAll();
      return model;
    } catch (error) {
      throw new Error(
        `seed ${seed}, command ${model.counts.commands}: ${error instanceof Error ? error.message : error}`,
        { cause: error },
      );
    } finally {
      for (const spy of spies) spy.mockRestore();
      await model.lab.close().catch(() => undefined);
    }
  }

  private listen() {
    const write = AttachedDisk.prototype.write;
    const flush = AttachedDisk.prototype.flush;
    const hear = (first: number, bytes: Uint8Array) => {
      const now = this.diskOf(NOW);
      for (let i = 0; i * 512 < bytes.length; i++) {
        const may = this.maybe.get(first + i) ?? [now.get(first + i) ?? ZEROS];
        this.maybe.set(first + i, [...may, bytes.slice(i * 512, i * 512 + 512)]);
      }
    };
    const model = this;
    return [
      vi.spyOn(AttachedDisk.prototype, 'write').mockImplementation(async function (
        this: AttachedDisk,
        first,
        bytes,
      ) {
        hear(first, bytes);
        await write.call(this, first, bytes);
        const now = model.diskOf(NOW);
        for (let i = 0; i * 512 < bytes.length; i++) now.set(first + i, bytes.slice(i * 512, i * 512 + 512));
      }),
      vi.spyOn(AttachedDisk.prototype, 'flush').mockImplementation(async function (this: AttachedDisk) {
        await flush.call(this);
        model.maybe.clear();
      }),
    ];
  }

  private diskOf(id: string): Sectors {
    const disk = this.disks.get(id);
    if (!disk) throw new Error(`the model knows no ${id}`);
    return disk;
  }

  // ── One turn ───────────────────────────────────────────────────────────────────────────────────────────────────────

  private async turn(isLast: boolean): Promise<void> {
    const { lab, random } = this;
    const before = lab.state;
    const command = this.choose();
    this.counts.commands++;
    try {
      await lab.do(command);
      if (command.do === 'take') this.taken(before);
      if (command.do === 'apply' || command.do === 'revert') this.applied(before, command.takeFirst);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (error.code === 'bad-request') this.counts.refused++;
      else this.counts.failed++;
      // The first half of "take a checkpoint and apply".
      this.taken(before);
    }
    this.followCut(before);
    const during = lab.state;
    await lab.advance(lab.nowUs + 1e6 * random.below(random.below(4) === 0 ? 30 : 3));
    this.followCut(during);
    this.followMerges(before);
    await this.look(isLast || random.below(3) === 0);
  }

  /** With power and room, everything that is due merges; only what two and more stand on is left. */
  private async mergeAll(): Promise<void> {
    const { lab } = this;
    const before = lab.state;
    if (!lab.view().hostOn) await lab.do({ do: 'power-on' });
    await lab.do({ do: 'drive-size', bytes: null });
    // Memory that is being saved keeps the machine busy; a merge that broke off is mended after a minute.
    await lab.advance(lab.nowUs + (lab.closedBy === null ? 1e6 : 70e6));
    if (lab.view().hostOn && dueMerges(lab.state).length > 0) await lab.do({ do: 'merge-now' });
    this.followCut(before);
    // A plug that was to be pulled later on was pulled in it.
    if (!lab.view().hostOn) return this.mergeAll();
    const left = dueMerges(lab.state).map(({ node }) => node.id);
    expect(left, 'merges that are due and did not run').toEqual([]);
    this.followMerges(before);
    await this.look(true);
  }

  private choose(): LabCommand {
    const { random, lab } = this;
    const { power, now } = lab.state;
    const seed = random.next();
    if (!lab.view().hostOn) return { do: 'power-on' };
    if (!now) return { do: 'take' };
    const names = lab.state.checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null).map(({ id }) => id);
    const checkpoint = names[random.below(Math.max(1, names.length))] ?? 'none';
    const write: LabCommand = {
      do: 'write',
      disk: DISK,
      firstSector: random.below(8) * BLOCK_SECTORS + random.below(24) * 5,
      sectorCount: 1 + random.below(7),
      seed,
    };
    const roll = random.below(100);
    const isRunning = power === 'running';
    if (!isRunning && roll < 34) return { do: power === 'paused' ? 'resume' : 'start' };
    if (roll < 22) return write;
    if (roll < 44 || (names.length === 0 && roll < 78)) return { do: 'take' };
    if (roll < 60) return { do: 'delete', checkpoint };
    if (roll < 66) return { do: 'delete-subtree', checkpoint };
    if (roll < 74) return { do: 'apply', checkpoint, takeFirst: random.below(3) === 0 };
    if (roll < 78) return { do: 'revert', takeFirst: random.below(2) === 0 };
    if (roll < 82) return { do: isRunning ? (random.below(2) === 0 ? 'shut-down' : 'turn-off') : 'take' };
    if (roll < 85) return { do: 'policy', policy: POLICIES[random.below(4)] ?? 'live' };
    if (roll < 91)
      return { do: 'pull-plug', seed, ...(random.below(4) > 0 ? { afterRequests: random.below(90) } : {}) };
    if (roll < 94) {
      const bytes = random.below(2) === 0 ? null : lab.view().usedBytes + random.below(200) * 1024;
      return { do: 'drive-size', bytes };
    }
    if (roll < 96)
      return isRunning ? { do: random.below(3) === 0 ? 'pause' : 'save' } : { do: 'delete-saved-state' };
    if (roll < 98) return { do: 'merge-now' };
    if (roll < 99) return { do: 'cancel-merge' };
    return random.below(3) === 0 ? { do: 'remove-machine' } : write;
  }

  private copyTo(from: string, to: string): void {
    this.disks.set(to, new Map(this.diskOf(from)));
  }

  private newIn(before: MachineState): string | null {
    const known = new Set(before.checkpoints.map(({ id }) => id));
    return this.lab.state.checkpoints.find(({ id }) => !known.has(id))?.id ?? null;
  }

  private taken(before: MachineState): void {
    const id = this.newIn(before);
    if (id) this.copyTo(NOW, id);
  }

  private applied(before: MachineState, takeFirst: boolean): void {
    if (takeFirst) this.taken(before);
    const parent = this.lab.state.now?.parent;
    if (!this.lab.view().hostOn || !parent) return;
    this.copyTo(parent, NOW);
    this.maybe.clear();
  }

  // ── Power cuts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What the machine says after the power came back decides which of the two sides of the cut a command fell on. */
  private followCut(before: MachineState): void {
    const { lab } = this;
    if (!lab.view().hostOn) {
      this.wasOff ??= { before };
      return;
    }
    if (!this.wasOff) return;
    const first = this.wasOff.before;
    this.wasOff = null;
    this.counts.cuts++;
    const id = this.newIn(first);
    if (id && !this.disks.has(id)) this.copyTo(NOW, id);
    const parent = lab.state.now?.parent ?? null;
    // A new file of Now, and not above a checkpoint that was taken just now: another point was applied.
    const wasApplied = parent !== null && parent !== id && this.isNewFile(first);
    if (wasApplied) {
      this.copyTo(parent, NOW);
      this.maybe.clear();
    }
    this.uncertain = true;
  }

  private wasOff: { readonly before: MachineState } | null = null;
  private uncertain = false;

  /** Now has a file that nobody had before the cut. */
  private isNewFile(before: MachineState): boolean {
    const file = this.lab.state.now?.files[DISK];
    return file !== undefined && !nodesOf(before).some(({ files }) => files[DISK] === file);
  }

  // ── The rule of merges ─────────────────────────────────────────────────────────────────────────────────────────────

  /** A deleted checkpoint may only go when at most one stands on it; with two it stays; with none it must be gone. */
  private followMerges(before: MachineState): void {
    const { lab, disks } = this;
    const { state } = lab;
    if (!lab.view().hostOn) return;
    const there = new Set(nodesOf(state).map(({ id }) => id));
    for (const id of [...disks.keys()]) {
      if (there.has(id)) continue;
      if (id === NOW && state.now === null) {
        disks.delete(id);
        continue;
      }
      disks.delete(id);
    }
    for (const node of state.checkpoints) {
      if (node.deletedAtUs === null) continue;
      const on = nodesOf(state).filter(({ parent }) => parent === node.id).length;
      expect(on, `${node.name} is deleted: something stands on it`).toBeGreaterThan(0);
    }
    for (const node of before.checkpoints) {
      if (node.deletedAtUs === null || there.has(node.id) || state.now === null) continue;
      this.counts.merges++;
    }
    for (const row of lab.view().merges) {
      if (row.state !== 'merging' && row.state !== 'catching up') continue;
      const on = nodesOf(state).filter(({ parent }) => parent === row.node);
      expect(on.length, `${row.nodeName} merges with one descendant`).toBe(1);
      if (state.policy === 'when-off')
        expect(state.power, 'merges only while the machine is off').toBe('off');
    }
  }

  // ── Looking ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async look(everywhere: boolean): Promise<void> {
    const { lab } = this;
    const { state } = lab;
    if (!lab.view().hostOn) return;
    const view = lab.view();
    expect(view.guest.wrongReads, 'reads of the guest that were wrong').toBe(0);
    await this.checkFiles();
    // A merge that found no room at its very end: recovery has the last word, and until then nothing is read.
    if (lab.closedBy !== null) return;
    const points = state.now === null ? [] : nodesOf(state).filter(({ deletedAtUs }) => deletedAtUs === null);
    const nodes = everywhere || this.uncertain ? points : points.filter(({ id }) => id === NOW);
    for (const { id } of nodes) await this.read(id, chainOf(state, id, DISK));
    this.uncertain = false;
  }

  private async read(id: string, chain: readonly string[]): Promise<void> {
    const { lab } = this;
    const wanted = this.diskOf(id);
    const module = (await labHost()).module;
    const point = await openPoint(lab.folder, chain, true, { module, caches: SMALL });
    const found = new Uint8Array(512 * BLOCK_SECTORS);
    const expected = new Uint8Array(found.length);
    try {
      for (let first = 0; first < DISK_SECTORS; first += BLOCK_SECTORS) {
        await point.disk.read(first, found);
        if (id === NOW && this.uncertain) this.settle(wanted, first, found);
        expected.fill(0);
        for (const [sector, bytes] of wanted)
          if (sector >= first && sector < first + BLOCK_SECTORS) expected.set(bytes, (sector - first) * 512);
        if (!isSame(found, expected)) this.tell(id, first, found, expected);
      }
    } finally {
      await point.close();
    }
    if (id === NOW && this.uncertain) this.maybe.clear();
  }

  /** After a power cut: of what was written since the last flush, what is found there counts. */
  private settle(wanted: Sectors, first: number, found: Uint8Array): void {
    for (const [sector, may] of this.maybe) {
      if (sector < first || sector >= first + BLOCK_SECTORS) continue;
      const bytes = found.slice((sector - first) * 512, (sector - first + 1) * 512);
      if (may.some((one) => isSame(one, bytes))) wanted.set(sector, bytes);
    }
  }

  private tell(id: string, first: number, found: Uint8Array, expected: Uint8Array): never {
    const i = found.findIndex((byte, at) => byte !== expected[at]);
    const sector = first + Math.floor(i / 512);
    const from = (sector - first) * 512;
    throw new Error(
      `sector ${sector} of ${id} reads ${this.nameOf(sector, found.subarray(from, from + 512))}, not ${this.nameOf(sector, expected.subarray(from, from + 512))}`,
    );
  }

  /** What is known of a sector's contents, for messages. */
  private nameOf(sector: number, bytes: Uint8Array): string {
    if (isSame(bytes, ZEROS)) return 'zeros';
    const nodes = [...this.disks]
      .filter(([, sectors]) => isSame(sectors.get(sector) ?? ZEROS, bytes))
      .map(([id]) => id);
    return `what ${nodes.join(', ') || 'nobody'} holds there`;
  }

  /** Every file that is another one than when it was last looked at. */
  private async checkFiles(): Promise<void> {
    const { lab } = this;
    const { module } = await labHost();
    for (const [name] of lab.folder.sizes()) {
      if (!/\.a?vhd$/.test(name)) continue;
      const mark = lab.folder.versionOf(name);
      if (this.checked.get(name) === mark) continue;
      const file = await lab.folder.open(name, 'read-only');
      try {
        const image = await openImage(file);
        if (!isDiskImage(image)) throw new Error(`${name} is no disk any more`);
        const { findings } = await checkFile(image, { module, now: labDate(lab.nowUs) });
        const isTarget = lab.folder.sizeOf(`${name}.merge-journal`) !== null;
        const bad = findings.filter(
          ({ severity, rule }) =>
            severity !== 'note' && !MAY.has(rule) && !(isTarget && rule === DURING_MERGE),
        );
        if (bad.length > 0)
          throw new Error(bad.map(({ rule, message }) => `${name}: ${rule}: ${message}`).join(' '));
      } finally {
        await file.close();
      }
      this.checked.set(name, mark);
    }
  }
}

const SMALL = { ownerBytes: 2 ** 16, pageBytes: 2 ** 16, stagingBytes: 2 ** 16 };

/** What a power cut may leave in a sound file: room that nothing points at. */
const MAY = new Set(['leaked-space', 'trailing-data']);

/** While something is merged into a file, its journal knows where its end is. */
const DURING_MERGE = 'footer-missing';
