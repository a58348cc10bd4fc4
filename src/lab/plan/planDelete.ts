/** What deleting a checkpoint comes to, alone or with everything below it: CHECKPOINTS, "Deleting one". */
import { must } from '../../base/assert.ts';
import { sizeText } from '../../base/units.ts';
import { type MachineNode, type MachineState, NOW } from '../machine/machine.ts';
import { checkpointNamed, deletion, descendantsOf, subtreeOf } from '../machine/tree.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { countText, listText } from '../rules/words.ts';
import { brokenOff, goneWith } from './cascade.ts';
import { foreseeMerges } from './foreseenMerges.ts';
import type { LabPlan, PlannedCommand } from './labPlan.ts';
import { byNode, costOf, followingSentences, nameOf, waitSentences } from './mergeSentences.ts';
import { bytesOf, diskBytes, filesText, freedBytes, memoryBytes } from './planBytes.ts';

type Command<Name extends PlannedCommand['do']> = Extract<PlannedCommand, { do: Name }>;
const SAME = 'Now reads the same.';

export async function planDelete(facts: PlanFacts, command: Command<'delete'>): Promise<LabPlan> {
  const { machine } = facts;
  const node = checkpointNamed(machine, command.checkpoint);
  const { state, removed } = deletion(machine, [node.id], facts.nowUs);
  const { merges, after } = await foreseeMerges(facts, state);
  const own = merges.filter((merge) => merge.node === node.id);
  const others = byNode(
    machine,
    merges.filter((merge) => merge.node !== node.id),
  );
  const children = descendantsOf(state, node.id).map(({ id }) => nameOf(machine, id));
  const first =
    children.length === 0
      ? [`${filesText(facts, node)}.`]
      : [
          children.length === 1
            ? `its ${disks(node)} with ${Object.keys(node.files).length === 1 ? 'that' : 'those'} of ${children[0]}: ${costOf(own)}.`
            : staysText(facts, node, children),
          ...memoryGoes(facts, node),
        ];
  const sentences = [
    ...first,
    ...goneWith(facts, removed, [node.id]),
    ...brokenOff(facts, removed),
    ...followingSentences(others),
    ...waitSentences(merges),
    ...(merges.length > 0 ? ['The older file keeps its name.'] : []),
    SAME,
  ];
  return planOf(command, { facts, removed, marked: [node], merges, after, sentences });
}

function disks({ files }: MachineNode): string {
  return Object.keys(files).length === 1 ? 'disk merges' : 'disks merge';
}

function staysText(facts: PlanFacts, node: MachineNode, readers: readonly string[]): string {
  const one = Object.keys(node.files).length === 1;
  const size = sizeText(diskBytes(facts, node));
  const they = one ? 'its disk stays' : 'its disks stay';
  return `${they} (${size}), because ${listText(readers)} read through ${one ? 'it' : 'them'}; the merge starts by itself when one of them is left.`;
}

function memoryGoes(facts: PlanFacts, node: MachineNode): string[] {
  return node.savedState ? [`Its memory goes at once (${sizeText(memoryBytes(facts, node))}).`] : [];
}

export async function planDeleteSubtree(
  facts: PlanFacts,
  command: Command<'delete-subtree'>,
): Promise<LabPlan> {
  const { machine } = facts;
  const top = checkpointNamed(machine, command.checkpoint);
  const all = subtreeOf(machine, top.id);
  const below = all.filter(({ id }) => id !== NOW);
  const marked = below.filter(({ deletedAtUs }) => deletedAtUs === null);
  const { state, removed } = deletion(
    machine,
    below.map(({ id }) => id),
    facts.nowUs,
  );
  const { merges, after } = await foreseeMerges(facts, state);
  const ids = below.map(({ id }) => id);
  const upwards = merges.filter(({ node }) => ids.includes(node));
  const others = byNode(
    machine,
    merges.filter(({ node }) => !ids.includes(node)),
  );
  const gone = removed.filter(({ id }) => ids.includes(id));
  const sentences = [
    `${listText(marked.map(({ name }) => name))} ${marked.length === 1 ? 'goes' : 'go'}.`,
    ...(gone.length > 0 ? [goneText(facts, gone)] : []),
    ...(all.some(({ id }) => id === NOW) ? [nowSurvives(upwards, machine)] : []),
    ...goneWith(facts, removed, ids),
    ...brokenOff(facts, removed),
    ...followingSentences(others),
    ...waitSentences(merges),
    SAME,
  ];
  return planOf(command, { facts, removed, marked, merges, after, sentences });
}

function goneText(facts: PlanFacts, gone: readonly MachineNode[]): string {
  const files = gone.flatMap((node) => Object.values(node.files));
  return `${countText(files.length, 'file')} ${files.length === 1 ? 'goes' : 'go'} at once (${sizeText(bytesOf(facts, files))}).`;
}

function nowSurvives(merges: LabPlan['merges'], machine: MachineState): string {
  const nodes = byNode(machine, merges);
  const chain = nodes.length === 0 ? '' : `: ${costOf(merges)}`;
  return `Now stands below and survives; its chain is merged up in ${countText(nodes.length, 'merge')}${chain}.`;
}

interface Parts extends Pick<LabPlan, 'merges' | 'after' | 'sentences'> {
  readonly facts: PlanFacts;
  readonly removed: readonly MachineNode[];
  readonly marked: readonly MachineNode[];
}

function planOf(command: PlannedCommand, { facts, removed, marked, ...parts }: Parts): LabPlan {
  const nodes = removed.map(({ id }) =>
    must(
      facts.machine.checkpoints.find((node) => node.id === id),
      'known',
    ),
  );
  return {
    command,
    refusal: null,
    removed: removed.map(({ id }) => id),
    freedBytes: freedBytes(facts, nodes, marked),
    lostBytes: null,
    ...parts,
  };
}
