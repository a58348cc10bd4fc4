/** One undo file: made beside the file that it speaks of, read back after a power cut, walked record by record. */
import { assert } from '../base/assert.ts';
import { crc32c } from '../base/checksum.ts';
import { DiskError } from '../base/errors.ts';
import { GIB, grouped, sizeText } from '../base/units.ts';
import type { DiskFolder } from './diskFolder.ts';
import type { Patch } from './patch.ts';
import { PatchReader, pieces, spansOf } from './patchSpans.ts';
import type { RandomAccessFile } from './randomAccessFile.ts';
import {
  fitsSlot,
  newestSlot,
  parseRecordHeader,
  RECORD_HEADER_BYTES,
  RECORD_LIMIT_BYTES,
  RECORDS_OFFSET,
  type RecordHeader,
  recordHeaderBytes,
  recordPayloadBytes,
  slotBytes,
  slotOffset,
  type UndoSlot,
  type UndoState,
} from './undoFormat.ts';

export const UNDO_SUFFIX = '.undo';
export const UNDO_LIMIT_BYTES = GIB;

/** One record with its bytes; `after` is null for bytes that the change cuts off. */
export interface UndoRecord {
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array | null;
}

export class UndoFile {
  private constructor(
    readonly file: RandomAccessFile,
    private current: UndoSlot,
  ) {}

  get slot(): UndoSlot {
    return this.current;
  }

  get name(): string {
    return this.file.name;
  }

  /** null where the file is none, or both its slots are damaged. */
  static async read(file: RandomAccessFile): Promise<UndoFile | null> {
    if (file.sizeBytes < RECORDS_OFFSET) return null;
    const bytes = new Uint8Array(RECORDS_OFFSET);
    await file.read(0, bytes);
    const slot = newestSlot(bytes);
    return slot && new UndoFile(file, slot);
  }

  /**
   * Writes everything that `patch` needs to be made and taken back into a new file, state 'planned', and flushes it.
   * Nothing stays behind where that fails.
   */
  static async make(
    folder: DiskFolder,
    source: RandomAccessFile,
    patch: Patch,
    signal?: AbortSignal,
  ): Promise<UndoFile> {
    checkRoom(source.name, patch);
    const file = await createBeside(folder, source.name);
    try {
      const { recordBytes, recordCrc } = await writeRecords(file, source, patch, signal);
      const { sizeBefore, sizeAfter } = patch;
      const slot: UndoSlot = {
        state: 'planned',
        sequence: 1,
        file: source.name,
        sizeBefore,
        sizeAfter,
        recordBytes,
        recordCrc,
      };
      await file.write(slotOffset(slot.sequence), slotBytes(slot));
      await file.flush();
      return new UndoFile(file, slot);
    } catch (error) {
      await removeQuietly(folder, file);
      throw error;
    }
  }

  /** Durable when it resolves. */
  async setState(state: UndoState): Promise<void> {
    const next = { ...this.current, state, sequence: this.current.sequence + 1 };
    await this.file.write(slotOffset(next.sequence), slotBytes(next));
    await this.file.flush();
    this.current = next;
  }

  /** Throws 'corrupt' unless every byte of the records is as it was written and fits the file that they speak of. */
  async verify(): Promise<void> {
    const { recordBytes, recordCrc, sizeBefore, sizeAfter } = this.current;
    if (recordBytes > this.file.sizeBytes - RECORDS_OFFSET) throw this.damaged('it is cut short');
    let crc = 0;
    for (const { offset, lengthBytes } of pieces(
      RECORDS_OFFSET,
      RECORDS_OFFSET + recordBytes,
      RECORD_LIMIT_BYTES,
    )) {
      const bytes = new Uint8Array(lengthBytes);
      await this.file.read(offset, bytes);
      crc = crc32c(bytes, crc);
    }
    if (crc !== recordCrc) throw this.damaged('the checksum of its records does not hold');
    const end = Math.max(sizeBefore, sizeAfter);
    for await (const { header } of this.headers()) {
      if (header.offset + header.lengthBytes > end) throw this.damaged('a record lies behind the file');
    }
  }

  /** In the order of the undo file; the bytes of one at a time are in memory. */
  async *records(): AsyncGenerator<UndoRecord> {
    for await (const { header, at } of this.headers()) {
      const { kind, offset, lengthBytes } = header;
      const payload = new Uint8Array(recordPayloadBytes(header));
      await this.file.read(at + RECORD_HEADER_BYTES, payload);
      const after = kind === 'change' ? payload.subarray(lengthBytes) : null;
      yield { offset, before: payload.subarray(0, lengthBytes), after };
    }
  }

  damaged(found: string): DiskError {
    const { name, sizeBytes } = this.file;
    return new DiskError({
      code: 'corrupt',
      message: `${name} cannot be used: ${found}.`,
      where: { file: name, offset: RECORDS_OFFSET, lengthBytes: Math.max(0, sizeBytes - RECORDS_OFFSET) },
      meaning: `What it keeps of ${this.current.file} is not whole. Nothing was written.`,
      remedy: 'Copy the undo file again if there is another copy; else check the disk and repair it anew.',
    });
  }

  private async *headers(): AsyncGenerator<{ header: RecordHeader; at: number }> {
    const end = RECORDS_OFFSET + this.current.recordBytes;
    const bytes = new Uint8Array(RECORD_HEADER_BYTES);
    for (let at = RECORDS_OFFSET; at < end; ) {
      if (at + RECORD_HEADER_BYTES > end) throw this.damaged('its last record is cut short');
      await this.file.read(at, bytes);
      const header = parseRecordHeader(bytes);
      if (header === null) throw this.damaged('a record is not one');
      const next = at + RECORD_HEADER_BYTES + recordPayloadBytes(header);
      if (next > end) throw this.damaged('its last record is cut short');
      yield { header, at };
      at = next;
    }
  }
}

/** `NAME.undo`, `NAME 2.undo` …: the first that is free, for one that is there may be all that is left of a file. */
async function createBeside(folder: DiskFolder, name: string): Promise<RandomAccessFile> {
  const taken = new Set((await folder.list()).map((entry) => entry.name));
  let number = 1;
  const nameOf = () => `${name}${number === 1 ? '' : ` ${number}`}${UNDO_SUFFIX}`;
  while (taken.has(nameOf())) number++;
  return folder.create(nameOf());
}

/** The error that ended it is the one to tell. */
async function removeQuietly(folder: DiskFolder, file: RandomAccessFile): Promise<void> {
  await file.close().catch(() => undefined);
  await folder.remove(file.name).catch(() => undefined);
}

async function writeRecords(
  target: RandomAccessFile,
  source: RandomAccessFile,
  patch: Patch,
  signal?: AbortSignal,
): Promise<{ recordBytes: number; recordCrc: number }> {
  let at = RECORDS_OFFSET;
  let crc = 0;
  const append = async (header: RecordHeader, ...parts: Uint8Array[]) => {
    signal?.throwIfAborted();
    const bytes = new Uint8Array(RECORD_HEADER_BYTES + recordPayloadBytes(header));
    bytes.set(recordHeaderBytes(header));
    for (const [i, part] of parts.entries()) bytes.set(part, RECORD_HEADER_BYTES + i * header.lengthBytes);
    await target.write(at, bytes);
    crc = crc32c(bytes, crc);
    at += bytes.length;
  };
  const reader = new PatchReader(source, patch);
  for (const span of spansOf(patch, RECORD_LIMIT_BYTES)) {
    const { before, after } = await reader.read(span);
    await append({ kind: 'change', ...span }, before, after);
  }
  for (const span of pieces(patch.sizeAfter, patch.sizeBefore, RECORD_LIMIT_BYTES)) {
    const before = new Uint8Array(span.lengthBytes);
    await source.read(span.offset, before);
    await append({ kind: 'tail', ...span }, before);
  }
  return { recordBytes: at - RECORDS_OFFSET, recordCrc: crc };
}

function checkRoom(name: string, patch: Patch): void {
  assert(fitsSlot(name), 'a name of at most 1,024 characters');
  const tailBytes = Math.max(0, patch.sizeBefore - patch.sizeAfter);
  let bytes = tailBytes;
  for (const { lengthBytes } of spansOf(patch, RECORD_LIMIT_BYTES)) bytes += 2 * lengthBytes;
  if (bytes <= UNDO_LIMIT_BYTES) return;
  throw new DiskError({
    code: 'limit',
    message:
      `The undo file of ${name} would hold ${grouped(bytes)} bytes` +
      (tailBytes > 0 ? ` (${grouped(tailBytes)} of them cut off the file’s end)` : '') +
      `; at most ${sizeText(UNDO_LIMIT_BYTES)} are kept.`,
    where: { file: name, offset: patch.sizeAfter, lengthBytes: tailBytes },
    meaning: 'Without it a power cut could leave the file half changed. Nothing was written.',
    remedy: 'Write a changed copy instead of changing the file in place.',
  });
}
