/** Where everything in a folder lives: found by reading all of it, when the reader says so, and kept. */
import type { FolderPlaces, PathAt } from '../../../engine/api.ts';
import type { Session } from '../../state/session.svelte.ts';
import { Ask } from '../file/ask.svelte.ts';
import { keyOf } from '../file/fileDetail.svelte.ts';

/** Folders whose places are kept. */
const MOST_KEPT = 8;

export class FolderLives {
  readonly ask: Ask<FolderPlaces>;

  constructor(
    readonly session: Session,
    readonly place: PathAt,
  ) {
    this.ask = new Ask(session);
  }

  async read(): Promise<void> {
    const { place } = this;
    await this.ask.start((api, job) => api.inspectFolder(place, job));
  }
}

const known = new WeakMap<object, Map<string, FolderLives>>();

/** The same one for the same folder as long as the chain stays in view. */
export function livesOf(session: Session, place: PathAt): FolderLives {
  const chain = session.chain ?? session;
  const all = known.get(chain) ?? new Map<string, FolderLives>();
  known.set(chain, all);
  const key = keyOf(place);
  const lives = all.get(key) ?? new FolderLives(session, place);
  all.delete(key);
  all.set(key, lives);
  for (const [oldest, { ask }] of all) {
    if (all.size <= MOST_KEPT) break;
    if (!ask.asking) all.delete(oldest);
  }
  return lives;
}
