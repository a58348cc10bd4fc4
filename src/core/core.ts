/**
 * The only door to WASM. One instance a chain: its memory is taken when the chain is opened and does not grow after that,
 * so views of it stay valid. The core does no I/O: where it needs bitmaps it says which, and is asked again.
 */
import { instantiate } from '../../build/core/core.js';
import { assert } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { sizeText } from '../base/units.ts';
import { type CoreStep, EXTENT_FIELDS, type PageRequest, readRequests, readSteps } from './records.ts';

export type CoreModule = WebAssembly.Module;
type Exports = Awaited<ReturnType<typeof instantiate>>;

export interface CoreLayer {
  readonly kind: 'flat' | 'blocks' | 'differencing';
  readonly sectorCount: number;
  /** 0 for flat layers. */
  readonly blockSectors: number;
  readonly bitmapSectors: number;
  readonly batEntries: number;
  /** Flat layers: bytes before sector 0. */
  readonly dataOffset: number;
}

export interface CoreOptions {
  readonly sectorCount: number;
  /** The last file's parent is not here. */
  readonly incomplete: boolean;
  /** Bytes of owner maps and of bitmap pieces kept. */
  readonly ownerBytes?: number;
  readonly pageBytes?: number;
  /** Bytes of memory for large reads. */
  readonly stagingBytes?: number;
}

const KINDS = { flat: 0, blocks: 1, differencing: 2 } as const;
export const MAP_MODES = { layer: 0, density: 1, depth: 2 } as const;
/** Largest unit of the index, sectors. */
const LARGEST_UNIT = 4096;
const WASM_PAGE_BYTES = 65536;
/** What the module declares for itself. */
const INITIAL_PAGES = 16;
/** Tables, caches and staging of one chain, all together. */
export const MEMORY_LIMIT_BYTES = 3 * 1024 ** 3;

const MIB = 1024 ** 2;

/**
 * Memory of small chains that were closed: who opens many of them, one after the other, would else wait for the collector
 * again and again.
 */
const spares: WebAssembly.Memory[] = [];
const MOST_SPARES = 4;
const LARGEST_SPARE_BYTES = 16 * MIB;

/** Zeros in the pages that the module is given at first; in a spare one the others hold what the chain before left. */
function takeMemory(): { readonly memory: WebAssembly.Memory; readonly isSpare: boolean } {
  const spare = spares.pop();
  if (!spare)
    return { memory: new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: 65536 }), isSpare: false };
  new Uint8Array(spare.buffer).fill(0, 0, INITIAL_PAGES * WASM_PAGE_BYTES);
  return { memory: spare, isSpare: true };
}

export class DiskCore {
  private isReleased = false;
  /** Sectors of one cell of the index. */
  readonly unitSectors: number;
  readonly unitCount: number;
  /** Memory for large reads; `find` and `isZero` work on it. */
  readonly staging: Uint8Array;
  /** Room behind `staging` for needles and small tables. */
  private readonly scratch: Uint8Array;
  /** Four numbers an extent: first sector, file offset, sector count, layer. Valid until the next call. */
  readonly extents: Float64Array;
  private readonly memory: DataView;
  private readonly bytes: Uint8Array;
  private readonly addresses: { staging: number; requests: number; steps: number; totals: number };

  private constructor(
    private exports: Exports,
    private readonly wasmMemory: WebAssembly.Memory,
    layers: readonly CoreLayer[],
    options: CoreOptions,
    unitSectors: number,
    stagingBytes: number,
  ) {
    this.unitSectors = unitSectors;
    this.unitCount = Math.ceil(options.sectorCount / unitSectors);
    const { buffer } = wasmMemory;
    this.memory = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
    this.addresses = {
      staging: exports.stagingAddress(),
      requests: exports.requestsAddress(),
      steps: exports.stepsAddress(),
      totals: exports.totalsAddress(),
    };
    this.staging = this.bytes.subarray(this.addresses.staging, this.addresses.staging + stagingBytes);
    const scratchAt = this.addresses.staging + stagingBytes;
    this.scratch = this.bytes.subarray(scratchAt, scratchAt + SCRATCH_BYTES);
    this.extents = new Float64Array(buffer, exports.extentsAddress());
    this.layers = layers;
  }

  readonly layers: readonly CoreLayer[];

  /** Takes the memory for a chain, layer 0 first. Throws 'limit' where it would be more than MEMORY_LIMIT_BYTES. */
  static async create(
    module: CoreModule,
    layers: readonly CoreLayer[],
    options: CoreOptions,
  ): Promise<DiskCore> {
    const { memory, isSpare } = takeMemory();
    const exports = await instantiate(module, { env: { memory } });
    const blocks = layers.filter((layer) => layer.kind !== 'flat').map((layer) => layer.blockSectors);
    const unitSectors = Math.min(LARGEST_UNIT, ...blocks);
    assert(unitSectors >= 8 && Number.isInteger(Math.log2(unitSectors)), 'a unit is 8 to 4096 sectors');
    const stagingBytes = options.stagingBytes ?? 0;
    exports.beginChain(options.sectorCount, unitSectors, options.incomplete);
    for (const layer of layers) {
      const { kind, sectorCount, blockSectors, bitmapSectors, batEntries, dataOffset } = layer;
      exports.addLayer(KINDS[kind], sectorCount, blockSectors, bitmapSectors, batEntries, dataOffset);
    }
    const wanted = exports.plan(
      options.ownerBytes ?? 32 * MIB,
      options.pageBytes ?? 32 * MIB,
      stagingBytes + SCRATCH_BYTES,
    );
    growTo(memory, wanted);
    // Tables and caches begin as zeros; what is read into `staging`, the last of all, is written first.
    if (isSpare)
      new Uint8Array(memory.buffer, 0, exports.stagingAddress()).fill(0, INITIAL_PAGES * WASM_PAGE_BYTES);
    return new DiskCore(exports, memory, layers, options, unitSectors, stagingBytes);
  }

  /** Gives the memory back. Nothing may be asked afterwards, and no view of it be used: other chains get it. */
  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.exports = RELEASED;
    if (spares.length < MOST_SPARES && this.wasmMemory.buffer.byteLength <= LARGEST_SPARE_BYTES)
      spares.push(this.wasmMemory);
  }

  /** Where a layer's BAT goes, as it stands in the file; `indexLayer` follows. */
  batBytes(layer: number): Uint8Array {
    const at = this.exports.batAddress(layer);
    return this.bytes.subarray(at, at + (this.layers[layer]?.batEntries ?? 0) * 4);
  }

  /** Forgets every answer. `indexLayer` follows for each layer, the oldest first, then `settleIndex`. */
  beginIndex(): void {
    this.exports.beginIndex();
  }

  /** Takes in a layer whose table is in place. Returns the numbers of its allocated blocks, ascending. */
  indexLayer(layer: number): Uint32Array {
    const entries = this.layers[layer]?.batEntries ?? 0;
    const at = this.scratch.byteOffset;
    const parts: Uint32Array[] = [];
    let block = 0;
    do {
      const count = this.exports.indexLayer(layer, block, at, SCRATCH_BYTES / 4);
      parts.push(new Uint32Array(this.bytes.buffer, at, count).slice());
      block = this.exports.nextIndexedBlock();
    } while (block < entries);
    const blocks = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let done = 0;
    for (const part of parts) {
      blocks.set(part, done);
      done += part.length;
    }
    return blocks;
  }

  settleIndex(): void {
    this.exports.settleIndex();
  }

  /**
   * Fills `extents` for [firstSector, firstSector + sectorCount). Returns how many, or -1 when bitmaps are needed
   * (`neededPages`). `answeredSectors` tells how far one call came.
   */
  resolve(firstSector: number, sectorCount: number): number {
    return this.exports.resolve(firstSector, sectorCount);
  }

  /** The same from the newest file to the oldest; `trace` fills `steps`. */
  walk(firstSector: number, sectorCount: number, trace: boolean): number {
    return this.exports.walk(firstSector, sectorCount, trace);
  }

  get answeredSectors(): number {
    return this.exports.answeredSectors();
  }

  /** Steps of the last traced walk; `dropped` when there were more than the table holds. */
  steps(): { steps: CoreStep[]; dropped: boolean } {
    const steps = readSteps(this.memory, this.addresses.steps, this.exports.stepsFound());
    return { steps, dropped: this.exports.stepsWereDropped() };
  }

  /**
   * Copies what extents `from` … `end − 1` of the last answer take from `layer` to `target`, where `firstSector` goes first.
   * `source` holds the file's bytes from `fileOffset` on, all that they need of them. Both lie in the staging memory.
   */
  gatherRuns(
    from: number,
    end: number,
    layer: number,
    fileOffset: number,
    source: Uint8Array,
    firstSector: number,
    target: Uint8Array,
  ): void {
    const { buffer } = this.staging;
    assert(source.buffer === buffer && target.buffer === buffer, 'both lie in the staging memory');
    const { exports } = this;
    exports.gatherRuns(from, end, layer, fileOffset, source.byteOffset, firstSector, target.byteOffset);
  }

  /** Asks for what the owner maps of these units need; returns the unit behind the last one of this batch. */
  prepare(firstUnit: number, endUnit: number): number {
    return this.exports.prepare(firstUnit, endUnit);
  }

  get hasPendingPages(): boolean {
    return this.exports.pending() > 0;
  }

  neededPages(): PageRequest[] {
    return readRequests(this.memory, this.addresses.requests, this.exports.pending());
  }

  /** Bytes of one piece of bitmap. */
  get pageSizeBytes(): number {
    return this.unitSectors / 8;
  }

  providePage(request: PageRequest, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.exports.placePage(request.layer, request.unit));
  }

  /** A block of layer 0 now has a place: its table entry is `entry` in the file. Its bits follow by `noteWrite`. */
  noteBlock(block: number, entry: number): void {
    this.exports.noteBlock(block, entry);
  }

  /** Layer 0 holds these sectors from now on: the file has their data and their bits. */
  noteWrite(firstSector: number, sectorCount: number): void {
    this.exports.noteWrite(firstSector, sectorCount);
  }

  /** It is not known which of these sectors layer 0 holds: what is in memory of them is forgotten. */
  forgetWrite(firstSector: number, sectorCount: number): void {
    this.exports.forgetWrite(firstSector, sectorCount);
  }

  /** Forgets owner maps and pieces of bitmap. Tables stay, and what a survey settled. */
  forgetCaches(): void {
    this.exports.forgetCaches();
  }

  /** Answers single sectors in place with file offsets: -1 = in no file, NaN = a bitmap is not in memory. */
  lookupMany(sectors: Float64Array, byWalk: boolean): void {
    // Not in the staging memory: a pass may be reading into that.
    const at = this.scratch.byteOffset;
    for (let from = 0; from < sectors.length; from += SCRATCH_BYTES / 8) {
      const part = sectors.subarray(from, from + SCRATCH_BYTES / 8);
      const table = new Float64Array(this.bytes.buffer, at, part.length);
      table.set(part);
      this.exports.lookupMany(at, part.length, byWalk);
      part.set(table);
    }
  }

  /** The same over what already stands in the staging memory, for timing. */
  lookupStaged(count: number, byWalk: boolean): void {
    this.exports.lookupMany(this.addresses.staging, count, byWalk);
  }

  /** One byte a cell of at least a unit, into `target`. */
  mapUnits(firstSector: number, sectorsPerCell: number, mode: number, target: Uint8Array): void {
    for (let from = 0; from < target.length; from += SCRATCH_BYTES) {
      const cells = Math.min(SCRATCH_BYTES, target.length - from);
      const first = firstSector + from * sectorsPerCell;
      this.exports.mapUnits(first, sectorsPerCell, cells, mode, this.scratch.byteOffset);
      target.set(this.scratch.subarray(0, cells), from);
    }
  }

  /**
   * One byte a cell smaller than a unit, from `fromCell` on, at most SCRATCH_BYTES cells in all. Returns the cell where
   * it stopped for want of bitmaps, or the number of cells.
   */
  mapOwners(
    firstSector: number,
    sectorsPerCell: number,
    fromCell: number,
    mode: number,
    target: Uint8Array,
  ): number {
    const cells = target.length;
    assert(cells <= SCRATCH_BYTES, 'cells fit into the scratch memory');
    const at = this.scratch.byteOffset;
    const stop = this.exports.mapOwners(firstSector, sectorsPerCell, fromCell, cells, mode, at);
    target.set(this.scratch.subarray(fromCell, stop), fromCell);
    return stop;
  }

  isSurveyed(firstUnit: number, endUnit: number): boolean {
    return this.exports.isSurveyed(firstUnit, endUnit);
  }

  clearTotals(): void {
    this.exports.clearTotals();
  }

  /** Adds units to the totals; returns the unit where it stopped for want of bitmaps, or `endUnit`. */
  survey(firstUnit: number, endUnit: number): number {
    return this.exports.survey(firstUnit, endUnit);
  }

  /** Sectors a layer number of the last survey: 256 counts. */
  totals(): Float64Array {
    return new Float64Array(this.bytes.buffer, this.addresses.totals, 256);
  }

  /** Sectors each layer answers in one unit, then missing, then unallocated. False = bitmaps are needed. */
  unitShares(unit: number, target: Uint16Array): boolean {
    const at = this.scratch.byteOffset;
    if (!this.exports.unitShares(unit, at)) return false;
    target.set(new Uint16Array(this.bytes.buffer, at, this.layers.length + 2));
    return true;
  }

  /** True when `lengthBytes` of the staging memory from `from` on are zero. */
  isZero(from: number, lengthBytes: number): boolean {
    return this.exports.isZero(this.addresses.staging + from, lengthBytes);
  }

  /** Index in the staging memory of the first occurrence at or after `from`, in its first `lengthBytes`; -1 = none. */
  find(needle: Uint8Array, from: number, lengthBytes: number): number {
    assert(needle.length <= SCRATCH_BYTES, 'a needle fits into the scratch memory');
    this.scratch.set(needle);
    const { staging } = this.addresses;
    return this.exports.find(staging, lengthBytes, this.scratch.byteOffset, needle.length, from);
  }

  /** Bytes of owner maps and bitmaps in memory now, and the most there can be. */
  get cacheBytes(): { used: number; limit: number } {
    const owners = this.exports.usedOwnerSlots() * this.unitSectors;
    return {
      used: owners + this.exports.usedPageSlots() * this.pageSizeBytes,
      limit: this.exports.cacheBytes(),
    };
  }

  /** Bytes of all memory of the chain. */
  get memoryBytes(): number {
    return this.bytes.byteLength;
  }

  /** Run length and count of a bitmap that stands at the start of the staging memory, and painting by it. */
  get bitmaps(): {
    runLength(from: number, limit: number): number;
    countSet(bits: number): number;
    paint(targetAt: number, count: number, owner: number): void;
  } {
    const at = this.addresses.staging;
    return {
      runLength: (from, limit) => this.exports.runLength(at, from, limit),
      countSet: (bits) => this.exports.countSet(at, bits),
      paint: (targetAt, count, owner) => this.exports.paint(at, at + targetAt, count, owner),
    };
  }
}

/** Also the most cells and the longest needle of one call. */
export const SCRATCH_BYTES = 65536;

/** Whoever asks a chain that was closed is told. */
const RELEASED: Exports = new Proxy({} as Exports, {
  get() {
    throw new Error('assertion failed: the chain is open');
  },
});

function growTo(memory: WebAssembly.Memory, wantedBytes: number): void {
  const tooMuch = (cause?: unknown) =>
    new DiskError(
      {
        code: 'limit',
        message: `The tables of this chain take ${sizeText(wantedBytes)} of memory; this program takes on ${sizeText(MEMORY_LIMIT_BYTES)} at most.`,
        meaning: 'The chain is not opened. No file was changed.',
        remedy:
          'Look at the chain from an older file, so that fewer files take part, or use a browser with more memory.',
      },
      { cause },
    );
  if (!(wantedBytes <= MEMORY_LIMIT_BYTES)) throw tooMuch();
  const pages = Math.ceil(wantedBytes / WASM_PAGE_BYTES) - memory.buffer.byteLength / WASM_PAGE_BYTES;
  if (pages <= 0) return;
  try {
    memory.grow(pages);
  } catch (cause) {
    throw tooMuch(cause);
  }
}

export { EXTENT_FIELDS };
