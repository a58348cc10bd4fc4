/** What experiments are given in a terminal: files in memory, progress on stderr, and the chain of a named file. */
import { must } from '../base/assert.ts';
import { loadCore } from '../core/loadCoreNode.ts';
import { stepsTold, studiedOf } from '../engine/studying.ts';
import { memoryTree } from '../lab/drive/labFolders.ts';
import type { ExperimentTools, StudiedChain } from '../lab/experiments/experiment.ts';
import type { Io } from './io.ts';
import { nodeHasher } from './nodeHasher.ts';
import { progressLine } from './progressLine.ts';
import { Session, type SessionOptions } from './session.ts';
import { warnings } from './warnings.ts';

export interface StudiedFile {
  readonly chain: StudiedChain;
  /** Of its layers, as the user would write them. */
  readonly paths: readonly string[];
}

/** Without `measure` nothing is timed: the figures are the same on every machine. */
export async function withTools<T>(
  io: Io,
  { chain, measure }: { readonly chain: StudiedChain | null; readonly measure: boolean },
  work: (tools: ExperimentTools) => Promise<T>,
): Promise<T> {
  const module = await loadCore();
  io.signal.throwIfAborted();
  const line = progressLine(io);
  try {
    return await work({
      module,
      signal: io.signal,
      chain,
      labHost: () => ({
        module,
        createHasher: async () => nodeHasher(),
        folder: memoryTree(),
        storage: 'memory',
      }),
      now: measure ? () => performance.now() : null,
      advance: stepsTold(line.report),
    });
  } finally {
    line.clear();
  }
}

/** The chain of a file, open while `work` is done; what is wrong with its files goes to stderr. Throws as `openDisk` does. */
export async function withStudied<T>(
  io: Io,
  file: string,
  options: SessionOptions,
  work: (studied: StudiedFile) => Promise<T>,
): Promise<T> {
  const { session, targets } = await Session.open(io, [file], options, false);
  try {
    const [given] = targets;
    const { disk, view, layers } = await session.openDisk(must(given, 'a call names its file'));
    warnings(io, session, layers, disk);
    disk.close();
    const paths = layers.map(({ path }) => session.shown(path));
    return await work({ chain: studiedOf(session.pile, view.id), paths });
  } finally {
    await session.close();
  }
}
