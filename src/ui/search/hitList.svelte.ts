/** What a search has found, and which hit is the current one. One list a hex view. */
import type { FileId, SearchResult } from '../../engine/api.ts';
import { stepHit } from './hits.ts';

export class HitList {
  offsets: readonly number[] = $state.raw([]);
  index: number | null = $state.raw(null);
  result: SearchResult | null = $state.raw(null);
  #target: 'disk' | FileId | null = $state.raw(null);

  /** Offset of the current hit. */
  readonly current: number | null = $derived.by(() =>
    this.index === null ? null : (this.offsets[this.index] ?? null),
  );
  /** What was sought, the longest spelling first. */
  #spellings: readonly Uint8Array[] = $state.raw([]);

  get longestBytes(): number {
    return this.#spellings[0]?.length ?? 0;
  }

  /** Length of the hit at `offset`: of the spelling that stands there, as far as its bytes are known. */
  lengthAt(offset: number, byteAt: (offset: number) => number | null): number {
    const isThere = (spelling: Uint8Array) =>
      spelling.every((value, i) => (byteAt(offset + i) ?? value) === value);
    return (this.#spellings.find(isThere) ?? this.#spellings.at(-1))?.length ?? 0;
  }

  of(target: 'disk' | FileId): boolean {
    return this.offsets.length > 0 && this.#target === target;
  }

  show(target: 'disk' | FileId, result: SearchResult, spellings: readonly Uint8Array[]): void {
    this.#target = target;
    this.result = result;
    this.offsets = result.hits;
    this.#spellings = spellings;
    this.index = result.hits.length > 0 ? 0 : null;
  }

  clear(): void {
    this.#target = null;
    this.result = null;
    this.offsets = [];
    this.index = null;
  }

  /** The hit after or before `offset`, made current; null without hits. */
  step(offset: number, forward: boolean): number | null {
    this.index = stepHit(this.offsets, offset, forward);
    return this.current;
  }
}
