/** A GUID partition table: which of its two copies counts, and what is wrong with them. */
import { guidLe } from '../formats/vhdx/fieldTypes.ts';
import type { DiskBytes } from './diskBytes.ts';
import { type GptCopy, gptPartitions, placeOf, readGptCopy } from './gptHeader.ts';
import type { Notes } from './notes.ts';
import type { Partition } from './partition.ts';

interface Gpt {
  readonly diskId: string;
  readonly partitions: readonly Partition[];
}

const FIRST_SECTOR = 1;

/** 3: all of it is whole. Entries whose checksum is right count for more than a header whose checksum is. */
function worth(copy: GptCopy): number {
  return (copy.areEntriesWhole ? 2 : 0) + (copy.isHeaderWhole ? 1 : 0);
}

/** null where neither copy can be trusted in any part. `mustBeWhole`: nothing else on the disk says that a GPT is there. */
export async function readGpt(disk: DiskBytes, notes: Notes, mustBeWhole = false): Promise<Gpt | null> {
  const first = await readGptCopy(disk, FIRST_SECTOR);
  const backups = await readBackups(disk, first);
  const best = [...backups].reduce((held, next) => (worth(next) > worth(held) ? next : held), first);
  if (worth(best) === 0 || (mustBeWhole && worth(best) < 3)) {
    if (!mustBeWhole) {
      for (const copy of [first, ...backups])
        notes.add(`The GPT header ${placeOf(copy, disk.sectorBytes)} ${copy.fault}.`);
    }
    return null;
  }
  if (best === first) noteBackups(first, backups, disk, notes);
  else {
    notes.add(`The first GPT header ${placeOf(first, disk.sectorBytes)} ${first.fault}.`);
    notes.add(`The backup table ${placeOf(best, disk.sectorBytes)} was used.`);
  }
  if (best.fault !== null)
    notes.add(
      `The GPT header that was used, ${placeOf(best, disk.sectorBytes)}, ${best.fault}: volumes may be wrong.`,
    );
  return {
    diskId: best.header ? guidLe(best.header.diskId) : '',
    partitions: gptPartitions(best, disk.sectorBytes),
  };
}

/** Whether a whole table stands behind sector 0, whatever sector 0 says. */
export async function hasWholeFirst(disk: DiskBytes): Promise<boolean> {
  return worth(await readGptCopy(disk, FIRST_SECTOR)) === 3;
}

/** At the end of the disk, and where the first header says: on a disk that has grown these are two places. */
async function readBackups(disk: DiskBytes, first: GptCopy): Promise<GptCopy[]> {
  const last = disk.sizeBytes / disk.sectorBytes - 1;
  const told = first.header ? Number(first.header.otherSector) : last;
  const places = told === last || told <= FIRST_SECTOR ? [last] : [told, last];
  const copies: GptCopy[] = [];
  for (const sector of places) if (sector > FIRST_SECTOR) copies.push(await readGptCopy(disk, sector));
  return copies;
}

function noteBackups(first: GptCopy, backups: readonly GptCopy[], disk: DiskBytes, notes: Notes): void {
  const told = backups[0];
  if (!told) return;
  const place = placeOf(told, disk.sectorBytes);
  if (backups.length > 1)
    notes.add(`The backup of the GPT should be ${place}, which is not the last sector of the disk.`);
  if (told.fault !== null)
    notes.add(`The backup GPT header ${place} ${told.fault}; the first table is used.`);
  else if (told.header?.entriesCrc !== first.header?.entriesCrc)
    notes.add(`The backup of the GPT ${place} names other volumes than the first table, which is used.`);
}
