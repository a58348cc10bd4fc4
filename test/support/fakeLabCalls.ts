/** The lab's calls of a fake engine: what `lab` answers; it answers 'unsupported' until a test gives another one. */
import type { LabApi } from '../../src/engine/labApi.ts';

const unsupported = () =>
  Promise.resolve({
    ok: false as const,
    error: { code: 'unsupported' as const, message: 'The fake engine has no lab.' },
  });

export const NO_LAB: LabApi = {
  labOpen: unsupported,
  labClose: unsupported,
  labInStorage: unsupported,
  labRemoveStored: unsupported,
  labDo: unsupported,
  labAdvance: unsupported,
  labAsk: unsupported,
  labSeek: unsupported,
  labUndo: unsupported,
  labFork: unsupported,
  labHoldings: unsupported,
  labPages: unsupported,
  labFiles: unsupported,
  labTrace: unsupported,
  labSavedOrder: unsupported,
  labHashes: unsupported,
  labShare: unsupported,
  labExport: unsupported,
  labSaveFolder: unsupported,
  labZip: unsupported,
  labExplore: unsupported,
};

/** Each call goes to the lab that is there when it comes. */
export function labCallsTo(lab: () => LabApi): LabApi {
  return {
    labOpen: (start, job) => lab().labOpen(start, job),
    labClose: () => lab().labClose(),
    labInStorage: () => lab().labInStorage(),
    labRemoveStored: () => lab().labRemoveStored(),
    labDo: (command) => lab().labDo(command),
    labAdvance: (advance) => lab().labAdvance(advance),
    labAsk: (command) => lab().labAsk(command),
    labSeek: (atUs, job) => lab().labSeek(atUs, job),
    labUndo: (job) => lab().labUndo(job),
    labFork: () => lab().labFork(),
    labHoldings: (disk, cells) => lab().labHoldings(disk, cells),
    labPages: () => lab().labPages(),
    labFiles: (node) => lab().labFiles(node),
    labTrace: (node, disk, firstSector, sectorCount) => lab().labTrace(node, disk, firstSector, sectorCount),
    labSavedOrder: (node) => lab().labSavedOrder(node),
    labHashes: (job) => lab().labHashes(job),
    labShare: () => lab().labShare(),
    labExport: (request, job) => lab().labExport(request, job),
    labSaveFolder: (target, job) => lab().labSaveFolder(target, job),
    labZip: (job) => lab().labZip(job),
    labExplore: (job) => lab().labExplore(job),
  };
}

/** A fake engine is one of these; a test puts a lab into `lab`. */
export class FakeLabCalls implements LabApi {
  lab: LabApi = NO_LAB;
  readonly #calls = labCallsTo(() => this.lab);

  labOpen = this.#calls.labOpen;
  labClose = this.#calls.labClose;
  labInStorage = this.#calls.labInStorage;
  labRemoveStored = this.#calls.labRemoveStored;
  labDo = this.#calls.labDo;
  labAdvance = this.#calls.labAdvance;
  labAsk = this.#calls.labAsk;
  labSeek = this.#calls.labSeek;
  labUndo = this.#calls.labUndo;
  labFork = this.#calls.labFork;
  labHoldings = this.#calls.labHoldings;
  labPages = this.#calls.labPages;
  labFiles = this.#calls.labFiles;
  labTrace = this.#calls.labTrace;
  labSavedOrder = this.#calls.labSavedOrder;
  labHashes = this.#calls.labHashes;
  labShare = this.#calls.labShare;
  labExport = this.#calls.labExport;
  labSaveFolder = this.#calls.labSaveFolder;
  labZip = this.#calls.labZip;
  labExplore = this.#calls.labExplore;
}
