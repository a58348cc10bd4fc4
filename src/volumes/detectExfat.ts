/** exFAT by its boot sector; the label is one of the first entries of the root folder (exFAT specification, 7.3). */
import { utf16 } from '../base/bytes.ts';
import { contentOf, type Detector, hasText, shortSerial } from './content.ts';
import type { VolumeBytes } from './diskBytes.ts';
import { type ExfatBoot, parseExfatBoot } from './exfatBoot.ts';

const BACKUP_SECTORS = 12;
const LABEL_ENTRY = 0x83;
const MOST_ROOT_BYTES = 64 * 1024;

export const detectExfat: Detector = async (head, volume) => {
  const boot = parseExfatBoot(head) ?? backupBoot(head);
  if (!boot) return hasText(head, 3, 'EXFAT   ') ? contentOf('exfat', 'exFAT (damaged)') : null;
  return contentOf('exfat', 'exFAT', {
    label: await labelOf(boot, volume),
    sizeBytes: Number(boot.volumeSectors) * 2 ** boot.sectorShift,
    clusterBytes: 2 ** (boot.sectorShift + boot.clusterShift),
    serial: shortSerial(boot.serial),
  });
};

/** The copy of the boot region lies twelve sectors on, and a sector's size is only known once it is found. */
function backupBoot(head: Uint8Array): ExfatBoot | null {
  for (const shift of [9, 10, 11, 12]) {
    const boot = parseExfatBoot(head.subarray(BACKUP_SECTORS * 2 ** shift));
    if (boot?.sectorShift === shift) return boot;
  }
  return null;
}

async function labelOf(boot: ExfatBoot, volume: VolumeBytes): Promise<string> {
  const clusterBytes = 2 ** (boot.sectorShift + boot.clusterShift);
  const heap = boot.heapSector * 2 ** boot.sectorShift;
  const root = await volume.at(
    heap + (boot.rootCluster - 2) * clusterBytes,
    Math.min(clusterBytes, MOST_ROOT_BYTES),
  );
  for (let at = 0; at + 32 <= root.length && root[at] !== 0; at += 32) {
    if (root[at] !== LABEL_ENTRY) continue;
    const units = Math.min(root[at + 1] ?? 0, 11);
    return utf16(root.subarray(at + 2, at + 2 + units * 2), true);
  }
  return '';
}
