/** What can be asked about the selected node before anything is done: "what would happen if …". */
import { type LabView, type MachineNode, NOW, type PlannedCommand } from '../../engine/api.ts';

export type Question = 'delete' | 'delete-subtree' | 'apply' | 'take' | 'revert' | 'start' | 'merge-now';

export interface AskedQuestion {
  readonly value: Question;
  /** On its switch. */
  readonly label: string;
  /** Begins the answer; the plan's sentences go on from there. */
  readonly lead: string;
  readonly command: PlannedCommand;
}

export function nodeOf({ machine }: LabView, id: string): MachineNode | null {
  if (id === NOW) return machine.now;
  return machine.checkpoints.find((node) => node.id === id) ?? null;
}

/** Nodes whose files stand directly on those of this one. */
export function childrenOf({ machine }: LabView, id: string): MachineNode[] {
  const nodes = machine.now ? [...machine.checkpoints, machine.now] : machine.checkpoints;
  return nodes.filter(({ parent }) => parent === id);
}

/** The first one is asked where nobody chose; a deleted checkpoint has none: it goes by itself. */
export function questionsOf(view: LabView, id: string): AskedQuestion[] {
  const node = nodeOf(view, id);
  if (!node || node.deletedAtUs !== null) return [];
  return id === NOW ? questionsOfNow(view) : questionsOfCheckpoint(view, node);
}

function questionsOfCheckpoint(view: LabView, { id, name }: MachineNode): AskedQuestion[] {
  const questions: AskedQuestion[] = [
    {
      value: 'delete',
      label: 'if deleted',
      lead: `If ${name} is deleted`,
      command: { do: 'delete', checkpoint: id },
    },
    {
      value: 'apply',
      label: 'if applied',
      lead: `If ${name} is applied`,
      command: { do: 'apply', checkpoint: id, takeFirst: false },
    },
  ];
  if (childrenOf(view, id).some((child) => child.id !== NOW)) {
    questions.splice(1, 0, {
      value: 'delete-subtree',
      label: 'with all below',
      lead: `If ${name} and all below it are deleted`,
      command: { do: 'delete-subtree', checkpoint: id },
    });
  }
  return questions;
}

function questionsOfNow(view: LabView): AskedQuestion[] {
  const { machine, merges } = view;
  const questions: AskedQuestion[] = [
    { value: 'take', label: 'if taken', lead: 'If a checkpoint is taken', command: { do: 'take' } },
  ];
  if (machine.checkpoints.length > 0) {
    questions.push({
      value: 'revert',
      label: 'if reverted',
      lead: 'If the machine is reverted',
      command: { do: 'revert', takeFirst: false },
    });
  }
  if (machine.power === 'off' || machine.power === 'saved') {
    questions.push({
      value: 'start',
      label: 'if started',
      lead: 'If the machine is started',
      command: { do: 'start' },
    });
  }
  if (merges.some(({ state }) => state !== 'done')) {
    questions.push({
      value: 'merge-now',
      label: 'if merged now',
      lead: 'If what is due is merged now',
      command: { do: 'merge-now' },
    });
  }
  return questions;
}
