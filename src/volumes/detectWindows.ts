/** BitLocker, ReFS and Storage Spaces. */
import { viewOf } from '../base/bytes.ts';
import { guidLe } from '../formats/vhdx/fieldTypes.ts';
import { contentOf, type Detector, hasText } from './content.ts';

const BITLOCKER_IDS: readonly string[] = [
  '4967d63b-2e29-4ad8-8399-f6a339e3d001',
  // Only the part of the volume that is in use is encrypted.
  '92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8',
];
/** On a BitLocker To Go volume the boot sector is that of a FAT32 volume with the program that unlocks it. */
const TO_GO_ID_OFFSET = 424;
const SPACES_OFFSETS = [0, 4096] as const;

export const detectBitLocker: Detector = (head) => {
  const isToGo =
    hasText(head, 3, 'MSWIN4.1') &&
    BITLOCKER_IDS.includes(guidLe(head.subarray(TO_GO_ID_OFFSET, TO_GO_ID_OFFSET + 16)));
  if (!isToGo && !hasText(head, 3, '-FVE-FS-')) return null;
  return contentOf('bitlocker', isToGo ? 'BitLocker To Go (encrypted)' : 'BitLocker (encrypted)');
};

export const detectRefs: Detector = (head) => {
  if (!hasText(head, 3, 'ReFS\0\0\0\0') || !hasText(head, 16, 'FSRS')) return null;
  const view = viewOf(head);
  const sectorBytes = view.getUint32(32, true);
  return contentOf('refs', 'ReFS', {
    sizeBytes: Number(view.getBigUint64(24, true)) * sectorBytes,
    clusterBytes: view.getUint32(36, true) * sectorBytes,
    serial: view.getBigUint64(56, true).toString(16).toUpperCase().padStart(16, '0'),
  });
};

export const detectStorageSpaces: Detector = (head) =>
  SPACES_OFFSETS.some((offset) => hasText(head, offset, 'SPACEDB '))
    ? contentOf('storage-spaces', 'Storage Spaces')
    : null;
