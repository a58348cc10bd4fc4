/** When a task of a lesson is done: said as data, judged from what is on the screen. */
import type { LabView } from '../labView.ts';
import type { CheckpointType, MergePolicy, PowerState } from '../machine/machine.ts';

export type Goal =
  /** Checkpoints that were not deleted; `named`: one with this name is among them. */
  | {
      readonly is: 'checkpoints';
      readonly atLeast: number;
      readonly named?: string;
      readonly type?: CheckpointType;
    }
  /** Deleted, and its files are gone. */
  | { readonly is: 'gone'; readonly checkpoint: string }
  /** Deleted; its disk may be gone, merging or waiting. */
  | { readonly is: 'deleted'; readonly checkpoint: string }
  /** Deleted, and its disk is still needed: nothing merges it as things are. */
  | { readonly is: 'waits'; readonly checkpoint: string }
  /** Merges that ended since the lesson began. */
  | { readonly is: 'merged'; readonly atLeast: number }
  | { readonly is: 'merging' }
  | { readonly is: 'nothing-merges' }
  | { readonly is: 'power'; readonly state: PowerState }
  | { readonly is: 'policy'; readonly policy: MergePolicy }
  /** Now stands on this checkpoint. */
  | { readonly is: 'stands-on'; readonly checkpoint: string }
  /** A file that the machine needs is not there; `file`: this one. */
  | { readonly is: 'lost-file'; readonly file?: string }
  /** Every file that the machine needs is there. */
  | { readonly is: 'files-whole' }
  /** Of a checkpoint that was taken since the lesson began. */
  | { readonly is: 'memory-saved' }
  /** An event whose text or code contains this was told since the step began. */
  | { readonly is: 'told'; readonly text: string }
  /** Simulated time since the step began. */
  | { readonly is: 'time-passed'; readonly seconds: number }
  | { readonly is: 'guest-worked'; readonly operations: number }
  /** With something on it: a lab, a chain. */
  | { readonly is: 'on-screen'; readonly screen: 'lab' | 'explore' }
  /** Explore: the selected sector is answered by the newest file, one between, the oldest, or none. */
  | { readonly is: 'answered-by'; readonly layer: 'newest' | 'middle' | 'oldest' | 'none' }
  /** Explore: the current step of the walk is one of this kind. */
  | { readonly is: 'walk-step'; readonly action: 'bat-lookup' | 'bitmap-lookup' | 'read-data' | 'fill-zero' }
  | { readonly is: 'chose'; readonly option: string }
  | { readonly is: 'all'; readonly of: readonly Goal[] }
  | { readonly is: 'any'; readonly of: readonly Goal[] };

/** What is in Explore, as far as a lesson asks. */
export interface ExploreFacts {
  /** Files of the chain in view; 0 = none. */
  readonly layerCount: number;
  /** Who answers the first selected sector; null while that is not known. */
  readonly answer: {
    readonly kind: 'data' | 'zero' | 'unallocated' | 'missing';
    readonly layer: number;
  } | null;
  readonly stepAction: string | null;
}

export interface LessonFacts {
  readonly screen: string;
  readonly lab: LabView | null;
  readonly explore: ExploreFacts;
  /** The option that was chosen in this step. */
  readonly chosen: string | null;
  /** As things were when the step, and the lesson, began. */
  readonly stepBegan: LessonMoment;
  readonly lessonBegan: LessonMoment;
}

export interface LessonMoment {
  readonly nowUs: number;
  /** Number that the next event gets. */
  readonly nextEvent: number;
  readonly operations: number;
}
