/** A new disk: fixed, dynamic, or differencing under a file of the pile. */
import { SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { FileId, FileView, ImageType } from '../../engine/api.ts';
import { blocksOf, suggestName } from '../save/savePlan.ts';
import { ALIGNMENT_BYTES, aligned, dynamicFileBytes, strideOf } from './layout.ts';
import { emptyPlan, type Obstacle, type Plan } from './plan.ts';
import { exactSize, parseSize } from './sizeInput.ts';

/** What the form holds. Paths are kept also while their box is not ticked. */
export interface NewDisk {
  readonly type: ImageType;
  readonly sizeText: string;
  readonly blockSizeBytes: number;
  readonly parent: FileId | null;
  readonly withRelative: boolean;
  readonly relativePath: string;
  readonly withAbsolute: boolean;
  /** The Windows folder, as typed. */
  readonly folder: string;
  readonly absolutePath: string;
}

const RELATIVE_SPACE_BYTES = 65_536;

/** Sizes of an empty file and of one with every block, laid out as Windows 10 does (VHD-FACTS 7–9). */
export function newDiskSizes(
  { type, blockSizeBytes, withRelative, withAbsolute }: NewDisk,
  virtualSizeBytes: number,
): { readonly empty: number; readonly full: number } {
  if (type === 'fixed') {
    const bytes = virtualSizeBytes + SECTOR_BYTES;
    return { empty: bytes, full: bytes };
  }
  const entries = blocksOf(virtualSizeBytes, blockSizeBytes);
  const bytesWith = (blocks: number) => {
    if (type === 'dynamic') return dynamicFileBytes(virtualSizeBytes, blockSizeBytes, blocks);
    const table = ALIGNMENT_BYTES * (withAbsolute ? 2 : 1);
    const end = aligned(table + entries * 4) + (withRelative ? RELATIVE_SPACE_BYTES : 0);
    return aligned(end + blocks * strideOf(blockSizeBytes) + SECTOR_BYTES);
  };
  return { empty: bytesWith(0), full: bytesWith(entries) };
}

/** `parent` is the file that `disk.parent` names, `label` its short name. */
export function planCreate(
  disk: NewDisk,
  parent: FileView | null,
  label: string,
  names: readonly string[],
): Plan {
  const child = disk.type === 'differencing';
  const empty = emptyPlan('create', `New ${disk.type} disk`, sayOf(disk.type));
  if (child && !parent) {
    return {
      ...empty,
      obstacles: [
        {
          message: 'No parent is chosen.',
          meaning: 'A differencing disk holds only what changes; all else is read from its parent.',
          remedy: 'Open the file that it is to lie on, and choose it here.',
        },
      ],
    };
  }
  const virtualSizeBytes = child ? (parent?.virtualSizeBytes ?? null) : parseSize(disk.sizeText).bytes;
  const suggestedName =
    parent && child
      ? suggestName(parent.name, 'dynamic', names, 'child')
      : suggestName('New disk', disk.type === 'fixed' ? 'fixed' : 'dynamic', names, '');
  if (virtualSizeBytes === null) return { ...empty, suggestedName };
  const obstacles = child && parent ? parentObstacles(disk, parent, label) : [];
  const sizes = newDiskSizes(disk, virtualSizeBytes);
  const size = child ? sizeText(virtualSizeBytes) : exactSize(virtualSizeBytes);
  return {
    ...empty,
    title: child ? `New child of ${label}` : `New ${disk.type} disk of ${size}`,
    format: disk.type === 'fixed' ? 'fixed' : 'dynamic',
    suggestedName,
    obstacles,
    figures: {
      readBytes: 0,
      // All but the footer of a fixed disk is a hole.
      writeBytes: disk.type === 'fixed' ? SECTOR_BYTES : sizes.empty,
      fileBytes: sizes.empty,
      exact: true,
      blocks: null,
      newFiles: 1,
      freedBytes: null,
    },
    mostFileBytes: disk.type === 'fixed' ? undefined : sizes.full,
    work: obstacles.length > 0 ? null : { operation: 'create', request: requestOf(disk, virtualSizeBytes) },
  };
}

function requestOf(disk: NewDisk, virtualSizeBytes: number) {
  const { type, blockSizeBytes, parent } = disk;
  const link =
    type === 'differencing' && parent !== null
      ? {
          parent,
          absolutePath: disk.withAbsolute ? disk.absolutePath : null,
          relativePath: disk.withRelative ? disk.relativePath : null,
        }
      : null;
  return { type, virtualSizeBytes, blockSizeBytes, parent: link };
}

function sayOf(type: ImageType): string {
  if (type === 'fixed') {
    return 'The disk byte for byte and a footer of 512 bytes. It takes its whole size at once; unwritten stretches are holes where the storage keeps holes.';
  }
  if (type === 'dynamic') return 'An empty file that grows block by block as the guest writes.';
  return 'An empty file that holds only what changes from now on; all else is read from its parent, which must not change any more.';
}

function parentObstacles(disk: NewDisk, parent: FileView, label: string): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (parent.format === 'raw') {
    obstacles.push({
      message: `${label} is a raw image.`,
      meaning: 'A child finds its parent by the id in its footer, and a raw image has none.',
      remedy: 'Convert it to a fixed VHD first: the same bytes and a footer.',
      instead: 'convert',
    });
  }
  const hasPath =
    (disk.withRelative && disk.relativePath.trim() !== '') ||
    (disk.withAbsolute && disk.absolutePath.trim() !== '');
  if (!hasPath) {
    obstacles.push({
      message: 'No path to the parent is given.',
      meaning: 'Windows looks for the parent where the child says; without a path it reports 0xC03A000D.',
      remedy: disk.withAbsolute
        ? 'Say the Windows folder, or tick the relative path.'
        : 'Tick the relative path, the absolute one, or both.',
    });
  } else if (disk.withAbsolute && disk.absolutePath.trim() === '') {
    obstacles.push({
      message: 'The absolute path is not known.',
      meaning: 'A browser does not learn in which folder a file lies.',
      remedy: 'Say the Windows folder, or untick the absolute path.',
    });
  }
  return obstacles;
}
