/** The reader for what lies in a volume, or why there is none. */
import { DiskError } from '../base/errors.ts';
import type { VolumeContent, VolumeContentKind } from '../volumes/volume.ts';
import type { DiskWindow } from './diskWindow.ts';
import { ExfatFileSystem } from './exfat/exfat.ts';
import type { FileSystem } from './fileSystem.ts';
import { type LoadSevenZip, SevenZipFileSystem } from './sevenZip/sevenZipFileSystem.ts';

const READ_BY_SEVEN_ZIP: ReadonlySet<VolumeContentKind> = new Set(['ntfs', 'fat', 'ext', 'iso9660', 'hfs+']);

interface Words {
  readonly meaning: string;
  readonly remedy: string;
}

const NOT_READ: Words = {
  meaning:
    'Its files cannot be listed here. The volume, where it lies and which file answers its sectors can be seen.',
  remedy: 'Save the disk as a VHD or raw image, and open it with a system that reads this file system.',
};
const ENCRYPTED: Words = {
  meaning: 'Without the key its bytes are noise, also to this program, which has no place to take a key.',
  remedy: 'Save the disk as a VHD or raw image, and unlock it with the system that encrypted it.',
};
const POOLED: Words = {
  meaning: 'It is a part of a pool: its files may lie on other disks too.',
  remedy:
    'Save the disks of the pool as VHD or raw images, and attach all of them to the system that made it.',
};
const NO_FILES: Words = {
  meaning: 'There are no files in it to be listed.',
  remedy: 'Look at its bytes in the hex view.',
};
const NOTHING_KNOWN: Words = {
  meaning:
    'It may be unformatted, damaged at its start, encrypted without a mark, or of a kind that is not known here.',
  remedy: 'Look at its first sectors in the hex view, or at an older point of the chain.',
};

const REFUSED: Partial<Record<VolumeContentKind, Words>> = {
  luks: ENCRYPTED,
  bitlocker: ENCRYPTED,
  lvm: POOLED,
  'storage-spaces': POOLED,
  swap: NO_FILES,
  empty: NO_FILES,
  unknown: NOTHING_KNOWN,
};

/** Throws 'unsupported' for what no reader here reads; whatever is wrong inside is found when it is listed. */
export type OpenFileSystem = (
  window: DiskWindow,
  content: Pick<VolumeContent, 'kind' | 'name'>,
) => FileSystem;

export function fileSystemsWith(loadSevenZip: LoadSevenZip): OpenFileSystem {
  return (window, { kind, name }) => {
    if (kind === 'exfat') return new ExfatFileSystem(window);
    if (READ_BY_SEVEN_ZIP.has(kind)) return new SevenZipFileSystem(window, kind, loadSevenZip);
    throw new DiskError({
      code: 'unsupported',
      message: `The volume holds ${name}, which this program does not read.`,
      ...(REFUSED[kind] ?? NOT_READ),
    });
  };
}
