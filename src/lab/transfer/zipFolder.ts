/** A machine's folder as one zip, written while it is read: what is in memory are a few pieces. */
import { createCRC32 } from 'hash-wasm';
import { Pacer } from '../../base/pacer.ts';
import { MIB } from '../../base/units.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import type { FileSink } from '../../storage/fileSink.ts';
import type { CopiedFiles } from './copyFolder.ts';
import { inFolderOrder } from './machineFiles.ts';
import { centralHeader, directoryEnd, localHeader, type ZipEntry } from './zipFormat.ts';

export interface ZipOptions {
  /** Stands beside every file in the zip, to two seconds: the machine's clock, whatever zone this runs in. */
  readonly made: Date;
  readonly advance?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

const PIECE_BYTES = MIB;

/** The sink is closed at the end and aborted on any fault; sizes are not bounded. */
export async function zipFolder(
  from: DiskFolder,
  names: readonly string[],
  sink: FileSink,
  options: ZipOptions,
): Promise<CopiedFiles> {
  try {
    const entries: ZipEntry[] = [];
    let end = 0;
    for (const name of inFolderOrder(names)) {
      const entry = await addFile(from, name, sink, end, options);
      end += localHeader(entry, options.made).length + entry.packedBytes;
      entries.push(entry);
    }
    const directory = end;
    for (const entry of entries) {
      const header = centralHeader(entry, options.made);
      await sink.write(end, header);
      end += header.length;
    }
    const last = directoryEnd(entries.length, directory, end - directory);
    await sink.write(end, last);
    options.signal?.throwIfAborted();
    await sink.close();
    const bytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { files: entries.length, bytes, writtenBytes: end + last.length };
  } catch (error) {
    await sink.abort().catch(() => undefined);
    throw error;
  }
}

/** The header is written first, for its room, and again when it is known what it says. */
async function addFile(
  from: DiskFolder,
  name: string,
  sink: FileSink,
  offset: number,
  { made, advance, signal }: ZipOptions,
): Promise<ZipEntry> {
  const file = await from.open(name, 'read-only');
  try {
    const { sizeBytes } = file;
    const unknown = { name, crc: 0, sizeBytes, packedBytes: 0, offset };
    const room = localHeader(unknown, made);
    const dataOffset = offset + room.length;
    await sink.write(offset, room);
    const crc = await createCRC32();
    crc.init();
    const pacer = new Pacer();
    async function* pieces() {
      for (let at = 0; at < sizeBytes; at += PIECE_BYTES) {
        const piece = new Uint8Array(Math.min(PIECE_BYTES, sizeBytes - at));
        await file.read(at, piece);
        crc.update(piece);
        yield piece;
        advance?.(piece.length);
        await pacer.step(signal);
      }
    }
    let packedBytes = 0;
    await deflate(pieces(), async (packed) => {
      await sink.write(dataOffset + packedBytes, packed);
      packedBytes += packed.length;
    });
    const entry = { ...unknown, crc: Number.parseInt(crc.digest('hex'), 16), packedBytes };
    await sink.write(offset, localHeader(entry, made));
    return entry;
  } finally {
    await file.close();
  }
}

/** Each piece is given away: it is not read again. The first fault of either side ends both. */
async function deflate(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  put: (packed: Uint8Array) => Promise<void>,
): Promise<void> {
  const { readable, writable } = new CompressionStream('deflate-raw');
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  const reading = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) await put(next.value);
  })();
  const writing = (async () => {
    for await (const piece of pieces) await writer.write(piece);
    await writer.close();
  })();
  try {
    await Promise.all([reading, writing]);
  } catch (error) {
    await Promise.allSettled([reader.cancel(error), writer.abort(error), reading, writing]);
    throw error;
  }
}
