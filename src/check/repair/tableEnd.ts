/** What stands behind the entries that the disk needs: surplus entries, the padding of the table, Xen's map. */
import { viewOf } from '../../base/bytes.ts';
import { grouped } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { Finding } from '../../formats/finding.ts';
import {
  type BlockTables,
  blockCountOf,
  ENTRY_BYTES,
  entryOffset,
  MAX_BLOCK_COUNT,
  UNUSED_ENTRY,
} from '../../formats/vhd/blockAllocationTable.ts';
import { batmapStruct } from '../../formats/vhd/xenBatmap.ts';
import { checksumsOf, readBatmapHeader } from '../blocks/batmap.ts';
import { askYes, type Choices } from './choices.ts';
import { type Draft, StructureDraft } from './draft.ts';

export interface TableEndRepair {
  readonly draft: Draft;
  readonly image: DiskImage;
  readonly tables: BlockTables;
  readonly maxTableEntries: number;
  /** The first byte behind the table that is somebody else's. */
  readonly roomEnd: number;
  readonly findings: readonly Finding[];
  readonly choices: Choices;
}

export async function draftTableEnd(repair: TableEndRepair): Promise<void> {
  const { draft, findings, choices } = repair;
  if (findings.some(({ rule }) => rule === 'entries-beyond-disk') && askYes(choices, SURPLUS)) {
    await dropSurplus(repair);
  }
  const padding = findings.find(({ rule }) => rule === 'bat-padding');
  if (padding && askYes(choices, PADDING)) {
    const step = draft.step('bat-padding', PADDING.title, 'You chose it.');
    await draft.writeBytes(
      step,
      'BAT padding',
      padding.offset,
      new Uint8Array(padding.lengthBytes).fill(0xff),
    );
  }
}

const SURPLUS = {
  rule: 'entries-beyond-disk',
  question: 'Entries behind the end of the disk name blocks. Shall they be taken out of the table?',
  title: 'Take the entries behind the end of the disk out of the table',
  meaning:
    'Nothing reads these blocks at the disk’s present size. Should the disk have been larger, their data is given up.',
};
const PADDING = {
  rule: 'bat-padding',
  question: 'The bytes that fill the table’s last sector are neither ones nor zeros. Shall they be ones?',
  title: 'Write ones into the padding of the table',
  meaning: 'Nothing reads them. An entry that was written too far is given up.',
};

/** Entries are looked at, and changed, by pages: the table may be noise. */
const PAGE_ENTRIES = 1024;

async function dropSurplus({
  draft,
  image,
  tables,
  maxTableEntries,
  roomEnd,
}: TableEndRepair): Promise<void> {
  const first = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes);
  const held = Math.floor((Math.min(roomEnd, image.file.sizeBytes) - tables.batOffset) / ENTRY_BYTES);
  const end = Math.min(maxTableEntries, held, MAX_BLOCK_COUNT);
  const step = draft.step('entries-beyond-disk', SURPLUS.title, 'You chose it.');
  for (let from = first; from < end; from += PAGE_ENTRIES) {
    const count = Math.min(PAGE_ENTRIES, end - from);
    const bytes = new Uint8Array(count * ENTRY_BYTES);
    await image.file.read(entryOffset(tables, from), bytes);
    const view = viewOf(bytes);
    const used = Array.from({ length: count }, (_, i) => i).filter(
      (i) => view.getUint32(i * ENTRY_BYTES) !== UNUSED_ENTRY,
    );
    const [lowest] = used;
    const highest = used.at(-1);
    if (lowest === undefined || highest === undefined) continue;
    const field = `BAT entries ${grouped(from + lowest)} to ${grouped(from + highest)}`;
    const ones = new Uint8Array((highest - lowest + 1) * ENTRY_BYTES).fill(0xff);
    await draft.writeBytes(step, field, entryOffset(tables, from + lowest), ones);
  }
}

/** Xen's map is marked as out of date where the table changes or the map is wrong: Xen then goes by the bitmaps. */
export async function draftBatmap(
  draft: Draft,
  image: DiskImage,
  tables: BlockTables,
  findings: readonly Finding[],
  tableChanges: boolean,
): Promise<void> {
  const isWrong = findings.some(({ rule }) => rule === 'batmap-checksum' || rule === 'batmap-bits');
  const batmap = isWrong || tableChanges ? await readBatmapHeader(image) : null;
  if (!batmap?.range) return;
  const { header, headerOffset, range } = batmap;
  const bits = new Uint8Array(range.lengthBytes);
  await image.file.read(range.offset, bits);
  const bytes = new Uint8Array(batmapStruct.sizeBytes);
  await image.file.read(headerOffset, bytes);
  const wanted = new StructureDraft(batmapStruct, bytes);
  const also = ['batmap-bits', 'batmap-stale'];
  const step = draft.step('batmap-checksum', 'Mark Xen’s map of blocks as out of date', STALE, also);
  wanted.set('marker', header.marker || 1, step);
  const sums = checksumsOf(header, bits, blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes));
  if (!sums.includes(header.checksum)) wanted.set('checksum', sums[0] ?? 0, step);
  await draft.writeStructure(batmapStruct, wanted.bytes, 'Xen block map', headerOffset, () => step);
}

const STALE =
  'The map only spares Xen a look at the bitmaps, and it does not fit the table. Marked, it is passed over until Xen makes it anew.';
