/**
 * The contract between the page (or the terminal) and the engine: types, and two numbers. Everything is plain data that
 * survives structured cloning; faults come back as `Outcome`. Layer 0 is the file that the disk is seen from.
 */
import type { Outcome, Problem } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import type { TraceCosts } from '../chain/cost/measureTrace.ts';
import type { MapCells, MapRequest, Survey } from '../chain/diskMap.ts';
import type { LinkState } from '../chain/pile.ts';
import type { ReadTrace } from '../chain/readTrace.ts';
import type { SpaceUse } from '../check/fileCheck.ts';
import type { RepairChoice, RepairOption, RepairPlan, RepairStep } from '../check/repair/repairPlan.ts';
import type { Comparison } from '../export/comparison.ts';
import type { Measurement } from '../export/measurement.ts';
import type { ImageFormat, ImageType, Maker, ParentReference } from '../formats/diskImage.ts';
import type { Affected, Finding } from '../formats/finding.ts';
import type { Annotation, AnnotationLink } from '../formats/struct.ts';
import type { BlockSummary } from '../formats/vhd/blockChecks.ts';
import type { LabCommand } from '../lab/commands.ts';
import type { LabEvent } from '../lab/events.ts';
import type { GuestFileEntry, GuestKind } from '../lab/guest/guest.ts';
import type { Scenario } from '../lab/history/scenario.ts';
import type { LabFile, LabHoldings, LabMark, LabSample, LabView } from '../lab/labView.ts';
import type {
  CheckpointType,
  MachineNode,
  MachineSettings,
  MachineState,
  MergePolicy,
  PowerState,
} from '../lab/machine/machine.ts';
import type { MemorySaveProgress } from '../lab/memory/memory.ts';
import type { SavedOrder } from '../lab/memory/savedOrder.ts';
import type { LabMerge } from '../lab/merges/mergeView.ts';
import type { LabPlan, PlannedCommand, PlannedMerge } from '../lab/plan/labPlan.ts';
import type { MergeGains } from '../merge/gains.ts';
import type { MergePhase } from '../merge/mergeJournal.ts';
import type { MergePlan } from '../merge/mergePlan.ts';
import type { MergeProgress, MergeReport, MergeStage } from '../merge/mergeReport.ts';
import type { MergeWay, NewFormat } from '../merge/stretch.ts';
import type { FilesApi } from './filesApi.ts';
import type { LabApi } from './labApi.ts';
import type { TeachApi } from './teachApi.ts';

export type { CostTotals } from '../chain/cost/measureTrace.ts';
export type { ProfileName } from '../chain/cost/profiles.ts';
export { PROFILES } from '../chain/cost/profiles.ts';
export type { StorageProfile } from '../chain/cost/storageProfile.ts';
export type { MapMode } from '../chain/diskMap.ts';
export type { TraceExtent, TraceStep } from '../chain/readTrace.ts';
/** Cell values of maps, and owners of sectors, beside layer numbers. */
export { LAYER_MISSING as CELL_MISSING, LAYER_UNALLOCATED as CELL_UNALLOCATED } from '../core/records.ts';
export { type FileKind, kindOf, type TextEncoding } from '../filesystems/fileKinds.ts';
export { ATTRIBUTE } from '../filesystems/listing.ts';
export { ABOUTS } from '../lab/experiments/abouts.ts';
export { claimText, HOLDS_WORDS, type Holds, sourceText } from '../lab/experiments/claimText.ts';
export { CONTROLS } from '../lab/experiments/controls.ts';
export type {
  Claim,
  ExperimentAbout,
  ExperimentId,
  Prediction,
  PredictionShape,
  SourceMark,
} from '../lab/experiments/experiment.ts';
export { EXPERIMENT_IDS } from '../lab/experiments/experiment.ts';
export type {
  ExperimentResult,
  FigureAxis,
  FigurePoint,
  FigureSeries,
  Figures,
  FigureTable,
  FigureUnit,
  FittedLine,
  Verdict,
} from '../lab/experiments/figures.ts';
export { csvText } from '../lab/experiments/figuresCsv.ts';
export { mediansIn } from '../lab/experiments/medians.ts';
export type { Control, ControlName, ExperimentSetup } from '../lab/experiments/setup.ts';
export { parseSetup, setupText } from '../lab/experiments/setupText.ts';
export { SOURCES } from '../lab/experiments/sources.ts';
export { disksText, numberText, timeUsText, valueText, xText } from '../lab/experiments/valueText.ts';
export { scenarioLink } from '../lab/history/scenarioLink.ts';
export { clockText, labDate } from '../lab/labTime.ts';
/** Of the lab: values of a cell, and the id of the node that is written to. */
export { HELD_ANSWERS, HELD_NOT, HELD_SHADOWED } from '../lab/labView.ts';
export type { GlossaryEntry } from '../lab/lessons/glossary.ts';
export { GLOSSARY, glossaryEntry } from '../lab/lessons/glossary.ts';
export type { ExploreFacts, Goal, LessonFacts, LessonMoment } from '../lab/lessons/goal.ts';
export { isMet } from '../lab/lessons/isMet.ts';
export type {
  Lesson,
  LessonAction,
  LessonFigure,
  LessonId,
  LessonPlace,
  LessonStep,
} from '../lab/lessons/lesson.ts';
export { LESSON_IDS, LESSON_PLACES } from '../lab/lessons/lesson.ts';
export { LESSONS } from '../lab/lessons/lessons.ts';
export type { TextPart } from '../lab/lessons/parseText.ts';
export { parseText, plainText } from '../lab/lessons/parseText.ts';
export { NOW } from '../lab/machine/machine.ts';
export { PAGE_INTERCEPTED, PAGE_SAVED, PAGE_WAITS } from '../lab/memory/memory.ts';
export { shortName } from '../lab/rules/words.ts';
export type {
  CompareRequest,
  EntryKind,
  ExtractReport,
  ExtractRequest,
  ExtractTarget,
  FileChange,
  FileInspection,
  FileSystemFacts,
  FilesApi,
  FilesCompared,
  FileVersion,
  FolderPlaces,
  FolderRequest,
  FolderRow,
  FolderView,
  LayerRun,
  ListedPoint,
  OpenedVolume,
  PartitionScheme,
  PathAt,
  PointCell,
  PreviewBytes,
  RowOrder,
  Volume,
  VolumeAt,
  VolumeContent,
  VolumeContentKind,
  VolumeTable,
} from './filesApi.ts';
export type {
  LabAdvance,
  LabApi,
  LabExportRequest,
  LabFilesView,
  LabHash,
  LabInStorage,
  LabSaved,
  LabShare,
  LabStart,
  LabStorage,
  LabTrace,
} from './labApi.ts';
export type {
  ChainAdvice,
  ExperimentRequest,
  MergeOffer,
  ReadMeans,
} from './teachApi.ts';
export type {
  Affected,
  Annotation,
  AnnotationLink,
  BlockSummary,
  CheckpointType,
  Finding,
  GuestFileEntry,
  GuestKind,
  ImageFormat,
  ImageType,
  LabCommand,
  LabEvent,
  LabFile,
  LabHoldings,
  LabMark,
  LabMerge,
  LabPlan,
  LabSample,
  LabView,
  LinkState,
  MachineNode,
  MachineSettings,
  MachineState,
  Maker,
  MapCells,
  MapRequest,
  MemorySaveProgress,
  MergeGains,
  MergePhase,
  MergePlan,
  MergePolicy,
  MergeProgress,
  MergeReport,
  MergeStage,
  MergeWay,
  NewFormat,
  Outcome,
  ParentReference,
  PlannedCommand,
  PlannedMerge,
  PowerState,
  Progress,
  ReadTrace,
  RepairChoice,
  RepairOption,
  RepairPlan,
  RepairStep,
  SavedOrder,
  Scenario,
  SpaceUse,
  Survey,
  TraceCosts,
};

/** A file of the pile; the number is its identity until the pile is closed. */
export type FileId = number;

// ── Opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type FileSource =
  | { readonly kind: 'blob'; readonly file: File; readonly path: string }
  | { readonly kind: 'handle'; readonly handle: FileSystemFileHandle; readonly path: string }
  /** A file in the browser's private storage. */
  | { readonly kind: 'private'; readonly name: string };

export interface ParentCandidate {
  readonly file: FileId;
  /** Higher is likelier. */
  readonly score: number;
  /** Why it is on the list, in words, strongest first. */
  readonly reasons: readonly string[];
}

/** One file of the pile that is a disk. */
export interface FileView {
  readonly id: FileId;
  readonly name: string;
  /** Folder and name as picked, `/` between. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Where its bytes come from, and with that how fast they are. */
  readonly storage: 'user' | 'private' | 'memory' | 'node';
  readonly format: ImageFormat;
  readonly type: ImageType;
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number | null;
  /** Raw id as hex digits, '' for raw images. */
  readonly rawId: string;
  readonly idText: string;
  readonly maker: Maker | null;
  /** Milliseconds since 1970, null = the file does not say. */
  readonly modifiedMs: number | null;
  readonly seeks: ParentReference | null;
  readonly parent: FileId | null;
  readonly link: LinkState;
  /** False where the parent was pointed at and its id is not the one that the file seeks. */
  readonly matches: boolean;
  /** For orphans and ambiguous links, likeliest first. */
  readonly candidates: readonly ParentCandidate[];
  readonly children: readonly FileId[];
  /** Other files of the pile with the same id. */
  readonly duplicates: readonly FileId[];
  readonly findings: readonly Finding[];
  /** Blocks that the file holds, and the distance of two in sectors; null before its table was read, and for flat images. */
  readonly blocks: BlockSummary | null;
}

/** A file of the pile that is not a disk, or not one that this version reads. */
export interface OtherFileView {
  readonly id: FileId;
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Where its bytes come from: as for disks. */
  readonly storage: FileView['storage'];
  readonly format: ImageFormat | 'unknown';
  readonly findings: readonly Finding[];
  /** It can be opened as a raw disk when the user says so. */
  readonly canBeRaw: boolean;
}

export interface PileView {
  /** Newest first inside each tree: a child stands before its parent. */
  readonly files: readonly FileView[];
  readonly others: readonly OtherFileView[];
  /** Files that no other file names as its parent: what a disk can be seen from. Likeliest first. */
  readonly leaves: readonly FileId[];
  /** What could not be opened at all (permission, vanished), with its reason. */
  readonly failures: readonly Finding[];
  readonly openMilliseconds: number;
}

// ── One chain in view ────────────────────────────────────────────────────────────────────────────────────────────────

export interface ChainView {
  /** Files of the chain, layer 0 (the leaf) first. */
  readonly layers: readonly FileId[];
  readonly virtualSizeBytes: number;
  readonly sectorCount: number;
  /** Sectors of one cell of the index: the smallest block size of the chain, at most 4096. */
  readonly unitSectors: number;
  readonly unitCount: number;
  /** False where the chain ends in a file whose parent is not here: some sectors then have no answer. */
  readonly complete: boolean;
  readonly tableBytes: number;
  readonly bitmapCacheBytes: number;
  readonly bitmapCacheLimitBytes: number;
  readonly findings: readonly Finding[];
  readonly openMilliseconds: number;
}

/** Shares of some index units: `counts[unit * (layers + 2) + layer]` sectors; the last two are missing and unallocated. */
export interface UnitShares {
  readonly firstUnit: number;
  readonly unitCount: number;
  readonly counts: Uint16Array;
}

export interface DiskBytes {
  readonly firstSector: number;
  readonly bytes: Uint8Array;
  /** One byte a sector: the answering layer, `CELL_UNALLOCATED` or `CELL_MISSING` (then its bytes are zeros to be shown as unknown). */
  readonly owners: Uint8Array;
}

// ── Files as bytes ───────────────────────────────────────────────────────────────────────────────────────────────────

/** A stretch of a file, in the order of the file, for the strip above the hex view. */
export interface Region {
  readonly name: string;
  readonly kind:
    | 'footer'
    | 'header'
    | 'locator'
    | 'bat'
    | 'bitmap'
    | 'block'
    | 'blocks'
    | 'data'
    | 'unused'
    | 'other';
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface SearchQuery {
  /** In the disk as seen, or in one file of the pile. */
  readonly target: 'disk' | FileId;
  readonly needle: Uint8Array;
  /** A second spelling of the same text (UTF-16), searched at once. */
  readonly alternative: Uint8Array | null;
  readonly fromOffset: number;
  /** Stop after so many hits. */
  readonly limit: number;
}

export interface SearchResult {
  /** Byte offsets in the disk or the file. */
  readonly hits: readonly number[];
  /** Where the search stopped: the end, the limit, or where it was cancelled. */
  readonly searchedTo: number;
  readonly complete: boolean;
  /** Ranges that could not be searched: they lie in a parent that is not here. */
  readonly missingBytes: number;
}

// ── Saving ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export type SaveFormat = 'raw' | 'fixed' | 'dynamic';

export type SaveTarget =
  | { readonly kind: 'handle'; readonly handle: FileSystemFileHandle }
  | { readonly kind: 'private'; readonly name: string };

export interface SaveRequest {
  /** Any file of any tree: the disk as seen from there. */
  readonly file: FileId;
  readonly format: SaveFormat;
  readonly target: SaveTarget;
  /** Dynamic only: 512 KiB to 8 MiB, 2 MiB where left out. */
  readonly blockSizeBytes?: number;
  /** Fixed only: the disk is filled up with zeros to whole MiB, as Azure wants it. */
  readonly wholeMib?: boolean;
}

export interface SaveResult {
  readonly name: string;
  readonly fileBytes: number;
  /** Bytes actually written: holes are left out. */
  readonly writtenBytes: number;
  readonly virtualSizeBytes: number;
  /** Zeros behind the disk as read, for `wholeMib`: part of `virtualSizeBytes`, and not of `sha256`. */
  readonly addedZeroBytes: number;
  /** SHA-256 of the disk (not of the file), hex. */
  readonly sha256: string;
  readonly seconds: number;
}

export interface PrivateFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number | null;
  /** The pile holds it open. */
  readonly open: boolean;
  /**
   * Journal of the merge, waiting or running, that it is nothing but a part of: it is that journal, or the new file while it is not
   * complete. Not to be opened as a disk; left out for all others.
   */
  readonly mergePart?: string;
}

export interface PrivateListing {
  readonly files: readonly PrivateFile[];
  readonly usedBytes: number;
  /** What the browser says it would grant; a hint, never a promise. null = it does not say. */
  readonly quotaBytes: number | null;
  /** Files whose change in place was interrupted and was finished when the storage was opened. */
  readonly finished: readonly string[];
}

// ── Checking and repairing ───────────────────────────────────────────────────────────────────────────────────────────

export interface FileCheckView {
  readonly file: FileId;
  /** All of them: of the file itself, and of its place in the tree. */
  readonly findings: readonly Finding[];
  /** null for files without blocks. */
  readonly space: SpaceUse | null;
  readonly readBytes: number;
}

export interface CheckView {
  readonly files: readonly FileCheckView[];
  readonly readBytes: number;
  readonly seconds: number;
}

/** A file that a differencing disk is to name as its parent, and how it spells the way there. */
export interface ParentLink {
  readonly parent: FileId;
  /** `C:\disks\base.vhd`, or null: no absolute path is written. */
  readonly absolutePath: string | null;
  /** `.\base.vhd`, or null: no relative path is written. */
  readonly relativePath: string | null;
}

export interface RepairRequest {
  readonly file: FileId;
  /** Option by choice of the plan; a choice that is left out is left as it is. */
  readonly choices: Readonly<Record<string, string>>;
  /** Points the file at this parent; null = its link stays. */
  readonly parent: ParentLink | null;
}

/** In place only in private storage: elsewhere the browser cannot flush. */
export type RepairTarget = SaveTarget | { readonly kind: 'in-place' };

export interface RepairResult {
  readonly name: string;
  readonly fileBytes: number;
  /** The file that takes the repair back, beside the repaired one; null where a copy was repaired. */
  readonly undoName: string | null;
  /** What a check of the repaired file finds. */
  readonly findings: readonly Finding[];
  readonly seconds: number;
  /** After a repair in place the pile has changed. */
  readonly pile: PileView | null;
}

// ── Making new disks ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface CreateRequest {
  readonly type: ImageType;
  /** Of a differencing disk: its parent's. */
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number;
  /** Differencing only. */
  readonly parent: ParentLink | null;
  readonly target: SaveTarget;
}

export interface CompactRequest {
  readonly file: FileId;
  readonly target: SaveTarget;
}

export interface GrowRequest {
  readonly file: FileId;
  readonly virtualSizeBytes: number;
  readonly target: RepairTarget;
}

export interface MadeFile {
  readonly name: string;
  readonly fileBytes: number;
  readonly writtenBytes: number;
  readonly virtualSizeBytes: number;
  readonly seconds: number;
  /** Bytes of the file that it was made from, where it was. */
  readonly sourceBytes: number | null;
  /** As for a repair in place. */
  readonly undoName: string | null;
  readonly pile: PileView | null;
}

export type MeasureRequest =
  | {
      readonly operation: 'export';
      readonly file: FileId;
      readonly format: SaveFormat;
      readonly blockSizeBytes?: number;
    }
  | { readonly operation: 'compact'; readonly file: FileId };

export interface MeasureView extends Measurement {
  /** Measured now, by reading some of the files; null where there is nothing to read. */
  readonly readBytesPerSecond: number | null;
  /** Measured now, by writing to private storage; null where there is none. */
  readonly writeBytesPerSecond: number | null;
  /** At these rates, reading and writing one after the other; null where no rate is known. */
  readonly seconds: number | null;
}

// ── Comparing ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface CompareView extends Comparison {
  readonly seconds: number;
}

// ── Merging ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MergeRequest {
  /** The chain as seen from this file; layers below count in it. */
  readonly leaf: FileId;
  /** Layers of that chain, newest and oldest of the stretch. In place everything goes into the oldest. */
  readonly first: number;
  readonly last: number;
  readonly way: MergeWay;
  /** Of a new file; 'differencing' stands on the file below the stretch, the others need one that ends in a base. */
  readonly format: NewFormat | null;
  /** New dynamic and differencing files; 2 MiB where left out. */
  readonly blockSizeBytes?: number;
}

/** One way to merge the stretch. */
export interface MergeChoice {
  readonly way: MergeWay;
  /** null where it can be done; else the first obstacle. */
  readonly refusal: Finding | null;
}

/** A file in the picture of the chain, newest first. */
export interface MergeNode {
  readonly name: string;
  readonly sizeBytes: number;
  /** Layer of the chain in the request; null = a branch beside it, or a new file. */
  readonly layer: number | null;
  /** Place in the list of the file that it stands on; null = none. */
  readonly parent: number | null;
  /** 'merged': into another; 'target': what they go into; 'new': made by the merge. */
  readonly role: 'stays' | 'merged' | 'target' | 'new';
}

export interface MergePlanView extends MergePlan {
  readonly choices: readonly MergeChoice[];
  readonly before: readonly MergeNode[];
  readonly after: readonly MergeNode[];
  readonly gains: MergeGains;
  /** Measured now; null where there is nothing to read, or nowhere to write. */
  readonly readBytesPerSecond: number | null;
  readonly writeBytesPerSecond: number | null;
  /** Of copying; null where no rate is known. */
  readonly seconds: number | null;
  /** Of hashing the disk once; twice for a proof. */
  readonly proofSeconds: number | null;
  /** Where the target is; null = it is not known. */
  readonly freeBytes: number | null;
  /** A free name for a new file. */
  readonly suggestedName: string | null;
}

export interface MergeStart {
  readonly request: MergeRequest;
  /** null in place. */
  readonly target: SaveTarget | null;
  /** Hash the disk before and after. */
  readonly prove: boolean;
}

export interface MergeDone {
  readonly report: MergeReport;
  /** The report in words, to be saved. */
  readonly text: string;
  /** As it is afterwards. */
  readonly pile: PileView;
}

/** A merge in private storage that was stopped, or cut off. */
export interface WaitingMerge {
  /** What `resumeMerge` and `abandonMerge` take. */
  readonly journal: string;
  /** Newest first. */
  readonly sources: readonly string[];
  readonly target: string;
  readonly newName: string | null;
  /** null where the journal cannot be read: `problem` says why. */
  readonly phase: MergePhase | null;
  readonly copiedBytes: number;
  /** What recovery will do, in words. */
  readonly next: string;
  /** Why it cannot go on as it is. */
  readonly problem: Problem | null;
  /** False once the target has taken over: then it can only be finished. */
  readonly canAbandon: boolean;
}

// ── The engine ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** A long call: progress comes through `report`, `cancel(id)` ends it with 'cancelled'. */
export interface Job<P extends Progress = Progress> {
  readonly id: number;
  readonly report: (progress: P) => void;
}

export interface EngineApi extends LabApi, TeachApi, FilesApi {
  /** Adds files to the pile and finds the trees anew. */
  open(sources: readonly FileSource[], job: Job): Promise<Outcome<PileView>>;
  openSample(): Promise<Outcome<PileView>>;
  /** Takes a file that was not recognised as a raw disk. */
  openAsRaw(file: FileId): Promise<Outcome<PileView>>;
  /** null takes the word back. */
  pointAtParent(child: FileId, parent: FileId | null): Promise<Outcome<PileView>>;
  closePile(): Promise<Outcome<null>>;

  /** Puts the chain of `leaf` in view; every call below that speaks of the disk means this one. */
  viewFrom(leaf: FileId, job: Job): Promise<Outcome<ChainView>>;
  map(request: MapRequest): Promise<Outcome<MapCells>>;
  unitShares(firstUnit: number, unitCount: number): Promise<Outcome<UnitShares>>;
  /** Reads every bitmap that matters; afterwards maps are exact. */
  survey(job: Job): Promise<Outcome<Survey>>;
  /** The walk from the newest file down. */
  trace(firstSector: number, sectorCount: number): Promise<Outcome<ReadTrace>>;
  /** Runs the walk for real, often enough for the clock, and says what each step costs. */
  measure(trace: ReadTrace): Promise<Outcome<TraceCosts>>;
  readDisk(firstSector: number, sectorCount: number): Promise<Outcome<DiskBytes>>;

  readFile(file: FileId, offset: number, lengthBytes: number): Promise<Outcome<Uint8Array>>;
  regions(file: FileId): Promise<Outcome<readonly Region[]>>;
  /**
   * Every structure and field that touches the range, BAT entries, bitmaps and block data included. BAT entries link to
   * bitmap and data, a byte of a bitmap and block data to their place on the disk.
   */
  annotate(file: FileId, offset: number, lengthBytes: number): Promise<Outcome<readonly Annotation[]>>;
  search(query: SearchQuery, job: Job): Promise<Outcome<SearchResult>>;

  save(request: SaveRequest, job: Job): Promise<Outcome<SaveResult>>;
  listPrivate(): Promise<Outcome<PrivateListing>>;
  /** Copies files of the pile into private storage and opens the copies in their place. */
  takePrivate(files: readonly FileId[], job: Job): Promise<Outcome<PileView>>;
  /** A copy of the file's bytes for a download. */
  privateFile(name: string): Promise<Outcome<File>>;
  removePrivate(name: string): Promise<Outcome<PrivateListing>>;

  /** Everything that is wrong with these files, and with their places in the trees; null = all of the pile. */
  check(files: readonly FileId[] | null, job: Job): Promise<Outcome<CheckView>>;
  /** Writes nothing. */
  planRepair(request: RepairRequest, job: Job): Promise<Outcome<RepairPlan>>;
  repair(request: RepairRequest, target: RepairTarget, job: Job): Promise<Outcome<RepairResult>>;
  /** Takes a change in place back; `name` is that of the undo file in private storage. */
  undo(name: string, job: Job): Promise<Outcome<PileView>>;

  create(request: CreateRequest, job: Job): Promise<Outcome<MadeFile>>;
  /** How a child of this file would spell the way to it: what `ParentLink` is filled with. */
  parentPaths(
    child: string,
    parent: FileId,
    folder: string | null,
  ): Promise<Outcome<Omit<ParentLink, 'parent'>>>;
  compact(request: CompactRequest, job: Job): Promise<Outcome<MadeFile>>;
  grow(request: GrowRequest, job: Job): Promise<Outcome<MadeFile>>;
  measureWork(request: MeasureRequest, job: Job): Promise<Outcome<MeasureView>>;
  /** The disks as seen from two files of the pile: of one chain, or of two. */
  compare(one: FileId, other: FileId, job: Job): Promise<Outcome<CompareView>>;

  /** Writes nothing but a temporary file to measure with. */
  planMerge(request: MergeRequest, job: Job): Promise<Outcome<MergePlanView>>;
  /**
   * Cancelled in place or in private storage it waits there to be resumed; a file that the user picked is discarded.
   * In place, every file of the stretch is closed meanwhile, and a chain in view that has one of them with it.
   */
  merge(start: MergeStart, job: Job<MergeProgress>): Promise<Outcome<MergeDone>>;
  /** Holds a running merge between two batches, or lets it go on. */
  pauseMerge(jobId: number, paused: boolean): Promise<Outcome<null>>;
  /** In private storage. */
  waitingMerges(): Promise<Outcome<readonly WaitingMerge[]>>;
  resumeMerge(journal: string, prove: boolean, job: Job<MergeProgress>): Promise<Outcome<MergeDone>>;
  /** The chain reads as before; what was copied into the parent stays there, under the child. */
  abandonMerge(journal: string, job: Job): Promise<Outcome<PileView>>;

  cancel(jobId: number): Promise<void>;
}
