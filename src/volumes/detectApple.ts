/** HFS+, HFSX and APFS. */
import { utf16, viewOf } from '../base/bytes.ts';
import { contentOf, type Detector, hasText, isPowerOfTwo, uuidText } from './content.ts';
import type { VolumeBytes } from './diskBytes.ts';

const HEADER_OFFSET = 1024;
const CATALOG_FORK = 272;
const ROOT_PARENT = 1;

export const detectHfsPlus: Detector = async (head, volume) => {
  const header = head.subarray(HEADER_OFFSET, HEADER_OFFSET + 512);
  const isHfsx = hasText(header, 0, 'HX');
  const view = viewOf(header);
  const clusterBytes = view.getUint32(40);
  const isHere = (isHfsx || hasText(header, 0, 'H+')) && isPowerOfTwo(clusterBytes) && clusterBytes >= 512;
  if (!isHere) return isHfs(view) ? contentOf('unknown', 'HFS') : null;
  return contentOf('hfs+', isHfsx ? 'HFSX' : 'HFS+', {
    label: await labelOf(view.getUint32(CATALOG_FORK + 16) * clusterBytes, volume),
    sizeBytes: view.getUint32(44) * clusterBytes,
    freeBytes: view.getUint32(48) * clusterBytes,
    clusterBytes,
    serial: header.subarray(104, 112).some((byte) => byte !== 0) ? serialOf(view) : '',
  });
};

/** HFS before HFS+: two letters alone are found in any noise. */
function isHfs(view: DataView): boolean {
  const blockBytes = view.getUint32(20);
  const nameBytes = view.getUint8(36);
  return (
    view.getUint16(0) === 0x4244 &&
    blockBytes > 0 &&
    blockBytes % 512 === 0 &&
    nameBytes > 0 &&
    nameBytes < 28
  );
}

function serialOf(view: DataView): string {
  return view.getBigUint64(104).toString(16).toUpperCase().padStart(16, '0');
}

/** The name of the root folder: the first record of the catalog's first leaf. */
async function labelOf(catalog: number, volume: VolumeBytes): Promise<string> {
  const header = viewOf(await volume.at(catalog, 512));
  const nodeBytes = header.getUint16(32);
  const firstLeaf = header.getUint32(24);
  if (!isPowerOfTwo(nodeBytes) || nodeBytes < 512) return '';
  const leaf = await volume.at(catalog + firstLeaf * nodeBytes, 1024);
  const view = viewOf(leaf);
  const isLeaf = view.getInt8(8) === -1;
  if (!isLeaf || view.getUint32(16) !== ROOT_PARENT) return '';
  return utf16(leaf.subarray(22, 22 + Math.min(view.getUint16(20), 255) * 2), false);
}

export const detectApfs: Detector = (head) => {
  const view = viewOf(head);
  const clusterBytes = view.getUint32(36, true);
  if (!hasText(head, 32, 'NXSB') || !isPowerOfTwo(clusterBytes)) return null;
  return contentOf('apfs', 'APFS', {
    sizeBytes: Number(view.getBigUint64(40, true)) * clusterBytes,
    clusterBytes,
    serial: uuidText(head.subarray(72, 88)),
  });
};
