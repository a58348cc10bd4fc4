/**
 * A lab in memory beside flat arrays of what its checkpoints and Now must read. The arrays follow what the guest writes and
 * which checkpoints are taken and applied; the files are read by plain loops, not by the lab's own chains.
 */
import { createHash } from 'node:crypto';
import { expect, onTestFinished, vi } from 'vitest';
import { KIB, MIB } from '../../src/base/units.ts';
import { checkFile } from '../../src/check/checkFile.ts';
import type { DiskImage } from '../../src/formats/diskImage.ts';
import type { LabCommand } from '../../src/lab/commands.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import type { Scenario } from '../../src/lab/history/scenario.ts';
import { Lab } from '../../src/lab/lab.ts';
import { labDate } from '../../src/lab/labTime.ts';
import { AttachedDisk } from '../../src/lab/machine/attachedDisk.ts';
import { type MachineNode, NOW } from '../../src/lab/machine/machine.ts';
import type { Foundation } from '../../src/lab/machine/newMachine.ts';
import { chainOf, nodesOf } from '../../src/lab/machine/tree.ts';
import type { LabMerge } from '../../src/lab/merges/mergeView.ts';
import { MemoryFile } from '../../src/storage/memoryFile.ts';
import { bytesIn } from './builtMachine.ts';
import { labHost, smallScenario } from './labHost.ts';
import { opened } from './opened.ts';
import { sameBytes } from './openedChain.ts';

export const SECOND_US = 1_000_000;
export const DISK = 'disk0';
/** Four blocks; the idle guest writes a log to the first two. */
export const TINY_DISK = { type: 'dynamic', virtualSizeBytes: 2 * MIB, blockSizeBytes: 512 * KIB } as const;

const WRITE = AttachedDisk.prototype.write;

export class LabScene {
  /** What each node must read, by `node disk`. */
  private readonly flats = new Map<string, Uint8Array>();
  /** Files as they were last looked at. */
  private readonly looked = new Map<string, { readonly mark: string; readonly file: LookedAt }>();

  private room = new Uint8Array(0);
  onWrite: (() => void) | null = null;

  private constructor(readonly lab: Lab) {
    for (const [disk, sizeBytes] of Object.entries(lab.view().virtualSizeBytes))
      this.flats.set(`${NOW} ${disk}`, new Uint8Array(sizeBytes));
  }

  /** With one tiny disk where the scenario says nothing else. Closed when the test ends. */
  static async make(change: Partial<Scenario> = {}, foundation: Foundation = {}): Promise<LabScene> {
    const scenario = smallScenario({ disks: [TINY_DISK], ...change });
    const scene = new LabScene(await Lab.create(await labHost(), scenario, foundation));
    const spy = scene.listen();
    onTestFinished(async () => {
      spy.mockRestore();
      await scene.lab.close();
    });
    return scene;
  }

  /** One scene at a time: the newest hears. */
  private listen() {
    const scene = this;
    return vi.spyOn(AttachedDisk.prototype, 'write').mockImplementation(async function (
      this: AttachedDisk,
      firstSector,
      bytes,
    ) {
      await WRITE.call(this, firstSector, bytes);
      const files = Object.entries(scene.lab.state.now?.files ?? {});
      const disk = files.find(([, file]) => file === this.names[0])?.[0];
      if (disk !== undefined) scene.flat(NOW, disk).set(bytes, firstSector * 512);
      scene.onWrite?.();
    });
  }

  // ── Doing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The flat arrays follow. */
  async do(command: LabCommand): Promise<void> {
    const before = new Set(this.lab.state.checkpoints.map(({ id }) => id));
    await this.lab.do(command);
    const fresh = this.lab.state.checkpoints.find(({ id }) => !before.has(id));
    if (fresh) this.copyFlats(NOW, fresh.id);
    const { now } = this.lab.state;
    if ((command.do === 'apply' || command.do === 'revert') && now?.parent) this.copyFlats(now.parent, NOW);
  }

  /** Resolves to the rule's words; fails where the command is carried out, or changes anything. */
  async refused(command: LabCommand): Promise<string> {
    const { state } = this.lab;
    const files = await this.fileHashes();
    const error = await this.lab.do(command).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error, `${command.do} is refused`).toMatchObject({ code: 'bad-request' });
    expect(this.lab.state).toBe(state);
    expect(await this.fileHashes()).toEqual(files);
    return error instanceof Error ? error.message : '';
  }

  /** Takes one, waits until its memory is saved, and resolves to its id. */
  async take(name: string): Promise<string> {
    await this.do({ do: 'take', name });
    await this.untilMemoryIsSaved();
    return this.id(name);
  }

  async untilMemoryIsSaved(): Promise<void> {
    while (this.lab.pages() !== null) await this.lab.step();
  }

  write(firstSector: number, sectorCount: number, seed: number, disk = DISK): Promise<void> {
    return this.do({ do: 'write', disk, firstSector, sectorCount, seed });
  }

  async pass(seconds: number): Promise<void> {
    await this.lab.advance(this.lab.nowUs + seconds * SECOND_US);
  }

  /** Nothing merges and nothing is due to merge or waits for it. */
  isMerged(): boolean {
    return this.merges().every(({ state }) => state === 'done' || state === 'cancelled');
  }

  async untilMerged(): Promise<void> {
    await this.lab.advance(this.lab.nowUs + 600 * SECOND_US, () => !this.isMerged());
    expect(this.isMerged(), 'every merge is done').toBe(true);
  }

  // ── Looking ────────────────────────────────────────────────────────────────────────────────────────────────────────

  get now(): MachineNode {
    return this.node(NOW);
  }

  /** By name or id. */
  node(wanted: string): MachineNode {
    const found = nodesOf(this.lab.state).find(({ id, name }) => id === wanted || name === wanted);
    if (!found) throw new Error(`there is no ${wanted}`);
    return found;
  }

  id(name: string): string {
    return this.node(name).id;
  }

  /** Ids of the checkpoints that there are, and of Now. */
  points(): string[] {
    return nodesOf(this.lab.state).flatMap(({ id, deletedAtUs }) => (deletedAtUs === null ? [id] : []));
  }

  /** Names of checkpoints, deleted ones that hold disks among them. */
  names(): string[] {
    return this.lab.state.checkpoints.map(({ name }) => name);
  }

  /** `child < parent`, with the name of the node that it stands on. */
  tree(): string[] {
    return nodesOf(this.lab.state).map(
      ({ name, parent }) => `${name} < ${parent === null ? '-' : this.node(parent).name}`,
    );
  }

  file(wanted: string, disk = DISK): string {
    const file = this.node(wanted).files[disk];
    if (file === undefined) throw new Error(`${wanted} has no file of ${disk}`);
    return file;
  }

  /** Every file of the folder. */
  files(): string[] {
    return [...this.lab.folder.sizes().keys()];
  }

  has(file: string): boolean {
    return this.lab.folder.sizes().has(file);
  }

  events(kind?: LabEvent['kind']): LabEvent[] {
    return this.lab.log.events.filter((event) => kind === undefined || event.kind === kind);
  }

  merges(): readonly LabMerge[] {
    return this.lab.view().merges;
  }

  bytes(file: string): Promise<Uint8Array> {
    return bytesIn(this.lab.folder, file);
  }

  private async look(file: string): Promise<LookedAt> {
    const mark = this.lab.folder.versionOf(file);
    const known = this.looked.get(file);
    if (known?.mark === mark) return known.file;
    const bytes = await this.bytes(file);
    const found = { bytes, image: await opened(MemoryFile.of(file, bytes, 'read-only')) };
    this.looked.set(file, { mark, file: found });
    return found;
  }

  async text(file: string): Promise<string> {
    return new TextDecoder().decode(await this.bytes(file));
  }

  /** What src/formats finds in the file. */
  async image(file: string): Promise<DiskImage> {
    return (await this.look(file)).image;
  }

  /** SHA-256 of each file, by name. */
  async fileHashes(files: readonly string[] = this.files()): Promise<Record<string, string>> {
    const hashes: Record<string, string> = {};
    for (const file of files) hashes[file] = sha256(await this.bytes(file));
    return hashes;
  }

  /** Disks that a checkpoint froze. */
  frozenFiles(): string[] {
    return this.lab.state.checkpoints.flatMap(({ files }) => Object.values(files));
  }

  flat(wanted: string, disk = DISK): Uint8Array {
    const flat = this.flats.get(`${this.node(wanted).id} ${disk}`);
    if (!flat) throw new Error(`nothing is known of ${disk} at ${wanted}`);
    return flat;
  }

  /** The disk as the files have it. */
  async read(wanted: string, disk = DISK): Promise<Uint8Array> {
    const flat = new Uint8Array(this.flat(NOW, disk).length);
    await this.readInto(flat, wanted, disk);
    return flat;
  }

  private async readInto(flat: Uint8Array, wanted: string, disk: string): Promise<void> {
    flat.fill(0);
    const chain = chainOf(this.lab.state, this.node(wanted).id, disk);
    for (const file of chain.reverse()) putLayer(await this.look(file), flat);
  }

  /** A disk in one file. */
  async readFile(file: string): Promise<Uint8Array> {
    const looked = await this.look(file);
    const flat = new Uint8Array(looked.image.virtualSizeBytes);
    putLayer(looked, flat);
    return flat;
  }

  async expectReads(wanted: string, expected: Uint8Array, disk = DISK): Promise<void> {
    // The same room again and again: disks are looked at after every step.
    if (this.room.length !== expected.length) this.room = new Uint8Array(expected.length);
    await this.readInto(this.room, wanted, disk);
    expect(sameBytes(this.room, expected), `${disk} at ${wanted}, byte for byte`).toBe(true);
  }

  /** Now alone: quick enough for every step. */
  async expectNow(): Promise<void> {
    for (const disk of Object.keys(this.now.files)) await this.expectReads(NOW, this.flat(NOW, disk), disk);
  }

  /** Every checkpoint that there is, and Now: by plain loops. */
  async expectPoints(): Promise<void> {
    for (const { id, disk } of this.pointDisks()) await this.expectReads(id, this.flat(id, disk), disk);
    expect(this.lab.view().guest.wrongReads).toBe(0);
  }

  /** The same, and by the lab's own hashes. */
  async expectDisks(): Promise<void> {
    await this.expectPoints();
    const expected = this.pointDisks().map(({ id, disk }) => [`${id} ${disk}`, sha256(this.flat(id, disk))]);
    const hashes = await this.lab.hashes();
    expect(Object.fromEntries(hashes.map(({ node, disk, sha256 }) => [`${node} ${disk}`, sha256]))).toEqual(
      Object.fromEntries(expected),
    );
  }

  /** What is merged into the disk of a deleted one belongs to its descendant: it is none of them. */
  private pointDisks(): { readonly id: string; readonly disk: string }[] {
    return this.points().flatMap((id) => Object.keys(this.node(id).files).map((disk) => ({ id, disk })));
  }

  /** Nothing that a check calls an error or a warning. */
  async expectSoundFiles(): Promise<void> {
    const { module } = await labHost();
    for (const file of this.files().filter((name) => /\.a?vhd$/.test(name))) {
      const { findings } = await checkFile(await this.image(file), { module, now: labDate(this.lab.nowUs) });
      expect(
        findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => `${file}: ${rule}`),
      ).toEqual([]);
    }
  }

  private copyFlats(from: string, to: string): void {
    for (const disk of Object.keys(this.lab.view().virtualSizeBytes))
      this.flats.set(`${to} ${disk}`, this.flat(from, disk).slice());
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface LookedAt {
  readonly bytes: Uint8Array;
  readonly image: DiskImage;
}

/** What a file holds, over what those below it hold: by its table and its bitmaps, sector by sector. */
function putLayer({ bytes, image: { tables, type } }: LookedAt, flat: Uint8Array): void {
  if (tables.kind === 'flat') {
    flat.set(bytes.subarray(tables.dataOffset, tables.dataOffset + flat.length));
    return;
  }
  const bat = new DataView(bytes.buffer, bytes.byteOffset + tables.batOffset, tables.batEntries * 4);
  const perBlock = tables.blockSizeBytes / 512;
  for (let block = 0; block < tables.batEntries; block++) {
    const entry = bat.getUint32(block * 4);
    if (entry === 0xffffffff) continue;
    const bitmap = bytes.subarray(entry * 512);
    for (let i = 0; i < perBlock && (block * perBlock + i) * 512 < flat.length; i++) {
      const isHeld = ((bitmap[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0;
      if (type === 'differencing' && !isHeld) continue;
      const from = entry * 512 + tables.bitmapBytes + i * 512;
      flat.set(bytes.subarray(from, from + 512), (block * perBlock + i) * 512);
    }
  }
}
