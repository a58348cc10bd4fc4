/** "What would happen?": the answer in words and in the tree, before anything is done. Plain data. */
import type { LabCommand } from '../commands.ts';
import type { MachineState } from '../machine/machine.ts';

/** Commands that can be asked about. */
export type PlannedCommand = Extract<
  LabCommand,
  { do: 'delete' | 'delete-subtree' | 'apply' | 'revert' | 'remove-machine' | 'take' | 'start' | 'merge-now' }
>;

export interface PlannedMerge {
  /** Node that is merged away, by id, and its descendant. */
  readonly node: string;
  readonly child: string;
  readonly disk: string;
  /** The child's file, which goes, and the node's, which stays. */
  readonly source: string;
  readonly target: string;
  /** Sectors to copy, in bytes: from the bitmaps. */
  readonly copyBytes: number;
  /** At the drive's figures with nothing else going on. */
  readonly seconds: number;
  /** null = it starts at once; else why not yet. */
  readonly waitsFor: string | null;
}

export interface LabPlan {
  readonly command: PlannedCommand;
  /** null: it can be done; else Hyper-V's refusal in one sentence, with its code where it has one. */
  readonly refusal: { readonly text: string; readonly code: string | null } | null;
  /** Short sentences, the first one the gist. Subject left out where the page names it. */
  readonly sentences: readonly string[];
  /** Nodes that go, with the bytes of their files. */
  readonly removed: readonly string[];
  readonly freedBytes: number;
  readonly merges: readonly PlannedMerge[];
  /** Bytes that the guest wrote since, which are lost; null where nothing is. */
  readonly lostBytes: number | null;
  /** The machine as it will be when everything that this starts is done. */
  readonly after: MachineState;
}
