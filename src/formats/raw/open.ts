/** Raw disks (`.img`, `.raw`, `.dd`): the disk's sectors and nothing else, recognised by what stands on the disk. */
import { latin1, viewOf } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import type { DiskImage, RefusedFile } from '../diskImage.ts';
import { FileWindow } from '../fileWindow.ts';
import type { Finding } from '../finding.ts';
import { rawFinding } from './findings.ts';

/** What a disk begins with. `at` is the offset of `text` in the file. */
const SIGNATURES = [
  { at: 512, text: 'EFI PART', means: 'a GUID partition table' },
  { at: 4096, text: 'EFI PART', means: 'a GUID partition table (4096-byte sectors)' },
  { at: 3, text: 'NTFS    ', means: 'an NTFS volume' },
  { at: 3, text: 'EXFAT   ', means: 'an exFAT volume' },
  { at: 3, text: 'ReFS\0\0\0\0', means: 'a ReFS volume' },
  { at: 3, text: '-FVE-FS-', means: 'a BitLocker volume' },
  { at: 0x36, text: 'FAT', means: 'a FAT volume' },
  { at: 0x52, text: 'FAT32', means: 'a FAT32 volume' },
  { at: 0x8001, text: 'CD001', means: 'an ISO 9660 volume' },
  { at: 0x438, text: '\x53\xef', means: 'an ext2, ext3 or ext4 volume' },
  { at: 0, text: 'XFSB', means: 'an XFS volume' },
  { at: 1024, text: 'H+\0\x04', means: 'an HFS+ volume' },
  { at: 1024, text: 'HX\0\x05', means: 'an HFSX volume' },
  { at: 0x218, text: 'LVM2 001', means: 'an LVM volume' },
  { at: 0, text: 'LUKS\xba\xbe', means: 'a LUKS volume' },
] as const;

/** Says what makes the file a disk, or null. Reads only what the window holds. */
export function recogniseRaw(window: FileWindow): string | null {
  for (const { at, text, means } of SIGNATURES) {
    const bytes = window.peek(at, text.length);
    if (bytes?.every((byte, index) => byte === text.charCodeAt(index))) return means;
  }
  return recogniseBootSector(window);
}

/** 55 AA at the end of the first sector, and either a partition table that holds together or a FAT boot sector. */
function recogniseBootSector(window: FileWindow): string | null {
  const sector = window.peek(0, SECTOR_BYTES);
  if (sector?.[510] !== 0x55 || sector[511] !== 0xaa) return null;
  const view = viewOf(sector);
  let used = 0;
  for (let at = 446; at < 510; at += 16) {
    const status = view.getUint8(at);
    const type = view.getUint8(at + 4);
    if (status !== 0 && status !== 0x80) return null;
    if (type !== 0 && view.getUint32(at + 12, true) > 0) used++;
  }
  if (used > 0) return 'a master boot record';
  const isEmptyTable = sector.subarray(446, 510).every((byte) => byte === 0);
  return isEmptyTable ? 'a master boot record without partitions' : null;
}

/** The raw disk that the file holds by its content, or null. */
export async function recogniseAndOpenRaw(window: FileWindow): Promise<DiskImage | null> {
  if (window.sizeBytes < SECTOR_BYTES || recogniseRaw(window) === null) return null;
  return rawImage(window.file, []);
}

/** Takes any file of at least a sector as a raw disk: the user's word. */
export async function openRaw(file: RandomAccessFile): Promise<DiskImage | RefusedFile> {
  if (file.sizeBytes < SECTOR_BYTES) return refuseEmpty(file);
  const window = await FileWindow.open(file);
  if (recogniseRaw(window) !== null) return rawImage(file, []);
  const message = `“${file.name}” has no known partition table or file system at its start.`;
  return rawImage(file, [rawFinding('raw-by-hand', file.name, 0, SECTOR_BYTES, message)]);
}

function rawImage(file: RandomAccessFile, before: readonly Finding[]): DiskImage {
  const virtualSizeBytes = Math.floor(file.sizeBytes / SECTOR_BYTES) * SECTOR_BYTES;
  const findings = [...before];
  const rest = file.sizeBytes - virtualSizeBytes;
  if (rest > 0) {
    const message = `The file has ${grouped(file.sizeBytes)} bytes: ${rest} more than whole sectors of 512.`;
    findings.push(rawFinding('raw-size-not-sectors', file.name, virtualSizeBytes, rest, message));
  }
  return {
    file,
    format: 'raw',
    type: 'fixed',
    virtualSizeBytes,
    blockSizeBytes: null,
    id: '',
    idText: '',
    maker: null,
    modified: null,
    parent: null,
    tables: { kind: 'flat', dataOffset: 0 },
    structures: [],
    findings,
  };
}

function refuseEmpty(file: RandomAccessFile): RefusedFile {
  const message = `The file has ${file.sizeBytes} bytes, less than one sector of 512.`;
  const findings = [rawFinding('file-empty', file.name, 0, file.sizeBytes, message)];
  return { file, format: 'unknown', findings, structures: [] };
}

/** A file in which no disk was found. */
export function refuseUnknown(window: FileWindow): RefusedFile {
  if (window.sizeBytes < SECTOR_BYTES) return refuseEmpty(window.file);
  const start = latin1(window.peek(0, 8) ?? new Uint8Array(0));
  const message = `The file begins with “${start}”; no disk was recognised in it.`;
  const findings = [rawFinding('not-a-disk', window.file.name, 0, SECTOR_BYTES, message)];
  return { file: window.file, format: 'unknown', findings, structures: [] };
}
