/** Notes what a reader asks of a volume: where a file lives, and what a listing depends on. */
import type { ByteRanges, DiskWindow } from './diskWindow.ts';
import { RangeSet } from './ranges.ts';

export class WatchedWindow implements DiskWindow {
  private readonly touched = new RangeSet();

  constructor(private readonly window: DiskWindow) {}

  get sizeBytes(): number {
    return this.window.sizeBytes;
  }

  /** A read that fails counts too: whether it fails depends on these bytes. */
  readNow(offset: number, target: Uint8Array): void {
    this.touched.add(offset, offset + target.length);
    this.window.readNow(offset, target);
  }

  /** What was asked for since the last call. */
  take(): ByteRanges {
    const ranges = this.touched.toRanges();
    this.touched.clear();
    return ranges;
  }
}
