/** NTFS by its boot sector; the label stands in record 3 of the master file table, `$Volume`. */
import { utf16, viewOf } from '../base/bytes.ts';
import { contentOf, type Detector, hasText, isPowerOfTwo } from './content.ts';
import type { VolumeBytes } from './diskBytes.ts';

const VOLUME_RECORD = 3;
const VOLUME_NAME = 0x60;
const MOST_CLUSTER_BYTES = 2 * 1024 * 1024;
/** Every 512 bytes of a record, whatever the disk's sectors are. */
const FIXUP_BYTES = 512;

interface NtfsPlan {
  readonly sizeBytes: number;
  readonly clusterBytes: number;
  readonly recordBytes: number;
  readonly tableOffset: number;
  readonly serial: string;
}

/** null where the numbers cannot be NTFS's. */
function ntfsPlan(sector: Uint8Array): NtfsPlan | null {
  if (!hasText(sector, 3, 'NTFS    ')) return null;
  const view = viewOf(sector);
  const sectorBytes = view.getUint16(11, true);
  const clusterCode = view.getUint8(13);
  // From 0x80 on it is a negative power of two, for clusters above 64 KiB.
  const clusterSectors = clusterCode <= 0x80 ? clusterCode : 2 ** (256 - clusterCode);
  const clusterBytes = sectorBytes * clusterSectors;
  if (!isPowerOfTwo(sectorBytes) || sectorBytes < 256 || sectorBytes > 4096) return null;
  if (!isPowerOfTwo(clusterSectors) || clusterBytes > MOST_CLUSTER_BYTES) return null;
  const recordCode = view.getInt8(64);
  const recordBytes = recordCode > 0 ? recordCode * clusterBytes : 2 ** -recordCode;
  if (!isPowerOfTwo(recordBytes) || recordBytes < FIXUP_BYTES || recordBytes > 64 * 1024) return null;
  return {
    sizeBytes: Number(view.getBigUint64(40, true)) * sectorBytes,
    clusterBytes,
    recordBytes,
    tableOffset: Number(view.getBigUint64(48, true)) * clusterBytes,
    serial: view.getBigUint64(72, true).toString(16).toUpperCase().padStart(16, '0'),
  };
}

export const detectNtfs: Detector = async (head, volume) => {
  const plan = ntfsPlan(head);
  if (!plan) return null;
  const { sizeBytes, clusterBytes, serial } = plan;
  return contentOf('ntfs', 'NTFS', { label: await labelOf(plan, volume), sizeBytes, clusterBytes, serial });
};

async function labelOf(plan: NtfsPlan, volume: VolumeBytes): Promise<string> {
  const record = await volume.at(plan.tableOffset + VOLUME_RECORD * plan.recordBytes, plan.recordBytes);
  if (!hasText(record, 0, 'FILE') || !undoFixups(record)) return '';
  const view = viewOf(record);
  for (let at = view.getUint16(20, true); at + 24 <= record.length; ) {
    const lengthBytes = view.getUint32(at + 4, true);
    const isResident = record[at + 8] === 0;
    if (view.getUint32(at, true) === VOLUME_NAME && isResident) {
      const start = at + view.getUint16(at + 20, true);
      return utf16(record.subarray(start, start + view.getUint32(at + 16, true)), true);
    }
    if (lengthBytes < 16) break;
    at += lengthBytes;
  }
  return '';
}

/** The last two bytes of every 512 stand in a list instead, and a number in their place. False where that number is wrong. */
function undoFixups(record: Uint8Array): boolean {
  const view = viewOf(record);
  const list = view.getUint16(4, true);
  const count = record.length / FIXUP_BYTES;
  if (view.getUint16(6, true) !== count + 1 || list + (count + 1) * 2 > FIXUP_BYTES - 2) return false;
  const mark = view.getUint16(list, true);
  for (let i = 0; i < count; i++) {
    const end = (i + 1) * FIXUP_BYTES - 2;
    if (view.getUint16(end, true) !== mark) return false;
    view.setUint16(end, view.getUint16(list + 2 + i * 2, true), true);
  }
  return true;
}
