/** The page's side of the calls that look inside: each goes to the worker under the guard that the other calls have. */
import type { Remote } from 'comlink';
import type { Outcome } from '../base/errors.ts';
import type { EngineApi } from './api.ts';
import type { FilesApi } from './filesApi.ts';

type Guard = <T>(call: (remote: Remote<EngineApi>) => Promise<Outcome<T>>) => Promise<Outcome<T>>;

export function guardedFiles(guard: Guard): FilesApi {
  return {
    volumes: (at, job) => guard((remote) => remote.volumes(at, job)),
    openVolume: (place, job) => guard((remote) => remote.openVolume(place, job)),
    folder: (request) => guard((remote) => remote.folder(request)),
    listPoints: (volume, points, job) => guard((remote) => remote.listPoints(volume, points, job)),
    versions: (volume, path, points) => guard((remote) => remote.versions(volume, path, points)),
    compareContents: (volume, path, points, job) =>
      guard((remote) => remote.compareContents(volume, path, points, job)),
    compareFiles: (request, job) => guard((remote) => remote.compareFiles(request, job)),
    inspectFile: (place, job) => guard((remote) => remote.inspectFile(place, job)),
    inspectFolder: (place, job) => guard((remote) => remote.inspectFolder(place, job)),
    preview: (place, mostBytes, job) => guard((remote) => remote.preview(place, mostBytes, job)),
    extract: (request, job) => guard((remote) => remote.extract(request, job)),
    endFilesThread: () => guard((remote) => remote.endFilesThread()),
  };
}
