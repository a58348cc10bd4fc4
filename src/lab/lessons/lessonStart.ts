/** The lab that a lesson begins with: small, quick to play, and the same for everybody. */
import { KIB, MIB } from '../../base/units.ts';
import type { LabCommand } from '../commands.ts';
import type { Scenario, TimedCommand } from '../history/scenario.ts';
import { US_PER_SECOND } from '../labTime.ts';

const LESSON_MACHINE = 'SHOP01';
/** The file that the machine began with. */
export const BASE_FILE = `Virtual Hard Disks/${LESSON_MACHINE}.vhd`;

export function at(seconds: number, command: LabCommand): TimedCommand {
  return { atUs: seconds * US_PER_SECOND, command };
}

type Wanted = Pick<Scenario, 'name' | 'text' | 'seed' | 'commands'> &
  Partial<Pick<Scenario, 'policy' | 'guest' | 'drive'>> & { readonly endSeconds: number };

/** A disk of 64 MiB with a volume of files on it, and 8 MiB of memory. */
export function lessonStart({ endSeconds, ...wanted }: Wanted): Scenario {
  return {
    machineName: LESSON_MACHINE,
    settings: {
      memoryBytes: 8 * MIB,
      processors: 1,
      notes: '',
      checkpointType: 'standard',
      integrationServices: true,
    },
    disks: [{ type: 'dynamic', virtualSizeBytes: 64 * MIB, blockSizeBytes: 512 * KIB }],
    policy: 'live',
    guest: { kind: 'file-server', load: 4 },
    volume: true,
    drive: 'disk',
    endUs: endSeconds * US_PER_SECOND,
    ...wanted,
  };
}
