/** Which sectors a generated differencing disk holds: runs of the wanted length, until the wanted share is changed. */
import { Prng } from '../../base/prng.ts';
import { SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import type { ExperimentSetup, Spread } from './setup.ts';

export type ChangedSetup = Pick<ExperimentSetup, 'seed' | 'changedPercent' | 'runBytes' | 'spread'>;

/** File systems write whole clusters: most runs begin and end at multiples of this, unless they are to be shorter. */
const CLUSTER_SECTORS = 8;
/** One run in so many does not. */
const ODD_ONE_IN = 8;
/** Lengths spread from a quarter of the middle one to four times that; this is the mean of such lengths. */
const LONGEST = 4;
const MEAN_OF_SPREAD = (LONGEST - 1 / LONGEST) / (2 * Math.log(LONGEST));
/** Where changes lie close together, this share of the place is changed. */
const DENSITY = { places: 0.25, 'one-place': 0.5 } as const;
const PLACES = 8;

/** Sectors of the disk that each differencing disk holds: at least one. */
export function changedSectors(setup: Pick<ChangedSetup, 'changedPercent'>, sectorCount: number): number {
  return Math.min(sectorCount, Math.max(1, Math.round((sectorCount * setup.changedPercent) / 100)));
}

/** The places are the disk's, not the layer's: a guest goes on writing to the same files. */
function changedPlaces(setup: ChangedSetup, sectorCount: number): readonly SectorRange[] {
  const { seed, spread } = setup;
  if (spread === 'everywhere') return [{ firstSector: 0, sectorCount }];
  const count = placesOf(spread);
  const each = Math.floor(sectorCount / count);
  const wanted = Math.ceil(changedSectors(setup, sectorCount) / count / DENSITY[spread]);
  const length = Math.min(each, wanted);
  const prng = new Prng(seed ^ 0x9e3779b9);
  return Array.from({ length: count }, (_, place) => ({
    firstSector: place * each + inClusters(prng.below(each - length + 1)),
    sectorCount: length,
  }));
}

function placesOf(spread: Exclude<Spread, 'everywhere'>): number {
  return spread === 'places' ? PLACES : 1;
}

function inClusters(sectors: number): number {
  return sectors - (sectors % CLUSTER_SECTORS);
}

/** Runs without end, in the order in which a guest writes them; they may overlap. */
export function* changedRuns(
  setup: ChangedSetup,
  sectorCount: number,
  prng: Prng,
): Generator<SectorRange, never, undefined> {
  const places = changedPlaces(setup, sectorCount);
  const middle = setup.runBytes / SECTOR_BYTES / MEAN_OF_SPREAD;
  const isLong = setup.runBytes >= CLUSTER_SECTORS * SECTOR_BYTES;
  for (;;) {
    const place = places[prng.below(places.length)] ?? { firstSector: 0, sectorCount };
    const end = place.firstSector + place.sectorCount;
    let length = Math.max(1, Math.round(middle * LONGEST ** (2 * prng.fraction() - 1)));
    let first = place.firstSector + prng.below(place.sectorCount);
    if (isLong && prng.below(ODD_ONE_IN) > 0) {
      length = Math.max(CLUSTER_SECTORS, inClusters(length + CLUSTER_SECTORS / 2));
      first = Math.max(place.firstSector, inClusters(first));
    }
    yield { firstSector: first, sectorCount: Math.min(length, end - first) };
  }
}
