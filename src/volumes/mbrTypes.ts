/** Words for the partition types of an MBR. */
import { hexOffset } from '../base/bytes.ts';

export const GPT_PROTECTIVE = 0xee;

const EXTENDED: readonly number[] = [0x05, 0x0f, 0x85];

const WORDS = new Map<number, string>([
  [0x01, 'FAT12'],
  [0x04, 'FAT16 below 32 MiB'],
  [0x05, 'Extended'],
  [0x06, 'FAT16'],
  [0x07, 'NTFS or exFAT'],
  [0x0b, 'FAT32'],
  [0x0c, 'FAT32 (LBA)'],
  [0x0e, 'FAT16 (LBA)'],
  [0x0f, 'Extended (LBA)'],
  [0x11, 'Hidden FAT12'],
  [0x12, 'Maker’s recovery'],
  [0x14, 'Hidden FAT16 below 32 MiB'],
  [0x16, 'Hidden FAT16'],
  [0x17, 'Hidden NTFS or exFAT'],
  [0x1b, 'Hidden FAT32'],
  [0x1c, 'Hidden FAT32 (LBA)'],
  [0x1e, 'Hidden FAT16 (LBA)'],
  [0x27, 'Windows recovery'],
  [0x42, 'Windows dynamic disk'],
  [0x82, 'Linux swap'],
  [0x83, 'Linux'],
  [0x85, 'Linux extended'],
  [0x8e, 'Linux LVM'],
  [0xa5, 'FreeBSD'],
  [0xa6, 'OpenBSD'],
  [0xa8, 'macOS UFS'],
  [0xa9, 'NetBSD'],
  [0xab, 'macOS boot'],
  [0xaf, 'HFS or HFS+'],
  [0xbf, 'Solaris'],
  [0xcd, 'ISO 9660'],
  [0xda, 'Data without a file system'],
  [0xe7, 'Storage Spaces'],
  [GPT_PROTECTIVE, 'GPT protective'],
  [0xef, 'EFI system'],
  [0xfb, 'VMware VMFS'],
  [0xfd, 'Linux RAID'],
]);

export function isExtended(type: number): boolean {
  return EXTENDED.includes(type);
}

/** `0x07`. */
export function mbrTypeCode(type: number): string {
  return hexOffset(type, 2);
}

/** `NTFS or exFAT (0x07)`. */
export function mbrTypeText(type: number): string {
  return `${WORDS.get(type) ?? 'Unknown type'} (${mbrTypeCode(type)})`;
}
