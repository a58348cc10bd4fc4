/** A patch being drawn up: bytes are put where they shall be, later ones over earlier ones; what differs is the patch. */
import { equalBytes } from '../base/bytes.ts';
import type { ByteChange, Patch } from './patch.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';

interface Put {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class PatchDraft {
  private puts: Put[] = [];

  constructor(private readonly file: RandomAccessFile) {}

  /** `bytes` are kept as they are given. */
  put(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    this.puts = this.puts.flatMap((each) => [
      ...part(each, each.offset, offset),
      ...part(each, end, each.offset + each.bytes.length),
    ]);
    this.puts.push({ offset, bytes });
  }

  /** Puts that change nothing are left out, and what lies behind `sizeAfter` must be zeros. */
  async patch(sizeAfter: number): Promise<Patch> {
    const changes: ByteChange[] = [];
    for (const { offset, bytes } of this.puts.sort((a, b) => a.offset - b.offset)) {
      const before = await this.readBefore(offset, bytes.length);
      if (!equalBytes(before, bytes)) changes.push({ offset, before, after: bytes });
    }
    return { sizeBefore: this.file.sizeBytes, sizeAfter, changes };
  }

  /** Zeros behind the end of the file. */
  private async readBefore(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(lengthBytes);
    const held = Math.max(0, Math.min(lengthBytes, this.file.sizeBytes - offset));
    if (held > 0) await this.file.read(offset, bytes.subarray(0, held));
    return bytes;
  }
}

/** The part of a put between two offsets, if there is any. */
function part({ offset, bytes }: Put, from: number, to: number): Put[] {
  const start = Math.max(from, offset);
  const end = Math.min(to, offset + bytes.length);
  return start < end ? [{ offset: start, bytes: bytes.subarray(start - offset, end - offset) }] : [];
}
