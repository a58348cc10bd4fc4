/** What is being made and was made in this session, and what the forms hold: all of it survives a change of screen. */

import { GIB } from '../../base/units.ts';
import type {
  FileId,
  FileView,
  MadeFile,
  MeasureRequest,
  MeasureView,
  RepairTarget,
} from '../../engine/api.ts';
import { type EngineCall, Run } from '../save/run.svelte.ts';
import { BLOCK_BYTES } from '../save/savePlan.ts';
import { targetName } from '../save/saves.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import type { Conversion } from './convertPlan.ts';
import type { NewDisk } from './createPlan.ts';
import type { Operation, Plan, Work } from './plan.ts';
import { exactSize } from './sizeInput.ts';

/** A new file; a converted one also has the hash of its disk. */
export type Made = Omit<MadeFile, 'pile'> & { readonly sha256: string | null };

export class MakeRun extends Run<Made> {
  /** The change in place was taken back. */
  undone: boolean = $state.raw(false);

  constructor(
    readonly work: Work,
    title: string,
    readonly name: string,
    readonly target: RepairTarget,
  ) {
    super(title);
  }
}

export class MeasureRun extends Run<MeasureView> {
  constructor(
    readonly key: string,
    title: string,
  ) {
    super(title);
  }
}

export class Makes {
  operation: Operation = $state.raw('create');
  /** What Convert, Compact and Grow start from; null = not chosen yet. */
  chosen: FileId | null = $state.raw(null);
  newDisk: NewDisk = $state.raw({
    type: 'dynamic',
    sizeText: exactSize(127 * GIB),
    blockSizeBytes: BLOCK_BYTES,
    parent: null,
    withRelative: true,
    relativePath: '',
    withAbsolute: false,
    folder: '',
    absolutePath: '',
  });
  conversion: Conversion = $state.raw({ format: 'dynamic', blockSizeBytes: BLOCK_BYTES, wholeMib: false });
  growText: string = $state.raw('');
  runs: readonly MakeRun[] = $state.raw([]);
  #measures: readonly MeasureRun[] = $state.raw([]);
  #pathsFor = '';

  constructor(readonly session: Session) {}

  /** The chosen file, else the one that the tree marks, else the one that the disk is seen from. */
  get file(): FileView | null {
    const { session } = this;
    const wanted = [this.chosen, session.selectedFile, session.chain?.layers[0], session.pile?.files[0]?.id];
    for (const id of wanted) {
      const file = id === null || id === undefined ? null : session.fileOf(id);
      if (file) return file;
    }
    return null;
  }

  /** Another operation on the same file: of a new disk, on its parent. */
  turnTo(operation: Operation): void {
    if (this.operation === 'create' && this.newDisk.parent !== null) this.chosen = this.newDisk.parent;
    this.operation = operation;
  }

  start(plan: Plan, target: RepairTarget): MakeRun | null {
    const { work, title } = plan;
    if (!work) return null;
    const name = target.kind === 'in-place' ? (plan.sources[0]?.name ?? '') : targetName(target);
    const run = new MakeRun(work, title, name, target);
    this.runs = [run, ...this.runs];
    void this.#make(run);
    return run;
  }

  forget(run: MakeRun): void {
    this.runs = this.runs.filter((other) => other !== run);
  }

  async #make(run: MakeRun): Promise<void> {
    const { work, target } = run;
    if (work.operation === 'grow') {
      await this.#file(run, (api, job) => api.grow({ ...work.request, target }, job));
    } else if (target.kind === 'in-place') return;
    else if (work.operation === 'create')
      await this.#file(run, (api, job) => api.create({ ...work.request, target }, job));
    else if (work.operation === 'compact')
      await this.#file(run, (api, job) => api.compact({ ...work.request, target }, job));
    else {
      await run.start(this.session, async (api, job) => {
        const outcome = await api.save({ ...work.request, target }, job);
        return outcome.ok
          ? { ok: true, value: { ...outcome.value, sourceBytes: null, undoName: null } }
          : outcome;
      });
    }
  }

  async #file(run: MakeRun, call: EngineCall<MadeFile>): Promise<void> {
    await run.start(this.session, async (api, job) => {
      const outcome = await call(api, job);
      if (!outcome.ok) return outcome;
      const { pile, ...made } = outcome.value;
      if (pile) this.#adopt(pile);
      return { ok: true, value: { ...made, sha256: null } };
    });
  }

  /** Takes a growing in place back. */
  async undo(run: MakeRun): Promise<void> {
    const undoName = run.result?.undoName;
    if (!undoName) return;
    const outcome = await this.session.jobs.run(`Undo: ${run.title}`, (api, job) => api.undo(undoName, job));
    const pile = this.session.take(outcome, run.title);
    if (!pile) return;
    run.undone = true;
    this.#adopt(pile);
  }

  /** The pile changed under the reader's hands: the screen that is shown stays. */
  #adopt(pile: Parameters<Session['adoptPile']>[0]): void {
    const { screen } = this.session;
    const shown = this.session.adoptPile(pile);
    this.session.show(screen);
    void shown.then(() => this.session.show(screen));
  }

  /** Opens what was made and shows the disk from it. */
  async open(run: MakeRun): Promise<void> {
    const { target, result } = run;
    if (!result || target.kind === 'in-place') return;
    const { name } = result;
    const source =
      target.kind === 'private'
        ? ({ kind: 'private', name } as const)
        : ({ kind: 'handle', handle: target.handle, path: name } as const);
    if (!(await this.session.openSources([source]))) return;
    const id = this.session.fileNamed(name);
    if (id !== null && this.session.fileOf(id)) await this.session.viewFrom(id);
  }

  // ── The way to a parent ────────────────────────────────────────────────────────────────────────────────────────────

  /** Fills the paths in for this parent and folder, once: what is typed over them afterwards stays. */
  async askPaths(parent: FileView, childName: string, folder: string): Promise<void> {
    const key = `${parent.path}\n${folder}`;
    if (key === this.#pathsFor) return;
    this.#pathsFor = key;
    const beside = parent.path.slice(0, parent.path.lastIndexOf('/') + 1) + childName;
    const outcome = await this.session.client.api.parentPaths(beside, parent.id, folder.trim() || null);
    if (key !== this.#pathsFor) return;
    const paths = this.session.take(outcome, 'parent paths');
    if (!paths) return;
    this.newDisk = {
      ...this.newDisk,
      relativePath: paths.relativePath ?? '',
      absolutePath: paths.absolutePath ?? '',
    };
  }

  // ── Measuring ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The measurement of this very request on these very files; null where there is none. */
  measureOf(plan: Plan): MeasureRun | null {
    const key = keyOf(plan);
    return this.#measures.find((run) => run.key === key) ?? null;
  }

  measure(plan: Plan): void {
    const request: MeasureRequest | null = plan.measure;
    if (!request) return;
    const run = new MeasureRun(keyOf(plan), `Measure: ${plan.title}`);
    this.#measures = [run, ...this.#measures.filter((other) => other.key !== run.key)];
    void run.start(this.session, (api, job) => api.measureWork(request, job));
  }
}

/** A file that changed since is another file: what was measured of it no longer holds. */
function keyOf({ measure, sources }: Plan): string {
  const files = sources.map(({ path, sizeBytes, modifiedMs, virtualSizeBytes }) => [
    path,
    sizeBytes,
    modifiedMs,
    virtualSizeBytes,
  ]);
  return JSON.stringify([measure, files]);
}

const known = new WeakMap<Session, Makes>();

export function makesOf(session: Session): Makes {
  const makes = known.get(session) ?? new Makes(session);
  known.set(session, makes);
  return makes;
}
