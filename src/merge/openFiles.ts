/** Opens files of a folder as disks, for one piece of work that closes them again. */
import { DiskError } from '../base/errors.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';

export interface Closable {
  close(): Promise<void>;
}

/** Closes the file and throws 'not-a-disk' where it is no disk. `isRaw` null: raw where nothing else is found in it. */
export async function openDisk(
  folder: DiskFolder,
  name: string,
  access: 'read-only' | 'read-write',
  isRaw: boolean | null,
): Promise<DiskImage> {
  const file = await folder.open(name, access);
  return orClose([file], async () => {
    const image = await imageIn(file, isRaw);
    if (image) return image;
    throw new DiskError({
      code: 'not-a-disk',
      message: `${name} is not a disk any more, or one that this program does not read.`,
      where: { file: name, offset: 0, lengthBytes: 0 },
      meaning: 'Nothing was written.',
    });
  });
}

export async function imageIn(file: RandomAccessFile, isRaw: boolean | null): Promise<DiskImage | null> {
  const image = await (isRaw ? openRaw(file) : openImage(file));
  if (isDiskImage(image)) return image;
  return isRaw === null && image.format === 'unknown' ? imageIn(file, true) : null;
}

/** In order; where one fails, those before it are closed. */
export async function openDisks(
  folder: DiskFolder,
  files: readonly { readonly name: string; readonly isRaw: boolean | null }[],
): Promise<DiskImage[]> {
  const images: DiskImage[] = [];
  try {
    for (const { name, isRaw } of files) images.push(await openDisk(folder, name, 'read-only', isRaw));
    return images;
  } catch (error) {
    await closeAll(images.map(({ file }) => file)).catch(() => undefined);
    throw error;
  }
}

export async function closeAll(files: readonly Closable[]): Promise<void> {
  for (const file of files) await file.close();
}

/** The fault that ended the work is the one to tell. */
export async function orClose<T>(files: readonly Closable[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await closeAll(files).catch(() => undefined);
    throw error;
  }
}
