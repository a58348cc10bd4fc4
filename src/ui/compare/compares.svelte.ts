/** Which two disks are compared, and what came of the comparisons of this session: all of it survives a change of screen. */
import type { SectorRange } from '../../base/units.ts';
import type { CompareView, FileId, FileView } from '../../engine/api.ts';
import { chainFrom } from '../save/chainFrom.ts';
import { Run } from '../save/run.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { defaultPair } from './defaultPair.ts';

/** Comparisons that are kept; a result holds up to 10 000 ranges. */
const MOST_KEPT = 8;

export class CompareRun extends Run<CompareView> {
  /** The cell that the map's cursor is on. */
  cursor: number = $state.raw(0);

  constructor(
    readonly one: FileId,
    readonly other: FileId,
    /** What both disks were read through, as it was then. */
    readonly key: string,
    title: string,
  ) {
    super(title);
  }
}

export class Compares {
  #one: FileId | null = $state.raw(null);
  #other: FileId | null = $state.raw(null);
  #runs: readonly CompareRun[] = $state.raw([]);

  constructor(readonly session: Session) {}

  /** Two files of the pile, or null where there are none to choose. */
  get pair(): readonly [FileView, FileView] | null {
    const { session } = this;
    const [first, second] = defaultPair(session.pile, session.chain?.layers ?? []) ?? [null, null];
    const one = this.#file(this.#one) ?? this.#file(first);
    const other = this.#file(this.#other) ?? this.#file(second);
    return one && other ? [one, other] : null;
  }

  #file(id: FileId | null): FileView | null {
    return id === null ? null : this.session.fileOf(id);
  }

  choose(side: 0 | 1, file: FileId): void {
    const [one, other] = this.pair ?? [null, null];
    this.#one = side === 0 ? file : (one?.id ?? null);
    this.#other = side === 1 ? file : (other?.id ?? null);
  }

  swap(): void {
    const [one, other] = this.pair ?? [null, null];
    this.#one = other?.id ?? null;
    this.#other = one?.id ?? null;
  }

  /** The newest comparison of the chosen two. */
  get run(): CompareRun | null {
    const [one, other] = this.pair ?? [null, null];
    return this.#runs.find((run) => run.one === one?.id && run.other === other?.id) ?? null;
  }

  /** Files that the result was read from are no longer what they were. */
  get isStale(): boolean {
    const { run, pair } = this;
    return run !== null && pair !== null && run.key !== this.#keyOf(pair);
  }

  /** The files of both disks, with what tells that one has changed. */
  #keyOf(pair: readonly [FileView, FileView]): string {
    const files = this.session.pile?.files ?? [];
    const layers = pair.map((file) =>
      chainFrom(files, file.id).layers.map(({ path, sizeBytes, modifiedMs, link }) => [
        path,
        sizeBytes,
        modifiedMs,
        link,
      ]),
    );
    return JSON.stringify(layers);
  }

  start(): void {
    const { pair, session } = this;
    if (!pair) return;
    const [one, other] = pair;
    const title = `Compare ${session.fileLabel(one.id)} with ${session.fileLabel(other.id)}`;
    const run = new CompareRun(one.id, other.id, this.#keyOf(pair), title);
    const older = this.#runs.filter((earlier) => earlier.one !== run.one || earlier.other !== run.other);
    this.#runs = [run, ...older].slice(0, MOST_KEPT);
    void this.#compare(run);
  }

  async #compare(run: CompareRun): Promise<void> {
    const found = await run.start(this.session, (api, job) => api.compare(run.one, run.other, job));
    const [first] = found?.ranges ?? [];
    // What a reader looks for first.
    if (found && first) run.cursor = Math.floor(first.firstSector / found.sectorsPerCell);
  }

  /** Shows the sectors in Explore, on the disk as seen from one of the two. */
  async show(file: FileId, { firstSector, sectorCount }: SectorRange): Promise<void> {
    const { session } = this;
    if (session.chain?.layers[0] !== file && !(await session.viewFrom(file))) return;
    session.selectSectors(firstSector, sectorCount);
    session.show('explore');
  }
}

const known = new WeakMap<Session, Compares>();

export function comparesOf(session: Session): Compares {
  const compares = known.get(session) ?? new Compares(session);
  known.set(session, compares);
  return compares;
}
