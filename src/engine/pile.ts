/**
 * The pile: every file that was opened, what is in it, and the trees that they form. A file that cannot be opened is a
 * failure in the list; the rest stays usable.
 */
import { DiskError } from '../base/errors.ts';
import { assemble, type Forest, pointAtParent } from '../chain/assemble.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { isDiskImage } from '../formats/openImage.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { BlockSummary, FileId, FileView } from './api.ts';

export interface PileEntry {
  readonly id: FileId;
  readonly path: string;
  readonly storage: FileView['storage'];
  readonly changedMs: number | null;
  /** Where the user picked it with one. */
  readonly handle: FileSystemFileHandle | null;
  readonly content: DiskImage | RefusedFile;
  /** What its block table says; null before the table was read. */
  readonly blocks: BlockSummary | null;
}

export type ImageEntry = PileEntry & { readonly content: DiskImage };

/** The trees of the pile; links name files by their place in `entries`. */
export interface Trees {
  readonly entries: readonly ImageEntry[];
  readonly forest: Forest;
}

/** What a disk is seen from: one file and everything below it. */
export interface ChainOfFiles {
  /** Layer 0 first. */
  readonly ids: readonly FileId[];
  readonly images: readonly DiskImage[];
  /** False: the last file's parent is not here. */
  readonly complete: boolean;
}

/** A file whose place in the pile another has taken; still open. */
export interface ReplacedFile {
  readonly id: FileId;
  readonly file: RandomAccessFile;
}

export class Pile {
  private readonly entries = new Map<FileId, PileEntry>();
  private readonly failed = new Map<string, Finding>();
  private readonly held = new Set<FileId>();
  /** Child to parent, as the user pointed. */
  private byHand: ReadonlyMap<FileId, FileId> = new Map();
  private nextId: FileId = 1;
  private known: Trees | null = null;

  get all(): readonly PileEntry[] {
    return [...this.entries.values()];
  }

  get failures(): readonly Finding[] {
    return [...this.failed.values()];
  }

  /** Throws 'bad-request' where there is no such file, 'busy' where it is held. */
  get(id: FileId): PileEntry {
    const entry = this.entryOf(id);
    if (this.held.has(id)) throw held(entry);
    return entry;
  }

  /** These files are being changed: they are closed, and whoever asks for one is told so, until `release`. */
  hold(ids: readonly FileId[]): void {
    for (const id of ids) this.held.add(id);
  }

  release(ids: readonly FileId[]): void {
    for (const id of ids) this.held.delete(id);
  }

  add(opened: Omit<PileEntry, 'id' | 'blocks'>): FileId {
    const id = this.nextId++;
    this.entries.set(id, { ...opened, id, blocks: null });
    this.failed.delete(opened.path);
    this.known = null;
    return id;
  }

  fail(path: string, finding: Finding): void {
    this.failed.set(path, finding);
  }

  /** Changes what is known of a file; its number, its children and links by hand stay. */
  update(id: FileId, change: Partial<Omit<PileEntry, 'id'>>): void {
    this.entries.set(id, { ...this.entryOf(id), ...change });
    this.known = null;
  }

  /** The block summary changes nothing in the trees. */
  noteBlocks(id: FileId, blocks: BlockSummary | null): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.set(id, { ...entry, blocks });
    if (this.known) {
      const entries = this.known.entries.map((each) => (each.id === id ? { ...each, blocks } : each));
      this.known = { ...this.known, entries };
    }
  }

  remove(id: FileId): void {
    this.entries.delete(id);
    this.byHand = new Map([...this.byHand].filter(([child, parent]) => child !== id && parent !== id));
    this.known = null;
  }

  clear(): void {
    this.entries.clear();
    this.failed.clear();
    this.byHand = new Map();
    this.known = null;
  }

  /** Throws 'bad-request' where the link cannot be. */
  pointAtParent(child: FileId, parent: FileId | null): void {
    const { entries, forest } = this.trees();
    const placeOf = (id: FileId) => this.placeOf(entries, id);
    const links = pointAtParent(
      forest.files,
      this.linksByPlace(entries),
      placeOf(child),
      parent === null ? null : placeOf(parent),
    );
    const idAt = (place: number) => entries[place]?.id ?? 0;
    this.byHand = new Map([...links].map(([from, to]) => [idAt(from), idAt(to)]));
    this.known = null;
  }

  trees(): Trees {
    if (this.known) return this.known;
    const entries = this.all.filter((entry): entry is ImageEntry => isDiskImage(entry.content));
    const files = entries.map(({ content, path, changedMs }) => ({ image: content, path, changedMs }));
    this.known = { entries, forest: assemble(files, this.linksByPlace(entries)) };
    return this.known;
  }

  /** Throws 'bad-request' where the file is not a disk, 'busy' where one of the chain is held. */
  chainFrom(leaf: FileId): ChainOfFiles {
    const { entries, forest } = this.trees();
    const chain: ImageEntry[] = [];
    const first = this.placeOf(entries, leaf);
    for (let at: number | null = first; at !== null; at = forest.links[at]?.parent ?? null) {
      const entry = entries[at];
      if (entry) chain.push(entry);
    }
    for (const { id } of chain) this.get(id);
    return {
      ids: chain.map(({ id }) => id),
      images: chain.map(({ content }) => content),
      complete: forest.links[first]?.complete ?? false,
    };
  }

  private entryOf(id: FileId): PileEntry {
    const entry = this.entries.get(id);
    if (!entry) throw new DiskError({ code: 'bad-request', message: `There is no file ${id} in the pile.` });
    return entry;
  }

  private placeOf(entries: readonly ImageEntry[], id: FileId): number {
    const place = entries.findIndex((entry) => entry.id === id);
    if (place >= 0) return place;
    throw new DiskError({
      code: 'bad-request',
      message: `“${this.entryOf(id).path}” is not a disk that can be read.`,
    });
  }

  private linksByPlace(entries: readonly ImageEntry[]): Map<number, number> {
    const placeOf = new Map(entries.map(({ id }, place) => [id, place]));
    const links = new Map<number, number>();
    for (const [child, parent] of this.byHand) {
      const [from, to] = [placeOf.get(child), placeOf.get(parent)];
      if (from !== undefined && to !== undefined) links.set(from, to);
    }
    return links;
  }
}

function held({ path }: PileEntry): DiskError {
  return new DiskError({
    code: 'busy',
    message: `“${path}” is being changed by an action that still runs.`,
    meaning: 'It cannot be read meanwhile. Nothing was changed by this call.',
    remedy: 'Wait until that ends, or cancel it.',
  });
}
