/**
 * A `FilesApi` over a made disk (`fakeDisk.ts`), for tests of the page: volumes, folders, points, contents. It does at once
 * what it is asked, or waits at `gate` where a test wants to see it under way.
 */

import type { Problem } from '../../src/base/errors.ts';
import type {
  CompareRequest,
  EngineApi,
  ExtractRequest,
  FileId,
  FilesApi,
  FolderRequest,
  FolderRow,
  Job,
  LayerRun,
  ListedPoint,
  Outcome,
  PathAt,
  PointCell,
  Progress,
  VolumeAt,
} from '../../src/engine/api.ts';
import type { RunOptions } from '../../src/engine/client.ts';
import { Session } from '../../src/ui/state/session.svelte.ts';
import { type FakeEntry, type FakeState, type FakeVolume, fakeDisk } from './fakeDisk.ts';
import { FakeClient, FakeEngine } from './fakeEngine.ts';

export { EXCHANGE_SECTOR, SYSTEM_SECTOR } from './fakeDisk.ts';

const done = <T>(value: T): Promise<Outcome<T>> => Promise.resolve({ ok: true, value });
const failed = <T>(error: Problem): Promise<Outcome<T>> => Promise.resolve({ ok: false, error });
const BAD_REQUEST: Problem = { code: 'bad-request', message: 'The fake has no such listing or folder.' };
const CANCELLED: Problem = { code: 'cancelled', message: 'The user said so.' };

const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const isUnder = (path: string, folder: string) => folder === '' || path.startsWith(`${folder}/`);

function advance(phase: string, count: number, total: number | null): Progress {
  return {
    phase,
    done: count,
    total,
    unit: 'files',
    perSecond: 48_000,
    secondsLeft: null,
    elapsedSeconds: 0.4,
  };
}

export interface FakeFilesOptions {
  readonly layers: number;
  readonly many?: number;
  /** What listing a volume once is said to take. */
  readonly seconds?: number;
}

type Waiting = 'volumes' | 'openVolume' | 'listPoints' | 'inspect' | 'preview' | 'extract' | 'compare';

export class FakeFiles implements FilesApi {
  readonly disk: FakeVolume[];
  readonly asked: { readonly call: string; readonly args: readonly unknown[] }[] = [];
  /** Calls of these kinds wait until the test lets them on. */
  readonly gates = new Map<Waiting, Promise<void>>();
  /** The next call of the kind fails so, once. */
  readonly failing = new Map<Waiting | 'folder', Problem>();
  /** `volume:layer` */
  readonly known = new Set<string>();
  readonly hashed = new Set<string>();
  seconds: number;
  readonly #cancels = new Map<number, () => void>();

  constructor(
    readonly options: FakeFilesOptions,
    /** Layer of a file of the pile. */
    readonly layerOf: (at: FileId) => number = (at) => at - 1,
  ) {
    this.seconds = options.seconds ?? 0.4;
    this.disk = fakeDisk({ layers: options.layers, many: options.many ?? 65_000 });
  }

  /** Holds calls of this kind; the result lets them go on. */
  hold(kind: Waiting): () => void {
    let release = () => {};
    this.gates.set(
      kind,
      new Promise((resolve) => {
        release = () => {
          this.gates.delete(kind);
          resolve();
        };
      }),
    );
    return release;
  }

  cancelJob(id: number): void {
    this.#cancels.get(id)?.();
  }

  /** Waits at the gate; a problem where it was cancelled there, or is to fail. */
  async #pass(kind: Waiting, job: Job | null): Promise<Problem | null> {
    const gate = this.gates.get(kind);
    if (gate && job) {
      const cancelled = new Promise<'cancelled'>((resolve) => {
        this.#cancels.set(job.id, () => resolve('cancelled'));
      });
      const how = await Promise.race([gate, cancelled]);
      this.#cancels.delete(job.id);
      if (how === 'cancelled') return CANCELLED;
    }
    const problem = this.failing.get(kind) ?? null;
    this.failing.delete(kind);
    return problem;
  }

  #note(call: string, ...args: unknown[]): void {
    this.asked.push({ call, args });
  }

  // ── Volumes ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #volume({ volume, at }: VolumeAt): FakeVolume | null {
    const layer = this.layerOf(at);
    return this.disk.find((one) => one.volume.firstSector === volume && one.layers.includes(layer)) ?? null;
  }

  volumes: FilesApi['volumes'] = async (at, job) => {
    this.#note('volumes', at);
    const problem = await this.#pass('volumes', job);
    if (problem) return failed(problem);
    const layer = this.layerOf(at);
    const volumes = this.disk.filter(({ layers }) => layers.includes(layer)).map(({ volume }) => volume);
    return done({
      scheme: 'mbr',
      diskId: '9A1C44E2',
      volumes,
      notes: layer === 0 ? ['Volume 4 ends 2 048 sectors past the end of the disk.'] : [],
    });
  };

  openVolume: FilesApi['openVolume'] = async (place, job) => {
    this.#note('openVolume', place);
    const found = this.#volume(place);
    if (!found?.volume.content.readable) return failed(BAD_REQUEST);
    job.report(advance('Listing', Math.round(found.entries.length * 0.6), null));
    const problem = await this.#pass('openVolume', job);
    if (problem) return failed(problem);
    const key = `${place.volume}:${this.layerOf(place.at)}`;
    const seconds = this.known.has(key) ? 0 : this.seconds;
    this.known.add(key);
    const here = this.#at(found, this.layerOf(place.at));
    const { content } = found.volume;
    return done({
      facts: content,
      ...this.#sum(here),
      warnings: [],
      seconds,
    });
  };

  #at({ entries }: FakeVolume, layer: number): { entry: FakeEntry; state: FakeState }[] {
    return entries.flatMap((entry) => {
      const state = entry.states[layer];
      return state ? [{ entry, state }] : [];
    });
  }

  #sum(there: readonly { entry: FakeEntry; state: FakeState }[]) {
    const files = there.filter(({ entry }) => entry.kind !== 'folder');
    return {
      files: files.length,
      folders: there.length - files.length,
      bytes: files.reduce((sum, { state }) => sum + state.sizeBytes, 0),
    };
  }

  // ── Folders ────────────────────────────────────────────────────────────────────────────────────────────────────────

  folder: FilesApi['folder'] = (request) => {
    this.#note('folder', request);
    const problem = this.failing.get('folder');
    this.failing.delete('folder');
    if (problem) return failed(problem);
    const found = this.#volume(request);
    const layer = this.layerOf(request.at);
    if (!found || !this.known.has(`${request.volume}:${layer}`)) return failed(BAD_REQUEST);
    const { path } = request;
    const self = found.entries.find((one) => one.path === path);
    if (path !== '' && (self?.kind !== 'folder' || !self.states[layer])) return failed(BAD_REQUEST);
    const layers = request.points.map((point) => this.layerOf(point));
    const known = layers.map((one) => this.known.has(`${request.volume}:${one}`));
    const seen = layers.filter((_, i) => known[i]);
    const inFolder = found.entries
      .filter((one) => folderOf(one.path) === path && seen.some((at) => one.states[at]))
      .map((one) => this.#row(found, one, layer, layers, known));
    const rows = this.#matching(found, request, inFolder, layer, layers, known);
    const below = this.#at(found, layer).filter(({ entry }) => isUnder(entry.path, path));
    const changed = inFolder.filter(({ cells }) => changes(cells) > 0);
    return done({
      total: rows.length,
      rows: rows.slice(request.first, request.first + request.count),
      ...this.#sum(below),
      changedRows: changed.length,
      goneRows: inFolder.filter(({ here }) => !here).length,
      known,
    });
  };

  #matching(
    found: FakeVolume,
    request: FolderRequest,
    inFolder: FolderRow[],
    layer: number,
    layers: number[],
    known: boolean[],
  ): FolderRow[] {
    const { filter, deep, path, order, descending } = request;
    const wanted = filter.toLowerCase();
    const all = deep
      ? found.entries
          .filter((one) => isUnder(one.path, path) && nameOf(one.path).toLowerCase().includes(wanted))
          .map((one) => this.#row(found, one, layer, layers, known))
      : inFolder.filter(({ name }) => name.toLowerCase().includes(wanted));
    const sign = descending ? -1 : 1;
    const byName = (a: FolderRow, b: FolderRow) =>
      a.name.localeCompare(b.name, 'en', { sensitivity: 'base' });
    return all.sort((a, b) => {
      if (order === 'size') return sign * (a.sizeBytes - b.sizeBytes) || byName(a, b);
      if (order === 'modified') return sign * ((a.modifiedMs ?? 0) - (b.modifiedMs ?? 0)) || byName(a, b);
      const folders = Number(b.kind === 'folder') - Number(a.kind === 'folder');
      return folders || sign * byName(a, b);
    });
  }

  #row(found: FakeVolume, one: FakeEntry, layer: number, layers: number[], known: boolean[]): FolderRow {
    const here = one.states[layer] ?? null;
    const state = here ?? one.states.find((at) => at !== null) ?? null;
    const isFolder = one.kind === 'folder';
    const below = isFolder ? this.#at(found, layer).filter(({ entry }) => isUnder(entry.path, one.path)) : [];
    return {
      name: nameOf(one.path),
      path: one.path,
      kind: one.kind,
      sizeBytes: isFolder ? this.#sum(below).bytes : (state?.sizeBytes ?? 0),
      items: isFolder ? below.filter(({ entry }) => folderOf(entry.path) === one.path).length : null,
      modifiedMs: state?.modifiedMs ?? null,
      attributes: one.attributes,
      linkTarget: one.linkTarget,
      here: here !== null,
      cells: layers.map((at, i) => (known[i] ? cellOf(one, at, this.#older(layers, known, i)) : null)),
    };
  }

  /** The next older layer that is known; null = there is none. */
  #older(layers: readonly number[], known: readonly boolean[], i: number): number | null {
    for (let k = i + 1; k < layers.length; k++) if (known[k]) return layers[k] ?? null;
    return null;
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  listPoints: FilesApi['listPoints'] = async (volume, points, job) => {
    this.#note('listPoints', volume, points);
    const listed: ListedPoint[] = [];
    for (const at of points) {
      const found = this.#volume({ at, volume });
      job.report(advance('Listing', Math.round((found?.entries.length ?? 0) * 0.6), null));
      const problem = await this.#pass('listPoints', job);
      if (problem?.code === 'cancelled') return failed(problem);
      const layer = this.layerOf(at);
      if (!problem && found) this.known.add(`${volume}:${layer}`);
      const same = found !== null && layer > 0 && this.#same(found, layer);
      const state = problem ? 'failed' : !found ? 'no-volume' : same ? 'same' : 'listed';
      listed.push({ at, state, seconds: this.seconds, problem });
    }
    return done(listed);
  };

  #same({ entries }: FakeVolume, layer: number): boolean {
    return entries.every(({ states }) => states[layer]?.content === states[layer - 1]?.content);
  }

  versions: FilesApi['versions'] = (volume, path, points) => {
    this.#note('versions', volume, path, points);
    const found = this.disk.find((one) => one.volume.firstSector === volume);
    const one = found?.entries.find((entry) => entry.path === path);
    const layers = points.map((at) => this.layerOf(at));
    const known = layers.map((layer) => this.known.has(`${volume}:${layer}`));
    const versions = points.flatMap((at, i) => {
      const layer = layers[i] ?? 0;
      const state = one?.states[layer] ?? null;
      if (!one || !known[i]) return [];
      return [
        {
          at,
          cell: cellOf(one, layer, this.#older(layers, known, i)),
          sizeBytes: state?.sizeBytes ?? 0,
          modifiedMs: state?.modifiedMs ?? null,
          sha256: state && this.hashed.has(`${volume}:${path}:${layer}`) ? hashOf(path, state) : null,
        },
      ];
    });
    return done(versions);
  };

  compareContents: FilesApi['compareContents'] = async (volume, path, points, job) => {
    this.#note('compareContents', volume, path, points);
    const problem = await this.#pass('compare', job);
    if (problem) return failed(problem);
    const found = this.disk.find((one) => one.volume.firstSector === volume);
    const paths = (found?.entries ?? []).filter((one) => one.path === path || folderOf(one.path) === path);
    for (const point of points) {
      for (const one of paths) this.hashed.add(`${volume}:${one.path}:${this.layerOf(point)}`);
    }
    return done({ hashed: paths.length, proven: paths.length * Math.max(0, points.length - 1) });
  };

  compareFiles: FilesApi['compareFiles'] = async (request, job) => {
    this.#note('compareFiles', request);
    job.report(advance('Comparing', 40, 120));
    const problem = await this.#pass('compare', job);
    return problem ? failed(problem) : done(this.#compared(request));
  };

  #compared({ before, after, path, contents }: CompareRequest) {
    const found = this.#volume(after) ?? this.#volume(before);
    const one = (state: FakeState | null, at: string) =>
      state && {
        sizeBytes: state.sizeBytes,
        modifiedMs: state.modifiedMs,
        sha256: contents ? hashOf(at, state) : null,
      };
    const under = (found?.entries ?? []).filter((entry) => isUnder(entry.path, path));
    const pairs = under.map((entry) => ({
      entry,
      old: entry.states[this.layerOf(before.at)] ?? null,
      now: entry.states[this.layerOf(after.at)] ?? null,
    }));
    const differing = pairs.filter(({ old, now }) => old?.content !== now?.content);
    return {
      changes: differing.map(({ entry, old, now }) => ({
        path: entry.path,
        kind: entry.kind,
        change:
          old === null ? ('added' as const) : now === null ? ('removed' as const) : ('changed' as const),
        why: old && now ? (['size', 'time', ...(contents ? (['content'] as const) : [])] as const) : [],
        before: one(old, entry.path),
        after: one(now, entry.path),
      })),
      unchanged: pairs.length - differing.length,
      hashed: contents ? 12 : 0,
      proven: contents ? pairs.length - differing.length - 12 : 0,
      problems: [],
    };
  }

  // ── Contents ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #file({ at, volume, path }: PathAt): { one: FakeEntry; state: FakeState } | null {
    const one = this.#volume({ at, volume })?.entries.find((entry) => entry.path === path);
    const state = one?.states[this.layerOf(at)];
    return one && state ? { one, state } : null;
  }

  inspectFile: FilesApi['inspectFile'] = async (place, job) => {
    this.#note('inspectFile', place);
    job.report({ ...advance('Reading', 10 * 2 ** 20, 41 * 2 ** 20), unit: 'bytes' });
    const problem = await this.#pass('inspect', job);
    const found = this.#file(place);
    if (problem || !found) return failed(problem ?? BAD_REQUEST);
    const { state } = found;
    const runs = runsOf(place.path, state.sizeBytes, this.layerOf(place.at), this.options.layers);
    return done({
      path: place.path,
      sizeBytes: state.sizeBytes,
      modifiedMs: state.modifiedMs,
      fileNumber: 118_402,
      sha256: hashOf(place.path, state),
      head: bytesOf(place.path, Math.min(4096, state.sizeBytes)),
      runs,
      shares: sharesOf(runs),
      leftOutBytes: 0,
      problem: null,
    });
  };

  inspectFolder: FilesApi['inspectFolder'] = async (place, job) => {
    this.#note('inspectFolder', place);
    job.report(advance('Reading', 4, 15));
    const problem = await this.#pass('inspect', job);
    const found = this.#volume(place);
    if (problem || !found) return failed(problem ?? BAD_REQUEST);
    const layer = this.layerOf(place.at);
    const below = this.#at(found, layer).filter(
      ({ entry }) => entry.kind === 'file' && isUnder(entry.path, place.path),
    );
    const runs = below
      .flatMap(({ entry, state }) => runsOf(entry.path, state.sizeBytes, layer, this.options.layers))
      .sort((a, b) => a.firstSector - b.firstSector);
    return done({ files: below.length, runs, shares: sharesOf(runs), leftOutBytes: 0, failed: 0 });
  };

  preview: FilesApi['preview'] = async (place, mostBytes, job) => {
    this.#note('preview', place, mostBytes);
    const problem = await this.#pass('preview', job);
    const found = this.#file(place);
    if (problem || !found) return failed(problem ?? BAD_REQUEST);
    const { sizeBytes } = found.state;
    return done({ bytes: bytesOf(place.path, Math.min(mostBytes, sizeBytes)), sizeBytes, problem: null });
  };

  extract: FilesApi['extract'] = async (request: ExtractRequest, job) => {
    this.#note('extract', request);
    job.report({ ...advance('Writing', 20 * 2 ** 20, 41 * 2 ** 20), unit: 'bytes' });
    const problem = await this.#pass('extract', job);
    const found = this.#volume(request);
    if (problem || !found) return failed(problem ?? BAD_REQUEST);
    const there = this.#at(found, this.layerOf(request.at)).filter(({ entry }) =>
      request.paths.some((path) => entry.path === path || isUnder(entry.path, path)),
    );
    return done({
      name: request.target.kind === 'folder' ? 'Finance' : 'Finance.zip',
      ...this.#sum(there),
      renamed: [{ from: 'Odd names/con', to: 'Odd names/con_' }],
      failed: [],
      skipped: there.filter(({ entry }) => entry.kind === 'link').map(({ entry }) => entry.path),
      sha256: there.length === 1 ? 'ab'.repeat(32) : null,
      seconds: 1.5,
    });
  };

  endFilesThread: FilesApi['endFilesThread'] = () => {
    this.#note('endFilesThread');
    return done(null);
  };
}

function cellOf({ states }: FakeEntry, layer: number, older: number | null): PointCell {
  const now = states[layer] ?? null;
  const before = older === null ? null : (states[older] ?? null);
  if (!now) return before ? 'removed' : 'absent';
  if (!before) return 'added';
  return before.content === now.content ? 'unchanged' : 'changed';
}

/** Beside that it is there since the oldest point. */
function changes(cells: readonly (PointCell | null)[]): number {
  return cells.filter((cell, i) => {
    const oldest = cells.slice(i + 1).every((older) => older === null);
    return cell === 'changed' || cell === 'removed' || (cell === 'added' && !oldest);
  }).length;
}

function seedOf(text: string): number {
  let seed = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) seed = Math.imul(seed ^ text.charCodeAt(i), 0x01000193);
  return seed >>> 0;
}

function hashOf(path: string, { content }: FakeState): string {
  return (seedOf(`${path}:${content}`) >>> 0).toString(16).padStart(8, '0').repeat(8);
}

function bytesOf(path: string, length: number): Uint8Array {
  if (/\.(txt|md|csv)$/.test(path)) {
    return new TextEncoder()
      .encode('Notes on taxes: what was paid, when, and why.\n'.repeat(400))
      .slice(0, length);
  }
  const seed = seedOf(path);
  return Uint8Array.from({ length }, (_, i) => (i < 4 ? i : Math.imul(seed, i + 7) >>> 24));
}

/** Four places of the disk, older layers at and below the point. */
function runsOf(path: string, sizeBytes: number, layer: number, layers: number): LayerRun[] {
  const sectors = Math.max(1, Math.ceil(sizeBytes / 512));
  const part = Math.max(1, Math.floor(sectors / 4));
  const start = 20_000 + (seedOf(path) % 200_000);
  return [0, 1, 2, 3].map((i) => ({
    firstSector: start + i * (part + 900),
    sectorCount: part,
    layer: Math.min(layers - 1, layer + ((seedOf(path) >>> i) % 3)),
  }));
}

function sharesOf(runs: readonly LayerRun[]): { layer: number; bytes: number }[] {
  const bytes = new Map<number, number>();
  for (const { layer, sectorCount } of runs) bytes.set(layer, (bytes.get(layer) ?? 0) + sectorCount * 512);
  return [...bytes].map(([layer, sum]) => ({ layer, bytes: sum })).sort((a, b) => a.layer - b.layer);
}

/** The fake chain with a fake disk inside. */
export class FilesEngine extends FakeEngine {
  constructor(readonly files: FakeFiles) {
    super({ layers: files.options.layers, units: 64, seed: 7 });
  }

  override volumes: EngineApi['volumes'] = (...args) => this.files.volumes(...args);
  override openVolume: EngineApi['openVolume'] = (...args) => this.files.openVolume(...args);
  override folder: EngineApi['folder'] = (...args) => this.files.folder(...args);
  override listPoints: EngineApi['listPoints'] = (...args) => this.files.listPoints(...args);
  override versions: EngineApi['versions'] = (...args) => this.files.versions(...args);
  override compareContents: EngineApi['compareContents'] = (...args) => this.files.compareContents(...args);
  override compareFiles: EngineApi['compareFiles'] = (...args) => this.files.compareFiles(...args);
  override inspectFile: EngineApi['inspectFile'] = (...args) => this.files.inspectFile(...args);
  override inspectFolder: EngineApi['inspectFolder'] = (...args) => this.files.inspectFolder(...args);
  override preview: EngineApi['preview'] = (...args) => this.files.preview(...args);
  override extract: EngineApi['extract'] = (...args) => this.files.extract(...args);
  override endFilesThread: EngineApi['endFilesThread'] = () => this.files.endFilesThread();
}

/** Cancels reach the fake. */
export class FilesClient extends FakeClient {
  #next = 1;

  constructor(readonly engine: FilesEngine) {
    super(engine);
  }

  override run<T, P extends Progress = Progress>(
    call: (api: EngineApi, job: Job<P>) => Promise<Outcome<T>>,
    { signal, onProgress }: RunOptions<P> = {},
  ): Promise<Outcome<T>> {
    const id = this.#next++;
    signal?.addEventListener('abort', () => this.engine.files.cancelJob(id), { once: true });
    return call(this.engine, { id, report: (progress) => onProgress?.(progress) });
  }
}

export interface FilesScene {
  readonly session: Session;
  readonly files: FakeFiles;
  readonly engine: FilesEngine;
}

/** A session with a chain of `layers` files in view and the Files screen on. */
export async function filesSession(options: Partial<FakeFilesOptions> = {}): Promise<FilesScene> {
  history.replaceState(null, '', '#');
  const files = new FakeFiles({ layers: 6, many: 300, ...options });
  const engine = new FilesEngine(files);
  const session = new Session(new FilesClient(engine));
  await session.openSample();
  session.show('files');
  return { session, files, engine };
}
