/** The two boot regions of exFAT, twelve sectors each; the last one repeats a checksum of the others (specification, 3.4). */
import { viewOf } from '../../base/bytes.ts';
import { DiskError } from '../../base/errors.ts';
import { type ExfatBoot, parseExfatBoot } from '../../volumes/exfatBoot.ts';
import type { Notes } from '../../volumes/notes.ts';
import type { DiskWindow } from '../diskWindow.ts';

const REGION_SECTORS = 12;
const SECTOR_SHIFTS = [9, 10, 11, 12] as const;
/** Flags and share in use change without the checksum. */
const UNCOUNTED: readonly number[] = [106, 107, 112];

interface Region {
  readonly boot: ExfatBoot;
  readonly isWhole: boolean;
}

/**
 * The main region, or the backup where only that one is whole; says so in `warnings`. Throws 'corrupt' where neither can be
 * one, and what the window throws for the main one.
 */
export function readBoot(window: DiskWindow, warnings: Notes): ExfatBoot {
  const main = readRegion(window, 0);
  if (main.region?.isWhole) return main.region.boot;
  const backup = readRegion(window, REGION_SECTORS);
  if (backup.region?.isWhole) {
    warnings.add('The main boot region of the volume is damaged; its backup was used.');
    return backup.region.boot;
  }
  if (main.error) throw main.error;
  const left = main.region ?? backup.region;
  if (left) {
    warnings.add('The checksums of both boot regions are wrong; what they say was used all the same.');
    return left.boot;
  }
  throw new DiskError({
    code: 'corrupt',
    message: 'Neither the main boot region of the exFAT volume nor its backup makes sense.',
    meaning: 'Where its files lie is not known. The files themselves may be there.',
    remedy: 'Look at an older point of the chain, or save the volume and repair a copy of it.',
  });
}

interface Attempt {
  readonly region: Region | null;
  readonly error: DiskError | null;
}

function readRegion(window: DiskWindow, firstSector: number): Attempt {
  try {
    return { region: regionAt(window, firstSector), error: null };
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { region: null, error };
  }
}

/** The best that stands there for any size of sector. */
function regionAt(window: DiskWindow, firstSector: number): Region | null {
  let found: Region | null = null;
  for (const shift of SECTOR_SHIFTS) {
    const sectorBytes = 2 ** shift;
    if ((firstSector + REGION_SECTORS) * sectorBytes > window.sizeBytes) break;
    const region = new Uint8Array(REGION_SECTORS * sectorBytes);
    window.readNow(firstSector * sectorBytes, region);
    const boot = parseExfatBoot(region);
    if (boot?.sectorShift !== shift) continue;
    const isWhole = isChecksumRight(region, sectorBytes);
    if (isWhole) return { boot, isWhole };
    found ??= { boot, isWhole };
  }
  return found;
}

function isChecksumRight(region: Uint8Array, sectorBytes: number): boolean {
  const countedBytes = region.length - sectorBytes;
  let sum = 0;
  for (let i = 0; i < countedBytes; i++)
    if (i > 112 || !UNCOUNTED.includes(i)) sum = ((((sum & 1) << 31) | (sum >>> 1)) + (region[i] ?? 0)) >>> 0;
  const view = viewOf(region);
  for (let at = countedBytes; at < region.length; at += 4) if (view.getUint32(at, true) !== sum) return false;
  return true;
}
