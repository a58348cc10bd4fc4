/** XFS, Btrfs, swap, LVM, and LUKS. */
import { viewOf } from '../base/bytes.ts';
import { contentOf, type Detector, hasText, utf8Label, uuidText } from './content.ts';

const BTRFS_OFFSET = 64 * 1024;
/** Swap's signature stands at the end of its first page, whose size depends on the machine. */
const SWAP_PAGES = [4096, 8192, 16_384, 32_768, 65_536] as const;

export const detectXfs: Detector = (head) => {
  const view = viewOf(head);
  if (!hasText(head, 0, 'XFSB')) return null;
  const clusterBytes = view.getUint32(4);
  return contentOf('xfs', 'XFS', {
    label: utf8Label(head.subarray(108, 120)),
    sizeBytes: Number(view.getBigUint64(8)) * clusterBytes,
    freeBytes: Number(view.getBigUint64(144)) * clusterBytes,
    clusterBytes,
    serial: uuidText(head.subarray(32, 48)),
  });
};

export const detectBtrfs: Detector = (head) => {
  const superblock = head.subarray(BTRFS_OFFSET, BTRFS_OFFSET + 4096);
  if (!hasText(superblock, 64, '_BHRfS_M')) return null;
  const view = viewOf(superblock);
  const sizeBytes = Number(view.getBigUint64(112, true));
  return contentOf('btrfs', 'Btrfs', {
    label: utf8Label(superblock.subarray(299, 555)),
    sizeBytes,
    freeBytes: Math.max(0, sizeBytes - Number(view.getBigUint64(120, true))),
    clusterBytes: view.getUint32(144, true),
    serial: uuidText(superblock.subarray(32, 48)),
  });
};

export const detectSwap: Detector = (head) => {
  const pageBytes = SWAP_PAGES.find(
    (size) => hasText(head, size - 10, 'SWAPSPACE2') || hasText(head, size - 10, 'SWAP-SPACE'),
  );
  if (pageBytes === undefined) return null;
  return contentOf('swap', 'Linux swap', {
    label: utf8Label(head.subarray(1052, 1068)),
    sizeBytes: (viewOf(head).getUint32(1028, true) + 1) * pageBytes,
    clusterBytes: pageBytes,
    serial: uuidText(head.subarray(1036, 1052)),
  });
};

/** The label stands in one of the first four sectors. */
export const detectLvm: Detector = (head) => {
  const offset = [0, 512, 1024, 1536].find(
    (at) => hasText(head, at, 'LABELONE') && hasText(head, at + 24, 'LVM2 001'),
  );
  if (offset === undefined) return null;
  return contentOf('lvm', 'LVM2 physical volume', {
    serial: utf8Label(head.subarray(offset + 32, offset + 64)),
  });
};

export const detectLuks: Detector = (head) => {
  if (!hasText(head, 0, 'LUKS\xba\xbe')) return null;
  const version = viewOf(head).getUint16(6);
  return contentOf(
    'luks',
    version === 1 || version === 2 ? `LUKS${version} (encrypted)` : 'LUKS (encrypted)',
    {
      label: version === 2 ? utf8Label(head.subarray(24, 72)) : '',
      serial: utf8Label(head.subarray(168, 208)),
    },
  );
};
