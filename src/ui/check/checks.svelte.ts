/**
 * What checks found in this session, and where the reader is among it. It outlives the screen; a result is dropped when
 * its file becomes another one, and marked stale when the trees around it change.
 */
import { untrack } from 'svelte';
import { must } from '../../base/assert.ts';
import type {
  CheckView,
  FileCheckView,
  FileId,
  FileView,
  Finding,
  OtherFileView,
  Region,
} from '../../engine/api.ts';
import { Run } from '../save/run.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { type Counts, countsOf, type Show } from './counts.ts';
import {
  type CheckRun,
  contentStamp,
  type KnownCheck,
  placeStamp,
  type Subject,
  subjectsOf,
} from './subjects.ts';

interface Kept {
  readonly view: FileCheckView;
  readonly run: CheckRun;
  readonly content: string;
  readonly place: string;
}

export class Checks {
  /** The last run: it may still be under way. */
  run: Run<CheckView> | null = $state.raw(null);
  /** Files of the run. */
  running: readonly FileId[] = $state.raw([]);
  /** The file in view; null = all of them. */
  picked: FileId | null = $state.raw(null);
  show: Show = $state.raw('all');
  #kept: ReadonlyMap<FileId, Kept> = $state.raw(new Map());
  readonly #regions = new Map<string, Promise<readonly Region[]>>();

  readonly subjects: readonly Subject[] = $derived.by(() =>
    subjectsOf(this.session.pile, this.session.chain, (file) => this.#checkOf(file)),
  );
  /** What checks found, by file. */
  readonly found: ReadonlyMap<FileId, readonly Finding[]> = $derived.by(
    () => new Map(this.subjects.flatMap(({ id, check, findings }) => (check ? [[id, findings]] : []))),
  );
  readonly counts: Counts = $derived.by(() => countsOf(this.subjects.flatMap(({ findings }) => findings)));
  readonly subject: Subject | null = $derived.by(
    () => this.subjects.find(({ id }) => id === this.picked) ?? null,
  );

  constructor(readonly session: Session) {
    // Numbers of files begin anew with the next pile.
    $effect(() => {
      if (!session.pile) untrack(() => this.#clear());
    });
  }

  /** Nothing else reads whole files at the same time: both would be bound by the same storage. */
  get busy(): boolean {
    return this.run?.running ?? false;
  }

  get checkedCount(): number {
    return this.subjects.filter(({ check }) => check !== null).length;
  }

  get staleCount(): number {
    return this.subjects.filter(({ check }) => check?.stale).length;
  }

  async start(files: readonly FileId[]): Promise<void> {
    if (this.busy || files.length === 0) return;
    const one = files.length === 1 ? this.subjects.find(({ id }) => id === files[0]) : undefined;
    const run = new Run<CheckView>(one ? `Check ${one.name}` : 'Check every block');
    this.run = run;
    this.running = files;
    const view = await run.start(this.session, (api, job) => api.check(files, job));
    if (view) this.#keep(view);
  }

  /** After a change in place: what was found is no longer so. */
  forget(file: FileId): void {
    this.#kept = new Map([...this.#kept].filter(([id]) => id !== file));
    this.#regions.clear();
  }

  /** Stretches of a file; an empty list where the engine cannot tell. */
  regionsOf(id: FileId): Promise<readonly Region[]> {
    const file = this.session.fileOf(id) ?? this.session.otherOf(id);
    const key = `${id} ${file ? contentStamp(file) : ''}`;
    const known = this.#regions.get(key);
    if (known) return known;
    const asked = this.session.client.api.regions(id).then((outcome) => (outcome.ok ? outcome.value : []));
    this.#regions.set(key, asked);
    return asked;
  }

  #keep(view: CheckView): void {
    const run = { fileCount: view.files.length, readBytes: view.readBytes, seconds: view.seconds };
    const kept = new Map(this.#kept);
    for (const found of view.files) {
      const file = this.session.fileOf(found.file) ?? this.session.otherOf(found.file);
      if (file)
        kept.set(found.file, { view: found, run, content: contentStamp(file), place: placeStamp(file) });
    }
    this.#kept = kept;
  }

  #checkOf(file: FileView | OtherFileView): KnownCheck | null {
    const kept = this.#kept.get(file.id);
    if (!kept || kept.content !== contentStamp(file)) return null;
    return { view: kept.view, run: kept.run, stale: kept.place !== placeStamp(file) };
  }

  #clear(): void {
    this.run = null;
    this.running = [];
    this.picked = null;
    this.#kept = new Map();
    this.#regions.clear();
  }
}

const known = new WeakMap<Session, Checks>();

export function checksOf(session: Session): Checks {
  if (!known.has(session)) {
    // What a screen makes ends with the screen; this must not.
    $effect.root(() => {
      known.set(session, new Checks(session));
    });
  }
  return must(known.get(session), 'a root runs at once');
}
