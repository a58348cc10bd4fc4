/** What became of a folder between two points: how it is asked, and what came of it last; outlives the dialogue. */
import type { FileId, FilesCompared } from '../../../engine/api.ts';
import { Run } from '../../save/run.svelte.ts';
import { fileName } from '../file/pointNames.ts';
import type { Files } from '../files.svelte.ts';

export class ComparedRun extends Run<FilesCompared> {
  constructor(
    readonly before: FileId,
    readonly after: FileId,
    readonly volume: number,
    readonly path: string,
    readonly contents: boolean,
    title: string,
  ) {
    super(title);
  }
}

class PointCompare {
  /** null = what the points in view suggest. */
  #before: FileId | null = $state.raw(null);
  #after: FileId | null = $state.raw(null);
  contents: boolean = $state.raw(false);
  run: ComparedRun | null = $state.raw(null);

  constructor(readonly files: Files) {}

  /** The point in view against the next older one, until something else is chosen. */
  readonly pair: readonly [before: FileId, after: FileId] | null = $derived.by(() => {
    const { points, layer } = this.files;
    const at = Math.min(layer, points.length - 2);
    const before = this.#of(this.#before) ?? points[at + 1];
    const after = this.#of(this.#after) ?? points[at];
    return before === undefined || after === undefined ? null : [before, after];
  });

  #of(id: FileId | null): FileId | undefined {
    return this.files.points.find((point) => point === id);
  }

  choose(side: 'before' | 'after', point: FileId): void {
    const [before, after] = this.pair ?? [null, null];
    this.#before = side === 'before' ? point : before;
    this.#after = side === 'after' ? point : after;
  }

  swap(): void {
    const { pair } = this;
    if (!pair) return;
    [this.#after, this.#before] = pair;
  }

  start(volume: number, path: string): void {
    const { pair, contents, files } = this;
    if (!pair || pair[0] === pair[1]) return;
    if (this.run?.running) this.run.cancel();
    const [before, after] = pair;
    const { session } = files;
    const title = `Compare ${fileName(session, before)} with ${fileName(session, after)}`;
    const run = new ComparedRun(before, after, volume, path, contents, title);
    this.run = run;
    const request = { before: { at: before, volume }, after: { at: after, volume }, path, contents };
    void run
      .start(session, (api, job) => api.compareFiles(request, job))
      .then(async (found) => {
        // Both points are listed now, and hashes are known: the rows can tell more.
        if (found) await files.refresh();
      });
  }
}

const known = new WeakMap<Files, PointCompare>();

export function pointCompareOf(
  files: Files,
  make: (create: () => PointCompare) => PointCompare,
): PointCompare {
  const compare = known.get(files) ?? make(() => new PointCompare(files));
  known.set(files, compare);
  return compare;
}
