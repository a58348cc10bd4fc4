/** What lies on a disk, by name: the files of its FAT16 volume's root directory. */
import type { GuestFileEntry, ReadDisk } from './guest.ts';
import { findVolume, readRoot, rootContent } from './readVolume.ts';

/** In the order of the directory. null: there is no FAT16 volume. What a name holds is only text. */
export async function listVolume(
  read: ReadDisk,
  sectorCount: number,
): Promise<readonly GuestFileEntry[] | null> {
  const volume = await findVolume(read, sectorCount);
  if (!volume) return null;
  return rootContent(await readRoot(read, volume)).files.map(({ name, sizeBytes, changedMs }) => ({
    name,
    sizeBytes,
    changedMs,
  }));
}
