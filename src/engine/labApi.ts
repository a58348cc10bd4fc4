/** The lab's part of the contract: how one is opened, and every call of it. Plain data, as in `api.ts`. */
import type { Outcome } from '../base/errors.ts';
import type { ReadTrace } from '../chain/readTrace.ts';
import type { LabCommand } from '../lab/commands.ts';
import type { GuestFileEntry } from '../lab/guest/guest.ts';
import type { Scenario } from '../lab/history/scenario.ts';
import type { LabHoldings, LabView } from '../lab/labView.ts';
import type { SavedOrder } from '../lab/memory/savedOrder.ts';
import type { LabPlan, PlannedCommand } from '../lab/plan/labPlan.ts';
import type { FileId, FileSource, Job, PileView, SaveFormat, SaveResult, SaveTarget } from './api.ts';

export type LabStorage = 'memory' | 'private';

export type LabStart =
  /** null: the scenario that a new user sees first. */
  | { readonly from: 'scenario'; readonly scenario: Scenario | null; readonly storage: LabStorage }
  /** The text of a file, or what a link carries. */
  | { readonly from: 'text'; readonly text: string; readonly storage: LabStorage }
  | { readonly from: 'link'; readonly link: string; readonly storage: LabStorage }
  /** The machine that lies in private storage: as after a power cut of its host. */
  | { readonly from: 'private' }
  /** A new machine on a differencing disk above the disk as seen from this file; nothing of the pile is written to. */
  | { readonly from: 'chain'; readonly leaf: FileId; readonly storage: LabStorage }
  /** The files of a machine's folder. `how`: as it is, with its ids; or as a new machine with ids of its own. */
  | {
      readonly from: 'folder';
      readonly files: readonly FileSource[];
      readonly how: 'register' | 'restore' | 'copy';
      readonly storage: LabStorage;
    };

export type LabAdvance =
  /** Simulated time; stops earlier, between two steps, when `budgetMs` of real time are used up. */
  | { readonly untilUs: number; readonly budgetMs: number }
  /** One event on. */
  | { readonly toNextEvent: true; readonly budgetMs: number };

export interface LabHash {
  readonly node: string;
  readonly disk: string;
  /** SHA-256 of the disk as read there, hex; null where it cannot be read: `problem` says why. */
  readonly sha256: string | null;
  readonly problem: string | null;
}

export interface LabFilesView {
  readonly node: string;
  /** From the volume on the disk as it reads there; null: there is no volume that the lab knows. */
  readonly files: readonly GuestFileEntry[] | null;
}

/** A read as it falls through the machine's files. */
export interface LabTrace {
  readonly trace: ReadTrace;
  /** Node and file of each layer, newest first. */
  readonly layers: readonly { readonly node: string; readonly name: string; readonly file: string }[];
}

export interface LabShare {
  /** Goes behind `#` in the address. */
  readonly link: string;
  /** The scenario as a file. */
  readonly text: string;
  readonly fileName: string;
}

export interface LabExportRequest {
  readonly node: string;
  readonly disk: string;
  readonly format: SaveFormat;
  readonly target: SaveTarget;
}

export interface LabSaved {
  readonly files: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface LabInStorage {
  readonly machineName: string;
  readonly checkpoints: number;
  readonly bytes: number;
}

export interface LabApi {
  /** One lab at a time: the one before is closed. */
  labOpen(start: LabStart, job: Job): Promise<Outcome<LabView>>;
  /** What is in private storage stays there. */
  labClose(): Promise<Outcome<null>>;
  /** Whether there is a machine in private storage. */
  labInStorage(): Promise<Outcome<LabInStorage | null>>;
  labRemoveStored(): Promise<Outcome<null>>;
  /** Before now there may be commands that have not happened yet: they are dropped. */
  labDo(command: LabCommand): Promise<Outcome<LabView>>;
  labAdvance(advance: LabAdvance): Promise<Outcome<LabView>>;
  /** Writes nothing. */
  labAsk(command: PlannedCommand): Promise<Outcome<LabPlan>>;
  /** Plays again up to this time. */
  labSeek(atUs: number, job: Job): Promise<Outcome<LabView>>;
  /** To just before the last command. */
  labUndo(job: Job): Promise<Outcome<LabView>>;
  /** Drops what comes after now. */
  labFork(): Promise<Outcome<LabView>>;
  labHoldings(disk: string, cells: number): Promise<Outcome<LabHoldings>>;
  /** One byte a page while memory is being saved; null while it is not. */
  labPages(): Promise<Outcome<Uint8Array | null>>;
  labFiles(node: string): Promise<Outcome<LabFilesView>>;
  /** A read of this disk as it stands at the node; writes nothing, and costs the machine no time. */
  labTrace(node: string, disk: string, firstSector: number, sectorCount: number): Promise<Outcome<LabTrace>>;
  /** How the memory of a checkpoint came into its file; null where it has none. */
  labSavedOrder(node: string): Promise<Outcome<SavedOrder | null>>;
  /** Of every checkpoint and of Now. */
  labHashes(job: Job): Promise<Outcome<readonly LabHash[]>>;
  labShare(): Promise<Outcome<LabShare>>;
  labExport(request: LabExportRequest, job: Job): Promise<Outcome<SaveResult>>;
  /** The machine's folder as it is now: into a folder that the user picked, or as one zip. */
  labSaveFolder(target: FileSystemDirectoryHandle, job: Job): Promise<Outcome<LabSaved>>;
  labZip(job: Job): Promise<Outcome<File>>;
  /** The machine's disks, as they are now, become the pile; the lab goes on with its own. */
  labExplore(job: Job): Promise<Outcome<PileView>>;
}
