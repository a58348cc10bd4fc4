/** Volumes of a disk as `ls` lists them, and the one that a call is about. */
import { grouped, SECTOR_BYTES, sizeText } from '../base/units.ts';
import type { FilesTools } from '../engine/filesListing.ts';
import type { Insides } from '../engine/insides.ts';
import type { Volume, VolumeTable } from '../volumes/volume.ts';
import type { SeenDisk } from './insidesOf.ts';
import { printable, table } from './text.ts';
import { UsageError } from './usage.ts';

/** The hint stays readable. */
const MOST_TOLD = 16;

/** By its number, else the only one with files that can be read. Throws `UsageError`, with the volumes that there are. */
export async function chooseVolume(
  insides: Insides,
  { at, shown }: SeenDisk,
  number: number | null,
  tools: FilesTools,
): Promise<Volume> {
  const { volumes } = await insides.table(at, tools);
  if (number !== null) {
    const chosen = volumes.find((volume) => volume.number === number);
    if (chosen) return chosen;
    throw new UsageError(`“${shown}” has no volume ${number}.`, toldVolumes(volumes));
  }
  const [only, ...others] = volumes.filter(({ content }) => content.readable);
  if (only && others.length === 0) return only;
  throw new UsageError(
    only
      ? `“${shown}” has ${others.length + 1} volumes with files: say which, with --volume N.`
      : `“${shown}” has no volume with files that can be read.`,
    toldVolumes(volumes),
  );
}

function toldVolumes(volumes: readonly Volume[]): string {
  if (volumes.length === 0) return 'It has no volumes.';
  const told = volumes.slice(0, MOST_TOLD).map(({ number, sectorCount, content: { name, label } }) => {
    const called = label === '' ? '' : ` “${label}”`;
    return `${number} is ${name}${called}, ${sizeText(sectorCount * SECTOR_BYTES)}`;
  });
  return `${told.join('; ')}${volumes.length > MOST_TOLD ? '; and more' : ''}.`;
}

export function volumeLines({ volumes }: VolumeTable): string[] {
  if (volumes.length === 0) return ['No volumes here.'];
  return table(
    [
      ['volume', 'holds', 'label', 'type', 'name', 'size', 'free', 'offset'],
      ...volumes.map(({ number, content, partitionType, name, firstSector, sectorCount }) => [
        String(number),
        printable(content.name),
        printable(content.label),
        partitionType,
        printable(name),
        sizeText(sectorCount * SECTOR_BYTES),
        content.freeBytes === null ? '' : sizeText(content.freeBytes),
        grouped(firstSector * SECTOR_BYTES),
      ]),
    ],
    5,
  );
}

export function volumeRecord({ firstSector, sectorCount, ...volume }: Volume) {
  const [offset, sizeBytes] = [firstSector * SECTOR_BYTES, sectorCount * SECTOR_BYTES];
  return { ...volume, firstSector, sectorCount, offset, sizeBytes };
}
