/** Several files read as one, end to end: split images `.vhd .v01 … .v63`. */
import { must } from '../base/assert.ts';
import type { RandomAccessFile, ReadRequest } from './randomAccessFile.ts';
import { ReadOnlyFile } from './readOnlyFile.ts';
import { checkRange } from './storageErrors.ts';

interface Part {
  readonly file: RandomAccessFile;
  readonly start: number;
}

export class JoinedFile extends ReadOnlyFile implements RandomAccessFile {
  readonly sizeBytes: number;
  readonly readThroughBytes: number;
  /** Present where every part has it. */
  readonly readNow?: (offset: number, target: Uint8Array) => void;
  private readonly parts: readonly Part[];

  /** The parts in their order; `close` closes them. */
  constructor(name: string, files: readonly RandomAccessFile[]) {
    super(name);
    const parts: Part[] = [];
    let start = 0;
    for (const file of files) {
      parts.push({ file, start });
      start += file.sizeBytes;
    }
    this.parts = parts;
    this.sizeBytes = start;
    this.readThroughBytes = Math.max(0, ...files.map((file) => file.readThroughBytes));
    if (files.every((file) => file.readNow)) {
      this.readNow = (offset, target) => {
        for (const { part, request } of this.split([{ offset, target }])) {
          part.file.readNow?.(request.offset, request.target);
        }
      };
    }
  }

  /** In their order. */
  get files(): readonly RandomAccessFile[] {
    return this.parts.map(({ file }) => file);
  }

  /** The part that holds `offset`, and the offset in it: what a message about a byte should name. */
  partAt(offset: number): { readonly file: RandomAccessFile; readonly offset: number } {
    const part = must(this.parts[this.indexAt(offset)], 'a part');
    return { file: part.file, offset: offset - part.start };
  }

  read(offset: number, target: Uint8Array): Promise<void> {
    return this.readMany([{ offset, target }]);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    const byPart = new Map<Part, ReadRequest[]>();
    for (const { part, request } of this.split(requests)) {
      const list = byPart.get(part);
      if (list) list.push(request);
      else byPart.set(part, [request]);
    }
    for (const [part, list] of byPart) await part.file.readMany(list);
  }

  async close(): Promise<void> {
    this.open = false;
    for (const { file } of this.parts) await file.close();
  }

  /** Requests cut where parts meet. */
  private split(requests: readonly ReadRequest[]): { part: Part; request: ReadRequest }[] {
    this.checkOpen('read');
    const pieces: { part: Part; request: ReadRequest }[] = [];
    for (const { offset, target } of requests) {
      checkRange(this.name, this.sizeBytes, offset, target.length);
      let index = this.indexAt(offset);
      for (let done = 0; done < target.length; index++) {
        const part = must(this.parts[index], 'a part');
        const inPart = offset + done - part.start;
        const length = Math.min(target.length - done, part.file.sizeBytes - inPart);
        if (length > 0) {
          pieces.push({ part, request: { offset: inPart, target: target.subarray(done, done + length) } });
        }
        done += length;
      }
    }
    return pieces;
  }

  private indexAt(offset: number): number {
    return Math.max(
      0,
      this.parts.findLastIndex(({ start }) => start <= offset),
    );
  }
}
