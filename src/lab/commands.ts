/** Everything that can be done to a lab. Plain data: a scenario is a list of these. `checkpoint` is an id or a unique name. */
import type { GuestKind } from './guest/guest.ts';
import type { CheckpointType, MachineSettings, MergePolicy } from './machine/machine.ts';

export type LabCommand =
  // ── The machine
  | { readonly do: 'start' }
  /** The guest writes everything and shuts down. */
  | { readonly do: 'shut-down' }
  /** Its power is taken away; the host goes on. */
  | { readonly do: 'turn-off' }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'save' }
  | { readonly do: 'delete-saved-state' }
  | { readonly do: 'settings'; readonly change: SettingsChange }
  | { readonly do: 'attach-pass-through'; readonly name: string }
  | { readonly do: 'detach-pass-through'; readonly name: string }
  | { readonly do: 'remove-machine' }
  // ── The guest. `load` 0 … 100 %
  | { readonly do: 'guest'; readonly kind: GuestKind; readonly load: number }
  /** The guest writes these sectors (bytes from `seed`), and flushes. */
  | {
      readonly do: 'write';
      readonly disk: string;
      readonly firstSector: number;
      readonly sectorCount: number;
      readonly seed: number;
    }
  // ── Checkpoints
  | { readonly do: 'take'; readonly name?: string; readonly type?: CheckpointType }
  | { readonly do: 'apply'; readonly checkpoint: string; readonly takeFirst: boolean }
  | { readonly do: 'revert'; readonly takeFirst: boolean }
  | { readonly do: 'rename'; readonly checkpoint: string; readonly name: string }
  | { readonly do: 'delete'; readonly checkpoint: string }
  | { readonly do: 'delete-subtree'; readonly checkpoint: string }
  // ── Merges
  | { readonly do: 'policy'; readonly policy: MergePolicy }
  /** Whatever the policy says: what is due is merged before anything else goes on. */
  | { readonly do: 'merge-now' }
  | { readonly do: 'cancel-merge' }
  // ── Faults
  /**
   * The host loses its power: now, or in the place of a change of its drive after so many others. `seed` decides what becomes
   * of each write that was not flushed.
   */
  | { readonly do: 'pull-plug'; readonly seed: number; readonly afterRequests?: number }
  | { readonly do: 'power-on' }
  /** Room on the host's drive for all files; null = without limit. */
  | { readonly do: 'drive-size'; readonly bytes: number | null }
  | { readonly do: 'lose-file'; readonly file: string }
  | { readonly do: 'put-file-back'; readonly file: string }
  /** Writes into a file past everybody: what stands on it may read wrong from then on. */
  | {
      readonly do: 'alter-file';
      readonly file: string;
      readonly offset: number;
      readonly lengthBytes: number;
    }
  /** Gives the file another id, as a copy or another tool's write does. */
  | { readonly do: 'change-id'; readonly file: string };

export type SettingsChange = Partial<
  Pick<MachineSettings, 'memoryBytes' | 'processors' | 'notes' | 'checkpointType' | 'integrationServices'>
>;

export type CommandName = LabCommand['do'];
