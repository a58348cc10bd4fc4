/** The plan of what the page is set to. */
import { chainFrom } from '../save/chainFrom.ts';
import type { Session } from '../state/session.svelte.ts';
import { planCompact } from './compactPlan.ts';
import { planConvert } from './convertPlan.ts';
import { planCreate } from './createPlan.ts';
import { planGrow } from './growPlan.ts';
import type { Makes } from './makes.svelte.ts';
import { emptyPlan, OPERATIONS, type Plan } from './plan.ts';

export function namesOf({ pile }: Session): string[] {
  return [...(pile?.files ?? []), ...(pile?.others ?? [])].map(({ name }) => name);
}

export function planOf(makes: Makes): Plan {
  const { session, operation, file, newDisk } = makes;
  const names = namesOf(session);
  if (operation === 'create') {
    const parent = newDisk.parent === null ? null : session.fileOf(newDisk.parent);
    return planCreate(newDisk, parent, parent ? session.fileLabel(parent.id) : '', names);
  }
  const name = OPERATIONS.find((one) => one.operation === operation)?.name ?? '';
  if (!file) return emptyPlan(operation, name, 'It starts from a file, and none is open.');
  const label = session.fileLabel(file.id);
  const childNames = (id: number) =>
    (session.fileOf(id)?.children ?? []).map((child) => session.fileLabel(child));
  switch (operation) {
    case 'convert':
      return planConvert(file, label, chainFrom(session.pile?.files ?? [], file.id), makes.conversion, names);
    case 'compact':
      return planCompact(file, label, names);
    case 'grow':
      return planGrow(file, label, childNames(file.id), makes.growText, names);
  }
}
