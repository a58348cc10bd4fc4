/** Files of a chain that are not there: what Windows says when it is opened. */
import { must } from '../../base/assert.ts';
import type { MachineState, SavedStateFile } from '../machine/machine.ts';
import { chainOf, nodeOf } from '../machine/tree.ts';
import type { LabFacts } from './facts.ts';
import { windowsSays } from './hyperv.ts';
import { type Refusal, refuse } from './refusal.ts';
import { shortName } from './words.ts';

export type FolderFacts = Pick<LabFacts, 'lostFiles' | 'fileBytes'>;

export function isMissing({ lostFiles, fileBytes }: FolderFacts, file: string): boolean {
  return lostFiles.includes(file) || !fileBytes.has(file);
}

/** The first file that is missing from the chains of the node's disks. */
export function refusalOfLost(facts: LabFacts, node: string): Refusal | null {
  for (const chain of chainsOf(facts.machine, node)) {
    const layer = chain.findIndex((file) => isMissing(facts, file));
    if (layer >= 0) return lost(must(chain[layer], 'in range'), layer > 0);
  }
  return null;
}

export function chainsOf(machine: MachineState, node: string): string[][] {
  return Object.keys(nodeOf(machine, node).files).map((disk) => chainOf(machine, node, disk));
}

function lost(file: string, isParent: boolean): Refusal {
  const rule = isParent ? 'parent-lost' : 'file-lost';
  const says = windowsSays(isParent ? '0xC03A000D' : '0x80070002');
  return refuse(rule, `${shortName(file)} is lost: ${says}`);
}

export function refusalOfSavedState(facts: LabFacts, saved: SavedStateFile | null): Refusal | null {
  if (!saved || !isMissing(facts, saved.file)) return null;
  return refuse('saved-state-lost', `${shortName(saved.file)} is lost: ${windowsSays('0x80070002')}`);
}
