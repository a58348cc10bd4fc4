/** The volume as a file of 7-Zip's: read when it is asked for, noting what was asked. */
import type { DiskWindow } from '../diskWindow.ts';
import { RangeSet } from '../ranges.ts';
import { ERRNO, type ModuleFiles } from './sevenZipModule.ts';

export const VOLUME_PATH = '/volume';

/** What happens where a read fails; and nothing is read for what nobody wants. */
export interface ReadPolicy {
  /** Zeros, without asking the volume. */
  readonly skipped: boolean;
  /** Returns where reading may go on with zeros; else throws. */
  failed(error: unknown): void;
}

export class VolumeFile {
  readonly touched = new RangeSet();

  constructor(
    private readonly window: DiskWindow,
    private readonly policy: ReadPolicy,
  ) {}

  mount(files: ModuleFiles): void {
    const { sizeBytes } = this.window;
    files.writeFile(VOLUME_PATH, new Uint8Array(0));
    const { node } = files.lookupPath(VOLUME_PATH);
    const operations = node.node_ops;
    node.node_ops = {
      ...operations,
      getattr: (of) => ({ ...operations.getattr(of), size: sizeBytes, blocks: 0 }),
      setattr() {},
    };
    node.stream_ops = {
      llseek(stream, offset, whence) {
        const position = offset + (whence === 1 ? stream.position : whence === 2 ? sizeBytes : 0);
        if (position < 0) throw new files.ErrnoError(ERRNO.invalid);
        return position;
      },
      read: (_stream, heap, at, length, position) => {
        const count = Math.min(length, sizeBytes - position);
        if (count <= 0) return 0;
        this.read(position, new Uint8Array(heap.buffer, heap.byteOffset + at, count));
        return count;
      },
    };
  }

  /** Null where the volume ends before. */
  bytesAt(offset: number, lengthBytes: number): Uint8Array<ArrayBuffer> | null {
    if (offset + lengthBytes > this.window.sizeBytes) return null;
    const bytes = new Uint8Array(lengthBytes);
    this.read(offset, bytes);
    return bytes;
  }

  private read(position: number, target: Uint8Array): void {
    if (this.policy.skipped) {
      target.fill(0);
      return;
    }
    // A read that fails counts too: whether it fails depends on these bytes.
    this.touched.add(position, position + target.length);
    try {
      this.window.readNow(position, target);
    } catch (error) {
      this.policy.failed(error);
      target.fill(0);
    }
  }
}
