/** One operation of the guest while it is put together, with what it may draw upon. */
import type { Prng } from '../../base/prng.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import { DRIVES } from '../drive/driveModel.ts';
import type { GuestAction, GuestOperation } from './guest.ts';

export class OperationDraft {
  readonly actions: GuestAction[] = [];
  name: GuestOperation['name'] = 'other';
  /** What this operation waits before it; null = as the load has it. */
  afterUs: number | null = null;

  constructor(
    /** Of this operation alone. */
    readonly random: Prng,
    readonly date: Date,
    private readonly pageCount: number,
  ) {}

  /** Changes pages of memory: most of them in the eighth that is always in use. */
  touch(count: number): void {
    for (let i = 0; i < count; i++) {
      const isHot = this.random.fraction() < 0.7;
      this.touchPage(this.random.below(isHot ? Math.ceil(this.pageCount / 8) : this.pageCount));
    }
  }

  touchPage(page: number): void {
    if (page < this.pageCount) this.actions.push({ kind: 'touch', page });
  }

  /** What it costs on a plain SSD that has nothing else to do. */
  get nominalUs(): number {
    const { requestUs, seekUs, bytesPerSecond, flushUs } = DRIVES.ssd;
    let us = 0;
    for (const action of this.actions) {
      if (action.kind === 'touch') continue;
      if (action.kind === 'flush') {
        us += flushUs;
        continue;
      }
      const lengthBytes = action.kind === 'read' ? action.sectorCount * SECTOR_BYTES : action.bytes.length;
      us += requestUs + seekUs + (lengthBytes / bytesPerSecond) * 1e6;
    }
    return Math.round(us);
  }
}
