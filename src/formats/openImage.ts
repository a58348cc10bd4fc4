/** Tells what a file is by its content, never by its name, and opens it. */
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { DiskImage, RefusedFile } from './diskImage.ts';
import { FileWindow } from './fileWindow.ts';
import { recogniseAndOpenRaw, refuseUnknown } from './raw/open.ts';
import { openVhdIn } from './vhd/open.ts';
import { openVhdxIn } from './vhdx/open.ts';

/**
 * VHDX has its cookie at the start, VHD at the end or the start; what is neither may be a raw disk. Throws `DiskError`
 * only where the storage does: whatever is wrong with the content is a finding or a refusal.
 */
export async function openImage(file: RandomAccessFile): Promise<DiskImage | RefusedFile> {
  const window = await FileWindow.open(file);
  return (
    (await openVhdxIn(window)) ??
    (await openVhdIn(window)) ??
    (await recogniseAndOpenRaw(window)) ??
    refuseUnknown(window)
  );
}

/** True for a file that can be a layer. */
export function isDiskImage(opened: DiskImage | RefusedFile): opened is DiskImage {
  return 'tables' in opened;
}
