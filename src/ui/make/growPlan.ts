/** Grow: the same data on a larger disk. Refused where somebody reads through the file. */
import { SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { FileView } from '../../engine/api.ts';
import { blocksOf, suggestName } from '../save/savePlan.ts';
import { ALIGNMENT_BYTES, aligned } from './layout.ts';
import { emptyPlan, type Figures, keptExtension, type Obstacle, type Plan } from './plan.ts';
import { exactSize, parseSize } from './sizeInput.ts';

/** Why this file can't be grown, whatever the size. `childNames` are the files that read through it. */
export function growRefusals(file: FileView, label: string, childNames: readonly string[]): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (file.type === 'differencing') {
    obstacles.push({
      message: `${label} is a differencing disk: its size is its parent’s.`,
      meaning: 'A child that is larger than its parent is refused by Windows with 0xC03A0017.',
      remedy: 'Convert it to a dynamic or fixed disk of its own, and grow that.',
      instead: 'convert',
    });
  }
  if (file.format === 'raw') {
    obstacles.push({
      message: `${label} is a raw image: no field in it says its size.`,
      meaning: 'Its disk ends where the file ends.',
      remedy: 'Convert it to a fixed or dynamic VHD, and grow that.',
      instead: 'convert',
    });
  }
  const damage = file.findings.find(({ severity, rule }) => severity === 'error' || rule === 'trailing-data');
  if (damage) {
    obstacles.push({
      message: `${label} is damaged: ${damage.message}`,
      meaning: 'Growing a damaged file could write over data that a repair would still find.',
      remedy: 'Repair it in Check first, or convert what can be read of it.',
    });
  }
  if (childNames.length > 0) {
    const one = childNames.length === 1;
    obstacles.push({
      message: `${listOf(childNames)} ${one ? 'reads' : 'read'} through ${label}.`,
      meaning: `${one ? 'It expects' : 'They expect'} a parent of ${sizeText(file.virtualSizeBytes)}: with another size Windows refuses the pair with 0xC03A0017, and nobody says what lies behind the old end.`,
      remedy: `Convert the disk as seen from ${one ? 'the child' : 'the child that matters'} to a new file, and grow that.`,
      instead: 'convert',
    });
  }
  return obstacles;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listOf(names: readonly string[], most = 3): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}

/** What is wrong with the size alone; null where it is right. */
export function growSizeProblem(file: FileView, text: string): string | null {
  const { bytes, problem } = parseSize(text);
  if (bytes === null) return problem;
  if (bytes === file.virtualSizeBytes) return `The disk is ${exactSize(bytes)} already.`;
  if (bytes < file.virtualSizeBytes) {
    return `The disk is ${exactSize(file.virtualSizeBytes)} now: what lies behind the new end would be lost.`;
  }
  return null;
}

export function planGrow(
  file: FileView,
  label: string,
  childNames: readonly string[],
  sizeInput: string,
  names: readonly string[],
): Plan {
  const obstacles = growRefusals(file, label, childNames);
  const bytes = growSizeProblem(file, sizeInput) === null ? parseSize(sizeInput).bytes : null;
  const possible = obstacles.length === 0 && bytes !== null;
  return {
    ...emptyPlan('grow', `Grow ${label}${possible ? ` to ${exactSize(bytes)}` : ''}`, ''),
    say: 'The disk ends later and reads as zeros there; every sector that it has now stays as it is. The guest still has to extend its partition.',
    sources: [file],
    obstacles,
    figures: possible ? figuresOf(file, bytes) : null,
    work: possible ? { operation: 'grow', request: { file: file.id, virtualSizeBytes: bytes } } : null,
    format: file.type === 'fixed' ? 'fixed' : 'dynamic',
    suggestedName: suggestName(file.name, 'dynamic', names, 'grown', keptExtension(file)),
    inPlace: possible && file.storage === 'private',
  };
}

/**
 * What a dynamic file gains at most: a longer table that does not fit in its place goes to the end, Xen's map of it as
 * well (a bit a block), and a last block that was cut short at the disk's end is filled up.
 */
function mostAdded({ virtualSizeBytes: before, blockSizeBytes }: FileView, after: number): number {
  const block = blockSizeBytes ?? SECTOR_BYTES;
  const entries = blocksOf(after, block);
  const lastBlock = before % block === 0 ? 0 : block;
  return aligned(entries * 4) + aligned(SECTOR_BYTES + entries / 8) + lastBlock + 2 * ALIGNMENT_BYTES;
}

/** For a new file: all of the old one is copied. */
function figuresOf(file: FileView, virtualSizeBytes: number): Figures {
  const fixed = file.type === 'fixed';
  const fileBytes = fixed
    ? virtualSizeBytes + SECTOR_BYTES
    : file.sizeBytes + mostAdded(file, virtualSizeBytes);
  return {
    readBytes: file.sizeBytes,
    writeBytes: fixed ? file.sizeBytes : fileBytes,
    fileBytes,
    exact: fixed,
    blocks: file.blocks?.allocated ?? null,
    newFiles: 1,
    freedBytes: file.sizeBytes - fileBytes,
  };
}
