/** What saving a disk would need, from the block tables of its chain alone. */
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import { LAYER_MISSING } from '../core/records.ts';
import { USUAL_BLOCK_BYTES } from '../formats/vhd/blockAllocationTable.ts';
import { createVhd } from '../formats/vhd/create.ts';
import { FOOTER_BYTES } from '../formats/vhd/footer.ts';
import { ID_BYTES } from '../formats/vhd/uniqueId.ts';
import type { ExportFormat } from './exportDisk.ts';
import type { Measurement } from './measurement.ts';
import { newVhdSize } from './newVhdSize.ts';
import { checkBlockSize, checkVhdSize } from './vhdLimits.ts';

/**
 * The sizes of raw and fixed files are exact. What is read and written, and the size of a dynamic file, are at most this
 * much: blocks that hold only zeros, and blocks of differencing disks that hold little, count in full. Gained is what all
 * files of the chain take beyond the new one. Throws as the export does.
 */
export async function measureExport(
  disk: DiskChain,
  format: ExportFormat,
  blockSizeBytes = USUAL_BLOCK_BYTES,
): Promise<Measurement> {
  const virtualSizeBytes = disk.sectorCount * SECTOR_BYTES;
  if (format !== 'raw') checkVhdSize(virtualSizeBytes);
  if (format === 'dynamic') checkBlockSize(blockSizeBytes);
  const held = await heldAtMost(disk, blockSizeBytes);
  const oldBytes = disk.layers.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const made = format === 'dynamic' ? dynamicFile(virtualSizeBytes, blockSizeBytes, held.blocks) : null;
  const footerBytes = format === 'fixed' ? FOOTER_BYTES : 0;
  const fileBytes = made?.fileBytes ?? virtualSizeBytes + footerBytes;
  return {
    readBytes: held.bytes,
    writeBytes: held.bytes + (made?.structureBytes ?? footerBytes),
    fileBytes,
    exact: format !== 'dynamic' || held.blocks === 0,
    blocks: made ? held.blocks : 0,
    newFiles: 1,
    freedBytes: oldBytes - fileBytes,
  };
}

/** Cells that are asked for at once. */
const MAP_CELLS = 65_536;

/** Bytes of index units that some file may hold, and blocks of a new disk that they lie in. */
async function heldAtMost(
  disk: DiskChain,
  blockSizeBytes: number,
): Promise<{ bytes: number; blocks: number }> {
  const { unitSectors, unitCount, sectorCount } = disk;
  let sectors = 0;
  let blocks = 0;
  let lastBlock = -1;
  const count = (firstSector: number, endSector: number) => {
    sectors += endSector - firstSector;
    const first = Math.max(lastBlock + 1, Math.floor((firstSector * SECTOR_BYTES) / blockSizeBytes));
    const last = Math.floor(((endSector - 1) * SECTOR_BYTES) / blockSizeBytes);
    blocks += Math.max(0, last - first + 1);
    lastBlock = Math.max(lastBlock, last);
  };
  for (let unit = 0; unit < unitCount; ) {
    // A partial last unit is a picture of its own: cells have one size.
    const whole = Math.min(MAP_CELLS, Math.floor(sectorCount / unitSectors) - unit);
    const cellCount = Math.max(1, whole);
    const firstSector = unit * unitSectors;
    const rangeSectors = Math.min(cellCount * unitSectors, sectorCount - firstSector);
    const { cells } = await disk.map({
      firstSector,
      sectorCount: rangeSectors,
      cells: cellCount,
      mode: 'layer',
    });
    for (const [i, layer] of cells.entries()) {
      if (layer >= LAYER_MISSING) continue;
      const from = firstSector + i * unitSectors;
      count(from, Math.min(from + unitSectors, sectorCount));
    }
    unit += cellCount;
  }
  return { bytes: sectors * SECTOR_BYTES, blocks };
}

/** The file that `exportDisk` writes for so many blocks. */
function dynamicFile(virtualSizeBytes: number, blockSizeBytes: number, blocks: number) {
  const id = new Uint8Array(ID_BYTES);
  const vhd = createVhd({ type: 'dynamic', virtualSizeBytes, blockSizeBytes, id, modified: null });
  return newVhdSize(vhd, blocks);
}
