/** What becomes of the file that a merge writes to: the parent with the blocks that it gets, or a new file. */
import { DiskError } from '../base/errors.ts';
import { grouped, MIB, SECTOR_BYTES, sizeText } from '../base/units.ts';
import { readTable } from '../export/blockPieces.ts';
import { newVhdSize } from '../export/newVhdSize.ts';
import { planGrow } from '../export/planGrow.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import { placeBlocks, readFileEnd } from '../formats/vhd/allocateBlock.ts';
import { UNUSED_ENTRY, USUAL_BLOCK_BYTES } from '../formats/vhd/blockAllocationTable.ts';
import { checkBlocks } from '../formats/vhd/blockChecks.ts';
import { createVhd } from '../formats/vhd/create.ts';
import { WINDOWS_MAX_DISK_BYTES } from '../formats/vhd/diskSize.ts';
import { FOOTER_BYTES } from '../formats/vhd/footer.ts';
import { ID_BYTES } from '../formats/vhd/uniqueId.ts';
import type { Patch } from '../storage/patch.ts';
import { PatchedFile } from '../storage/patchedFile.ts';
import { obstacle } from './findings.ts';
import { damageOf, type MergeWanted } from './obstacles.ts';
import { mostSpares } from './spares.ts';
import type { NewFormat } from './stretch.ts';

export interface PlannedTarget {
  /** null where it has no blocks. */
  readonly blockSizeBytes: number | null;
  /** Its blocks, or the pieces of a flat disk that are copied at once. */
  readonly stepBytes: number;
  /** The block table as the file holds it; null where nothing is there yet, or where nothing has to be added. */
  readonly table: Uint8Array | null;
  readonly obstacles: readonly Finding[];
  /** For so many blocks that get something, and those among them that are added. */
  size(blocks: number, blocksToAdd: number): Promise<TargetSize> | TargetSize;
}

export interface TargetSize {
  readonly fileBytes: number;
  /** False: `fileBytes` is an upper bound. */
  readonly exact: boolean;
  /** Beyond what the file takes now, at most, while the merge runs; the journal included. */
  readonly spaceNeededBytes: number;
  readonly obstacles: readonly Finding[];
}

/** Pieces in which a disk without blocks is copied. */
const PIECE_BYTES = 2 * MIB;
/** Both halves of the journal's redo records, and its slots. */
const JOURNAL_BYTES = 9 * MIB;

/** The parent, after it grew to `growTo` where that is not null. Reads its table. `sourceBytes` go into it. */
export async function parentTarget(
  image: DiskImage,
  name: string,
  growTo: number | null,
  sourceBytes: number,
): Promise<PlannedTarget> {
  const grown = growTo === null ? null : await grow(image, name, growTo);
  const target = grown?.image ?? image;
  const { tables, file } = target;
  const needed = JOURNAL_BYTES + (grown?.undoBytes ?? 0) + file.sizeBytes - image.file.sizeBytes;
  const growObstacles = grown?.obstacles ?? [];
  if (tables.kind !== 'vhd-blocks') {
    const size = { fileBytes: file.sizeBytes, exact: true, spaceNeededBytes: needed, obstacles: [] };
    const flat = { blockSizeBytes: null, stepBytes: PIECE_BYTES, table: null };
    return { ...flat, obstacles: growObstacles, size: () => size };
  }
  const { bytes: table } = await readTable(file, tables.batOffset, tables.batEntries);
  const { summary, findings } = checkBlocks(target, table);
  const damage = damageOf(name, findings, {});
  return {
    blockSizeBytes: tables.blockSizeBytes,
    stepBytes: tables.blockSizeBytes,
    table,
    obstacles: [...growObstacles, ...(damage ? [damage] : [])],
    async size(_, blocksToAdd) {
      const spares = mostSpares(sourceBytes, tables.blockSizeBytes);
      const end = await readFileEnd(target, tables, table);
      const bytesWith = (count: number) =>
        count === 0 ? file.sizeBytes : placeBlocks(name, tables, end, summary.aligned4k, count).end.fileBytes;
      try {
        const fileBytes = bytesWith(blocksToAdd);
        const peakBytes = bytesWith(blocksToAdd + spares);
        const spaceNeededBytes = needed + peakBytes - file.sizeBytes;
        return { fileBytes, exact: true, spaceNeededBytes, obstacles: [] };
      } catch (error) {
        if (!(error instanceof DiskError) || error.code !== 'limit') throw error;
        const addedBytes = blocksToAdd * (tables.bitmapBytes + tables.blockSizeBytes);
        return {
          fileBytes: file.sizeBytes + addedBytes,
          exact: false,
          spaceNeededBytes: needed + addedBytes,
          obstacles: [obstacle('merge-too-large', name, error.message)],
        };
      }
    },
  };
}

interface GrownParent {
  /** As it will be; as it is where it cannot grow. */
  readonly image: DiskImage;
  /** What is kept of it while it grows. */
  readonly undoBytes: number;
  readonly obstacles: readonly Finding[];
}

async function grow(image: DiskImage, name: string, sizeBytes: number): Promise<GrownParent> {
  const refused = (message: string): GrownParent => ({
    image,
    undoBytes: 0,
    obstacles: [obstacle('merge-cannot-grow', name, message)],
  });
  let patch: Patch;
  try {
    patch = await planGrow(image, sizeBytes, { differencing: true });
  } catch (error) {
    if (error instanceof DiskError && GROW_REFUSALS.has(error.code)) return refused(error.message);
    throw error;
  }
  const grown = await openImage(new PatchedFile(image.file, patch));
  if (!isDiskImage(grown) || grown.virtualSizeBytes !== sizeBytes) {
    return refused(`${name} takes its size from its geometry, and none makes ${grouped(sizeBytes)} bytes.`);
  }
  const undoBytes = patch.changes.reduce((sum, { before }) => sum + before.length, MIB);
  return { image: grown, undoBytes, obstacles: [] };
}

const GROW_REFUSALS: ReadonlySet<string> = new Set(['bad-request', 'limit', 'corrupt', 'unsupported']);

/** `name` is the newest file's, which an obstacle speaks of. */
export function newTarget(
  format: NewFormat,
  virtualSizeBytes: number,
  name: string,
  { blockSizeBytes = USUAL_BLOCK_BYTES, parent }: MergeWanted,
): PlannedTarget {
  if (format === 'raw' || format === 'fixed') {
    const fileBytes = virtualSizeBytes + (format === 'fixed' ? FOOTER_BYTES : 0);
    const size = { fileBytes, exact: true, spaceNeededBytes: fileBytes + JOURNAL_BYTES, obstacles: [] };
    const flat = { blockSizeBytes: null, stepBytes: PIECE_BYTES, table: null };
    return { ...flat, obstacles: [], size: () => size };
  }
  return {
    blockSizeBytes,
    stepBytes: blockSizeBytes,
    table: null,
    obstacles: [],
    size(blocks) {
      const { fileBytes, lastBitmapOffset } = newBlocksSize(
        format,
        virtualSizeBytes,
        blockSizeBytes,
        blocks,
        parent,
      );
      // Zeros are found when the blocks are read, and paths when the new file has a name.
      const exact = format === 'dynamic' ? blocks === 0 : Boolean(parent);
      const spaceNeededBytes = fileBytes + JOURNAL_BYTES;
      const message = `The new file would have ${grouped(fileBytes)} bytes (${sizeText(fileBytes)}).`;
      const isTooLarge = lastBitmapOffset / SECTOR_BYTES >= UNUSED_ENTRY;
      const obstacles = isTooLarge ? [obstacle('merge-too-large', name, message)] : [];
      return { fileBytes, exact, spaceNeededBytes, obstacles };
    },
  };
}

/** As long as paths usually are, or shorter: what is set aside for them is the same. */
const USUAL_PATHS = { absolutePath: 'C:\\parent.vhd', relativePath: '.\\parent.vhd' } as const;

function newBlocksSize(
  type: 'dynamic' | 'differencing',
  virtualSizeBytes: number,
  blockSizeBytes: number,
  blocks: number,
  parent: MergeWanted['parent'],
) {
  const id = new Uint8Array(ID_BYTES);
  const link = { name: '', modified: null, ...USUAL_PATHS, ...parent, id };
  const vhd = createVhd({
    type,
    // A disk that is too large is refused; its size here is that of the largest.
    virtualSizeBytes: Math.min(virtualSizeBytes, WINDOWS_MAX_DISK_BYTES),
    blockSizeBytes,
    id,
    modified: null,
    ...(type === 'differencing' ? { parent: parent ? { ...parent, id } : link } : {}),
  });
  return newVhdSize(vhd, blocks);
}
