/** Which volume is looked into, and what volumes are called. Labels are text from the disk. */
import { printable } from '../../base/printable.ts';
import type { Volume, VolumeTable } from '../../engine/api.ts';

/** The one that is wanted, else the largest whose files can be read; null where there is none. */
export function chooseVolume(table: VolumeTable, wanted: number | null): Volume | null {
  const readable = table.volumes.filter(({ content }) => content.readable);
  const same = readable.find(({ firstSector }) => firstSector === wanted);
  return (
    same ??
    readable.reduce<Volume | null>(
      (most, volume) => (most && most.sectorCount >= volume.sectorCount ? most : volume),
      null,
    )
  );
}

/** Its label, else its name in the table, else its number. */
export function volumeName({ kind, number, name, content }: Volume, knownLabel = ''): string {
  const own = [content.label, knownLabel, name].find((text) => text.trim() !== '');
  if (own !== undefined) return printable(own.trim());
  return kind === 'whole-disk' ? 'Whole disk' : `Volume ${number}`;
}

/** `MBR`, `GPT`, `no table`. */
export function schemeText({ scheme }: VolumeTable): string {
  return { mbr: 'MBR', gpt: 'GPT', none: 'no table' }[scheme];
}

/** Why its files can't be looked at; '' where they can. */
export function unreadableText({ content }: Volume): string {
  if (content.readable) return '';
  switch (content.kind) {
    case 'bitlocker':
    case 'luks':
      return 'Encrypted: its files can be read only where it was unlocked.';
    case 'swap':
      return 'Memory that was swapped out: it holds no files.';
    case 'lvm':
    case 'storage-spaces':
      return 'Part of a larger storage pool: the volumes in it are not read.';
    case 'empty':
      return 'Only zeros where a file system would begin.';
    case 'unknown':
      return 'No file system that is known here begins in it.';
    default:
      return `${content.name} is recognised, and not read by this version.`;
  }
}
