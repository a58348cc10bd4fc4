/** What a fault on purpose will mean: said before it is done. */
import { SECTOR_BYTES } from '../../../base/units.ts';
import { type LabView, type MachineNode, NOW } from '../../../engine/api.ts';
import { childrenOf } from '../labQuestions.ts';

export interface FaultyFile {
  readonly name: string;
  readonly sizeBytes: number | null;
  /** Checkpoint that it belongs to, in words. */
  readonly owner: string;
  readonly isDisk: boolean;
}

/** Files that are there, those of disks first, newest node first. */
export function filesUnderFault(view: LabView): FaultyFile[] {
  const nodes = nodesOf(view);
  const ownerOf = (name: string) =>
    nodes.find((node) => Object.values(node.files).includes(name) || node.savedState?.file === name)?.name;
  const foundation = new Set(Object.values(view.machine.foundation).flat());
  return view.files
    .filter(({ name, kind }) => !foundation.has(name) && (kind === 'disk' || kind === 'saved state'))
    .map(({ name, sizeBytes, kind }) => ({
      name,
      sizeBytes,
      owner: `${kind === 'disk' ? '' : 'memory of '}${ownerOf(name) ?? 'of nobody'}`,
      isDisk: kind === 'disk',
    }))
    .sort((one, other) => Number(other.isDisk) - Number(one.isDisk));
}

/** Far behind headers and tables: the middle of the file, where a sector begins. */
export function offsetInData(file: FaultyFile | null): number {
  return Math.floor((file?.sizeBytes ?? 0) / 2 / SECTOR_BYTES) * SECTOR_BYTES;
}

export interface FaultMeaning {
  /** Who reads through the file. */
  readonly stands: string;
  readonly lose: string;
  readonly changeId: string;
  readonly alter: string;
}

export function meaningOfFault(view: LabView, name: string): FaultMeaning {
  const nodes = nodesOf(view);
  const memoryOf = nodes.find(({ savedState }) => savedState?.file === name);
  if (memoryOf) {
    return {
      stands: `The saved memory of ${memoryOf.name}; no disk stands on it.`,
      lose: `${memoryOf.name} can’t be started from its memory any more; its disks are whole.`,
      changeId: 'It has no id.',
      alter: 'Its checksum does not fit any more: the machine can’t be started from it.',
    };
  }
  const owner = nodes.find(({ files }) => Object.values(files).includes(name));
  const above = owner ? descendants(view, owner.id) : [];
  const reads = owner ? [owner, ...above] : [];
  const names = listed(reads.map((node) => node.name));
  const children = above.filter(({ parent }) => parent === owner?.id).map((node) => node.name);
  const now = reads.some(({ id }) => id === NOW);
  return {
    stands:
      reads.length === 0
        ? 'Nobody reads it.'
        : `Read by ${names}${now && view.machine.power === 'running' ? ': the guest reads through it now' : ''}.`,
    lose:
      reads.length === 0
        ? 'Nothing else is touched.'
        : `${names} can’t be opened until it is back; what the machine has open fails at its next read.`,
    changeId:
      above.length === 0
        ? 'Nothing stands on it, so nobody notices.'
        : `${listed(children)} ${children.length > 1 ? 'name' : 'names'} it by its id and will be refused at the next start: 0xC03A000E.`,
    alter:
      reads.length === 0
        ? 'Nobody reads it.'
        : `In data nothing notices by itself: ${names} may read wrong from then on, and the guest counts wrong reads. In a header or a table the file is refused at the next start.`,
  };
}

function nodesOf({ machine }: LabView): MachineNode[] {
  return machine.now
    ? [machine.now, ...[...machine.checkpoints].reverse()]
    : [...machine.checkpoints].reverse();
}

function descendants(view: LabView, id: string): MachineNode[] {
  const found = childrenOf(view, id);
  for (let i = 0; i < found.length; i++) found.push(...childrenOf(view, found[i]?.id ?? ''));
  return found;
}

function listed(names: readonly string[]): string {
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
}
