/** The files that go when a node goes. */
import type { MachineNode } from './machine.ts';
import { NOW } from './machine.ts';
import { checkpointName } from './paths.ts';

/** Settings and saved state. */
export function configurationFiles({ id, savedState }: MachineNode): string[] {
  return [...(id === NOW ? [] : [checkpointName(id)]), ...(savedState ? [savedState.file] : [])];
}

/** These, and its disks. */
export function heldFiles(node: MachineNode): string[] {
  return [...Object.values(node.files), ...configurationFiles(node)];
}
