/** Where the first block of a file may lie: behind everything that is set aside for other things. */
import { readBatmapHeader } from '../check/blocks/batmap.ts';
import { reservedSpaces } from '../check/blocks/reservedSpace.ts';
import { readHeader } from '../check/repair/readHeader.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { FileWindow } from '../formats/fileWindow.ts';
import type { BlockTables } from '../formats/vhd/blockAllocationTable.ts';
import { FOOTER_NAME } from '../formats/vhd/chooseFooter.ts';
import { headerStruct } from '../formats/vhd/dynamicDiskHeader.ts';

/** Bytes; the footer at the end and the blocks do not count. */
export async function structuresEnd(image: DiskImage, tables: BlockTables): Promise<number> {
  const at = image.structures.find(({ name }) => name === headerStruct.name)?.offset;
  const header = await readHeader(await FileWindow.open(image.file), at === undefined ? [] : [BigInt(at)]);
  const batmap = await readBatmapHeader(image);
  const reserved = header ? reservedSpaces(tables, headerStruct.parse(header.bytes), batmap) : [];
  const structures = image.structures.filter(({ name }) => name !== FOOTER_NAME);
  const ranges = [...reserved, ...structures, ...(batmap?.range ? [batmap.range] : [])];
  return Math.max(...ranges.map(({ offset, lengthBytes }) => offset + lengthBytes));
}
