/** What a compact would need and give: by reading all that it would read, and writing nothing. */
import type { DiskImage } from '../formats/diskImage.ts';
import type { FileSink } from '../storage/fileSink.ts';
import { type CompactOptions, compactImage } from './compactImage.ts';
import type { Measurement } from './measurement.ts';

/** Exact. The meter counts bytes of the file, as the compact's does. Throws as the compact does. */
export async function measureCompact(image: DiskImage, options: CompactOptions): Promise<Measurement> {
  const { fileBytes, writtenBytes, readBytes, keptBlocks } = await compactImage(image, NOWHERE, options);
  return {
    readBytes,
    writeBytes: writtenBytes,
    fileBytes,
    exact: true,
    blocks: keptBlocks,
    newFiles: 1,
    freedBytes: image.file.sizeBytes - fileBytes,
  };
}

const nothing = () => Promise.resolve();

const NOWHERE: FileSink = {
  name: 'nowhere',
  write: nothing,
  truncate: nothing,
  close: nothing,
  abort: nothing,
};
