/** "What would happen?": the answer before anything is done. Nothing is written, and only bitmaps are read. */
import { must } from '../../base/assert.ts';
import type { PlanFacts } from '../rules/facts.ts';
import { refusalOf } from '../rules/refusals.ts';
import type { LabPlan, PlannedCommand } from './labPlan.ts';
import { planApply } from './planApply.ts';
import { planDelete, planDeleteSubtree } from './planDelete.ts';
import { planRemove } from './planRemove.ts';
import { planMergeNow, planStart } from './planStart.ts';
import { planTake } from './planTake.ts';

/** A command that is refused has no sentences, and leaves the machine as it is. Its first sentence begins in lower case. */
export async function planCommand(facts: PlanFacts, command: PlannedCommand): Promise<LabPlan> {
  const refusal = refusalOf(facts, command);
  if (!refusal) return planOf(facts, command);
  return {
    command,
    refusal: { text: refusal.text, code: refusal.code },
    sentences: [],
    removed: [],
    freedBytes: 0,
    merges: [],
    lostBytes: null,
    after: facts.machine,
  };
}

async function planOf(facts: PlanFacts, command: PlannedCommand): Promise<LabPlan> {
  must(facts.machine.now, 'a machine that was removed refuses everything');
  switch (command.do) {
    case 'delete':
      return planDelete(facts, command);
    case 'delete-subtree':
      return planDeleteSubtree(facts, command);
    case 'apply':
    case 'revert':
      return planApply(facts, command);
    case 'take':
      return planTake(facts, command);
    case 'start':
      return planStart(facts, command);
    case 'merge-now':
      return planMergeNow(facts, command);
    case 'remove-machine':
      return planRemove(facts, command);
  }
}
