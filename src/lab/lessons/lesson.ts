/** A lesson: a lab to start from, steps that point at the real screen, tasks that are checked. Plain data. */
import type { LabCommand } from '../commands.ts';
import type { Scenario } from '../history/scenario.ts';
import type { Goal } from './goal.ts';

export const LESSON_IDS = [
  'differencing-disk',
  'read-path',
  'checkpoint',
  'delete-means-merge',
  'why-merges-wait',
  'live-merge',
] as const;
export type LessonId = (typeof LESSON_IDS)[number];

/** Places of the real screens that a step points at: elements carry `data-place` with one of these. */
export const LESSON_PLACES = [
  'lab-machine',
  'lab-power',
  'lab-take',
  'lab-tree',
  'lab-row-now',
  'lab-strips',
  'lab-plan',
  'lab-chart',
  'lab-transport',
  'lab-merges',
  'lab-policy',
  'lab-log',
  'lab-memory',
  'lab-files',
  'lab-faults',
  'lab-guest',
  'lab-explore',
  'explore-tree',
  'explore-map',
  'explore-selection',
  'explore-walk',
  'explore-bytes',
] as const;
export type LessonPlace = (typeof LESSON_PLACES)[number];

/** Pictures that move: a read that falls, runs that a merge moves, pages that are saved. */
export type LessonFigure = 'read' | 'merge' | 'memory';

/** What a reader can do, for a test that solves the lesson and for "Show me". */
export type LessonAction =
  | { readonly act: 'command'; readonly command: LabCommand }
  /** Lets the lab run for so long. */
  | { readonly act: 'run'; readonly seconds: number }
  /** Until nothing merges and no memory is being saved, so many simulated seconds at most. */
  | { readonly act: 'settle'; readonly mostSeconds: number }
  /** The machine's disks are opened as a chain in Explore. */
  | { readonly act: 'explore' }
  | { readonly act: 'select'; readonly firstSector: number }
  /** The last step of the walk. */
  | { readonly act: 'last-step' }
  | { readonly act: 'answer'; readonly option: string };

export interface LessonStep {
  /** Short. */
  readonly title: string;
  /** Paragraphs; `[word]` and `[words|word]` are links to the glossary's `word`. */
  readonly text: readonly string[];
  readonly pointsAt: LessonPlace | null;
  readonly figure: LessonFigure | null;
  /** What is to be done, in one sentence; null = reading is enough. */
  readonly task: string | null;
  /** Choices of a question; empty where the task is none. */
  readonly options: readonly { readonly id: string; readonly label: string; readonly answer: string }[];
  readonly goal: Goal | null;
  /** From gentle to plain. */
  readonly hints: readonly string[];
  /** Said when the task is done: what it showed. */
  readonly done: string | null;
  readonly solution: readonly LessonAction[];
}

export interface Lesson {
  readonly id: LessonId;
  readonly number: number;
  readonly title: string;
  readonly minutes: number;
  /** What a reader can do afterwards. */
  readonly lead: string;
  readonly scenario: Scenario;
  readonly steps: readonly LessonStep[];
}
