/** What a row of the checkpoint table says. */
import { sizeText } from '../../../base/units.ts';
import { clockText, type LabMerge, type LabView, type MachineNode, NOW } from '../../../engine/api.ts';
import { childrenOf } from '../labQuestions.ts';

/** `38`; 0 where nothing has to be copied. */
export function mergePercent({ copiedBytes, totalBytes, nextBlock, blockCount }: LabMerge): number {
  const share = totalBytes > 0 ? copiedBytes / totalBytes : blockCount > 0 ? nextBlock / blockCount : 0;
  return Math.min(100, Math.floor(share * 100));
}

const POWER = { running: 'running', off: 'off', paused: 'paused', saved: 'saved' } as const;

/** The second line of a row. */
export function nodeNote(view: LabView, node: MachineNode): string {
  if (node.id === NOW) {
    if (!view.hostOn) return 'no power, writes go here';
    return `${POWER[view.machine.power]}, writes go here`;
  }
  if (node.deletedAtUs !== null) return `deleted, ${deletedWords(view, node)}`;
  const time = clockText(node.atUs).slice(0, 8);
  const { memorySave } = view;
  if (memorySave?.checkpoint === node.id) {
    const percent = Math.floor((memorySave.savedPages / Math.max(1, memorySave.pageCount)) * 100);
    return `${time}, saving memory ${percent} %`;
  }
  return `${time}, ${CONSISTENCY[node.consistency]}`;
}

const CONSISTENCY: Readonly<Record<MachineNode['consistency'], string>> = {
  memory: 'with memory',
  application: 'disk only',
  crash: 'as after a power cut',
  off: 'off',
};

/** What becomes of a deleted checkpoint's disks. */
function deletedWords(view: LabView, node: MachineNode): string {
  const merge = view.merges.find((one) => one.node === node.id && one.state !== 'done');
  if (merge?.state === 'merging') return `merging ${mergePercent(merge)} %`;
  if (merge?.state === 'catching up') return 'merging, last blocks';
  if (merge?.state === 'failed') return 'merge failed, will be retried';
  if (merge?.state === 'cancelled') return 'merge cancelled';
  const descendants = childrenOf(view, node.id).length;
  if (descendants > 1) return `waits: ${descendants} descendants`;
  return `waits: ${WAITS[view.machine.policy]}`;
}

const WAITS: Readonly<Record<LabView['machine']['policy'], string>> = {
  'when-idle': 'merges when idle',
  'when-off': 'merges when off',
  live: 'merges next',
  now: 'merges next',
};

/** Its memory on disk; of Now what it has in memory. */
export function memoryText(view: LabView, node: MachineNode): string {
  if (node.deletedAtUs !== null) return 'removed';
  if (node.savedState) return sizeText(node.savedState.fileBytes);
  const { power } = view.machine;
  if (node.id === NOW && view.hostOn && (power === 'running' || power === 'paused')) {
    return sizeText(node.settings.memoryBytes);
  }
  return view.memorySave?.checkpoint === node.id ? sizeText(view.memorySave.writtenBytes) : 'none';
}

/** Size of a file as it is now; null = it is not there. */
export function fileBytesOf({ files }: LabView, name: string | null): number | null {
  return files.find((file) => file.name === name)?.sizeBytes ?? null;
}

/** Files that the machine's nodes name and that are not in its folder. */
export function lostFiles({ machine, files }: LabView): string[] {
  const there = new Set(files.map(({ name }) => name));
  const nodes = machine.now ? [...machine.checkpoints, machine.now] : machine.checkpoints;
  const named = nodes.flatMap((node) => [
    ...Object.values(node.files),
    ...(node.savedState ? [node.savedState.file] : []),
  ]);
  return [...new Set([...named, ...Object.values(machine.foundation).flat()])].filter(
    (name) => !there.has(name),
  );
}
