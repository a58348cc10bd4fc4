/** The little that 7-Zip does not tell of a volume and that is told from its first blocks. */
import { DiskError } from '../../base/errors.ts';
import type { VolumeContentKind } from '../../volumes/volume.ts';
import type { VolumeFile } from './volumeFile.ts';

interface VolumeExtras {
  readonly label: string;
  /** Why 7-Zip could not open it, where that is known. */
  readonly notOpened: DiskError | null;
}

const NONE: VolumeExtras = { label: '', notOpened: null };

/** ECMA-119 8.4: the primary volume descriptor in sector 16 names the volume at byte 40. */
const ISO_LABEL = { offset: 16 * 2048 + 40, lengthBytes: 32 } as const;
/** The superblock's incompatible features, and the one that keeps small folders inside inodes. */
const EXT_FEATURES = { offset: 1024 + 0x60, inlineData: 0x8000 } as const;

export function extrasOf(kind: VolumeContentKind, volume: VolumeFile): VolumeExtras {
  if (kind === 'iso9660') {
    const bytes = volume.bytesAt(ISO_LABEL.offset, ISO_LABEL.lengthBytes);
    return bytes ? { ...NONE, label: new TextDecoder('latin1').decode(bytes).replace(/[ \0]+$/, '') } : NONE;
  }
  if (kind === 'ext') {
    const bytes = volume.bytesAt(EXT_FEATURES.offset, 4);
    const features = bytes ? new DataView(bytes.buffer).getUint32(0, true) : 0;
    if ((features & EXT_FEATURES.inlineData) !== 0) return { ...NONE, notOpened: inlineFolders() };
  }
  return NONE;
}

function inlineFolders(): DiskError {
  return new DiskError({
    code: 'unsupported',
    message:
      'The file system keeps small folders inside inodes (ext4 with inline_data), which 7-Zip does not read.',
    meaning: 'Nothing need be wrong with it; its files cannot be listed here.',
    remedy: 'Save the disk as a VHD or raw image, and open it with a Linux system.',
  });
}
