/** The bytes of an image that structures take, the end footer left out. */
import type { DiskImage } from '../../formats/diskImage.ts';
import type { ByteRange } from '../../formats/fileWindow.ts';
import type { Annotation } from '../../formats/struct.ts';
import { type BlockTables, batBytesOf } from '../../formats/vhd/blockAllocationTable.ts';
import { FOOTER_NAME } from '../../formats/vhd/chooseFooter.ts';
import { readBatmapHeader } from '../blocks/batmap.ts';

export interface StructureRanges {
  /** What stays, with the room of the whole table and of Xen's map. */
  readonly taken: readonly ByteRange[];
  /** Where the first thing behind the beginning of the table begins. */
  readonly tableRoomEnd: number;
  /** True where structures that a repair writes share bytes: nothing tells what belongs there. */
  readonly isTangled: boolean;
}

const isLocator = ({ name }: Annotation) => name.startsWith('Parent locator');

/** `bound`: where the first block, or the footer at the end, begins. `relinks`: the locators' paths do not stay. */
export async function structureRanges(
  image: DiskImage,
  tables: BlockTables,
  maxTableEntries: number,
  bound: number,
  relinks: boolean,
): Promise<StructureRanges> {
  const annotated = image.structures.filter(
    (each) => !(relinks && isLocator(each)) && each.name !== FOOTER_NAME,
  );
  const batmap = await readBatmapHeader(image);
  const behind = image.structures.map(({ offset }) => offset).filter((offset) => offset > tables.batOffset);
  const tableRoomEnd = Math.min(bound, ...behind);
  const tableEnd = Math.min(tables.batOffset + batBytesOf(maxTableEntries), tableRoomEnd);
  const table = { offset: tables.batOffset, lengthBytes: Math.max(0, tableEnd - tables.batOffset) };
  const taken = [...annotated, table, ...(batmap?.range ? [batmap.range] : [])];
  return { taken, tableRoomEnd, isTangled: areTangled(image.structures.filter((each) => !isLocator(each))) };
}

function areTangled(structures: readonly Annotation[]): boolean {
  const sorted = [...structures].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { offset, lengthBytes } of sorted) {
    if (offset < end) return true;
    end = Math.max(end, offset + lengthBytes);
  }
  return false;
}
