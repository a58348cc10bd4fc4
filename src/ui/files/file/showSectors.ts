/** From a file to the other screens: its sectors on the map, the read path of its first byte. */
import { SECTOR_BYTES, type SectorRange } from '../../../base/units.ts';
import type { FileId, FileInspection } from '../../../engine/api.ts';
import type { Session } from '../../state/session.svelte.ts';
import { placesOf } from './places.ts';

/** Selects the sectors and goes to Explore, on the disk as it was at that point. */
export async function showSectors(session: Session, at: FileId, range: SectorRange): Promise<void> {
  if (session.chain?.layers[0] !== at && !(await session.viewFrom(at))) return;
  session.selectSectors(range.firstSector, range.sectorCount);
  session.show('explore');
}

/** Places that are looked into for the file's first bytes. */
const MOST_READ = 64;

/**
 * Which of its places a file begins in is not told: it is the one that holds its first bytes. Where none does (they are
 * compressed, say) it is the first place on the disk. null = no sector is known.
 */
export async function firstByteSector(
  session: Session,
  { runs, head }: Pick<FileInspection, 'runs' | 'head'>,
): Promise<number | null> {
  const places = placesOf(runs);
  const first = places[0]?.firstSector ?? null;
  const wanted = head.subarray(0, SECTOR_BYTES);
  if (places.length < 2 || wanted.length === 0) return first;
  for (const { firstSector } of places.slice(0, MOST_READ)) {
    const outcome = await session.client.api.readDisk(firstSector, 1);
    if (!outcome.ok) continue;
    const { bytes } = outcome.value;
    if (wanted.every((value, i) => value === bytes[i])) return firstSector;
  }
  return first;
}

export async function showFirstByte(session: Session, at: FileId, found: FileInspection): Promise<void> {
  if (session.chain?.layers[0] !== at && !(await session.viewFrom(at))) return;
  const sector = await firstByteSector(session, found);
  if (sector === null) return;
  session.selectSectors(sector);
  session.show('explore');
}
