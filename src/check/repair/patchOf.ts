/** The bytes that a plan changes, without the reasons. */
import { assert } from '../../base/assert.ts';
import type { Patch } from '../../storage/patch.ts';
import type { RepairPlan } from './repairPlan.ts';

/** Ascending; no two steps of a plan change the same byte, and nothing lies behind the end of the repaired file. */
export function patchOf(plan: RepairPlan): Patch {
  const changes = plan.steps
    .flatMap((step) => step.changes)
    .map(({ offset, before, after }) => ({ offset, before, after }))
    .sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { offset, before, after } of changes) {
    assert(offset >= end, 'no two changes of a plan share a byte');
    assert(before.length === after.length, 'a change keeps the number of bytes');
    end = offset + after.length;
  }
  assert(end <= plan.sizeAfter, 'changes lie in the repaired file');
  return { sizeBefore: plan.sizeBefore, sizeAfter: plan.sizeAfter, changes };
}
