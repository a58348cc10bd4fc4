/** Whether the task of a step is done. Total: any goal, any facts; where there is no lab, nothing of a lab is done. */
import { US_PER_SECOND } from '../labTime.ts';
import type { LabView } from '../labView.ts';
import type { CheckpointType, MachineNode } from '../machine/machine.ts';
import { HYPERV_EVENTS } from '../rules/hyperv.ts';
import type { ExploreFacts, Goal, LessonFacts, LessonMoment } from './goal.ts';
import { deletedNode, idsNamed, isGone, isRunning, isWaiting, lostFiles } from './machineFacts.ts';

type Of<Is extends Goal['is']> = Extract<Goal, { is: Is }>;
type LabGoal = Exclude<Goal, Of<'all' | 'any' | 'chose' | 'on-screen' | 'answered-by' | 'walk-step'>>;

export function isMet(goal: Goal, facts: LessonFacts): boolean {
  const { lab, explore, chosen } = facts;
  switch (goal.is) {
    case 'all':
      return goal.of.every((each) => isMet(each, facts));
    case 'any':
      return goal.of.some((each) => isMet(each, facts));
    case 'chose':
      return chosen === goal.option;
    case 'on-screen':
      return facts.screen === goal.screen && (goal.screen === 'lab' ? lab !== null : explore.layerCount > 0);
    case 'answered-by':
      return isAnsweredBy(goal.layer, explore);
    case 'walk-step':
      return explore.stepAction === goal.action;
    default:
      return lab !== null && isMetInLab(goal, lab, facts);
  }
}

function isMetInLab(goal: LabGoal, lab: LabView, { stepBegan, lessonBegan }: LessonFacts): boolean {
  const { machine } = lab;
  switch (goal.is) {
    case 'checkpoints':
      return hasCheckpoints(goal, lab);
    case 'gone':
      return isGone(lab, goal.checkpoint);
    case 'deleted':
      return isGone(lab, goal.checkpoint) || deletedNode(lab, goal.checkpoint) !== null;
    case 'waits': {
      const node = deletedNode(lab, goal.checkpoint);
      return node !== null && isWaiting(lab, node);
    }
    case 'merged':
      return mergesEnded(lab, lessonBegan) >= goal.atLeast;
    case 'merging':
      return lab.merges.some(isRunning);
    case 'nothing-merges':
      return !lab.merges.some(isRunning);
    case 'power':
      return machine.power === goal.state && lab.hostOn;
    case 'policy':
      return machine.policy === goal.policy;
    case 'stands-on':
      return standsOn(goal.checkpoint, lab);
    case 'lost-file':
      return goal.file === undefined ? lostFiles(lab).size > 0 : lostFiles(lab).has(goal.file);
    case 'files-whole':
      return lostFiles(lab).size === 0;
    case 'memory-saved':
      return machine.checkpoints.some(
        ({ savedState, atUs }) => savedState !== null && atUs >= lessonBegan.nowUs,
      );
    case 'told':
      return wasTold(goal.text, lab, stepBegan);
    case 'time-passed':
      return lab.nowUs - stepBegan.nowUs >= goal.seconds * US_PER_SECOND;
    case 'guest-worked':
      return operationsSince(lab, stepBegan) >= goal.operations;
  }
}

function hasCheckpoints({ atLeast, named, type }: Of<'checkpoints'>, { machine }: LabView): boolean {
  const there = machine.checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null);
  const fitting = there.filter(
    ({ name, consistency }) =>
      (named === undefined || name === named) && (type === undefined || isOfType(type, consistency)),
  );
  const isAmongThem = fitting.length > 0 || (named === undefined && type === undefined);
  return there.length >= atLeast && isAmongThem;
}

/** By what it keeps: a production one that fell back to a standard one is a standard one. */
function isOfType(type: CheckpointType, consistency: MachineNode['consistency']): boolean {
  return type !== 'disabled' && (type === 'standard') === (consistency !== 'application');
}

function standsOn(name: string, view: LabView): boolean {
  const parent = view.machine.now?.parent;
  return parent != null && idsNamed(view, name).has(parent);
}

function mergesEnded({ events }: LabView, { nextEvent }: LessonMoment): number {
  return events.filter(({ number, code }) => number >= nextEvent && code === HYPERV_EVENTS.mergeFinished.code)
    .length;
}

function wasTold(wanted: string, { events }: LabView, { nextEvent }: LessonMoment): boolean {
  return events.some(
    ({ number, text, code }) =>
      number >= nextEvent && (text.includes(wanted) || (code?.includes(wanted) ?? false)),
  );
}

/** A guest that was put back to an earlier moment counts on from there. */
function operationsSince({ guest }: LabView, { operations: before }: LessonMoment): number {
  const { operations } = guest.figures;
  return operations >= before ? operations - before : operations;
}

function isAnsweredBy(wanted: Of<'answered-by'>['layer'], { layerCount, answer }: ExploreFacts): boolean {
  if (!answer || layerCount === 0) return false;
  if (wanted === 'none') return answer.kind === 'unallocated';
  if (answer.kind !== 'data' && answer.kind !== 'zero') return false;
  const { layer } = answer;
  const oldest = layerCount - 1;
  if (wanted === 'newest') return layer === 0;
  if (wanted === 'oldest') return layer === oldest;
  return layer > 0 && layer < oldest;
}
