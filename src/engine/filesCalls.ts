/** The engine's calls that look inside disks. They stand in a class of their own, of which the engine is one kind. */
import type { Outcome } from '../base/errors.ts';
import type { VolumeTable } from '../volumes/volume.ts';
import type { FileId, Job } from './api.ts';
import type {
  CompareRequest,
  ExtractReport,
  ExtractRequest,
  FileInspection,
  FilesApi,
  FilesCompared,
  FileVersion,
  FolderPlaces,
  FolderRequest,
  FolderView,
  ListedPoint,
  OpenedVolume,
  PathAt,
  PreviewBytes,
  VolumeAt,
} from './filesApi.ts';
import { compareFiles } from './filesComparing.ts';
import { inspectFile, inspectFolder, preview } from './filesContents.ts';
import { extractFiles } from './filesExtracting.ts';
import { hashAtPoints } from './filesHashing.ts';
import { type FilesTools, listPoints, openVolume } from './filesListing.ts';
import { folderView, versionsAt } from './filesViews.ts';
import { Insides } from './insides.ts';
import type { Jobs } from './jobs.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';
import { TeachCalls } from './teachCalls.ts';
import type { ViewSlot } from './viewSlot.ts';

/** What these calls need of the engine. */
export interface FilesEngine {
  readonly jobs: Jobs;
  readonly platform: Platform;
  readonly pile: Pile;
  readonly slot: ViewSlot;
}

export abstract class FilesCalls extends TeachCalls implements FilesApi {
  private opened: Insides | null = null;
  protected abstract readonly forFiles: FilesEngine;

  volumes(at: FileId, job: Job): Promise<Outcome<VolumeTable>> {
    return this.look(job, (insides, tools) => insides.table(at, tools));
  }

  openVolume(place: VolumeAt, job: Job): Promise<Outcome<OpenedVolume>> {
    return this.look(job, (insides, tools) => openVolume(insides, place, tools));
  }

  folder(request: FolderRequest): Promise<Outcome<FolderView>> {
    return this.forFiles.jobs.outcome(async () => folderView(this.insides(), request));
  }

  listPoints(volume: number, points: readonly FileId[], job: Job): Promise<Outcome<readonly ListedPoint[]>> {
    return this.look(job, (insides, tools) => listPoints(insides, volume, points, tools));
  }

  versions(
    volume: number,
    path: string,
    points: readonly FileId[],
  ): Promise<Outcome<readonly FileVersion[]>> {
    return this.forFiles.jobs.outcome(async () => versionsAt(this.insides(), volume, path, points));
  }

  compareContents(
    volume: number,
    path: string,
    points: readonly FileId[],
    job: Job,
  ): Promise<Outcome<{ readonly hashed: number; readonly proven: number }>> {
    return this.look(job, async (insides, tools) => {
      const { hashed, provenCount } = await hashAtPoints(insides, volume, path, points, tools);
      return { hashed, proven: provenCount };
    });
  }

  compareFiles(request: CompareRequest, job: Job): Promise<Outcome<FilesCompared>> {
    return this.look(job, (insides, tools) => compareFiles(insides, request, tools));
  }

  inspectFile(place: PathAt, job: Job): Promise<Outcome<FileInspection>> {
    return this.look(job, (insides, tools) => inspectFile(insides, place, tools));
  }

  inspectFolder(place: PathAt, job: Job): Promise<Outcome<FolderPlaces>> {
    return this.look(job, (insides, tools) => inspectFolder(insides, place, tools));
  }

  preview(place: PathAt, mostBytes: number, job: Job): Promise<Outcome<PreviewBytes>> {
    return this.look(job, (insides, tools) => preview(insides, place, mostBytes, tools));
  }

  extract(request: ExtractRequest, job: Job): Promise<Outcome<ExtractReport>> {
    const { platform, pile } = this.forFiles;
    return this.look(job, (insides, tools) => extractFiles({ platform, pile, insides }, request, tools));
  }

  endFilesThread(): Promise<Outcome<null>> {
    return this.forFiles.jobs.outcome(async () => {
      this.closeInsides();
      return null;
    });
  }

  /** The files are about to be closed, or to be changed. */
  protected closeInsides(): void {
    this.opened?.close();
  }

  private look<T>(job: Job, work: (insides: Insides, tools: FilesTools) => Promise<T>): Promise<Outcome<T>> {
    return this.forFiles.jobs.run(job, (signal) => work(this.insides(), { report: job.report, signal }));
  }

  private insides(): Insides {
    const { platform, pile, slot } = this.forFiles;
    this.opened ??= new Insides({
      pile,
      leafOf: (at) => (slot.layers.includes(at) ? (slot.layers[0] ?? at) : at),
      openHost: (chain) => platform.openFiles(chain),
    });
    return this.opened;
  }
}
