/** Starts a guest: from its disk, or from what it held in memory when it was saved. */
import { SECTOR_BYTES } from '../../base/units.ts';
import { BareWork } from './bareWork.ts';
import { piecesOf } from './clusterRuns.ts';
import { type DatabaseState, freshDatabase, ordersOf, type PageStore } from './database.ts';
import type { FatFiles } from './fatFiles.ts';
import { isAppended } from './fileKinds.ts';
import type { Guest, GuestAction, GuestKind, ReadDisk } from './guest.ts';
import { type GuestDisk, storeOf } from './guestDisk.ts';
import { LabGuest, loadOf } from './labGuest.ts';
import { mountVolume } from './mountVolume.ts';
import { savedGuest } from './savedGuest.ts';

export interface StartOptions {
  readonly kind: GuestKind;
  /** 0 … 100. */
  readonly load: number;
  readonly seed: number;
  /** Of its disk. */
  readonly sectorCount: number;
  /** Of its memory. */
  readonly pageCount: number;
  /** False: it works on bare sectors, without files. */
  readonly hasVolume: boolean;
  readonly read: ReadDisk;
  /** What `save` gave; null = it boots. Kind, load and seed are then those that it was saved with. */
  readonly saved: Uint8Array | null;
  readonly now: () => Date;
}

/** Throws what `read` throws, and 'corrupt' where `saved` is not what a guest saved. */
export async function startGuest(options: StartOptions): Promise<Guest> {
  const { kind, load, sectorCount, pageCount, read } = options;
  if (options.saved) return new LabGuest(savedGuest(options.saved, sectorCount, pageCount), options.now);
  const disk = await diskOf(options);
  const state = {
    seed: options.seed >>> 0,
    sectorCount,
    pageCount,
    kind,
    load: loadOf(load),
    operations: 0,
    ownUs: 0,
    bootStep: 0,
    buildPhase: 'compile' as const,
    disk,
    orders: await ordersOn(read, storeOf(disk)),
  };
  return new LabGuest(state, options.now);
}

async function diskOf({ hasVolume, sectorCount, read }: StartOptions): Promise<GuestDisk | null> {
  if (!hasVolume) return { bare: new BareWork(sectorCount) };
  const mounted = await mountVolume(read, sectorCount);
  if (mounted) await readTails(read, mounted.files);
  return mounted;
}

/** So that logs and tables can go on where they end. */
async function readTails(read: ReadDisk, files: FatFiles): Promise<void> {
  for (const file of files.all) {
    if (!isAppended(file.name) || file.tail !== null) continue;
    const lastSector = Math.floor(file.sizeBytes / SECTOR_BYTES);
    const [piece] = piecesOf(files.volume, file.runs, lastSector, 1, 1);
    if (piece) file.tail = (await read(piece.firstSector, 1)).slice(0, file.sizeBytes % SECTOR_BYTES);
  }
}

async function ordersOn(read: ReadDisk, store: PageStore | null): Promise<DatabaseState | null> {
  if (!store) return null;
  const actions: GuestAction[] = [];
  store.read(0, 1, actions);
  const [first] = actions;
  return freshDatabase(first?.kind === 'read' ? ordersOf(await read(first.firstSector, 1)) : 0);
}
