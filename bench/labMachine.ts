/** Machines for the figures of the lab, in memory. */

import { MIB } from '../src/base/units.ts';
import { nodeHasher } from '../src/cli/nodeHasher.ts';
import type { CoreModule } from '../src/core/core.ts';
import { memoryTree } from '../src/lab/drive/labFolders.ts';
import type { GuestKind } from '../src/lab/guest/guest.ts';
import type { Scenario } from '../src/lab/history/scenario.ts';
import type { LabHost } from '../src/lab/host.ts';
import { Lab } from '../src/lab/lab.ts';

export interface MachineShape {
  readonly diskBytes: number;
  readonly memoryBytes: number;
  readonly guest: GuestKind;
  /** Percent. */
  readonly load: number;
  readonly volume: boolean;
}

export function memoryHost(module: CoreModule): LabHost {
  return { module, createHasher: async () => nodeHasher(), folder: memoryTree(), storage: 'memory' };
}

/** Dynamic disk with blocks of 2 MiB, an SSD; merges run live. It is started. */
export async function startMachine(module: CoreModule, shape: MachineShape): Promise<Lab> {
  const { diskBytes, memoryBytes, guest, load, volume } = shape;
  const scenario: Scenario = {
    name: 'bench',
    text: '',
    seed: 4711,
    machineName: 'BENCH',
    settings: {
      memoryBytes,
      processors: 2,
      notes: '',
      checkpointType: 'standard',
      integrationServices: true,
    },
    disks: [{ type: 'dynamic', virtualSizeBytes: diskBytes, blockSizeBytes: 2 * MIB }],
    policy: 'live',
    guest: { kind: guest, load },
    volume,
    drive: 'ssd',
    commands: [],
    endUs: 0,
  };
  const lab = await Lab.create(memoryHost(module), scenario);
  await lab.do({ do: 'start' });
  return lab;
}

/** Lets time pass until the memory of the last checkpoint lies in its file. */
export async function saveMemory(lab: Lab): Promise<void> {
  while (lab.facts().savingMemoryOf !== null) await lab.step();
}
