/** Entries behind those that the disk needs: Xen's tables have them, unused. */
import { viewOf } from '../../base/bytes.ts';
import { grouped, MIB } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { FindingTally } from '../../formats/findingTally.ts';
import {
  type BlockTables,
  blockCountOf,
  ENTRY_BYTES,
  entryOffset,
  MAX_BLOCK_COUNT,
  UNUSED_ENTRY,
} from '../../formats/vhd/blockAllocationTable.ts';
import type { DynamicDiskHeader } from '../../formats/vhd/dynamicDiskHeader.ts';
import type { CheckContext } from '../fileCheck.ts';
import type { BlockRule } from './findings.ts';

const READ_BYTES = MIB;

/** Those that the header counts and the file holds before `firstBlockOffset`; never more than a table may have. */
function surplusCount(
  image: DiskImage,
  tables: BlockTables,
  { maxTableEntries }: DynamicDiskHeader,
  firstBlockOffset: number,
): number {
  const needed = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes);
  const tableEnd = tables.batOffset + tables.batEntries * ENTRY_BYTES;
  // What overlaps the entries that are needed is an error of its own.
  const behind = image.structures.map(({ offset }) => offset).filter((offset) => offset >= tableEnd);
  const roomEnd = Math.min(image.file.sizeBytes, firstBlockOffset, ...behind);
  const held = Math.floor((roomEnd - tables.batOffset) / ENTRY_BYTES);
  return Math.max(0, Math.min(maxTableEntries, held, MAX_BLOCK_COUNT) - needed);
}

/** Returns the bytes read. An entry of zeros is as good as unused: no block can be there. */
export async function judgeSurplus(
  image: DiskImage,
  tables: BlockTables,
  header: DynamicDiskHeader,
  firstBlockOffset: number,
  tally: FindingTally<BlockRule>,
  context: CheckContext,
): Promise<number> {
  const count = surplusCount(image, tables, header, firstBlockOffset);
  const first = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes);
  const perRead = READ_BYTES / ENTRY_BYTES;
  for (let at = 0; at < count; at += perRead) {
    const bytes = new Uint8Array(Math.min(perRead, count - at) * ENTRY_BYTES);
    await image.file.read(entryOffset(tables, first + at), bytes);
    const view = viewOf(bytes);
    for (let i = 0; i * ENTRY_BYTES < bytes.length; i++) {
      const entry = view.getUint32(i * ENTRY_BYTES);
      if (entry === UNUSED_ENTRY || entry === 0 || !tally.countOne('entries-beyond-disk')) continue;
      const block = first + at + i;
      const place = { offset: entryOffset(tables, block), lengthBytes: ENTRY_BYTES };
      const message = `Entry ${grouped(block)} names sector ${grouped(entry)} of the file; the disk ends with block ${grouped(first - 1)}.`;
      tally.name('entries-beyond-disk', place, message);
    }
    context.signal?.throwIfAborted();
  }
  return count * ENTRY_BYTES;
}
