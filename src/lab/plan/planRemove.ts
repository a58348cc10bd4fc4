/** What removing the machine comes to: everything on the path of Now becomes one VHD for each disk, in one go. */
import { must } from '../../base/assert.ts';
import { sizeText } from '../../base/units.ts';
import { configurationFiles } from '../machine/heldFiles.ts';
import { type MachineNode, NOW } from '../machine/machine.ts';
import { chainOf, pathOf } from '../machine/tree.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { listText, shortName } from '../rules/words.ts';
import type { LabPlan, PlannedCommand, PlannedMerge } from './labPlan.ts';
import { costOf } from './mergeSentences.ts';
import { mergeSeconds } from './mergeTime.ts';
import { bytesOf, diskBytes, freedBytes } from './planBytes.ts';

export async function planRemove(
  facts: PlanFacts,
  command: Extract<PlannedCommand, { do: 'remove-machine' }>,
): Promise<LabPlan> {
  const { machine } = facts;
  const path = pathOf(machine, NOW);
  const branches = machine.checkpoints.filter(({ id }) => path.every((node) => node.id !== id));
  const disks = Object.keys(must(path[0], 'a path begins with Now').files);
  const merges: PlannedMerge[] = [];
  for (const disk of disks) merges.push(...(await mergesOf(facts, path, disk)));
  const left = disks.map((disk) => oldestFile(path, disk));
  return {
    command,
    refusal: null,
    sentences: [
      gist(left, merges, path.length - 1),
      ...branchSentences(facts, branches),
      ...memorySentences(facts, path),
      ...foundationSentences(facts),
      'What is left reads as Now does; nothing of it can be taken back.',
    ],
    removed: [...machine.checkpoints.map(({ id }) => id), NOW],
    freedBytes: freedBytes(facts, branches, path),
    merges,
    lostBytes: null,
    after: { ...machine, power: 'off', checkpoints: [], now: null, left },
  };
}

function oldestFile(path: readonly MachineNode[], disk: string): string {
  return must(path.findLast(({ files }) => files[disk] !== undefined)?.files[disk], 'a disk has a file');
}

/** One for each disk: a sector that several files hold is copied once, so the sum of them is the most it can be. */
async function mergesOf(
  facts: PlanFacts,
  path: readonly MachineNode[],
  disk: string,
): Promise<PlannedMerge[]> {
  const own = path.filter(({ files }) => files[disk] !== undefined);
  const [leaf, root] = [must(own[0], 'Now has the disk'), must(own.at(-1), 'Now has the disk')];
  if (leaf.id === root.id) return [];
  let [copyBytes, runs] = [0, 0];
  for (const node of own.slice(0, -1)) {
    const copy = await facts.toCopy(chainOf(facts.machine, node.id, disk));
    copyBytes += copy.copyBytes;
    runs += copy.runs;
  }
  const [source, target] = [must(leaf.files[disk], 'has it'), must(root.files[disk], 'has it')];
  const seconds = mergeSeconds(facts.drive, { copyBytes, runs });
  return [{ node: root.id, child: leaf.id, disk, source, target, copyBytes, seconds, waitsFor: null }];
}

function gist(left: readonly string[], merges: readonly PlannedMerge[], checkpoints: number): string {
  const names = listText(left.map(shortName));
  if (merges.length === 0) return `${names} ${left.length === 1 ? 'stays as it is' : 'stay as they are'}.`;
  const many = checkpoints === 1 ? 'the checkpoint above Now' : `the ${checkpoints} checkpoints above Now`;
  return `${many} and Now itself are merged into ${names} in one go: at most ${costOf(merges)}.`;
}

function branchSentences(facts: PlanFacts, branches: readonly MachineNode[]): string[] {
  if (branches.length === 0) return [];
  const size = sizeText(branches.reduce((sum, node) => sum + diskBytes(facts, node), 0));
  const names = listText(branches.map(({ name }) => name));
  const one = branches.length === 1;
  return [`${names} ${one ? 'goes' : 'go'} (${size}), because Now does not stand on ${one ? 'it' : 'them'}.`];
}

function memorySentences(facts: PlanFacts, path: readonly MachineNode[]): string[] {
  const saved = path.filter(({ savedState }) => savedState !== null);
  if (saved.length === 0) return [];
  return [`Settings and saved memory go (${sizeText(bytesOf(facts, saved.flatMap(configurationFiles)))}).`];
}

function foundationSentences({ machine }: PlanFacts): string[] {
  return Object.values(machine.foundation).some(({ length }) => length > 0)
    ? ['It still stands on your own chain, which is not touched.']
    : [];
}
