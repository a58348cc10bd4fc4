/** A larger copy of a disk: the original stays as it is. */
import type { DiskImage } from '../formats/diskImage.ts';
import { type CopyPatchedOptions, copyPatched } from '../storage/copyPatched.ts';
import type { FileSink } from '../storage/fileSink.ts';
import { planGrow } from './planGrow.ts';

/** The sink is closed at the end, and aborted on any fault. Throws what `planGrow` throws. */
export async function growImage(
  image: DiskImage,
  virtualSizeBytes: number,
  sink: FileSink,
  options: CopyPatchedOptions,
): Promise<{ fileBytes: number; writtenBytes: number }> {
  const patch = await planGrow(image, virtualSizeBytes).catch(async (error: unknown) => {
    await sink.abort().catch(() => undefined);
    throw error;
  });
  return copyPatched(image.file, sink, patch, options);
}
