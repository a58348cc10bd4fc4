/** ext2, ext3 and ext4 by their superblock, 1024 bytes from the start. */
import { viewOf } from '../base/bytes.ts';
import { contentOf, type Detector, utf8Label, uuidText } from './content.ts';

const SUPERBLOCK_OFFSET = 1024;
const MAGIC = 0xef53;
const HAS_JOURNAL = 0x4;
const IS_JOURNAL_DEVICE = 0x8;
const IS_64BIT = 0x80;
/** Features that the drivers of ext2 and ext3 know; any other makes it ext4. */
const EXT2_INCOMPATIBLE = 0x2 | 0x10;
const EXT3_INCOMPATIBLE = EXT2_INCOMPATIBLE | 0x4;
const EXT3_READ_ONLY = 0x1 | 0x2 | 0x4;

function hasOnly(features: number, known: number): boolean {
  return (features & ~known) === 0;
}

function nameOf(compatible: number, incompatible: number, readOnly: number): string {
  if (!hasOnly(readOnly, EXT3_READ_ONLY)) return 'ext4';
  if ((compatible & HAS_JOURNAL) === 0) return hasOnly(incompatible, EXT2_INCOMPATIBLE) ? 'ext2' : 'ext4';
  return hasOnly(incompatible, EXT3_INCOMPATIBLE) ? 'ext3' : 'ext4';
}

export const detectExt: Detector = (head) => {
  const superblock = head.subarray(SUPERBLOCK_OFFSET, SUPERBLOCK_OFFSET + 1024);
  const view = viewOf(superblock);
  const blockShift = view.getUint32(0x18, true);
  if (view.getUint16(0x38, true) !== MAGIC || blockShift > 6) return null;
  // Revision 0 has no features; what stands in their place is not theirs.
  const feature = (offset: number) => (view.getUint32(0x4c, true) === 0 ? 0 : view.getUint32(offset, true));
  const incompatible = feature(0x60);
  const high = (offset: number) =>
    (incompatible & IS_64BIT) === 0 ? 0 : view.getUint32(offset, true) * 2 ** 32;
  const clusterBytes = 1024 * 2 ** blockShift;
  const known = {
    label: utf8Label(superblock.subarray(0x78, 0x88)),
    sizeBytes: (view.getUint32(0x4, true) + high(0x150)) * clusterBytes,
    freeBytes: (view.getUint32(0xc, true) + high(0x158)) * clusterBytes,
    clusterBytes,
    serial: uuidText(superblock.subarray(0x68, 0x78)),
  };
  if ((incompatible & IS_JOURNAL_DEVICE) !== 0)
    return contentOf('unknown', 'journal of an ext file system', known);
  return contentOf('ext', nameOf(feature(0x5c), incompatible, feature(0x64)), known);
};
