/** What can be wrong with a saved state, in words. */
import { DiskError } from '../../base/errors.ts';
import { SAVED_STATE_VERSION } from './savedStateFormat.ts';

export interface Damage {
  readonly offset: number;
  readonly lengthBytes: number;
  /** What was found and what was expected. */
  readonly found: string;
}

export function damagedState(name: string, { offset, lengthBytes, found }: Damage): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `The saved state ${name} cannot be used: ${found}.`,
    where: { file: name, offset, lengthBytes },
    meaning: 'The memory that it held is lost. The disks of the checkpoint are files of their own.',
    remedy:
      'Copy the file again if there is another copy. Without it the machine starts from its disks, as after a power cut.',
  });
}

export function unknownVersion(name: string, version: number): DiskError {
  return new DiskError({
    code: 'unsupported',
    message: `The saved state ${name} is of version ${version}; this program reads version ${SAVED_STATE_VERSION}.`,
    meaning: 'A newer program made it. The file may be whole.',
    remedy: 'Open it with the program that made it, or with a newer version of this one.',
  });
}
