/** A scenario: everything that is needed to play a lab again, the same way. Plain data; docs/formats/lab-scenario.md. */

import type { ImageType } from '../../formats/diskImage.ts';
import type { LabCommand } from '../commands.ts';
import type { DriveName } from '../drive/driveModel.ts';
import type { GuestKind } from '../guest/guest.ts';
import type { MachineSettings, MergePolicy } from '../machine/machine.ts';

export interface ScenarioDisk {
  readonly type: Exclude<ImageType, 'differencing'>;
  readonly virtualSizeBytes: number;
  /** Dynamic: 512 KiB to 8 MiB. */
  readonly blockSizeBytes: number;
}

export interface Scenario {
  readonly name: string;
  /** What a reader should look at; plain text. */
  readonly text: string;
  readonly seed: number;
  readonly machineName: string;
  readonly settings: Omit<MachineSettings, 'disks'>;
  readonly disks: readonly ScenarioDisk[];
  readonly policy: MergePolicy;
  readonly guest: { readonly kind: GuestKind; readonly load: number };
  /** The guest makes a FAT volume with files on the first disk; else it works on bare sectors. */
  readonly volume: boolean;
  readonly drive: DriveName;
  readonly commands: readonly TimedCommand[];
  /** The lab is played up to here at least. */
  readonly endUs: number;
}

export interface TimedCommand {
  readonly atUs: number;
  readonly command: LabCommand;
}
