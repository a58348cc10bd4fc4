/** Which reads an experiment makes: the guest's, from a seed. */
import { assert } from '../../base/assert.ts';
import { Prng } from '../../base/prng.ts';
import { SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import type { ExperimentSetup } from './setup.ts';

export type ReadSetup = Pick<ExperimentSetup, 'seed' | 'reads' | 'readBytes' | 'pattern'>;

/** Guests read whole clusters of their file system. */
const CLUSTER_SECTORS = 8;
/** `hot`: this share of the reads goes to this share of the disk. */
const HOT_READS = 0.8;
const HOT_DISK = 0.1;

/** Whole sectors, inside the disk; a read that is longer than the disk is cut to it. */
export function readPlaces(setup: ReadSetup, diskSectors: number): SectorRange[] {
  const { seed, reads, readBytes, pattern } = setup;
  assert(diskSectors > 0, 'a disk has sectors');
  const sectorCount = Math.min(diskSectors, Math.max(1, Math.ceil(readBytes / SECTOR_BYTES)));
  const step = Math.min(CLUSTER_SECTORS, sectorCount);
  /** Places at which a read can begin. */
  const places = Math.floor((diskSectors - sectorCount) / step) + 1;
  const prng = new Prng(seed ^ 0x5bd1e995);
  const hotPlaces = Math.max(1, Math.floor(places * HOT_DISK));
  const firstHot = prng.below(places - hotPlaces + 1);
  const firstInOrder = prng.below(places) * step;
  const inOrder = (i: number): number => {
    const begun = (firstInOrder + i * sectorCount) % diskSectors;
    return begun + sectorCount <= diskSectors ? begun : diskSectors - sectorCount;
  };
  return Array.from({ length: reads }, (_, i) => {
    if (pattern === 'sequential') return { firstSector: inOrder(i), sectorCount };
    const isHot = pattern === 'hot' && prng.fraction() < HOT_READS;
    const place = isHot ? firstHot + prng.below(hotPlaces) : prng.below(places);
    return { firstSector: place * step, sectorCount };
  });
}
