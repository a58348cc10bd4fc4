/** What stands behind the table's entries: the room that the header counts on, and the padding of its last sector. */
import { hexOffset } from '../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { blockCountOf, ENTRY_BYTES, roundUp } from '../formats/vhd/blockAllocationTable.ts';
import { headerStruct } from '../formats/vhd/dynamicDiskHeader.ts';
import { checkFinding } from './findings.ts';
import type { Structures } from './structures.ts';

/** `firstBlockOffset`: where the first block lies; Infinity where there is none. Blocks in the table's room are not judged here. */
export async function checkBat(
  { window, header: found, endOffset }: Structures,
  image: DiskImage,
  firstBlockOffset: number,
): Promise<Finding[]> {
  const { tables } = image;
  if (found === null || tables.kind !== 'vhd-blocks') return [];
  const { name } = window.file;
  const { maxTableEntries } = found.header;
  const needed = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes);
  const neededEnd = tables.batOffset + Math.min(needed, maxTableEntries) * ENTRY_BYTES;
  const declaredEnd = tables.batOffset + maxTableEntries * ENTRY_BYTES;
  // What overlaps the entries that are needed is an error of its own.
  const behind = image.structures.map(({ offset }) => offset).filter((offset) => offset >= neededEnd);
  const roomEnd = Math.min(endOffset, ...behind);
  if (declaredEnd > roomEnd) {
    if (neededEnd > roomEnd) return [];
    const at = found.offset + headerStruct.offsetOf('maxTableEntries');
    const message =
      `The header counts ${grouped(maxTableEntries)} entries, up to ${hexOffset(declaredEnd)}; ` +
      `other things begin at ${hexOffset(roomEnd)}. The disk needs ${grouped(needed)}.`;
    return [checkFinding('bat-room', name, at, headerStruct.lengthOf('maxTableEntries'), message)];
  }
  const paddedEnd = Math.min(roundUp(declaredEnd, SECTOR_BYTES), roomEnd);
  if (declaredEnd >= paddedEnd || firstBlockOffset < paddedEnd) return [];
  const [padding] = await window.read([{ offset: declaredEnd, lengthBytes: paddedEnd - declaredEnd }]);
  if (!padding || isUniform(padding)) return [];
  const message = `The ${padding.length} bytes that fill the table’s last sector are neither all 0xFF nor all 0x00.`;
  return [checkFinding('bat-padding', name, declaredEnd, padding.length, message)];
}

function isUniform(padding: Uint8Array): boolean {
  return padding.every((byte) => byte === 0xff) || padding.every((byte) => byte === 0);
}
