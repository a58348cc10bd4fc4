/**
 * The disk that a chain of files makes, layer 0 first. The core says which file answers; this class reads. Where every
 * file answers at once (private storage, memory, Node) nothing is waited for on the way.
 */
import { assert, must } from '../base/assert.ts';
import { viewOf } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { type DiskCore, EXTENT_FIELDS } from '../core/core.ts';
import { LAYER_MISSING, LAYER_UNALLOCATED } from '../core/records.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { ENTRY_BYTES, UNUSED_ENTRY } from '../formats/vhd/blockAllocationTable.ts';
import type { BlockSummary } from '../formats/vhd/blockChecks.ts';
import type { ReadRequest } from '../storage/randomAccessFile.ts';
import type { ReadRequests } from './cost/fileRequests.ts';
import { indexRequests } from './cost/indexRequests.ts';
import { measureTrace, type TraceCosts } from './cost/measureTrace.ts';
import { type MapCells, type MapRequest, mapCells, type Survey, shareUnits, surveyDisk } from './diskMap.ts';
import { type DiskPiece, type Gap, type PassOptions, type PassSource, passOver } from './diskPass.ts';
import { type HeldRun, heldRuns, readHeld } from './heldRuns.ts';
import { LayerFiles, missingParent, withSectors } from './layerFiles.ts';
import { LeafWriter } from './leafWriter.ts';
import { ReadPlan } from './readPlan.ts';
import type { ReadTrace, TraceExtent } from './readTrace.ts';
import { traceRead } from './traceRead.ts';
import type { VirtualDisk } from './virtualDisk.ts';
import { openForReading } from './writeFaults.ts';

type OnRun = (layer: number, fileOffset: number, targetSector: number, sectorCount: number) => void;

/** Used within one turn only, by one chain after the other. */
const PLAN = new ReadPlan();

export class DiskChain implements VirtualDisk {
  readonly sectorSizeBytes = SECTOR_BYTES as 512;
  readonly sectorCount: number;
  private readonly files: LayerFiles;
  private readonly writer: LeafWriter | null;

  constructor(
    /** Layer 0 first, as the files were when they were opened. */
    readonly layers: readonly DiskImage[],
    private readonly core: DiskCore,
    readonly findings: readonly Finding[],
    private readonly summaries: readonly (BlockSummary | null)[],
    writable = false,
  ) {
    const leaf = must(layers[0], 'a chain has a leaf');
    this.sectorCount = leaf.virtualSizeBytes / SECTOR_BYTES;
    this.files = new LayerFiles(layers);
    this.writer = writable ? new LeafWriter(leaf, core, this.files, summaries[0] ?? null) : null;
  }

  /**
   * Gives its memory back for the next chain; the files are the caller's to close. Nothing may be asked of it afterwards. A
   * read that was given up may still arrive where files have to be waited for: their memory is not used again.
   */
  close(): void {
    if (this.files.readNow) this.core.release();
  }

  /** Sectors of one cell of the index. */
  get unitSectors(): number {
    return this.core.unitSectors;
  }
  get unitCount(): number {
    return this.core.unitCount;
  }
  /** Bytes of block tables in memory. */
  get tableBytes(): number {
    return this.core.layers.reduce((sum, layer) => sum + layer.batEntries * 4, 0);
  }
  get bitmapCacheBytes(): number {
    return this.core.cacheBytes.used;
  }
  get bitmapCacheLimitBytes(): number {
    return this.core.cacheBytes.limit;
  }
  get memoryBytes(): number {
    return this.core.memoryBytes;
  }

  /** Allocated blocks, stride and alignment of a layer's file; null for flat images. */
  blockSummary(layer: number): BlockSummary | null {
    return (layer === 0 && this.writer?.summary) || (this.summaries[layer] ?? null);
  }

  /** Throws 'parent-missing' where a sector has no answer, and the storage's fault where a file cannot be read. */
  async read(firstSector: number, target: Uint8Array): Promise<void> {
    if (this.readOneRun(firstSector, target)) return;
    await this.readRuns(firstSector, target, null, (gap) => {
      if (gap.layer === LAYER_MISSING) throw this.missingAt(firstSector + gap.targetSector, gap.sectorCount);
    });
  }

  /** As `read`, without waiting: only where every file of the chain answers at once. */
  readNow(firstSector: number, target: Uint8Array): void {
    assert(this.files.readNow, 'every file answers at once');
    if (this.readOneRun(firstSector, target)) return;
    const total = target.length / SECTOR_BYTES;
    for (let done = 0; done < total; ) {
      const from = firstSector + done;
      const rest = target.subarray(done * SECTOR_BYTES);
      done += this.readSomeNow(from, rest, null, (layer, at, sectorCount) => {
        if (layer === LAYER_MISSING) throw this.missingAt(from + at, sectorCount);
      });
    }
  }

  /** Never throws for a missing parent: those bytes are zeros, and `owners` (a byte a sector) says so. */
  async readOwned(firstSector: number, target: Uint8Array, owners: Uint8Array): Promise<void> {
    await this.readRuns(
      firstSector,
      target,
      (layer, _offset, at, count) => owners.fill(layer, at, at + count),
      () => {},
    );
  }

  /** What answers each run of the range, in order. */
  async extents(firstSector: number, sectorCount: number): Promise<TraceExtent[]> {
    this.checkRange(firstSector, sectorCount);
    const extents: TraceExtent[] = [];
    let done = 0;
    while (done < sectorCount) {
      const first = firstSector + done;
      done += await this.resolve(first, sectorCount - done, (layer, fileOffset, at, count) => {
        const kind =
          layer === LAYER_MISSING ? 'missing' : layer === LAYER_UNALLOCATED ? 'unallocated' : 'data';
        const before = extents.at(-1);
        if (before && before.kind === kind && kind !== 'data') {
          extents[extents.length - 1] = { ...before, sectorCount: before.sectorCount + count };
          return;
        }
        extents.push({
          kind,
          layer: kind === 'data' ? layer : -1,
          firstSector: first + at,
          sectorCount: count,
          fileOffset,
        });
      });
    }
    return extents;
  }

  async trace(firstSector: number, sectorCount: number): Promise<ReadTrace> {
    this.checkRange(firstSector, sectorCount);
    return traceRead(this.core, this.files, this.layers, firstSector, sectorCount);
  }

  /**
   * What `read` of this range would ask of the files; bitmaps that it needs are read, data is not. Where the parent is
   * missing there is nothing to ask.
   */
  async traceIndex(firstSector: number, sectorCount: number): Promise<ReadRequests> {
    this.checkRange(firstSector, sectorCount);
    return indexRequests(this.core, this.files, firstSector, sectorCount);
  }

  /**
   * Forgets owner maps and pieces of bitmap: the next read asks the files for what it needs. Block tables stay, and what a
   * survey settled. No read may be under way.
   */
  forgetCaches(): void {
    this.core.forgetCaches();
  }

  /** The walk over a range, as far as its bitmaps are in memory, for timing: returns the sectors that it answered. */
  walkInMemory(firstSector: number, sectorCount: number): number {
    let done = 0;
    while (done < sectorCount && this.core.walk(firstSector + done, sectorCount - done, false) > 0)
      done += this.core.answeredSectors;
    return done;
  }

  /** Makes every look-up and read of a trace again and says what each costs here. */
  measure(trace: ReadTrace): Promise<TraceCosts> {
    return measureTrace(this, trace);
  }

  map(request: MapRequest): Promise<MapCells> {
    this.checkRange(request.firstSector, request.sectorCount);
    return mapCells(this.core, this.files, request);
  }

  /** `counts[unit * (layers + 2) + layer]` sectors; the last two columns are missing and unallocated. */
  unitShares(firstUnit: number, unitCount: number): Promise<Uint16Array> {
    return shareUnits(this.core, this.files, firstUnit, unitCount);
  }

  /** Reads every bitmap that matters and counts what each layer answers; afterwards maps are exact. */
  survey(meter?: ProgressMeter, signal?: AbortSignal): Promise<Survey> {
    return surveyDisk(this.core, this.files, meter, signal);
  }

  /** In-memory cost of looking one sector up, by the walk or by the index, for timing: runs `repeats` look-ups. */
  lookupRepeatedly(sector: number, repeats: number, byWalk: boolean): void {
    this.core.lookupMany(new Float64Array(1).fill(sector), byWalk);
    const queries = new Float64Array(Math.min(repeats, 4096));
    for (let done = 0; done < repeats; done += queries.length) {
      queries.fill(sector);
      this.core.lookupMany(queries, byWalk);
    }
  }

  /** The disk from `firstSector` to its end, once, in pieces of `chunkBytes`; what no file holds is not read. */
  passes(options: PassOptions): AsyncGenerator<DiskPiece, void, undefined> {
    const { core, files, sectorCount } = this;
    const source: PassSource = {
      sectorCount,
      staging: core.staging,
      waits: files.readNow === null,
      read: (firstSector, target, onGap) => this.readRuns(firstSector, target, null, onGap),
      isZero: (from, lengthBytes) => core.isZero(from, lengthBytes),
      missingAt: (firstSector, count) => this.missingAt(firstSector, count),
    };
    return passOver(source, options);
  }

  /** For large reads; nobody else uses it while no pass is under way. */
  get staging(): Uint8Array {
    return this.core.staging;
  }

  /** Runs of the range that one of the layers below `layerCount` holds, in sectors from its start. */
  heldRuns(firstSector: number, sectorCount: number, layerCount: number): Promise<HeldRun[]> {
    this.checkRange(firstSector, sectorCount);
    return heldRuns(this.core, this.files, firstSector, sectorCount, layerCount);
  }

  /** Fills those runs of `target` and leaves the rest; `target` and `scratch` lie in the staging memory. */
  async readHeld(
    firstSector: number,
    target: Uint8Array,
    scratch: Uint8Array,
    layerCount: number,
  ): Promise<void> {
    this.checkRange(firstSector, target.length / SECTOR_BYTES);
    await readHeld(this.core, this.files, firstSector, target, scratch, layerCount);
  }

  /** True when these bytes of a piece are all zero. */
  isZero(bytes: Uint8Array): boolean {
    const from = bytes.byteOffset - this.core.staging.byteOffset;
    assert(bytes.buffer === this.core.staging.buffer && from >= 0, 'the bytes lie in the staging memory');
    return this.core.isZero(from, bytes.length);
  }

  /**
   * Writes whole sectors to the newest file; `source` stays as it is until this ends. Calls of `write` and `flush` wait
   * for one another in the order in which they are made. Reads do not wait: until this ends, each sector reads as before
   * or as written, and from then on as written. Zeros are written as any other bytes.
   *
   * A file with children must not be written to: they would read the new bytes wherever they do not hold a sector. Nobody
   * can tell that from the file itself, so it is for the caller to know.
   *
   * Throws 'permission' where the chain was opened for reading, 'limit' where the file cannot grow that far, and what the
   * storage throws; then the meaning says what the sectors read.
   */
  async write(firstSector: number, source: Uint8Array): Promise<void> {
    this.checkRange(firstSector, source.length / SECTOR_BYTES);
    if (!this.writer) throw openForReading(must(this.layers[0], 'a chain has a leaf'));
    await this.writer.write(firstSector, source);
  }

  /** What was written before survives a power cut. */
  async flush(): Promise<void> {
    await this.writer?.flush();
  }

  /**
   * A block of an older layer was copied to another place of its file, where `entry` points. Its bits and the index stay:
   * there it holds the same sectors, and others only that newer layers hold. No read may be under way.
   */
  blockMoved(layer: number, block: number, entry: number): void {
    assert(layer > 0 && this.layers[layer], 'an older layer of the chain');
    const table = viewOf(this.core.batBytes(layer));
    // A block that is new to the file holds nothing that this chain could ask it for.
    if (table.getUint32(block * ENTRY_BYTES) === UNUSED_ENTRY) return;
    table.setUint32(block * ENTRY_BYTES, entry);
  }

  private missingAt(firstSector: number, sectorCount: number): DiskError {
    return missingParent(firstSector, sectorCount, must(this.layers.at(-1), 'a chain has a root'));
  }

  private checkRange(firstSector: number, sectorCount: number): void {
    const whole = Number.isSafeInteger(firstSector) && Number.isSafeInteger(sectorCount);
    if (whole && firstSector >= 0 && sectorCount > 0 && firstSector + sectorCount <= this.sectorCount) return;
    throw new DiskError({
      code: 'bad-request',
      message: `Sectors ${firstSector} + ${sectorCount} are not on this disk: it has ${this.sectorCount} sectors.`,
      remedy: `Ask for sectors 0 to ${this.sectorCount - 1}.`,
    });
  }

  /** Fills `target`, telling every run and every gap; gaps are zeroed. */
  private async readRuns(
    firstSector: number,
    target: Uint8Array,
    onRun: OnRun | null,
    onGap: (gap: Gap) => void,
  ): Promise<void> {
    const total = target.length / SECTOR_BYTES;
    this.checkRange(firstSector, total);
    let done = 0;
    while (done < total) {
      const rest = done === 0 ? target : target.subarray(done * SECTOR_BYTES);
      const shifted = done;
      const run: OnRun | null =
        onRun && ((layer, offset, at, count) => onRun(layer, offset, at + shifted, count));
      const gap = (layer: number, at: number, sectorCount: number) => {
        const kind = layer === LAYER_MISSING ? LAYER_MISSING : LAYER_UNALLOCATED;
        onGap({ layer: kind, targetSector: at + shifted, sectorCount });
      };
      done += this.files.readNow
        ? this.readSomeNow(firstSector + done, rest, run, gap)
        : await this.readSome(firstSector + done, rest, run, gap);
    }
  }

  /** Most small reads lie in one run of one file: no plan and no waiting for those. False = nothing was done. */
  private readOneRun(firstSector: number, target: Uint8Array): boolean {
    const { core, files } = this;
    const sectorCount = target.length / SECTOR_BYTES;
    if (files.readNow === null) return false;
    this.checkRange(firstSector, sectorCount);
    if (this.resolveNow(firstSector, sectorCount) !== 1 || core.answeredSectors !== sectorCount) return false;
    const layer = core.extents[3] ?? LAYER_UNALLOCATED;
    if (layer >= LAYER_MISSING) return false;
    this.readRunNow(files.readNow[layer], core.extents[1] ?? 0, target, firstSector);
    return true;
  }

  /** As far as one call of the core answers; returns the sectors read. */
  private readSomeNow(
    firstSector: number,
    target: Uint8Array,
    onRun: OnRun | null,
    onGap: (layer: number, at: number, count: number) => void,
  ): number {
    const { core } = this;
    const plan = PLAN;
    const reads = must(this.files.readNow, 'every file answers at once');
    const wanted = target.length / SECTOR_BYTES;
    const found = this.resolveNow(firstSector, wanted);
    const answered = core.answeredSectors;
    const { extents } = core;
    plan.clear();
    for (let i = 0; i < found * EXTENT_FIELDS; i += EXTENT_FIELDS) {
      const layer = extents[i + 3] ?? 0;
      const at = (extents[i] ?? 0) - firstSector;
      onRun?.(layer, extents[i + 1] ?? 0, at, extents[i + 2] ?? 0);
      plan.add(layer, extents[i + 1] ?? 0, at, extents[i + 2] ?? 0);
    }
    plan.paint(
      (layer) => this.files.file(layer).readThroughBytes,
      (layer, offset, at, count) => {
        const part = target.subarray(at * SECTOR_BYTES, (at + count) * SECTOR_BYTES);
        this.readRunNow(reads[layer], offset, part, firstSector + at);
      },
      (layer, at, count) => {
        target.fill(0, at * SECTOR_BYTES, (at + count) * SECTOR_BYTES);
        onGap(layer, at, count);
      },
    );
    return answered;
  }

  private readRunNow(
    read: ((offset: number, target: Uint8Array) => void) | undefined,
    offset: number,
    target: Uint8Array,
    firstSector: number,
  ): void {
    try {
      must(read, 'the answering layer is in the chain')(offset, target);
    } catch (error) {
      throw withSectors(error, firstSector, target.length / SECTOR_BYTES);
    }
  }

  private async readSome(
    firstSector: number,
    target: Uint8Array,
    onRun: OnRun | null,
    onGap: (layer: number, at: number, count: number) => void,
  ): Promise<number> {
    const requests = new Map<number, ReadRequest[]>();
    const answered = await this.resolve(
      firstSector,
      target.length / SECTOR_BYTES,
      (layer, offset, at, count) => {
        onRun?.(layer, offset, at, count);
        const part = target.subarray(at * SECTOR_BYTES, (at + count) * SECTOR_BYTES);
        if (layer >= LAYER_MISSING) {
          part.fill(0);
          onGap(layer, at, count);
          return;
        }
        const list = requests.get(layer);
        if (list) list.push({ offset, target: part });
        else requests.set(layer, [{ offset, target: part }]);
      },
    );
    try {
      await Promise.all(Array.from(requests, ([layer, list]) => this.files.file(layer).readMany(list)));
    } catch (error) {
      throw withSectors(error, firstSector, answered);
    }
    return answered;
  }

  private resolveNow(firstSector: number, sectorCount: number): number {
    const { core } = this;
    for (;;) {
      const found = core.resolve(firstSector, sectorCount);
      if (found > 0) return found;
      if (found < 0) this.files.loadPagesNow(core, core.neededPages());
    }
  }

  /** Runs of the range as far as one call of the core answers, in sectors from its start; returns the sectors answered. */
  private async resolve(firstSector: number, sectorCount: number, onRun: OnRun): Promise<number> {
    const { core } = this;
    for (;;) {
      const found = core.resolve(firstSector, sectorCount);
      if (found < 0) await this.files.loadPages(core, core.neededPages());
      if (found <= 0) continue;
      const { extents } = core;
      for (let i = 0; i < found * EXTENT_FIELDS; i += EXTENT_FIELDS) {
        onRun(extents[i + 3] ?? 0, extents[i + 1] ?? 0, (extents[i] ?? 0) - firstSector, extents[i + 2] ?? 0);
      }
      return core.answeredSectors;
    }
  }
}
