/** The ways into a lab: where its files go, and what it starts from. */
import type { Problem } from '../../../base/errors.ts';
import { MIB, sizeText } from '../../../base/units.ts';
import type { FileSource, LabStart, LabStorage } from '../../../engine/api.ts';
import { type Gathered, gatherFiles, gatherHandles } from '../../open/gather.ts';
import type { Labs } from '../labs.svelte.ts';

export type ImportHow = 'register' | 'restore' | 'copy';

/** A scenario is text of some kilobytes; more than this is another kind of file. */
const LONGEST_SCENARIO_BYTES = 4 * MIB;

export class Starts {
  storage: LabStorage = $state.raw('memory');
  how: ImportHow = $state.raw('copy');
  /** Why nothing was opened: of the page itself, before the engine was asked. */
  problem: Problem | null = $state.raw(null);

  constructor(readonly labs: Labs) {}

  /** There is one machine in private storage: a new one takes its place. */
  get replaces(): string | null {
    return this.storage === 'private' ? (this.labs.stored?.machineName ?? null) : null;
  }

  first(): Promise<boolean> {
    return this.#start({ from: 'scenario', scenario: null, storage: this.storage });
  }

  stored(): Promise<boolean> {
    return this.#start({ from: 'private' });
  }

  chain(): Promise<boolean> {
    const leaf = this.labs.session.chain?.layers[0];
    if (leaf === undefined) return Promise.resolve(false);
    return this.#start({ from: 'chain', leaf, storage: this.storage });
  }

  async scenario(file: File): Promise<boolean> {
    if (file.size > LONGEST_SCENARIO_BYTES) {
      this.problem = {
        code: 'bad-request',
        message: `${file.name} has ${sizeText(file.size)}; a scenario has at most ${sizeText(LONGEST_SCENARIO_BYTES)}.`,
        meaning: 'Nothing was opened.',
        remedy: 'Choose a scenario file: a .json that the lab or a teacher wrote.',
      };
      return false;
    }
    return this.#start({ from: 'text', text: await file.text(), storage: this.storage });
  }

  /** What lies in private storage is used where it lies: there is nothing to pick. */
  register(): Promise<boolean> {
    return this.#start({ from: 'folder', files: [], how: 'register', storage: 'private' });
  }

  /** The folder that the lab wrote: `Virtual Machines`, `Snapshots`, `Virtual Hard Disks`. */
  async folder(handle: FileSystemDirectoryHandle): Promise<boolean> {
    return this.#import(await gatherHandles([handle]));
  }

  folderFiles(files: readonly File[]): Promise<boolean> {
    return this.#import(gatherFiles(files));
  }

  async #import({ sources, unreadable }: Gathered): Promise<boolean> {
    const [problem] = unreadable;
    if (problem && sources.length === 0) {
      this.problem = problem;
      return false;
    }
    const files: readonly FileSource[] = sources;
    return this.#start({ from: 'folder', files, how: this.how, storage: this.storage });
  }

  async #start(start: LabStart): Promise<boolean> {
    this.problem = null;
    const opened = await this.labs.start(start);
    if (opened) this.labs.dialog = null;
    return opened;
  }
}
