/** One file's contents for looking at: its first megabyte, and all of it where it is a picture. */
import { MIB } from '../../../../base/units.ts';
import { type FileKind, kindOf, type PathAt, type PreviewBytes } from '../../../../engine/api.ts';
import type { Session } from '../../../state/session.svelte.ts';
import { nameOf } from '../../place.ts';
import { Ask } from '../ask.svelte.ts';
import { HEAD_BYTES } from '../fileDetail.svelte.ts';
import { type ImageKind, imageKindOf } from './imageKind.ts';

export type PreviewMode = 'text' | 'hex' | 'image';

const FIRST_BYTES = MIB;
/** A cut picture can't be drawn: up to here all of it is read. */
const LARGEST_PICTURE_BYTES = 64 * MIB;

export class Preview {
  readonly ask: Ask<PreviewBytes>;
  /** What the reader chose; null = what suits the file. */
  #chosen: PreviewMode | null = $state.raw(null);

  constructor(
    readonly session: Session,
    readonly place: PathAt,
  ) {
    this.ask = new Ask(session);
  }

  readonly bytes: Uint8Array<ArrayBuffer> = $derived.by(() => {
    const bytes = this.ask.result?.bytes;
    return bytes ? new Uint8Array(bytes) : new Uint8Array();
  });
  readonly kind: FileKind = $derived.by(() =>
    kindOf(this.bytes.subarray(0, HEAD_BYTES), nameOf(this.place.path)),
  );
  /** Of the pictures that browsers draw; null where it is none. */
  readonly image: ImageKind | null = $derived.by(() => imageKindOf(this.kind));
  /** All of it is here. */
  readonly isWhole: boolean = $derived.by(() => this.bytes.length >= (this.ask.result?.sizeBytes ?? 0));
  readonly mode: PreviewMode = $derived.by(() => {
    if (this.#chosen && (this.#chosen !== 'image' || this.image)) return this.#chosen;
    if (this.image && this.isWhole) return 'image';
    return this.kind.show === 'text' ? 'text' : 'hex';
  });
  /** What text and hex show: a page can't hold more with ease. */
  readonly shown: Uint8Array<ArrayBuffer> = $derived.by(() => this.bytes.subarray(0, FIRST_BYTES));

  choose(mode: PreviewMode): void {
    this.#chosen = mode;
  }

  async load(): Promise<void> {
    const { place } = this;
    const first = await this.ask.start((api, job) => api.preview(place, FIRST_BYTES, job));
    if (!first || first.problem || !this.image || this.isWhole) return;
    if (first.sizeBytes > LARGEST_PICTURE_BYTES) return;
    await this.ask.start((api, job) => api.preview(place, first.sizeBytes, job));
  }

  stop(): void {
    this.ask.end();
  }
}
