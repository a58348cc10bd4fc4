/** What an exported disk holds at most, and what it is called, before anything is written. */
import type { LabView, MachineNode } from '../../../engine/api.ts';
import { BLOCK_BYTES, type Held } from '../../save/savePlan.ts';
import { nodeOf } from '../labQuestions.ts';

/** Files that a node reads of one disk, newest first, as far as they are known: its own, down to the oldest. */
export function chainFiles(view: LabView, id: string, disk: string): string[] {
  const files: string[] = [];
  const seen = new Set<string>();
  for (let node: MachineNode | null = nodeOf(view, id); node && !seen.has(node.id); ) {
    seen.add(node.id);
    const file = node.files[disk];
    if (file !== undefined) files.push(file);
    node = node.parent === null ? null : nodeOf(view, node.parent);
  }
  return [...files, ...(view.machine.foundation[disk] ?? [])];
}

/** From the sizes of the files alone, and so at most. */
export function heldByChain(view: LabView, id: string, disk: string): Held {
  const sizes = new Map(view.files.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const virtualSizeBytes = view.virtualSizeBytes[disk] ?? 0;
  const sum = chainFiles(view, id, disk).reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
  const bytes = Math.min(sum, virtualSizeBytes);
  return { bytes, blocks: Math.ceil(bytes / BLOCK_BYTES) };
}

/** `LAB-WEB01 clean install`, with the disk where there are several. */
export function exportStem({ machine }: LabView, node: MachineNode, disk: string | null): string {
  return [machine.name, node.name, disk].filter((part) => part !== null).join(' ');
}
