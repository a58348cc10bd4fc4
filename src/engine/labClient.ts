/** The page's side of the lab's calls: each goes to the worker under the guard that the other calls have. */
import type { Remote } from 'comlink';
import type { Outcome } from '../base/errors.ts';
import type { EngineApi } from './api.ts';
import type { LabApi } from './labApi.ts';

type Guard = <T>(call: (remote: Remote<EngineApi>) => Promise<Outcome<T>>) => Promise<Outcome<T>>;

export function guardedLab(guard: Guard): LabApi {
  return {
    labOpen: (start, job) => guard((remote) => remote.labOpen(start, job)),
    labClose: () => guard((remote) => remote.labClose()),
    labInStorage: () => guard((remote) => remote.labInStorage()),
    labRemoveStored: () => guard((remote) => remote.labRemoveStored()),
    labDo: (command) => guard((remote) => remote.labDo(command)),
    labAdvance: (advance) => guard((remote) => remote.labAdvance(advance)),
    labAsk: (command) => guard((remote) => remote.labAsk(command)),
    labSeek: (atUs, job) => guard((remote) => remote.labSeek(atUs, job)),
    labUndo: (job) => guard((remote) => remote.labUndo(job)),
    labFork: () => guard((remote) => remote.labFork()),
    labHoldings: (disk, cells) => guard((remote) => remote.labHoldings(disk, cells)),
    labPages: () => guard((remote) => remote.labPages()),
    labFiles: (node) => guard((remote) => remote.labFiles(node)),
    labTrace: (node, disk, firstSector, sectorCount) =>
      guard((remote) => remote.labTrace(node, disk, firstSector, sectorCount)),
    labSavedOrder: (node) => guard((remote) => remote.labSavedOrder(node)),
    labHashes: (job) => guard((remote) => remote.labHashes(job)),
    labShare: () => guard((remote) => remote.labShare()),
    labExport: (request, job) => guard((remote) => remote.labExport(request, job)),
    labSaveFolder: (target, job) => guard((remote) => remote.labSaveFolder(target, job)),
    labZip: (job) => guard((remote) => remote.labZip(job)),
    labExplore: (job) => guard((remote) => remote.labExplore(job)),
  };
}
