/** What an experiment is given by whoever runs it, for tests: everything in memory, no clock. */
import { nodeHasher } from '../../src/cli/nodeHasher.ts';
import { loadCore } from '../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../src/lab/drive/labFolders.ts';
import type { ExperimentTools } from '../../src/lab/experiments/experiment.ts';

export async function experimentTools(change: Partial<ExperimentTools> = {}): Promise<ExperimentTools> {
  const module = await loadCore();
  return {
    module,
    labHost: () => ({
      module,
      createHasher: async () => nodeHasher(),
      folder: memoryTree(),
      storage: 'memory',
    }),
    signal: new AbortController().signal,
    now: null,
    advance: () => {},
    chain: null,
    ...change,
  };
}
