/** What is being written out of the lab: a dialogue can be closed and opened again without losing it. */
import type { LabExportRequest, LabSaved, SaveResult } from '../../../engine/api.ts';
import { saveAsDownload } from '../../../engine/client.ts';
import { Run } from '../../save/run.svelte.ts';
import { targetName } from '../../save/saves.svelte.ts';
import type { Labs } from '../labs.svelte.ts';

/** A disk as it reads at a checkpoint, into one file. */
export class DiskExport extends Run<SaveResult> {
  readonly name: string;

  constructor(readonly request: LabExportRequest) {
    const name = targetName(request.target);
    super(`Export ${name}`);
    this.name = name;
  }

  get format() {
    return this.request.format;
  }

  get target() {
    return this.request.target;
  }
}

/** The machine's folder: into a folder of the user's, or as a zip among the downloads. */
export class FolderExport extends Run<LabSaved | File> {
  constructor(
    readonly kind: 'folder' | 'zip',
    /** Of the folder or the zip. */
    readonly name: string,
  ) {
    super(kind === 'zip' ? `Pack ${name}` : `Save the machine’s folder into ${name}`);
  }
}

export class HandOuts {
  disk: DiskExport | null = $state.raw(null);
  folder: FolderExport | null = $state.raw(null);

  constructor(readonly labs: Labs) {}

  exportDisk(request: LabExportRequest): void {
    const run = new DiskExport(request);
    this.disk = run;
    void this.labs.runHere(run, (api, job) => api.labExport(request, job));
  }

  saveFolder(target: FileSystemDirectoryHandle): void {
    const run = new FolderExport('folder', target.name);
    this.folder = run;
    void this.labs.runHere(run, (api, job) => api.labSaveFolder(target, job));
  }

  async saveZip(machineName: string): Promise<void> {
    const run = new FolderExport('zip', `${machineName}.zip`);
    this.folder = run;
    const file = await this.labs.runHere(run, (api, job) => api.labZip(job));
    if (file instanceof File) saveAsDownload(file, file.name);
  }
}

const known = new WeakMap<Labs, HandOuts>();

export function handOutsOf(labs: Labs): HandOuts {
  const handOuts = known.get(labs) ?? new HandOuts(labs);
  known.set(labs, handOuts);
  return handOuts;
}
