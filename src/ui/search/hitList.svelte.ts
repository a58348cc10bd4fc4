/** What a search has found, and which hit is the current one. One list a hex view. */
import type { FileId, SearchResult } from '../../engine/api.ts';
import { stepHit } from './hits.ts';

export class HitList {
  offsets: readonly number[] = $state.raw([]);
  /** Length of what was sought; of two spellings the shorter one, which both hits share a start with. */
  lengthBytes: number = $state.raw(0);
  index: number | null = $state.raw(null);
  result: SearchResult | null = $state.raw(null);
  #target: 'disk' | FileId | null = $state.raw(null);

  readonly current: { readonly offset: number; readonly lengthBytes: number } | null = $derived.by(() => {
    const offset = this.index === null ? undefined : this.offsets[this.index];
    return offset === undefined ? null : { offset, lengthBytes: this.lengthBytes };
  });

  of(target: 'disk' | FileId): boolean {
    return this.offsets.length > 0 && this.#target === target;
  }

  show(target: 'disk' | FileId, result: SearchResult, lengthBytes: number): void {
    this.#target = target;
    this.result = result;
    this.offsets = result.hits;
    this.lengthBytes = lengthBytes;
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
    return this.current?.offset ?? null;
  }
}
