/** What is found out about one file as it was at one point: its first bytes, where they live, its versions. */
import { SvelteMap } from 'svelte/reactivity';
import { MIB } from '../../../base/units.ts';
import type {
  EntryKind,
  FileId,
  FileInspection,
  FileVersion,
  PathAt,
  PreviewBytes,
} from '../../../engine/api.ts';
import type { Session } from '../../state/session.svelte.ts';
import { Ask } from './ask.svelte.ts';

/** So large a file is read unasked. */
const UNASKED_BYTES = 64 * MIB;
/** Reading is stopped only above it: to stop it a thread ends and starts again, which takes longer than reading less. */
const STOPPED_BYTES = 8 * MIB;
/** Arrows in the list pass over files: only one on which the reader rests is read. */
const REST_MS = 150;
/** Of a file that is not read unasked: enough to say what it is. */
export const HEAD_BYTES = 4096;
/** Files whose inspections are kept. */
const MOST_KEPT = 64;

/** By the chain in view: another one may read other bytes under the same name. */
const kept = new WeakMap<object, SvelteMap<string, FileInspection>>();

function keptFor({ chain }: Session): SvelteMap<string, FileInspection> | null {
  if (!chain) return null;
  const inspections = kept.get(chain) ?? new SvelteMap<string, FileInspection>();
  kept.set(chain, inspections);
  return inspections;
}

/** What is known of a file that was looked at; null = not yet, or no longer. */
export function inspectionOf(session: Session, place: PathAt): FileInspection | null {
  return keptFor(session)?.get(keyOf(place)) ?? null;
}

export class FileDetail {
  readonly inspection: Ask<FileInspection>;
  /** First bytes of a file that is not read unasked. */
  readonly head: Ask<PreviewBytes>;
  readonly versions: Ask<readonly FileVersion[]>;
  readonly contents: Ask<{ readonly hashed: number; readonly proven: number }>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly session: Session,
    readonly place: PathAt,
    readonly kind: EntryKind,
    readonly sizeBytes: number,
  ) {
    this.inspection = new Ask(session);
    this.head = new Ask(session);
    this.versions = new Ask(session);
    this.contents = new Ask(session);
    this.inspection.result = inspectionOf(session, place);
  }

  /** It is read only where the reader says so. */
  get isLarge(): boolean {
    return this.sizeBytes > UNASKED_BYTES;
  }

  /** null until something is known of them. */
  get firstBytes(): Uint8Array | null {
    return this.inspection.result?.head ?? this.head.result?.bytes ?? null;
  }

  /** Looks at it once the selection rests; a large file's first bytes alone. */
  start(): void {
    if (this.kind !== 'file' || this.inspection.result) return;
    this.#timer = setTimeout(() => void (this.isLarge ? this.#readHead() : this.inspect()), REST_MS);
  }

  async inspect(): Promise<void> {
    const { place } = this;
    const found = await this.inspection.start((api, job) => api.inspectFile(place, job));
    const inspections = keptFor(this.session);
    if (!found || !inspections) return;
    inspections.set(keyOf(place), found);
    for (const [oldest] of inspections) {
      if (inspections.size <= MOST_KEPT) break;
      inspections.delete(oldest);
    }
  }

  async loadVersions(points: readonly FileId[]): Promise<void> {
    const { volume, path } = this.place;
    await this.versions.start((api) => api.versions(volume, path, points));
  }

  /** True when it came to an end: what is known of the file is more than before. */
  async compareContents(points: readonly FileId[]): Promise<boolean> {
    const { volume, path } = this.place;
    const found = await this.contents.start((api, job) => api.compareContents(volume, path, points, job));
    return found !== null;
  }

  /** Another file is looked at. */
  stop(): void {
    clearTimeout(this.#timer);
    this.versions.forget();
    this.head.forget();
    this.contents.end();
    if (this.sizeBytes > STOPPED_BYTES) this.inspection.end();
    else this.inspection.forget();
  }

  async #readHead(): Promise<void> {
    const { place } = this;
    await this.head.start((api, job) => api.preview(place, HEAD_BYTES, job));
  }
}

export function keyOf({ at, volume, path }: PathAt): string {
  return `${at}/${volume}/${path}`;
}
