/** A file that notes what is asked of it, in one list with the other files of its chain. */
import type { RandomAccessFile, ReadRequest } from '../../src/storage/randomAccessFile.ts';

export interface CountedRequest {
  /** `table`: by the way that is kept for tables and bitmaps. */
  readonly kind: 'table' | 'data';
  readonly layer: number;
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface CountedOptions {
  /** No reading that needs no waiting. */
  readonly waits?: boolean;
  readonly readThroughBytes?: number;
  /** Reads past a cache can be told from others: they are the only ones noted. */
  readonly fresh?: boolean;
}

/** Parallel to `files`. */
export function countedFiles(
  files: readonly RandomAccessFile[],
  log: CountedRequest[],
  options: CountedOptions = {},
): RandomAccessFile[] {
  return files.map((file, layer) => countedFile(file, layer, log, options));
}

function countedFile(
  file: RandomAccessFile,
  layer: number,
  log: CountedRequest[],
  { waits = false, readThroughBytes = 0, fresh = false }: CountedOptions,
): RandomAccessFile {
  const note = (kind: 'table' | 'data', offset: number, target: Uint8Array) => {
    log.push({ kind, layer, offset, lengthBytes: target.length });
  };
  const noteUsual = (offset: number, target: Uint8Array) => {
    if (!fresh) note('data', offset, target);
  };
  const readNow = (kind: 'table' | 'data') => (offset: number, target: Uint8Array) => {
    note(kind, offset, target);
    file.readNow?.(offset, target);
  };
  return {
    name: file.name,
    get sizeBytes() {
      return file.sizeBytes;
    },
    access: file.access,
    durable: file.durable,
    readThroughBytes,
    ...(waits || fresh ? {} : { readNow: readNow('data'), readTableNow: readNow('table') }),
    ...(fresh
      ? {
          readFresh: async (offset: number, target: Uint8Array) => {
            note('data', offset, target);
            await file.read(offset, target);
          },
        }
      : {}),
    read: async (offset, target) => {
      noteUsual(offset, target);
      await file.read(offset, target);
    },
    readMany: async (requests: readonly ReadRequest[]) => {
      for (const { offset, target } of requests) noteUsual(offset, target);
      await file.readMany(requests);
    },
    write: (offset, source) => file.write(offset, source),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    flush: () => file.flush(),
    close: () => file.close(),
  };
}
