/** From the VHDX region table to the metadata items that say what the disk is (MS-VHDX 2.2.3 and 2.6). */
import { viewOf } from '../../base/bytes.ts';
import type { FileWindow } from '../fileWindow.ts';
import { guidLe } from './fieldTypes.ts';
import { checksumOf } from './header.ts';

const REGION_TABLE_OFFSETS = [0x30000, 0x40000] as const;
const REGION_TABLE_BYTES = 65_536;
const METADATA_REGION = '8b7ca206-4790-4b9a-b8fe-575f050f886e';
const METADATA_TABLE_BYTES = 65_536;
const FILE_PARAMETERS = 'caa16737-fa36-4d43-b3b6-33f0aa44e76b';
const VIRTUAL_DISK_SIZE = '2fa54224-cd1b-4876-b211-5dbed83bf4b8';
const LOGICAL_SECTOR_SIZE = '8141bf1d-a96f-4709-ba47-f233a8faab5f';
/** Both tables hold at most so many entries of 32 bytes. */
const MAX_ENTRIES = 2047;

export interface DiskParameters {
  readonly virtualSizeBytes: bigint | null;
  readonly blockSizeBytes: number | null;
  readonly hasParent: boolean | null;
  readonly logicalSectorBytes: number | null;
}

/** What the metadata says; null where the tables cannot be followed. Reads at most 192 KiB. */
export async function readParameters(window: FileWindow): Promise<DiskParameters | null> {
  const tables = await window.read(
    REGION_TABLE_OFFSETS.map((offset) => ({ offset, lengthBytes: REGION_TABLE_BYTES })),
  );
  const table = tables.find((bytes) => bytes.length === REGION_TABLE_BYTES && isRegionTable(bytes));
  const regionOffset = table && metadataRegionOffset(table);
  if (!regionOffset || regionOffset > window.sizeBytes) return null;
  const [metadata] = await window.read([{ offset: regionOffset, lengthBytes: METADATA_TABLE_BYTES }]);
  if (!metadata || metadata.length < 32 || !startsWith(metadata, 'metadata')) return null;
  return readItems(window, regionOffset, metadata);
}

function isRegionTable(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'regi') && viewOf(bytes).getUint32(4, true) === checksumOf(bytes);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((char, index) => bytes[index] === char.charCodeAt(0));
}

function metadataRegionOffset(table: Uint8Array): number | null {
  const view = viewOf(table);
  const count = Math.min(view.getUint32(8, true), MAX_ENTRIES);
  for (let at = 16; at < 16 + count * 32; at += 32) {
    if (guidLe(table.subarray(at, at + 16)) === METADATA_REGION)
      return safe(view.getBigUint64(at + 16, true));
  }
  return null;
}

/** null for offsets that no file has. */
function safe(value: bigint): number | null {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}

async function readItems(
  window: FileWindow,
  regionOffset: number,
  table: Uint8Array,
): Promise<DiskParameters> {
  const view = viewOf(table);
  const count = Math.min(view.getUint16(10, true), MAX_ENTRIES, Math.floor((table.length - 32) / 32));
  const offsets = new Map<string, number>();
  for (let at = 32; at < 32 + count * 32; at += 32) {
    offsets.set(guidLe(table.subarray(at, at + 16)), regionOffset + view.getUint32(at + 16, true));
  }
  const wanted = [FILE_PARAMETERS, VIRTUAL_DISK_SIZE, LOGICAL_SECTOR_SIZE];
  const items = await window.read(
    wanted.map((id) => {
      const offset = offsets.get(id);
      return offset === undefined ? { offset: 0, lengthBytes: 0 } : { offset, lengthBytes: 8 };
    }),
  );
  const [parameters, size, sector] = items.map((bytes) => (bytes.length === 8 ? viewOf(bytes) : null));
  return {
    virtualSizeBytes: size?.getBigUint64(0, true) ?? null,
    blockSizeBytes: parameters?.getUint32(0, true) ?? null,
    hasParent: parameters ? (parameters.getUint32(4, true) & 2) !== 0 : null,
    logicalSectorBytes: sector?.getUint32(0, true) ?? null,
  };
}
