/** What files take and hold: bytes that become free, and what is lost with Now. */
import { DiskError } from '../../base/errors.ts';
import { sizeText } from '../../base/units.ts';
import { configurationFiles, heldFiles } from '../machine/heldFiles.ts';
import type { MachineNode } from '../machine/machine.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { chainsOf } from '../rules/lostFiles.ts';

type Sizes = Pick<PlanFacts, 'fileBytes'>;

export function bytesOf({ fileBytes }: Sizes, files: Iterable<string>): number {
  return [...new Set(files)].reduce((sum, file) => sum + (fileBytes.get(file) ?? 0), 0);
}

export function diskBytes(facts: Sizes, { files }: MachineNode): number {
  return bytesOf(facts, Object.values(files));
}

export function memoryBytes(facts: Sizes, { savedState }: MachineNode): number {
  return savedState ? bytesOf(facts, [savedState.file]) : 0;
}

/** Files of nodes that go, and settings and memory of those of which only the disks stay. */
export function freedBytes(
  facts: Sizes,
  removed: readonly MachineNode[],
  marked: readonly MachineNode[],
): number {
  return bytesOf(facts, [...removed.flatMap(heldFiles), ...marked.flatMap(configurationFiles)]);
}

/** null: its chain cannot be read. */
export async function heldBytesOf(facts: PlanFacts, node: string): Promise<number | null> {
  try {
    let sum = 0;
    for (const chain of chainsOf(facts.machine, node)) sum += await facts.heldBytes(chain);
    return sum;
  } catch (error) {
    if (error instanceof DiskError) return null;
    throw error;
  }
}

/** `its file goes (51.0 MiB)`: what is called its, with its size. */
export function filesText(facts: Sizes, node: MachineNode): string {
  const { length } = Object.keys(node.files);
  const disks = length === 1 ? 'file' : `${length} files`;
  const size = sizeText(diskBytes(facts, node));
  if (!node.savedState) return `its ${disks} ${length === 1 ? 'goes' : 'go'} (${size})`;
  return `its ${disks} and its memory go (${size} and ${sizeText(memoryBytes(facts, node))})`;
}
