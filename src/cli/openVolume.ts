/** The volume that a call is about, with its files listed. */
import type { VolumeAt } from '../engine/filesApi.ts';
import { knownVolume } from '../engine/filesListing.ts';
import type { KnownVolume } from '../engine/insides.ts';
import type { Inside, SeenDisk } from './insidesOf.ts';
import type { Io } from './io.ts';
import { printable } from './text.ts';
import { chooseVolume } from './volumeChoice.ts';

export interface OpenedVolume extends KnownVolume {
  readonly disk: SeenDisk;
  readonly place: VolumeAt;
}

/** What its reader complained of goes to stderr; what could be read is listed. Throws as `chooseVolume` does. */
export async function openVolume(
  io: Io,
  inside: Inside,
  disk: SeenDisk,
  number: number | null,
): Promise<OpenedVolume> {
  const opened = await inside.look(async (insides, tools) => {
    const { firstSector } = await chooseVolume(insides, disk, number, tools);
    const place = { at: disk.at, volume: firstSector };
    return { ...(await knownVolume(insides, place, tools)), disk, place };
  });
  const { volume, read } = opened;
  for (const warning of read.warnings)
    io.err(`${printable(disk.shown)}, volume ${volume.number}: ▲ warning: ${printable(warning)}\n`);
  return opened;
}
