/** What a merge of a stretch has to copy, by plain loops over what each file holds. */
import type { DiskImage } from '../../src/formats/diskImage.ts';
import { sectorPlaces } from './heldSectors.ts';
import { SECTOR } from './imageBuilder.ts';

export interface HeldStretch {
  /** Sectors that some of the files hold, ascending, as far as the disk of the first one shows them. */
  readonly sectors: readonly number[];
  /** The same, each as often as files hold it. */
  readonly versions: number;
}

/** `images` newest first. Behind the end of a file's disk, the files below it are not asked. */
export async function heldByAny(images: readonly DiskImage[]): Promise<HeldStretch> {
  const all = await Promise.all(images.map(sectorPlaces));
  const sectors: number[] = [];
  let versions = 0;
  for (let sector = 0; sector < (all[0]?.length ?? 0); sector++) {
    let holders = 0;
    for (const places of all) {
      if (sector >= places.length) break;
      if ((places[sector] ?? -1) >= 0) holders++;
    }
    if (holders > 0) sectors.push(sector);
    versions += holders;
  }
  return { sectors, versions };
}

/** Blocks of `blockSizeBytes` in which the sectors lie. */
export function blocksOf(sectors: readonly number[], blockSizeBytes: number): Set<number> {
  return new Set(sectors.map((sector) => Math.floor((sector * SECTOR) / blockSizeBytes)));
}
