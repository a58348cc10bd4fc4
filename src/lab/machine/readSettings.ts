/** What a scenario and a configuration have in common, read from JSON with the same bounds. */
import { GIB, KIB, MIB } from '../../base/units.ts';
import type { DriveName } from '../drive/driveModel.ts';
import { GUEST_KINDS, type GuestKind } from '../guest/guest.ts';
import type { JsonMembers, JsonValue } from '../jsonReader.ts';
import { PAGE_BYTES } from '../memory/memory.ts';
import type { CheckpointType, MachineSettings, MergePolicy } from './machine.ts';
import { isMachineFile, isMachineName, LONGEST_MACHINE_NAME } from './machineNames.ts';

export const LEAST_MEMORY_BYTES = 64 * KIB;
/** Its pages are in the memory of this program, too. */
export const MOST_MEMORY_BYTES = GIB;
export const MOST_PROCESSORS = 64;
export const MOST_DISKS = 4;
/** Names are told to the lab as they are: it refuses what is too long, and says so as Hyper-V does. */
export const LONGEST_WORDS = 1000;
export const LEAST_BLOCK_BYTES = 512 * KIB;
export const MOST_BLOCK_BYTES = 8 * MIB;

export const CHECKPOINT_TYPES: readonly CheckpointType[] = [
  'disabled',
  'standard',
  'production',
  'production-only',
];
export const POLICIES: readonly MergePolicy[] = ['when-idle', 'when-off', 'live', 'now'];
export const DRIVE_NAMES: readonly DriveName[] = ['ssd', 'disk', 'nvme', 'share', 'object'];

export type OwnSettings = Omit<MachineSettings, 'disks'>;

const USUAL: OwnSettings = {
  memoryBytes: 64 * MIB,
  processors: 1,
  notes: '',
  checkpointType: 'standard',
  integrationServices: true,
};

export const readMemoryBytes = (value: JsonValue): number =>
  value.size(LEAST_MEMORY_BYTES, MOST_MEMORY_BYTES, PAGE_BYTES);
export const readProcessors = (value: JsonValue): number => value.whole(1, MOST_PROCESSORS);
export const readNotes = (value: JsonValue): string => value.text(0, LONGEST_WORDS);
export const readCheckpointType = (value: JsonValue): CheckpointType => value.oneOf(CHECKPOINT_TYPES);
export const readBoolean = (value: JsonValue): boolean => value.boolean();
export const readPolicy = (value: JsonValue): MergePolicy => value.oneOf(POLICIES);
export const readDrive = (value: JsonValue): DriveName => value.oneOf(DRIVE_NAMES);

/** What is left out is as a new machine has it. */
export function readOwnSettings(members: JsonMembers): OwnSettings {
  return {
    memoryBytes: members.read('memoryBytes', USUAL.memoryBytes, readMemoryBytes),
    processors: members.read('processors', USUAL.processors, readProcessors),
    notes: members.read('notes', USUAL.notes, readNotes),
    checkpointType: members.read('checkpointType', USUAL.checkpointType, readCheckpointType),
    integrationServices: members.read('integrationServices', USUAL.integrationServices, readBoolean),
  };
}

export function readWork(members: JsonMembers): { kind: GuestKind; load: number } {
  return { kind: members.get('kind').oneOf(GUEST_KINDS), load: members.get('load').whole(0, 100) };
}

export function readMachineName(value: JsonValue): string {
  return value.textThat(
    isMachineName,
    `a name of 1 to ${LONGEST_MACHINE_NAME} characters that Windows does not keep for itself`,
  );
}

export function readMachineFile(value: JsonValue): string {
  return value.textThat(
    isMachineFile,
    'the name of a file in “Virtual Hard Disks”, “Snapshots” or “Virtual Machines”',
  );
}
