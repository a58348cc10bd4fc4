/** Machines for tests of the lab's rules: trees of checkpoints with one file a node, without any file on a disk. */
import { MIB } from '../../src/base/units.ts';
import { DRIVES } from '../../src/lab/drive/driveModel.ts';
import { configurationName } from '../../src/lab/machine/configuration.ts';
import { heldFiles } from '../../src/lab/machine/heldFiles.ts';
import type { MachineNode, MachineSettings, MachineState } from '../../src/lab/machine/machine.ts';
import { NOW } from '../../src/lab/machine/machine.ts';
import { nodesOf } from '../../src/lab/machine/tree.ts';
import type { PlanFacts } from '../../src/lab/rules/facts.ts';

export const MACHINE_ID = '00000000-0000-4000-8000-000000000001';

export const SETTINGS: MachineSettings = {
  memoryBytes: 64 * MIB,
  processors: 1,
  notes: '',
  checkpointType: 'standard',
  integrationServices: true,
  disks: [{ kind: 'vhd', id: 'disk0' }],
};

/** `id` is the name as well, and the file's. */
export function checkpoint(
  id: string,
  parent: string | null,
  change: Partial<MachineNode> = {},
): MachineNode {
  return {
    id,
    name: id.toLowerCase(),
    parent,
    atUs: 0,
    files: { disk0: parent === null ? `Virtual Hard Disks/${id}.vhd` : `Snapshots/${id}.avhd` },
    settings: SETTINGS,
    savedState: null,
    consistency: 'off',
    deletedAtUs: null,
    ...change,
  };
}

export function savedStateOf(id: string): NonNullable<MachineNode['savedState']> {
  return { file: `Snapshots/${id}.vsv`, fileBytes: 12 * MIB, memoryBytes: 64 * MIB };
}

export function machineWith(
  checkpoints: readonly MachineNode[],
  nowParent: string | null,
  change: Partial<MachineState> = {},
): MachineState {
  return {
    id: MACHINE_ID,
    name: 'LAB-WEB01',
    power: 'off',
    policy: 'live',
    checkpoints,
    now: checkpoint(NOW, nowParent, { name: 'Now' }),
    foundation: {},
    left: [],
    ...change,
  };
}

/** Every file of the machine is there: 10 MiB each, saved states 12 MiB, of which a merge copies 4 MiB and Now holds 4. */
export function factsOf(machine: MachineState, change: Partial<PlanFacts> = {}): PlanFacts {
  const files = nodesOf(machine).flatMap(heldFiles);
  const foundation = Object.values(machine.foundation).flat();
  const names = [...files, ...foundation, ...machine.left, configurationName(machine.id)];
  return {
    machine,
    hostOn: true,
    savingMemoryOf: null,
    merging: null,
    lostFiles: [],
    fileBytes: new Map(names.map((name) => [name, sizeOf(name)])),
    drive: DRIVES.ssd,
    driveBytes: null,
    usedBytes: 0,
    nowUs: 60_000_000,
    toCopy: async () => ({ copyBytes: 4 * MIB, runs: 2 }),
    heldBytes: async () => 4 * MIB,
    ...change,
  };
}

function sizeOf(name: string): number {
  if (name.endsWith('.json')) return 0;
  return name.endsWith('.vsv') ? 12 * MIB : 10 * MIB;
}
