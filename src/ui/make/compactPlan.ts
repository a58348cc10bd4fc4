/** Compact: the same file without blocks that hold nothing. */
import { sizeText } from '../../base/units.ts';
import type { FileView } from '../../engine/api.ts';
import { suggestName } from '../save/savePlan.ts';
import { emptyPlan, heldBytes, keptExtension, type Obstacle, type Plan } from './plan.ts';

export function planCompact(file: FileView, label: string, names: readonly string[]): Plan {
  const child = file.type === 'differencing';
  const obstacles = obstaclesOf(file, label);
  const possible = obstacles.length === 0;
  return {
    ...emptyPlan('compact', `Compact ${label}`, ''),
    say: child
      ? 'A new file with every sector that this one answers, in whole blocks, without blocks in which no bit is set. It keeps id, parent and paths, so it can take the old one’s place. The original is only read.'
      : 'A new file without the blocks that hold only zeros: they read as zeros either way. It keeps its id, so children still match it. The original is only read.',
    sources: [file],
    obstacles,
    figures: possible
      ? {
          readBytes: heldBytes(file),
          writeBytes: file.sizeBytes,
          fileBytes: file.sizeBytes,
          exact: false,
          blocks: file.blocks?.allocated ?? null,
          newFiles: 1,
          freedBytes: null,
        }
      : null,
    measure: possible ? { operation: 'compact', file: file.id } : null,
    work: possible ? { operation: 'compact', request: { file: file.id } } : null,
    suggestedName: suggestName(file.name, 'dynamic', names, 'compact', keptExtension(file)),
  };
}

function obstaclesOf(file: FileView, label: string): Obstacle[] {
  if (file.type !== 'fixed') return [];
  const what = file.format === 'raw' ? 'a raw image' : 'a fixed disk';
  return [
    {
      message: `${label} is ${what}: it has no blocks to leave out.`,
      meaning: `It takes ${sizeText(file.sizeBytes)} whatever it holds.`,
      remedy: 'Convert it to a dynamic VHD: zeros are left out on the way.',
      instead: 'convert',
    },
  ];
}
