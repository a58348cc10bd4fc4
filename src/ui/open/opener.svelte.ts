/** The ways in: pickers, drops, inputs, recent ones. All end in the session's pile; what could not be read is said there. */

import type { Problem } from '../../base/errors.ts';
import { grouped } from '../../base/units.ts';
import { Recent, type RecentEntry } from '../state/recent.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import {
  type Gathered,
  type GatherOptions,
  gatherEntries,
  gatherFiles,
  gatherHandles,
  MOST_FILES,
  takeDrop,
} from './gather.ts';

export class Opener {
  readonly session: Session;
  readonly recent: Recent;
  /** Something is dragged over the page. */
  dragging: boolean = $state.raw(false);
  /** A gesture is being answered. */
  busy: boolean = $state.raw(false);

  constructor(session: Session, recent: Recent = new Recent()) {
    this.session = session;
    this.recent = recent;
  }

  get hasPickers(): boolean {
    return (
      typeof window.showOpenFilePicker === 'function' && typeof window.showDirectoryPicker === 'function'
    );
  }

  /** `fallback` opens the folder input of browsers without pickers. */
  async openFolder(fallback: () => void): Promise<void> {
    if (!this.hasPickers) {
      fallback();
      return;
    }
    await this.#pick(async () => [await window.showDirectoryPicker({ id: 'disklab', mode: 'read' })]);
  }

  async openFiles(fallback: () => void): Promise<void> {
    if (!this.hasPickers) {
      fallback();
      return;
    }
    await this.#pick(() => window.showOpenFilePicker({ id: 'disklab', multiple: true }));
  }

  /** Call it in the drop's own event. */
  async openDrop(items: DataTransferItemList): Promise<void> {
    const take = takeDrop(items);
    await this.#busily(async () => {
      const { handles, entries, files } = await take();
      if (handles.length > 0) await this.#openHandles(handles);
      if (entries.length > 0) await this.#take((options) => gatherEntries(entries, options));
      if (files.length > 0) await this.#take(async (options) => gatherFiles(files, options));
    });
  }

  async openInput(files: readonly File[]): Promise<void> {
    if (files.length > 0)
      await this.#busily(() => this.#take(async (options) => gatherFiles(files, options)));
  }

  /** Call it on a click: the browser asks for permission only then. */
  async openRecent(entry: RecentEntry): Promise<void> {
    await this.#busily(async () => {
      const allowed: FileSystemHandle[] = [];
      for (const handle of entry.handles) if (await mayRead(handle)) allowed.push(handle);
      if (allowed.length === 0) {
        this.session.report(
          {
            code: 'permission',
            message: `The browser was not allowed to read ${entry.title}.`,
            meaning: 'Nothing was opened.',
            remedy: 'Allow it when the browser asks, or open the folder anew.',
          },
          'open',
        );
        return;
      }
      await this.#openHandles(allowed);
    });
  }

  async #pick(picker: () => Promise<readonly FileSystemHandle[]>): Promise<void> {
    let handles: readonly FileSystemHandle[];
    try {
      handles = await picker();
    } catch (error) {
      // Closing a picker is an answer, not a fault.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.session.report(pickerProblem(error), 'open');
      return;
    }
    await this.#busily(() => this.#openHandles(handles));
  }

  async #openHandles(handles: readonly FileSystemHandle[]): Promise<void> {
    const opened = await this.#take((options) => gatherHandles(handles, options));
    if (opened && this.session.pile) await this.recent.remember(handles, this.session.pile);
  }

  async #take(gather: (options: GatherOptions) => Promise<Gathered>): Promise<boolean> {
    const { session } = this;
    const gathered = await session.jobs.track('Look through folders', (job) =>
      gather({
        signal: job.signal,
        onCount: (done) => {
          job.progress = {
            phase: 'files found',
            done,
            total: null,
            unit: 'files',
            perSecond: null,
            secondsLeft: null,
            elapsedSeconds: 0,
          };
        },
      }).then((result) => (job.signal.aborted ? null : result)),
    );
    if (!gathered) return false;
    const problem = gatherProblem(gathered);
    if (problem) session.report(problem, 'gather');
    else session.dismiss('gather');
    return gathered.sources.length > 0 && (await session.openSources(gathered.sources));
  }

  async #busily(work: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    try {
      await work();
    } finally {
      this.busy = false;
    }
  }
}

async function mayRead(handle: FileSystemHandle): Promise<boolean> {
  try {
    return (
      (await handle.queryPermission({ mode: 'read' })) === 'granted' ||
      (await handle.requestPermission({ mode: 'read' })) === 'granted'
    );
  } catch {
    return false;
  }
}

function pickerProblem(error: unknown): Problem {
  return {
    code: 'permission',
    message: `The browser did not open the files: ${error instanceof Error ? error.message : String(error)}`,
    meaning: 'Nothing was opened.',
    remedy: 'Drop the files on the page instead.',
  };
}

/** One sentence for all that was left out. */
function gatherProblem({ sources, unreadable, cutShort }: Gathered): Problem | null {
  const first = unreadable[0];
  if (cutShort) {
    return {
      code: 'limit',
      message: `There are more than ${grouped(MOST_FILES)} files; the first ${grouped(MOST_FILES)} were taken.`,
      meaning: 'A parent may be among the rest.',
      remedy: 'Open the folder that holds the disks, not one far above it.',
    };
  }
  if (first) {
    return unreadable.length === 1
      ? first
      : { ...first, message: `${unreadable.length} entries could not be read. The first: ${first.message}` };
  }
  if (sources.length > 0) return null;
  return {
    code: 'bad-request',
    message: 'There is no file in what was opened.',
    meaning: 'Nothing was opened.',
    remedy: 'Open the folder that holds the disks.',
  };
}
