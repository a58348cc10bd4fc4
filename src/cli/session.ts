/** One call's files, opened and put in order: what the browser's engine does, on files of the operating system. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { openChain } from '../chain/openChain.ts';
import { ByteScanner } from '../core/byteScanner.ts';
import { loadCore } from '../core/loadCoreNode.ts';
import type { FileId, FileView, OtherFileView, PileView } from '../engine/api.ts';
import type { WorkTools } from '../engine/checking.ts';
import { openInto } from '../engine/opening.ts';
import { Pile, type PileEntry } from '../engine/pile.ts';
import { pileView } from '../engine/pileView.ts';
import type { Finding } from '../formats/finding.ts';
import { isDiskImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import { checkBlocks } from '../formats/vhd/blockChecks.ts';
import { type CollectedFile, Collection } from './collect.ts';
import type { Io } from './io.ts';
import { type ProgressLine, progressLine } from './progressLine.ts';
import { UsageError } from './usage.ts';

export interface SessionOptions {
  readonly with: readonly string[];
  readonly parent: string | null;
  readonly raw: boolean;
}

/** The file that a call is about, in the pile. */
export interface Target {
  readonly given: CollectedFile;
  readonly view: FileView | null;
  /** Where it is no disk. */
  readonly other: OtherFileView | null;
}

export class Session {
  readonly pile = new Pile();
  private readonly io: Io;
  private readonly shownOf: ReadonlyMap<string, string>;

  private constructor(io: Io, collection: Collection) {
    this.io = io;
    this.shownOf = new Map(collection.files.map(({ path, shown }) => [path, shown]));
  }

  /**
   * Opens `named` (files, or folders where `folders` allows it) with the files beside them and those of `--with`.
   * Throws `UsageError` where a path leads nowhere.
   */
  static async open(
    io: Io,
    named: readonly string[],
    options: SessionOptions,
    folders: boolean,
  ): Promise<{ session: Session; targets: CollectedFile[] }> {
    const collection = new Collection();
    const targets = named.flatMap((given) => (folders ? collection.add(given) : [collection.addOne(given)]));
    const parent = options.parent === null ? null : collection.addOne(options.parent);
    for (const given of options.with) collection.add(given);
    for (const { shown } of targets) collection.addNeighbours(shown);
    const session = new Session(io, collection);
    await session.openAll(collection.files);
    const chosen = [...new Set(targets)];
    if (options.raw) for (const target of chosen) await session.takeAsRaw(target);
    if (parent) await session.pointAtParent(chosen, parent);
    return { session, targets: chosen };
  }

  /** What the engine's long work is given; progress goes to `line`. */
  async tools({ report }: ProgressLine): Promise<WorkTools> {
    const module = await loadCore();
    const scanner = await ByteScanner.create(module);
    const isZero = scanner.isZero.bind(scanner);
    return { module, now: new Date(), report, signal: this.io.signal, isZero };
  }

  view(): PileView {
    return pileView(this.pile, 0);
  }

  /** Throws `DiskError` where the file could not be opened at all. */
  target(given: CollectedFile): Target {
    const { files, others, failures } = this.view();
    const view = files.find(({ path }) => path === given.path) ?? null;
    const other = others.find(({ path }) => path === given.path) ?? null;
    if (view || other) return { given, view, other };
    const failure = failures.find(({ file }) => file === given.path);
    if (failure) throw new DiskError({ ...failure, code: 'io', where: placeOf(failure) });
    throw new UsageError(`“${given.shown}” is a piece of a split disk.`, 'Name its first piece, the .vhd.');
  }

  /** The disk as seen from a file. Throws `DiskError` where the file is none, or its tables cannot be read. */
  async openDisk(
    given: CollectedFile,
  ): Promise<{ disk: DiskChain; view: FileView; layers: readonly FileView[] }> {
    const { view, other } = this.target(given);
    if (!view) throw refusal(given, other);
    const { ids, images, complete } = this.pile.chainFrom(view.id);
    const line = progressLine(this.io);
    const meter = new ProgressMeter(line.report, 'Reading block tables', 'bytes', null);
    try {
      const disk = await openChain(await loadCore(), images, { complete, meter, signal: this.io.signal });
      const { files } = this.view();
      const layers = ids.flatMap((id) => files.find((file) => file.id === id) ?? []);
      return { disk, view, layers };
    } finally {
      line.clear();
    }
  }

  /** The view with what its block table tells: blocks outside the file, or on top of one another. */
  async withTable(view: FileView): Promise<FileView> {
    const { content } = this.pile.get(view.id);
    if (!isDiskImage(content) || content.tables.kind !== 'vhd-blocks') return view;
    const bat = new Uint8Array(content.tables.batEntries * 4);
    try {
      await content.file.read(content.tables.batOffset, bat);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return { ...view, findings: [...view.findings, unreadFinding(view, error)] };
    }
    const { findings, summary } = checkBlocks(content, bat);
    return { ...view, findings: [...view.findings, ...findings], blocks: summary };
  }

  /** The path as the user would write it. */
  shown(path: string): string {
    return this.shownOf.get(path) ?? path;
  }

  /** Number of the file in the pile, disk or not. Throws as `target` does. */
  idOf(given: CollectedFile): FileId {
    const { view, other } = this.target(given);
    return must(view ?? other, 'a target is a disk or another file').id;
  }

  /** Every file of the pile whose bytes may be read for this disk. */
  pathsOf(views: readonly FileView[]): string[] {
    return views.flatMap(({ path }) => this.piecesOf(path));
  }

  async close(): Promise<void> {
    await Promise.all(this.pile.all.map(({ content }) => content.file.close()));
  }

  private piecesOf(path: string): string[] {
    const stem = path.replace(/\.vhd$/i, '').toLowerCase();
    const isPiece = (other: string) => other.toLowerCase().startsWith(`${stem}.v`) && /\.v\d\d$/i.test(other);
    return [...this.shownOf].filter(([other]) => other === path || isPiece(other)).map(([, shown]) => shown);
  }

  private async openAll(files: readonly CollectedFile[]): Promise<void> {
    const line = progressLine(this.io);
    try {
      const meter = new ProgressMeter(line.report, 'Opening files', 'files', files.length);
      await openInto(this.pile, files, meter, this.io.signal);
    } finally {
      line.clear();
    }
  }

  private entry({ path }: CollectedFile): PileEntry | undefined {
    return this.pile.all.find((entry) => entry.path === path);
  }

  private async takeAsRaw(given: CollectedFile): Promise<void> {
    const entry = this.entry(given);
    if (entry && !isDiskImage(entry.content) && entry.content.format === 'unknown') {
      this.pile.update(entry.id, { content: await openRaw(entry.content.file) });
    }
  }

  /** The end of the one chain that has no parent takes it. */
  private async pointAtParent(targets: readonly CollectedFile[], parent: CollectedFile): Promise<void> {
    await this.takeAsRaw(parent);
    const parentEntry = this.entry(parent);
    if (!parentEntry || !isDiskImage(parentEntry.content)) {
      throw new UsageError(`“${parent.shown}” is not a disk, so it cannot be a parent.`);
    }
    const open = new Set<number>();
    for (const target of targets) {
      const entry = this.entry(target);
      if (!entry || !isDiskImage(entry.content)) continue;
      const { ids, complete } = this.pile.chainFrom(entry.id);
      if (!complete) open.add(ids.at(-1) ?? entry.id);
    }
    const [child] = open;
    if (child === undefined)
      throw new UsageError('--parent: no parent is missing here.', 'Leave --parent out.');
    if (open.size > 1) throw new UsageError('--parent: several files miss a parent here.', 'Name one file.');
    try {
      this.pile.pointAtParent(child, parentEntry.id);
    } catch (error) {
      if (error instanceof DiskError && error.code === 'bad-request') throw new UsageError(error.message);
      throw error;
    }
  }
}

function placeOf({ file, offset, lengthBytes }: Finding) {
  return { file, offset, lengthBytes };
}

function unreadFinding(view: FileView, { problem }: DiskError): Finding {
  return {
    rule: 'table-not-read',
    severity: 'error',
    code: null,
    file: view.name,
    offset: problem.where?.offset ?? 0,
    lengthBytes: problem.where?.lengthBytes ?? 0,
    message: problem.message,
    meaning: problem.meaning ?? 'Its block table is not known.',
    remedy: problem.remedy ?? 'Try again when the cause is gone.',
  };
}

/** Says why a file is no disk: the gravest of its findings. */
function refusal(given: CollectedFile, other: OtherFileView | null): DiskError {
  const [worst] = [...(other?.findings ?? [])].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  return new DiskError({
    code: other?.format === 'vhdx' ? 'unsupported' : other?.format === 'vhd' ? 'corrupt' : 'not-a-disk',
    message: `“${given.shown}” cannot be read as a disk. ${worst?.message ?? ''}`.trim(),
    ...(worst ? { where: placeOf(worst), meaning: worst.meaning, remedy: worst.remedy } : {}),
  });
}

const RANK = { error: 0, warning: 1, note: 2 } as const;
