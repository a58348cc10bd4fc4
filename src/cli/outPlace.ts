/** Standard output as the place of one file's contents. */
import { UNPRINTABLE } from '../base/printable.ts';
import { MIB } from '../base/units.ts';
import type { ContentPlace, Placed } from '../filesystems/out/extraction.ts';
import type { Io } from './io.ts';
import { printable } from './text.ts';

const ZEROS = new Uint8Array(MIB);

/** The bytes as they are; in a terminal as text, in which what would move the cursor is spelled out. */
export class OutPlace implements ContentPlace {
  /** What was printed stays printed. */
  readonly keepsWholeFiles = true;
  readonly faultsOfOneFile = new Set<never>();
  private next = 0;
  private readonly decoder: TextDecoder | null;

  constructor(private readonly io: Io) {
    this.decoder = io.outIsTerminal ? new TextDecoder() : null;
  }

  async begin(): Promise<void> {
    this.next = 0;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    await this.fill(offset);
    await this.put(bytes);
    this.next = offset + bytes.length;
  }

  async keep(sizeBytes: number): Promise<void> {
    await this.fill(sizeBytes);
    if (this.decoder) await this.out(visible(this.decoder.decode()));
  }

  /** What was printed stays printed. */
  async drop(): Promise<void> {}

  async finish(): Promise<Placed> {
    return { folders: 0, renamed: [], failed: [] };
  }

  async abort(): Promise<void> {}

  /** What the file does not hold is zeros. */
  private async fill(offset: number): Promise<void> {
    for (; this.next < offset; this.next += ZEROS.length)
      await this.put(ZEROS.subarray(0, Math.min(ZEROS.length, offset - this.next)));
    this.next = offset;
  }

  private put(bytes: Uint8Array): Promise<void> {
    return this.out(this.decoder ? visible(this.decoder.decode(bytes, { stream: true })) : bytes);
  }

  private async out(data: string | Uint8Array): Promise<void> {
    this.io.signal.throwIfAborted();
    await this.io.out(data);
  }
}

/** Lines and tabs stay. */
function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNPRINTABLE, (char) => (char === '\n' || char === '\t' ? char : printable(char)));
}
