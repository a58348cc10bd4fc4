/**
 * The fake engine with bytes: every sector of the disk and every byte of the files is known from its place, so that what
 * the page shows can be checked. Calls are counted, can be held back, and can be made to fail.
 */
import type { Problem } from '../../src/base/errors.ts';
import { grouped, SECTOR_BYTES } from '../../src/base/units.ts';
import {
  type Annotation,
  CELL_MISSING,
  CELL_UNALLOCATED,
  type DiskBytes,
  type EngineApi,
  type Job,
  type Outcome,
  type PrivateFile,
  type PrivateListing,
  type Progress,
  type Region,
  type SaveRequest,
  type SaveResult,
  type SearchQuery,
  type SearchResult,
} from '../../src/engine/api.ts';
import type { RunOptions } from '../../src/engine/client.ts';
import type { EngineClient } from '../../src/ui/state/engineClient.ts';
import { FakeEngine } from './fakeEngine.ts';
import { labCallsTo } from './fakeLabCalls.ts';

const BAT_OFFSET = 0x2000;
const NO_BLOCK = 0xffffffff;
const STRIDE_BYTES = 4104 * SECTOR_BYTES;

const done = <T>(value: T): Promise<Outcome<T>> => Promise.resolve({ ok: true, value });
const failed = <T>(error: Problem): Promise<Outcome<T>> => Promise.resolve({ ok: false, error });

/** `layer 2, sector 00012345, ` over and over: what a sector held by a layer says. */
export function sectorText(layer: number, sector: number): string {
  const words = `layer ${layer}, sector ${String(sector).padStart(10, '0')}, `;
  return words.repeat(Math.ceil(SECTOR_BYTES / words.length)).slice(0, SECTOR_BYTES);
}

export class FakeBytes {
  readonly base: FakeEngine;
  /** What the next calls of a kind say instead of their answer. */
  readonly faults: Partial<Record<keyof EngineApi, Problem>> = {};
  readonly asked: Record<string, unknown[][]> = {};
  /** Ends a save or a search that waits; set while one does. */
  finish: (() => void) | null = null;
  privateFiles: PrivateFile[] = [];
  finishedFiles: string[] = [];
  private cancelled: (() => void) | null = null;

  constructor(disk: ConstructorParameters<typeof FakeEngine>[0]) {
    this.base = new FakeEngine(disk);
  }

  /** Where the bitmap of a block is, as the base engine's walk has it. */
  blockOffset(layer: number, unit: number): number {
    return 0x52e00 + ((unit * 7 + layer * 13) % 50_000) * STRIDE_BYTES;
  }

  fileByte(file: number, offset: number): number {
    const layer = file - 1;
    if (offset < 8) return 'conectix'.charCodeAt(offset);
    if (offset < SECTOR_BYTES) return offset < 64 ? (offset * 5 + layer) & 255 : 0;
    const unit = Math.floor((offset - BAT_OFFSET) / 4);
    if (offset >= BAT_OFFSET && unit < this.base.disk.units) {
      const held = this.base.held[layer]?.[unit] ?? 0;
      const entry = held ? this.blockOffset(layer, unit) / SECTOR_BYTES : NO_BLOCK;
      return (entry >>> (24 - 8 * ((offset - BAT_OFFSET) % 4))) & 255;
    }
    return offset < 0x52e00 ? 0 : (Math.floor(offset / 16) * 31 + offset + file * 17) & 255;
  }

  regions(file: number): Region[] {
    const bat = this.base.disk.units * 4;
    const size = file * 402 * 2 ** 20;
    return [
      { name: 'Hard disk footer (copy)', kind: 'footer', offset: 0, lengthBytes: 512 },
      { name: 'Dynamic disk header', kind: 'header', offset: 512, lengthBytes: 1024 },
      { name: 'Unused', kind: 'unused', offset: 1536, lengthBytes: BAT_OFFSET - 1536 },
      { name: 'Block allocation table', kind: 'bat', offset: BAT_OFFSET, lengthBytes: bat },
      {
        name: '404 blocks',
        kind: 'blocks',
        offset: BAT_OFFSET + bat,
        lengthBytes: size - 512 - BAT_OFFSET - bat,
      },
      { name: 'Hard disk footer', kind: 'footer', offset: size - 512, lengthBytes: 512 },
    ];
  }

  annotate(file: number, offset: number, lengthBytes: number): Annotation[] {
    const found: Annotation[] = [];
    const leaf = (
      name: string,
      at: number,
      length: number,
      value: string,
      explanation: string,
    ): Annotation => ({
      name,
      offset: at,
      lengthBytes: length,
      value,
      explanation,
    });
    const fields = [
      leaf('cookie', 0, 8, '“conectix”', 'Marks a VHD.'),
      leaf('features', 8, 4, '0x282D3237', 'Bit 1 is always set.'),
    ];
    found.push({
      ...leaf('Hard disk footer (copy)', 0, 512, '', 'The copy at the front of the file.'),
      fields,
    });
    const first = Math.max(0, Math.floor((offset - BAT_OFFSET) / 4));
    const behind = Math.min(this.base.disk.units, Math.ceil((offset + lengthBytes - BAT_OFFSET) / 4));
    for (let unit = first; unit < behind; unit++) found.push(this.entry(file, unit));
    found.push(...this.blocksAt(file, offset));
    return found.filter((one) => one.offset < offset + lengthBytes && one.offset + one.lengthBytes > offset);
  }

  /** The bitmap and the data of the block at an offset of the file. */
  private blocksAt(file: number, offset: number): Annotation[] {
    const held = this.base.held[file - 1] ?? new Uint8Array();
    const inBlock = (unit: number) => {
      const start = this.blockOffset(file - 1, unit);
      return offset >= start && offset < start + STRIDE_BYTES;
    };
    const unit = held.findIndex((value, candidate) => value > 0 && inBlock(candidate));
    if (unit < 0) return [];
    const bitmap = this.blockOffset(file - 1, unit);
    const sectors = this.base.unitSectors;
    const block = { value: '', explanation: `Block ${grouped(unit)}.` };
    const disk = {
      text: `sector ${grouped(unit * sectors)}`,
      target: 'disk',
      offset: unit * sectors * SECTOR_BYTES,
    } as const;
    return [
      { ...block, name: `Bitmap of block ${grouped(unit)}`, offset: bitmap, lengthBytes: SECTOR_BYTES },
      {
        ...block,
        name: `Block ${grouped(unit)}`,
        offset: bitmap + SECTOR_BYTES,
        lengthBytes: sectors * SECTOR_BYTES,
        links: [disk],
      },
    ];
  }

  private entry(file: number, unit: number): Annotation {
    const held = this.base.held[file - 1]?.[unit] ?? 0;
    const bitmap = this.blockOffset(file - 1, unit);
    return {
      name: `BAT entry ${grouped(unit)}`,
      offset: BAT_OFFSET + unit * 4,
      lengthBytes: 4,
      value: held ? grouped(bitmap / SECTOR_BYTES) : 'unused',
      explanation: held ? `The bitmap of block ${grouped(unit)} is there.` : 'The block is not in this file.',
      links: held
        ? [
            { text: 'bitmap', target: 'file', offset: bitmap },
            { text: 'data', target: 'file', offset: bitmap + SECTOR_BYTES },
          ]
        : [],
    };
  }

  readDisk(firstSector: number, sectorCount: number): DiskBytes {
    const bytes = new Uint8Array(sectorCount * SECTOR_BYTES);
    const owners = new Uint8Array(sectorCount);
    for (let i = 0; i < sectorCount; i++) {
      const owner = this.base.ownerOf(firstSector + i);
      owners[i] = owner;
      if (owner === CELL_MISSING || owner === CELL_UNALLOCATED) continue;
      bytes.set(new TextEncoder().encode(sectorText(owner, firstSector + i)), i * SECTOR_BYTES);
    }
    return { firstSector, bytes, owners };
  }

  /** Every 0x1234 bytes from the start on, so that a test knows the hits; ends when told to. */
  private async search(query: SearchQuery, job: Job): Promise<Outcome<SearchResult>> {
    job.report({
      phase: 'Searching',
      done: 512,
      total: 2048,
      unit: 'bytes',
      perSecond: 1024,
      secondsLeft: 1.5,
      elapsedSeconds: 0.5,
    });
    const cancelled = await this.hold();
    const hits = [1, 2, 3].map((i) => i * 0x1234).filter((hit) => hit >= query.fromOffset);
    return done({
      hits: cancelled ? [] : hits,
      searchedTo: cancelled ? 1024 : 1 << 20,
      complete: !cancelled,
      missingBytes: 0,
    });
  }

  private async save({ target, format }: SaveRequest, job: Job): Promise<Outcome<SaveResult>> {
    const GIB = 2 ** 30;
    job.report({
      phase: 'Writing',
      done: 3.26 * GIB,
      total: 5.34 * GIB,
      unit: 'bytes',
      perSecond: 96.4 * 2 ** 20,
      secondsLeft: 22,
      elapsedSeconds: 35,
    });
    if (await this.hold()) return { ok: false, error: { code: 'cancelled', message: 'Cancelled.' } };
    const name = target.kind === 'private' ? target.name : target.handle.name;
    const virtualSizeBytes = this.base.sectorCount * SECTOR_BYTES;
    const fileBytes = virtualSizeBytes + (format === 'fixed' ? 512 : 0);
    return done({
      name,
      fileBytes,
      writtenBytes: 5_733_000_000,
      virtualSizeBytes,
      addedZeroBytes: 0,
      sha256: '9f2c41d07be65a13'.repeat(4),
      seconds: 57.2,
    });
  }

  /** Waits for `finish` or a cancel; true when it was a cancel. */
  private hold(): Promise<boolean> {
    return new Promise((resolve) => {
      this.finish = () => resolve(false);
      this.cancelled = () => resolve(true);
    });
  }

  private listing(): PrivateListing {
    const usedBytes = this.privateFiles.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { files: this.privateFiles, usedBytes, quotaBytes: 64 * 2 ** 30, finished: this.finishedFiles };
  }

  get api(): EngineApi {
    const { base } = this;
    const plain: EngineApi = {
      open: () => base.open(),
      openSample: () => base.openSample(),
      openAsRaw: () => base.openAsRaw(),
      pointAtParent: (child, parent) => base.pointAtParent(child, parent),
      closePile: () => base.closePile(),
      viewFrom: (leaf, job) => base.viewFrom(leaf, job),
      map: (request) => base.map(request),
      unitShares: (firstUnit, unitCount) => base.unitShares(firstUnit, unitCount),
      survey: (job) => base.survey(job),
      trace: (firstSector, sectorCount) => base.trace(firstSector, sectorCount),
      measure: (trace) => base.measure(trace),
      readDisk: (firstSector, sectorCount) => done(this.readDisk(firstSector, sectorCount)),
      readFile: (file, offset, length) =>
        done(Uint8Array.from({ length }, (_, i) => this.fileByte(file, offset + i))),
      regions: (file) => done(this.regions(file)),
      annotate: (file, offset, lengthBytes) => done(this.annotate(file, offset, lengthBytes)),
      search: (query, job) => this.search(query, job),
      save: (request, job) => this.save(request, job),
      listPrivate: () => done(this.listing()),
      takePrivate: async (_files, job) => {
        job.report({
          phase: 'Copying',
          done: 100,
          total: 400,
          unit: 'bytes',
          perSecond: 50,
          secondsLeft: 6,
          elapsedSeconds: 2,
        });
        if (await this.hold()) return { ok: false, error: { code: 'cancelled', message: 'Cancelled.' } };
        return base.openSample();
      },
      privateFile: (name) => done(new File(['bytes of ', name], name)),
      removePrivate: (name) => {
        this.privateFiles = this.privateFiles.filter((file) => file.name !== name);
        return done(this.listing());
      },
      check: base.check,
      planRepair: base.planRepair,
      repair: base.repair,
      undo: base.undo,
      create: base.create,
      parentPaths: base.parentPaths,
      compact: base.compact,
      grow: base.grow,
      measureWork: base.measureWork,
      compare: base.compare,
      volumes: base.volumes,
      openVolume: base.openVolume,
      folder: base.folder,
      listPoints: base.listPoints,
      versions: base.versions,
      compareContents: base.compareContents,
      compareFiles: base.compareFiles,
      inspectFile: base.inspectFile,
      inspectFolder: base.inspectFolder,
      preview: base.preview,
      extract: base.extract,
      endFilesThread: base.endFilesThread,
      planMerge: (request, job) => base.planMerge(request, job),
      merge: (start, job) => base.merge(start, job),
      pauseMerge: (jobId, paused) => base.pauseMerge(jobId, paused),
      waitingMerges: () => base.waitingMerges(),
      resumeMerge: (journal, prove, job) => base.resumeMerge(journal, prove, job),
      abandonMerge: (journal, job) => base.abandonMerge(journal, job),
      runExperiment: (request, job) => base.runExperiment(request, job),
      adviseChain: (setup, job) => base.adviseChain(setup, job),
      ...labCallsTo(() => base.lab),
      cancel: async () => this.cancelled?.(),
    };
    return this.watched(plain);
  }

  /** Notes each call, and lets `faults` answer in its place. */
  private watched(plain: EngineApi): EngineApi {
    return new Proxy(plain, {
      get: (target, name: keyof EngineApi) => {
        const call: (...args: never[]) => Promise<unknown> = target[name];
        return (...args: never[]) => {
          this.asked[name] = [...(this.asked[name] ?? []), args];
          const fault = this.faults[name];
          return fault ? failed(fault) : call(...args);
        };
      },
    });
  }
}

export class FakeBytesClient implements EngineClient {
  readonly api: EngineApi;
  readonly downloads: string[] = [];

  constructor(readonly bytes: FakeBytes) {
    this.api = bytes.api;
  }

  run<T, P extends Progress = Progress>(
    call: (api: EngineApi, job: Job<P>) => Promise<Outcome<T>>,
    options: RunOptions<P> = {},
  ): Promise<Outcome<T>> {
    options.signal?.addEventListener('abort', () => void this.api.cancel(1), { once: true });
    return call(this.api, { id: 1, report: (progress) => options.onProgress?.(progress) });
  }

  downloadPrivate(name: string): Promise<Outcome<null>> {
    this.downloads.push(name);
    return done(null);
  }

  onDeath(): () => void {
    return () => {};
  }

  restart(): Promise<void> {
    return Promise.resolve();
  }
}
