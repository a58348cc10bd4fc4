/** Convert: the disk as seen from any file, as a new file of another form. */
import { grouped, MIB, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { FileView, SaveFormat } from '../../engine/api.ts';
import { type ChainFrom, whyIncomplete } from '../save/chainFrom.ts';
import { blocksOf, estimateSave, type Held, suggestName, whyNotFormat } from '../save/savePlan.ts';
import { dynamicFileBytes } from './layout.ts';
import { emptyPlan, heldBytes, type Obstacle, type Plan } from './plan.ts';

export interface Conversion {
  readonly format: SaveFormat;
  readonly blockSizeBytes: number;
  readonly wholeMib: boolean;
}

/** Bytes of zeros that bring a disk to whole MiB. */
export function paddingToMib(virtualSizeBytes: number): number {
  return (MIB - (virtualSizeBytes % MIB)) % MIB;
}

/** From the block tables: two files may hold the same sector, and a block may be held for a single one. */
export function heldBy(layers: readonly FileView[], virtualSizeBytes: number, blockSizeBytes: number): Held {
  let blocks = 0;
  let bytes = 0;
  for (const layer of layers) {
    const held = heldBytes(layer);
    bytes += held;
    const own = layer.blockSizeBytes;
    // A smaller block touches one of the new ones, a larger one several.
    blocks +=
      own && layer.blocks
        ? layer.blocks.allocated * Math.max(1, own / blockSizeBytes)
        : blocksOf(held, blockSizeBytes);
  }
  return {
    bytes: Math.min(bytes, virtualSizeBytes),
    blocks: Math.min(blocks, blocksOf(virtualSizeBytes, blockSizeBytes)),
  };
}

export const FORM_NAMES: Readonly<Record<SaveFormat, string>> = {
  raw: 'raw image',
  fixed: 'fixed VHD',
  dynamic: 'dynamic VHD',
};

export function planConvert(
  file: FileView,
  label: string,
  chain: ChainFrom,
  conversion: Conversion,
  names: readonly string[],
): Plan {
  const { format, blockSizeBytes } = conversion;
  const { layers, complete } = chain;
  const added = format === 'fixed' && conversion.wholeMib ? paddingToMib(file.virtualSizeBytes) : 0;
  const size = file.virtualSizeBytes + added;
  const held = heldBy(layers, file.virtualSizeBytes, blockSizeBytes);
  const estimate = estimateSave(format, size, held);
  const dynamicBytes = dynamicFileBytes(size, blockSizeBytes, held.blocks);
  const obstacles = obstaclesOf(file, chain, format, size);
  const through = layers.length === 1 ? 'this file alone' : `${layers.length} files`;
  return {
    ...emptyPlan('convert', `Convert ${label} to a ${FORM_NAMES[format]}`, ''),
    say: `The disk of ${sizeText(file.virtualSizeBytes)} as seen from ${label}, read through ${through}; each sector from the newest that holds it. The originals are only read.`,
    sources: layers,
    obstacles,
    addedBytes: added,
    figures: complete
      ? {
          readBytes: held.bytes,
          writeBytes: format === 'dynamic' ? dynamicBytes : estimate.writtenBytes,
          fileBytes: format === 'dynamic' ? dynamicBytes : estimate.fileBytes,
          exact: format !== 'dynamic',
          blocks: format === 'dynamic' ? held.blocks : null,
          newFiles: 1,
          freedBytes: null,
        }
      : null,
    measure: obstacles.length > 0 ? null : measureOf(file, conversion),
    work:
      obstacles.length > 0
        ? null
        : {
            operation: 'convert',
            request: {
              file: file.id,
              format,
              ...(format === 'dynamic' ? { blockSizeBytes } : {}),
              ...(format === 'fixed' && conversion.wholeMib ? { wholeMib: true } : {}),
            },
          },
    format,
    suggestedName: suggestName(file.name, format, names, format),
  };
}

function measureOf(file: FileView, { format, blockSizeBytes }: Conversion): Plan['measure'] {
  const request = { operation: 'export', file: file.id, format } as const;
  return format === 'dynamic' ? { ...request, blockSizeBytes } : request;
}

function obstaclesOf(file: FileView, chain: ChainFrom, format: SaveFormat, size: number): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (chain.brokenAt) {
    const { why, remedy } = whyIncomplete(chain.brokenAt);
    obstacles.push({ message: `The disk of ${file.name} is not all here.`, meaning: why, remedy });
  }
  const refused = whyNotFormat(format, size);
  if (refused) {
    obstacles.push({
      message: `This disk is ${refused}.`,
      meaning: 'No VHD can hold it, whatever its type.',
      remedy: 'Convert it to a raw image.',
    });
  }
  return obstacles;
}

/** What Azure's rule does to the sizes, in rows: name and exact bytes. */
export function azureRows(virtualSizeBytes: number): readonly (readonly [string, string])[] {
  const added = paddingToMib(virtualSizeBytes);
  const disk = virtualSizeBytes + added;
  return [
    ['the disk now', `${grouped(virtualSizeBytes)} B`],
    ['zeros added at its end', `${grouped(added)} B`],
    ['the disk then', `${grouped(disk)} B = ${grouped(disk / MIB)} MiB`],
    ['the file: disk and footer', `${grouped(disk + SECTOR_BYTES)} B`],
  ];
}
