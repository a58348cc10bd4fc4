/** The merges that follow from a tree, one after the other, and the tree when they are done. Nothing is written. */
import { must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import type { MachineState } from '../machine/machine.ts';
import { chainOf, type DueMerge, dueMerges, merged, nodesOf } from '../machine/tree.ts';
import type { PlanFacts, ToCopy } from '../rules/facts.ts';
import { isMissing } from '../rules/lostFiles.ts';
import { shortName } from '../rules/words.ts';
import type { PlannedMerge } from './labPlan.ts';
import { mergeSeconds } from './mergeTime.ts';

export interface Foreseen {
  /** Those that were not due before, in the order in which they run. */
  readonly merges: readonly PlannedMerge[];
  /** When these, and those that were due before, are done. */
  readonly after: MachineState;
}

/** `state` is the machine as the command leaves it; its files that are not in `facts.machine` are new and empty. */
export async function foreseeMerges(
  facts: PlanFacts,
  state: MachineState,
  options: { readonly all?: boolean; readonly atOnce?: boolean } = {},
): Promise<Foreseen> {
  const content = new FileContent(facts);
  const before = new Set(options.all ? [] : dueMerges(facts.machine).map(pairOf));
  const policyWait = options.atOnce ? null : policyReason(state);
  const merges: PlannedMerge[] = [];
  let ahead =
    facts.merging === null ? null : (nodesOf(state).find(({ id }) => id === facts.merging)?.name ?? null);
  let left = state;
  for (let due = nextDue(left); due; due = nextDue(left)) {
    const { node, child } = due;
    const isNew = !before.has(pairOf(due));
    for (const [disk, target] of Object.entries(node.files)) {
      const source = must(child.files[disk], 'a descendant has every disk of its parent');
      if (isNew) {
        const { copyBytes, runs, fault } = await content.of(source);
        const queued = ahead === null || ahead === node.name ? null : `the merge of ${ahead} is done`;
        const waitsFor = fault ?? policyWait ?? queued;
        const seconds = mergeSeconds(facts.drive, { copyBytes, runs });
        merges.push({ node: node.id, child: child.id, disk, source, target, copyBytes, seconds, waitsFor });
      }
      await content.fold(source, target);
      left = merged(left, node.id, child.id, disk);
    }
    ahead = node.name;
  }
  return { merges, after: left };
}

function nextDue(state: MachineState): DueMerge | undefined {
  return dueMerges(state).find(({ node }) => Object.keys(node.files).length > 0);
}

function pairOf({ node, child }: DueMerge): string {
  return `${node.id} ${child.id}`;
}

/** Until what the policy makes a merge wait; null = it lets it run. */
export function policyReason({ policy, power }: MachineState): string | null {
  if (policy === 'when-off') return power === 'off' ? null : 'the machine is off';
  if (policy === 'when-idle') return power === 'running' ? 'the machine’s disks are idle' : null;
  return null;
}

interface Copying extends ToCopy {
  /** Why it cannot be read; null = it can. */
  readonly fault: string | null;
}

const NOTHING: ToCopy = { copyBytes: 0, runs: 0 };

/** What a file holds while files are folded into one another: its own sectors, and at most all of those. */
class FileContent {
  private readonly known = new Map<string, Promise<Copying>>();
  private readonly chains = new Map<string, readonly string[]>();

  constructor(private readonly facts: PlanFacts) {
    for (const node of nodesOf(facts.machine)) {
      for (const [disk, file] of Object.entries(node.files)) {
        this.chains.set(file, chainOf(facts.machine, node.id, disk));
      }
    }
  }

  of(file: string): Promise<Copying> {
    const known = this.known.get(file) ?? this.ask(file);
    this.known.set(file, known);
    return known;
  }

  async fold(source: string, target: string): Promise<void> {
    const chain = this.chains.get(target);
    // What stands at the bottom is never folded any further: how much it holds is not asked.
    if (!chain || chain.length < 2) return;
    const [child, own] = [await this.of(source), await this.of(target)];
    const both = {
      copyBytes: child.copyBytes + own.copyBytes,
      runs: child.runs + own.runs,
      fault: own.fault ?? child.fault,
    };
    this.known.set(target, Promise.resolve(both));
  }

  private async ask(file: string): Promise<Copying> {
    const chain = this.chains.get(file);
    if (!chain || chain.length < 2) return { ...NOTHING, fault: null };
    const missing = chain.find((each) => isMissing(this.facts, each));
    if (missing !== undefined) return { ...NOTHING, fault: `${shortName(missing)} is put back` };
    try {
      return { ...(await this.facts.toCopy(chain)), fault: null };
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return { ...NOTHING, fault: `${shortName(file)} can be read again` };
    }
  }
}
