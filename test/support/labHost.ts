/** What a lab takes from where it runs, in memory, for tests. */
import { nodeHasher } from '../../src/cli/nodeHasher.ts';
import type { CoreModule } from '../../src/core/core.ts';
import { loadCore } from '../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../src/lab/drive/labFolders.ts';
import type { LabHost } from '../../src/lab/host.ts';

let module: Promise<CoreModule> | null = null;

export async function labHost(): Promise<LabHost> {
  module ??= loadCore();
  return {
    module: await module,
    createHasher: async () => nodeHasher(),
    folder: memoryTree(),
    storage: 'memory',
  };
}

export { smallScenario } from './smallScenario.ts';
