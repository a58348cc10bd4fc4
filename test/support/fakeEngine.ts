/**
 * An engine without files, for tests of the page: a seeded chain whose every sector has a known owner, kept as one byte
 * a block and layer. Answers what panels ask; everything else says 'unsupported'.
 */
import { Prng } from '../../src/base/prng.ts';
import { SECTOR_BYTES } from '../../src/base/units.ts';
import type {
  ChainView,
  EngineApi,
  FileView,
  Job,
  MapCells,
  MapRequest,
  MergeDone,
  MergeProgress,
  MergeRequest,
  MergeStart,
  Outcome,
  PileView,
  Progress,
  ReadTrace,
  Survey,
  TraceCosts,
  TraceExtent,
  TraceStep,
  UnitShares,
  WaitingMerge,
} from '../../src/engine/api.ts';
import type { RunOptions } from '../../src/engine/client.ts';
import type { EngineClient } from '../../src/ui/state/engineClient.ts';
import { FakeLabCalls } from './fakeLabCalls.ts';
import { fakeMergeDone, fakeMergePlan, fakeProgress } from './fakeMerge.ts';

const UNALLOCATED = 255;
const MISSING = 254;
const NO_BLOCK = 0xffffffff;
const STRIDE_SECTORS = 4104;

export interface FakeDisk {
  readonly layers: number;
  readonly units: number;
  readonly seed: number;
  readonly unitSectors?: number;
  /** Sectors missing from the last unit: disks need not end where a block does. */
  readonly shortBy?: number;
  /** The oldest file seeks a parent that is not here. */
  readonly orphan?: boolean;
  /** Chance that a unit of the base is held. */
  readonly baseDensity?: number;
}

type Held = 0 | 1 | 2; // nothing, whole block, some of its sectors

const done = <T>(value: T): Promise<Outcome<T>> => Promise.resolve({ ok: true, value });
const unsupported = <T>(): Promise<Outcome<T>> =>
  Promise.resolve({
    ok: false,
    error: { code: 'unsupported', message: 'The fake engine does not do this.' },
  });

export class FakeEngine extends FakeLabCalls implements EngineApi {
  readonly unitSectors: number;
  readonly sectorCount: number;
  /** held[layer][unit] */
  readonly held: readonly Uint8Array[];
  readonly calls = { map: 0, unitShares: 0, trace: 0 };

  constructor(readonly disk: FakeDisk) {
    super();
    this.unitSectors = disk.unitSectors ?? 4096;
    this.sectorCount = disk.units * this.unitSectors - (disk.shortBy ?? 0);
    const prng = new Prng(disk.seed);
    this.held = Array.from({ length: disk.layers }, (_, layer) => this.#fill(prng, layer));
  }

  /** Runs of blocks, long and dense in old files, short and rare in new ones. */
  #fill(prng: Prng, layer: number): Uint8Array {
    const { layers, units, orphan } = this.disk;
    const age = layers < 2 ? 1 : layer / (layers - 1);
    const density = age === 1 ? (this.disk.baseDensity ?? 0.35) : 0.01 + 0.08 * age * age;
    const mean = Math.max(1.3, (units / 200) * age * age);
    const held = new Uint8Array(units);
    const isBase = layer === layers - 1 && !orphan;
    for (let unit = 0; unit < units; ) {
      const on = Math.max(1, Math.round(-Math.log(1 - prng.fraction()) * mean));
      const kind: Held = isBase ? 1 : prng.fraction() < 0.3 ? 1 : 2;
      held.fill(kind, unit, unit + on);
      unit += on + Math.ceil((-Math.log(1 - prng.fraction()) * mean * (1 - density)) / density);
    }
    return held;
  }

  /** Some layer's bitmap: runs of 64 sectors, a third of them set. */
  #bit(layer: number, unit: number, sector: number): boolean {
    let mix =
      Math.imul(layer + 1, 0x9e3779b1) ^
      Math.imul(unit + 1, 0x85ebca6b) ^
      Math.imul((sector >> 6) + 1, 0xc2b2ae35);
    mix = Math.imul(mix ^ (mix >>> 15), 0x2c1b3c6d);
    return ((mix ^ (mix >>> 13)) >>> 0) % 3 === 0;
  }

  #answers(layer: number, unit: number, sector: number): boolean {
    const held = this.held[layer]?.[unit] ?? 0;
    return held === 1 || (held === 2 && this.#bit(layer, unit, sector));
  }

  /** The oracle: who answers a sector. */
  ownerOf(sector: number): number {
    const unit = Math.floor(sector / this.unitSectors);
    for (let layer = 0; layer < this.disk.layers; layer++) {
      if (this.#answers(layer, unit, sector % this.unitSectors)) return layer;
    }
    return this.disk.orphan ? MISSING : UNALLOCATED;
  }

  #newestOf(unit: number): number {
    for (let layer = 0; layer < this.disk.layers; layer++) if (this.held[layer]?.[unit]) return layer;
    return this.disk.orphan ? MISSING : UNALLOCATED;
  }

  // ── What panels ask ────────────────────────────────────────────────────────────────────────────────────────────────

  map({ firstSector, sectorCount, cells, mode }: MapRequest): Promise<Outcome<MapCells>> {
    this.calls.map++;
    const out = new Uint8Array(cells);
    for (let cell = 0; cell < cells; cell++) {
      const from = firstSector + Math.floor((cell * sectorCount) / cells);
      const to = firstSector + Math.floor(((cell + 1) * sectorCount) / cells);
      const newest = this.#newestIn(from, Math.max(from + 1, to));
      const special = newest >= MISSING;
      out[cell] =
        mode === 'layer' || special ? newest : mode === 'depth' ? newest + 1 : 253 - ((cell * 7) % 200);
    }
    return done({ cells: out, exact: true });
  }

  #newestIn(from: number, to: number): number {
    let newest = UNALLOCATED;
    if (to - from >= this.unitSectors) {
      for (let unit = Math.floor(from / this.unitSectors); unit * this.unitSectors < to; unit++) {
        newest = Math.min(newest, this.#newestOf(unit));
      }
      return newest;
    }
    for (let sector = from; sector < to; sector += Math.min(64, to - from)) {
      newest = Math.min(newest, this.ownerOf(sector));
    }
    return newest;
  }

  unitShares(firstUnit: number, unitCount: number): Promise<Outcome<UnitShares>> {
    this.calls.unitShares++;
    const width = this.disk.layers + 2;
    const counts = new Uint16Array(unitCount * width);
    for (let i = 0; i < unitCount; i++) {
      const start = (firstUnit + i) * this.unitSectors;
      const end = Math.min(start + this.unitSectors, this.sectorCount);
      for (let sector = start; sector < end; sector++) {
        const owner = this.ownerOf(sector);
        const slot = owner === UNALLOCATED ? width - 1 : owner === MISSING ? width - 2 : owner;
        counts[i * width + slot] = (counts[i * width + slot] ?? 0) + 1;
      }
    }
    return done({ firstUnit, unitCount, counts });
  }

  survey(_job: Job): Promise<Outcome<Survey>> {
    const layers = Array.from({ length: this.disk.layers }, () => 0);
    let missing = 0;
    let unallocated = 0;
    for (let unit = 0; unit < this.disk.units; unit++) {
      const newest = this.#newestOf(unit);
      if (newest === UNALLOCATED) unallocated += this.unitSectors;
      else if (newest === MISSING) missing += this.unitSectors;
      else layers[newest] = (layers[newest] ?? 0) + this.unitSectors;
    }
    return done({ layers, missing, unallocated });
  }

  #blockOffset(layer: number, unit: number): number {
    return 0x52e00 + ((unit * 7 + layer * 13) % 50_000) * STRIDE_SECTORS * SECTOR_BYTES;
  }

  #walk(sector: number, sectorCount: number, steps: TraceStep[]): TraceExtent {
    const unit = Math.floor(sector / this.unitSectors);
    const place = { block: unit, sectorInBlock: sector % this.unitSectors, sectorCount };
    const { layers, orphan } = this.disk;
    for (let layer = 0; layer < layers; layer++) {
      const held = this.held[layer]?.[unit] ?? 0;
      const bitmapOffset = this.#blockOffset(layer, unit);
      const dataOffset = bitmapOffset + SECTOR_BYTES + place.sectorInBlock * SECTOR_BYTES;
      const entry = held ? bitmapOffset / SECTOR_BYTES : NO_BLOCK;
      steps.push({ ...place, layer, action: 'bat-lookup', entryOffset: 0x2000 + unit * 4, entry });
      const differencing = layer < layers - 1 || orphan;
      const present = this.#answers(layer, unit, place.sectorInBlock);
      if (held && differencing) {
        const byte = bitmapOffset + Math.floor(place.sectorInBlock / 8);
        steps.push({
          ...place,
          layer,
          action: 'bitmap-lookup',
          bitmapOffset: byte,
          present,
          cached: layer % 2 === 1,
        });
      }
      if (held && present) {
        steps.push({ ...place, layer, action: 'read-data', fileOffset: dataOffset });
        return { kind: 'data', layer, firstSector: sector, sectorCount, fileOffset: dataOffset };
      }
      if (differencing) steps.push({ ...place, layer, action: 'fall-to-parent' });
      else steps.push({ ...place, layer, action: 'fill-zero' });
    }
    return {
      kind: orphan ? 'missing' : 'unallocated',
      layer: -1,
      firstSector: sector,
      sectorCount,
      fileOffset: -1,
    };
  }

  trace(firstSector: number, sectorCount: number): Promise<Outcome<ReadTrace>> {
    this.calls.trace++;
    const steps: TraceStep[] = [];
    const extents: TraceExtent[] = [];
    const end = Math.min(firstSector + sectorCount, this.sectorCount);
    for (let sector = firstSector; sector < end; ) {
      const owner = this.ownerOf(sector);
      let next = sector + 1;
      while (next < end && next % 64 !== 0 && this.ownerOf(next) === owner) next++;
      extents.push(this.#walk(sector, next - sector, steps));
      sector = next;
    }
    const fileReads = extents
      .filter((extent) => extent.kind === 'data')
      .map((extent) => ({
        layer: extent.layer,
        offset: extent.fileOffset,
        lengthBytes: extent.sectorCount * SECTOR_BYTES,
      }));
    return done({ firstSector, sectorCount, extents, steps, fileReads, complete: true });
  }

  measure(trace: ReadTrace): Promise<Outcome<TraceCosts>> {
    const price = {
      'bat-lookup': 35.6,
      'bitmap-lookup': 33.1,
      'read-data': 41.7,
      'fall-to-parent': 0.2,
      'fill-zero': 0.4,
    };
    const cold = trace.steps.map((step) => price[step.action]);
    const cached = trace.steps.map((step) => (step.action === 'read-data' ? 41.7 : 0.06));
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const lookups = trace.steps.filter((step) => step.action.endsWith('lookup')).length;
    const bytes = trace.fileReads.reduce((total, read) => total + read.lengthBytes, 0);
    return done({
      coldMicroseconds: cold,
      cachedMicroseconds: cached,
      walk: {
        lookups,
        fileReads: lookups + trace.fileReads.length,
        bytes: bytes + lookups * SECTOR_BYTES,
        coldMicroseconds: sum(cold),
        cachedMicroseconds: sum(cached),
      },
      index: {
        lookups: trace.extents.length,
        fileReads: trace.fileReads.length,
        bytes,
        coldMicroseconds: 41.7 * trace.fileReads.length + 0.02,
        cachedMicroseconds: 41.7 * trace.fileReads.length + 0.02,
      },
    });
  }

  readFile(file: number, offset: number, lengthBytes: number): Promise<Outcome<Uint8Array>> {
    return done(Uint8Array.from({ length: lengthBytes }, (_, i) => ((offset + i) * 31 + file * 17) & 255));
  }

  // ── The pile ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #file(layer: number): FileView {
    const { layers, orphan } = this.disk;
    const isBase = layer === layers - 1;
    const stem = ((layer * 0x1f3d5b79 + 0x7d8a4b30) >>> 0).toString(16).toUpperCase().padStart(8, '0');
    const name = isBase && !orphan ? 'SRV-FILE01.vhd' : `SRV-FILE01_${stem}-0C2D-4E6B-9A51-5D3F7C2E1A90.avhd`;
    const lost = {
      id: '6C0FA2D1',
      idText: '6C0FA2D1',
      modified: null,
      name: 'SRV-FILE01_D40B7E52.avhd',
      paths: [],
    };
    return {
      id: layer + 1,
      name,
      path: `Exports/${name}`,
      sizeBytes: (layer + 1) * 402 * 2 ** 20,
      storage: 'memory',
      format: 'vhd',
      type: isBase && !orphan ? 'dynamic' : 'differencing',
      virtualSizeBytes: this.sectorCount * SECTOR_BYTES,
      blockSizeBytes: this.unitSectors * SECTOR_BYTES,
      rawId: stem,
      idText: stem,
      maker: null,
      modifiedMs: Date.UTC(2021, 10, 19) - layer * 30 * 86_400_000,
      seeks: isBase && orphan ? lost : null,
      parent: isBase ? null : layer + 2,
      link: isBase && orphan ? 'orphan' : 'whole',
      matches: true,
      candidates: [],
      children: layer === 0 ? [] : [layer],
      duplicates: [],
      findings: [],
      blocks: null,
    };
  }

  #pile(): PileView {
    const files = Array.from({ length: this.disk.layers }, (_, layer) => this.#file(layer));
    return { files, others: [], leaves: [1], failures: [], openMilliseconds: 1 };
  }

  open(): Promise<Outcome<PileView>> {
    return done(this.#pile());
  }

  openSample(): Promise<Outcome<PileView>> {
    return done(this.#pile());
  }

  viewFrom(leaf: number, _job: Job): Promise<Outcome<ChainView>> {
    const layers = Array.from({ length: this.disk.layers }, (_, layer) => layer + 1).slice(leaf - 1);
    return done({
      layers,
      virtualSizeBytes: this.sectorCount * SECTOR_BYTES,
      sectorCount: this.sectorCount,
      unitSectors: this.unitSectors,
      unitCount: this.disk.units,
      complete: !this.disk.orphan,
      tableBytes: this.disk.units * 4 * this.disk.layers,
      bitmapCacheBytes: 0,
      bitmapCacheLimitBytes: 64 * 2 ** 20,
      findings: [],
      openMilliseconds: 1,
    });
  }

  /** A test that runs experiments puts its own there. */
  runExperiment: EngineApi['runExperiment'] = () => unsupported();
  adviseChain: EngineApi['adviseChain'] = () => unsupported();
  openAsRaw = unsupported<PileView>;
  pointAtParent = (_child: number, _parent: number | null) => unsupported<PileView>();
  readDisk = () => unsupported<never>();
  regions = () => unsupported<never>();
  annotate = () => unsupported<never>();
  search = () => unsupported<never>();
  save: EngineApi['save'] = unsupported;
  listPrivate = () => unsupported<never>();
  takePrivate = () => unsupported<never>();
  privateFile = () => unsupported<never>();
  removePrivate = () => unsupported<never>();
  check: EngineApi['check'] = unsupported;
  planRepair: EngineApi['planRepair'] = unsupported;
  repair: EngineApi['repair'] = unsupported;
  undo: EngineApi['undo'] = unsupported;
  create: EngineApi['create'] = unsupported;
  parentPaths: EngineApi['parentPaths'] = unsupported;
  compact: EngineApi['compact'] = unsupported;
  grow: EngineApi['grow'] = unsupported;
  measureWork: EngineApi['measureWork'] = unsupported;
  compare: EngineApi['compare'] = unsupported;

  // ── Looking inside: `fakeFiles.ts` does it ─────────────────────────────────────────────────────────────────────────

  volumes: EngineApi['volumes'] = unsupported;
  openVolume: EngineApi['openVolume'] = unsupported;
  folder: EngineApi['folder'] = unsupported;
  listPoints: EngineApi['listPoints'] = unsupported;
  versions: EngineApi['versions'] = unsupported;
  compareContents: EngineApi['compareContents'] = unsupported;
  compareFiles: EngineApi['compareFiles'] = unsupported;
  inspectFile: EngineApi['inspectFile'] = unsupported;
  inspectFolder: EngineApi['inspectFolder'] = unsupported;
  preview: EngineApi['preview'] = unsupported;
  extract: EngineApi['extract'] = unsupported;
  endFilesThread: EngineApi['endFilesThread'] = () => done(null);

  // ── Merging ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Merges that wait; those that are resumed or abandoned leave the list. */
  waiting: readonly WaitingMerge[] = [];
  /** A merge waits for this behind its second report: so a test sees it under way. */
  mergeGate: Promise<void> = Promise.resolve();
  readonly merged: MergeStart[] = [];
  readonly paused: [jobId: number, paused: boolean][] = [];
  readonly resumed: [journal: string, prove: boolean][] = [];
  readonly abandoned: string[] = [];

  planMerge: EngineApi['planMerge'] = async (request) => {
    const pile = await this.open();
    return pile.ok ? done(fakeMergePlan(pile.value, request)) : pile;
  };
  merge: EngineApi['merge'] = async (start, job) => {
    this.merged.push(start);
    return this.#mergeAll(start.request, start.prove, job);
  };
  pauseMerge: EngineApi['pauseMerge'] = (jobId, paused) => {
    this.paused.push([jobId, paused]);
    return done(null);
  };
  waitingMerges: EngineApi['waitingMerges'] = () => done(this.waiting);
  resumeMerge: EngineApi['resumeMerge'] = async (journal, prove, job) => {
    this.resumed.push([journal, prove]);
    const request = { leaf: 1, first: 0, last: 1, way: 'in-place', format: null } as const;
    const outcome = await this.#mergeAll(request, prove, job);
    this.waiting = this.waiting.filter((one) => one.journal !== journal);
    return outcome;
  };
  abandonMerge: EngineApi['abandonMerge'] = (journal) => {
    this.abandoned.push(journal);
    this.waiting = this.waiting.filter((one) => one.journal !== journal);
    return this.open();
  };

  async #mergeAll(
    request: MergeRequest,
    prove: boolean,
    job: Job<MergeProgress>,
  ): Promise<Outcome<MergeDone>> {
    const pile = await this.open();
    if (!pile.ok) return pile;
    job.report(fakeProgress(0));
    job.report(fakeProgress(48 * 2 ** 20));
    await this.mergeGate;
    return done(fakeMergeDone(pile.value, request, prove));
  }

  closePile = () => done(null);
  cancel = () => Promise.resolve();
}

/** The engine as the page meets it. */
export class FakeClient implements EngineClient {
  constructor(readonly api: EngineApi) {}

  run<T, P extends Progress = Progress>(
    call: (api: EngineApi, job: Job<P>) => Promise<Outcome<T>>,
    options?: RunOptions<P>,
  ): Promise<Outcome<T>> {
    return call(this.api, { id: 1, report: (progress) => options?.onProgress?.(progress) });
  }

  onDeath(): () => void {
    return () => {};
  }

  restart(): Promise<void> {
    return Promise.resolve();
  }

  downloadPrivate(): Promise<Outcome<null>> {
    return unsupported();
  }
}
