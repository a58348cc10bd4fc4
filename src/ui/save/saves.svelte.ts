/** Disks that are being saved or were saved in this session: a dialogue can be closed and opened again without losing them. */
import type { FileId, SaveFormat, SaveResult, SaveTarget } from '../../engine/api.ts';
import type { Session } from '../state/session.svelte.ts';
import { Run } from './run.svelte.ts';

export class Save extends Run<SaveResult> {
  constructor(
    readonly file: FileId,
    readonly format: SaveFormat,
    readonly target: SaveTarget,
    readonly name: string,
  ) {
    super(`Save ${name}`);
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
    const save = new Save(file, format, target, targetName(target));
    this.list = [save, ...this.list.filter((other) => other.running || other.file !== file)];
    void save.start(this.session, (api, job) => api.save({ file, format, target }, job));
    return save;
  }

  forget(save: Save): void {
    this.list = this.list.filter((other) => other !== save);
  }
}

export function targetName(target: SaveTarget): string {
  return target.kind === 'handle' ? target.handle.name : target.name;
}

const known = new WeakMap<Session, Saves>();

export function savesOf(session: Session): Saves {
  const saves = known.get(session) ?? new Saves(session);
  known.set(session, saves);
  return saves;
}
