/** Files that are being saved or were saved in this session: a dialogue can be closed and opened again without losing them. */
import type { ExtractReport, ExtractTarget, VolumeAt } from '../../../engine/api.ts';
import { Run } from '../../save/run.svelte.ts';
import { targetName } from '../../save/saves.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';

export class FileSave extends Run<ExtractReport> {
  constructor(
    readonly key: string,
    readonly target: ExtractTarget,
    /** Of the file, the ZIP or the folder. */
    readonly name: string,
  ) {
    super(`Save ${name}`);
  }

  /** Name in private storage; null where it went elsewhere. */
  get privateName(): string | null {
    const { target } = this;
    return target.kind !== 'folder' && target.target.kind === 'private' ? target.target.name : null;
  }
}

class FileSaves {
  list: readonly FileSave[] = $state.raw([]);

  constructor(readonly session: Session) {}

  of(key: string): FileSave | null {
    return this.list.find((save) => save.key === key) ?? null;
  }

  start(volume: VolumeAt, paths: readonly string[], target: ExtractTarget): FileSave {
    const name = target.kind === 'folder' ? target.handle.name : targetName(target.target);
    const save = new FileSave(keyOfSave(volume, paths), target, name);
    this.list = [save, ...this.list.filter((other) => other.running || other.key !== save.key)];
    void save.start(this.session, (api, job) => api.extract({ ...volume, paths, target }, job));
    return save;
  }

  forget(save: FileSave): void {
    this.list = this.list.filter((other) => other !== save);
  }
}

export function keyOfSave({ at, volume }: VolumeAt, paths: readonly string[]): string {
  return JSON.stringify([at, volume, paths]);
}

const known = new WeakMap<Session, FileSaves>();

export function fileSavesOf(session: Session): FileSaves {
  const saves = known.get(session) ?? new FileSaves(session);
  known.set(session, saves);
  return saves;
}
