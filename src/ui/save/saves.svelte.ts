/** Disks that are being saved or were saved in this session: a dialogue can be closed and opened again without losing them. */
import type { Problem } from '../../base/errors.ts';
import type { FileId, SaveFormat, SaveResult, SaveTarget } from '../../engine/api.ts';
import type { JobView } from '../state/jobs.svelte.ts';
import type { Session } from '../state/session.svelte.ts';

export class Save {
  job: JobView | null = $state.raw(null);
  result: SaveResult | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  cancelled: boolean = $state.raw(false);
  /** Somebody looks at it: its end need not be told elsewhere. */
  watched = true;

  constructor(
    readonly file: FileId,
    readonly format: SaveFormat,
    readonly target: SaveTarget,
    readonly name: string,
  ) {}

  get running(): boolean {
    return !this.result && !this.problem && !this.cancelled;
  }
}

export class Saves {
  list: readonly Save[] = $state.raw([]);

  constructor(readonly session: Session) {}

  /** The save that a dialogue for this file shows first. */
  of(file: FileId): Save | null {
    return this.list.find((save) => save.file === file) ?? null;
  }

  start(file: FileId, format: SaveFormat, target: SaveTarget): Save {
    const name = target.kind === 'handle' ? target.handle.name : target.name;
    const save = new Save(file, format, target, name);
    this.list = [save, ...this.list.filter((other) => other.running || other.file !== file)];
    void this.#run(save);
    return save;
  }

  forget(save: Save): void {
    this.list = this.list.filter((other) => other !== save);
  }

  async #run(save: Save): Promise<void> {
    const { file, format, target } = save;
    const { jobs, client } = this.session;
    const outcome = await jobs.track(`Save ${save.name}`, (view) => {
      save.job = view;
      return client.run((api, job) => api.save({ file, format, target }, job), {
        signal: view.signal,
        onProgress: (progress) => {
          view.progress = progress;
        },
      });
    });
    if (outcome.ok) save.result = outcome.value;
    else if (outcome.error.code === 'cancelled') save.cancelled = true;
    else {
      save.problem = outcome.error;
      if (!save.watched) this.session.take(outcome, `save ${save.name}`);
    }
  }
}

const known = new WeakMap<Session, Saves>();

export function savesOf(session: Session): Saves {
  const saves = known.get(session) ?? new Saves(session);
  known.set(session, saves);
  return saves;
}
