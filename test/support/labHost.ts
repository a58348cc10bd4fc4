/** A lab in memory for tests, and a small scenario for it. */

import { KIB, MIB } from '../../src/base/units.ts';
import { nodeHasher } from '../../src/cli/nodeHasher.ts';
import type { CoreModule } from '../../src/core/core.ts';
import { loadCore } from '../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../src/lab/drive/labFolders.ts';
import type { Scenario } from '../../src/lab/history/scenario.ts';
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

/** A small disk without a volume, an idle guest, sixteen pages of memory. */
export function smallScenario(change: Partial<Scenario> = {}): Scenario {
  return {
    name: 'a test',
    text: '',
    seed: 1,
    machineName: 'VM',
    settings: {
      memoryBytes: 64 * KIB,
      processors: 1,
      notes: '',
      checkpointType: 'standard',
      integrationServices: true,
    },
    disks: [{ type: 'dynamic', virtualSizeBytes: 4 * MIB, blockSizeBytes: 512 * KIB }],
    policy: 'live',
    guest: { kind: 'idle', load: 0 },
    volume: false,
    drive: 'ssd',
    commands: [],
    endUs: 0,
    ...change,
  };
}
