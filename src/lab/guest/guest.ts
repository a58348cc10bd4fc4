/**
 * What runs inside the virtual machine, as its host sees it: reads and writes of sectors, flushes, and touched pages of
 * memory. Everything comes from a seed; the same seed and the same answers give the same run.
 */

export type GuestKind = 'idle' | 'file-server' | 'database' | 'build';

export const GUEST_KINDS: readonly GuestKind[] = ['idle', 'file-server', 'database', 'build'];

export type GuestAction =
  | { readonly kind: 'read'; readonly firstSector: number; readonly sectorCount: number }
  /** `bytes` are never changed afterwards. */
  | { readonly kind: 'write'; readonly firstSector: number; readonly bytes: Uint8Array }
  | { readonly kind: 'flush' }
  /** The guest writes to this page of its memory. */
  | { readonly kind: 'touch'; readonly page: number };

/** One operation of the guest: its actions in order; its latency is the time that all of them take. */
export interface GuestOperation {
  /** Idle time between the end of the operation before and this one. */
  readonly afterUs: number;
  readonly name:
    | 'boot'
    | 'read file'
    | 'write file'
    | 'new file'
    | 'remove file'
    | 'query'
    | 'order'
    | 'checkpoint'
    | 'log'
    | 'compile'
    | 'other';
  readonly actions: readonly GuestAction[];
}

/** A file as a listing shows it. */
export interface GuestFileEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly changedMs: number;
}

/** What the guest counts: the experiment on lost data reads it. */
export interface GuestFigures {
  readonly operations: number;
  /** Orders that the database has confirmed to its users, and those that are on its disk already. */
  readonly confirmedOrders: number;
  readonly writtenOrders: number;
}

/** Reads sectors of the guest's disk: what a guest has to do when it starts. */
export type ReadDisk = (firstSector: number, sectorCount: number) => Promise<Uint8Array>;

/**
 * A running guest. It has state of its own (caches, open files, pages that it has not written yet): what is lost when it
 * loses its power, and what `save` keeps.
 */
export interface Guest {
  readonly kind: GuestKind;
  /** 0 … 100: share of the time that it keeps busy. At 0 nothing happens but what an idle system does. */
  setWork(kind: GuestKind, load: number): void;
  next(): GuestOperation;
  /** Brings its files in order and writes everything (VSS, shutting down). */
  quiesce(): GuestAction[];
  figures(): GuestFigures;
  /** Files of the volume as the guest sees them; empty where its disk has no volume that it knows. */
  files(): readonly GuestFileEntry[];
  /** Everything that it holds in memory, as bytes of a saved state; deterministic. */
  save(): Uint8Array;
}
