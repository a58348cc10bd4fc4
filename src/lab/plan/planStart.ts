/** What starting the machine and merging at once come to. */
import { must } from '../../base/assert.ts';
import { sizeText } from '../../base/units.ts';
import { descendantsOf, dueMerges, nodeOf, waitingNodes } from '../machine/tree.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { countText, listText } from '../rules/words.ts';
import { foreseeMerges, policyReason } from './foreseenMerges.ts';
import type { LabPlan, PlannedCommand } from './labPlan.ts';
import { byNode, costOf, nameOf, stillWaitingSentence } from './mergeSentences.ts';
import { memoryBytes } from './planBytes.ts';

type Command<Name extends PlannedCommand['do']> = Extract<PlannedCommand, { do: Name }>;

const NOTHING_GOES = { refusal: null, removed: [], lostBytes: null } as const;

/** Merges that are due stay so: `after` is the machine as it runs, with nothing merged. */
export function planStart(facts: PlanFacts, command: Command<'start'>): LabPlan {
  const { machine } = facts;
  const now = must(machine.now, 'the machine has not been removed');
  const savedBytes = memoryBytes(facts, now);
  const gist = now.savedState
    ? `it goes on with its saved memory (${sizeText(savedBytes)}), which is removed then.`
    : 'its guest boots from its disk.';
  const after = { ...machine, power: 'running', now: { ...now, savedState: null } } as const;
  return {
    ...NOTHING_GOES,
    command,
    sentences: [gist, ...mergeSentences(facts)],
    freedBytes: savedBytes,
    merges: [],
    after,
  };
}

function mergeSentences({ machine, merging }: PlanFacts): string[] {
  const running = { ...machine, power: 'running' } as const;
  const reason = policyReason(running);
  const due = dueMerges(machine);
  if (due.length === 0) return [];
  if (machine.policy === 'when-off' && merging !== null) {
    const { name } = nodeOf(machine, merging);
    return [
      `The merge of ${name} is broken off and its progress thrown away: it begins anew when the machine is off.`,
    ];
  }
  const merges =
    due.length === 1 ? `The merge of ${due[0]?.node.name}` : `The ${due.length} merges that are due`;
  const [go, wait] = due.length === 1 ? ['goes on', 'waits'] : ['go on', 'wait'];
  return reason === null ? [`${merges} ${go} while it runs.`] : [`${merges} ${wait} until ${reason}.`];
}

export async function planMergeNow(facts: PlanFacts, command: Command<'merge-now'>): Promise<LabPlan> {
  const { machine } = facts;
  const { merges, after } = await foreseeMerges(facts, machine, { all: true, atOnce: true });
  const nodes = byNode(machine, merges);
  const [only] = nodes;
  const first =
    only && nodes.length === 1
      ? `${only.name} merges with ${only.childName} at once: ${only.cost}.`
      : `${countText(nodes.length, 'merge')} run one after the other (${listText(nodes.map(({ name }) => name))}): ${costOf(merges)}.`;
  const waiting = waitingNodes(after).map(({ id, name }) =>
    stillWaitingSentence(
      name,
      descendantsOf(after, id).map((child) => nameOf(machine, child.id)),
    ),
  );
  const sentences = [
    first,
    ...(machine.power === 'running' ? ['The guest stands still meanwhile.'] : []),
    ...waiting,
    'Now reads the same.',
  ];
  return { ...NOTHING_GOES, command, sentences, freedBytes: 0, merges, after };
}
