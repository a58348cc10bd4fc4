/** Opens a random chain the way the engine does, from any of its files. */
import type { DiskChain } from '../../src/chain/diskChain.ts';
import type { PassOptions } from '../../src/chain/diskPass.ts';
import { type OpenChainOptions, openChain } from '../../src/chain/openChain.ts';
import type { CoreModule } from '../../src/core/core.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { openRaw } from '../../src/formats/raw/open.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';

/** `files` leaf first; the disk is seen from the first. */
export async function openFiles(
  module: CoreModule,
  files: readonly RandomAccessFile[],
  complete = true,
  options: Partial<OpenChainOptions> = {},
): Promise<DiskChain> {
  const images = await Promise.all(
    files.map(async (file) => {
      const opened = await openImage(file);
      // A raw base of noise carries no signature: the user's word makes it a disk.
      return isDiskImage(opened) || opened.format !== 'unknown' ? opened : openRaw(file);
    }),
  );
  return openChain(
    module,
    images.map((image) => {
      if (isDiskImage(image)) return image;
      throw new Error(
        `${image.file.name} was refused: ${image.findings.map((each) => each.message).join(' ')}`,
      );
    }),
    // Small: tests open hundreds of chains.
    { complete, stagingBytes: 2 ** 20, ...options },
  );
}

/** The same file for readers that must wait: no `readNow`. */
export function waiting(file: RandomAccessFile): RandomAccessFile {
  return {
    name: file.name,
    get sizeBytes() {
      return file.sizeBytes;
    },
    access: file.access,
    durable: file.durable,
    readThroughBytes: 65536,
    read: async (offset, target) => {
      await Promise.resolve();
      return file.read(offset, target);
    },
    readMany: async (requests) => {
      await Promise.resolve();
      return file.readMany(requests);
    },
    write: async (offset, source) => {
      await Promise.resolve();
      return file.write(offset, source);
    },
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    flush: async () => {
      await Promise.resolve();
      return file.flush();
    },
    close: () => file.close(),
  };
}

/** All pieces of a pass, put together. */
export async function passOver(disk: DiskChain, options: PassOptions): Promise<Uint8Array> {
  const first = options.firstSector ?? 0;
  const all = new Uint8Array((disk.sectorCount - first) * 512);
  for await (const piece of disk.passes(options)) {
    all.set(piece.bytes, (piece.firstSector - first) * 512);
    if (piece.zero !== sameBytes(piece.bytes, new Uint8Array(piece.bytes.length)))
      throw new Error('a piece lies about its zeros');
  }
  return all;
}

/** `equalBytes` for arrays of many MiB. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
