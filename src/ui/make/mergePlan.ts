/** What folding a file into its parent would take. Only measured: this version does not merge yet. */
import type { FileView } from '../../engine/api.ts';
import { blocksOf } from '../save/savePlan.ts';
import { listOf } from './growPlan.ts';
import { ALIGNMENT_BYTES, strideOf } from './layout.ts';
import { emptyPlan, heldBytes, type Obstacle, type Plan } from './plan.ts';

/** `parent` is the file that `file.parent` names, with its label; `siblings` are labels of its other children. */
export function planMerge(
  file: FileView,
  label: string,
  parent: FileView | null,
  parentLabel: string,
  siblings: readonly string[],
): Plan {
  const obstacles = obstaclesOf(file, label, parent && parentLabel, siblings);
  const held = heldBytes(file);
  return {
    ...emptyPlan('merge', parent ? `Merge ${label} into ${parentLabel}` : `Merge ${label}`, ''),
    say: 'Measured only: this version does not merge yet. Every sector that the file answers would go into its parent; then the file can go.',
    sources: parent ? [file, parent] : [file],
    obstacles,
    figures: parent
      ? {
          readBytes: held,
          writeBytes: held,
          fileBytes: parent.sizeBytes + mostAdded(file, parent),
          exact: false,
          blocks: file.blocks?.allocated ?? null,
          newFiles: 0,
          freedBytes: file.sizeBytes,
        }
      : null,
    measure: parent ? { operation: 'merge', file: file.id } : null,
  };
}

/** Every block of the file may need one in the parent, or several where the parent's are smaller. */
function mostAdded(file: FileView, { type, blockSizeBytes }: FileView): number {
  if (type === 'fixed' || !blockSizeBytes) return 0;
  const own = file.blockSizeBytes ?? blockSizeBytes;
  const blocks = file.blocks?.allocated ?? blocksOf(file.virtualSizeBytes, own);
  const places = Math.max(1, own / blockSizeBytes);
  return blocks * places * strideOf(blockSizeBytes) + 2 * ALIGNMENT_BYTES;
}

function obstaclesOf(
  file: FileView,
  label: string,
  parent: string | null,
  siblings: readonly string[],
): Obstacle[] {
  if (file.type !== 'differencing') {
    return [
      {
        message: `${label} has no parent.`,
        meaning: 'There is nothing to merge it into: all of its disk is in it.',
        remedy: 'Choose a differencing disk.',
      },
    ];
  }
  if (parent === null) {
    return [
      {
        message: `The parent of ${label} is not here.`,
        meaning: 'What a merge would take depends on both files.',
        remedy: 'Open the folder that holds the parent, or point at it in Check.',
      },
    ];
  }
  if (siblings.length === 0) return [];
  return [
    {
      message: `${listOf(siblings)} also ${siblings.length === 1 ? 'reads' : 'read'} through ${parent}.`,
      meaning:
        'Merged in place, the parent would change under them, and they would read wrong with no error anywhere.',
      remedy: 'Convert the disk as seen from this file to a new file: the originals stay untouched.',
      instead: 'convert',
    },
  ];
}
