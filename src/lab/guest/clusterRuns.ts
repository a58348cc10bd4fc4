/** Runs of clusters: where the bytes of a file lie. */
import { SECTOR_BYTES } from '../../base/units.ts';
import { clusterBytes, clusterCount, type FatVolume, FIRST_CLUSTER, sectorOfCluster } from './fatFormat.ts';

export interface ClusterRun {
  readonly first: number;
  readonly count: number;
}

/** A piece of a file that lies in one piece on the disk. */
export interface FilePiece {
  readonly firstSector: number;
  readonly sectorCount: number;
}

export function clustersOf(runs: readonly ClusterRun[]): number {
  let sum = 0;
  for (const { count } of runs) sum += count;
  return sum;
}

/** `run` behind the others, joined with the last where they touch. */
export function addRun(runs: ClusterRun[], run: ClusterRun): void {
  const last = runs.at(-1);
  if (!last || last.first + last.count !== run.first) runs.push(run);
  else runs[runs.length - 1] = { first: last.first, count: last.count + run.count };
}

/** Sectors of a file from its sector `from` on, no piece longer than `mostSectors`. What the runs do not hold is left out. */
export function piecesOf(
  volume: FatVolume,
  runs: readonly ClusterRun[],
  from: number,
  sectorCount: number,
  mostSectors: number,
): FilePiece[] {
  const pieces: FilePiece[] = [];
  let runFrom = 0;
  for (const { first, count } of runs) {
    const runSectors = count * volume.sectorsPerCluster;
    const end = Math.min(from + sectorCount, runFrom + runSectors);
    for (let at = Math.max(from, runFrom); at < end; ) {
      const length = Math.min(end - at, mostSectors);
      pieces.push({ firstSector: sectorOfCluster(volume, first) + at - runFrom, sectorCount: length });
      at += length;
    }
    runFrom += runSectors;
  }
  return pieces;
}

/** Free clusters from `home` on, then from the start; null where fewer than `count` are free. */
export function freeRuns(
  volume: FatVolume,
  fat: Uint16Array,
  count: number,
  home: number,
): ClusterRun[] | null {
  const end = FIRST_CLUSTER + clusterCount(volume);
  const start = Math.min(Math.max(home, FIRST_CLUSTER), end - 1);
  const runs: ClusterRun[] = [];
  let missing = count;
  for (let seen = 0, at = start; seen < end - FIRST_CLUSTER && missing > 0; seen++) {
    if (fat[at] === 0) {
      addRun(runs, { first: at, count: 1 });
      missing--;
    }
    at = at + 1 === end ? FIRST_CLUSTER : at + 1;
  }
  return missing === 0 ? runs : null;
}

export function clustersFor(volume: FatVolume, sizeBytes: number): number {
  return Math.ceil(sizeBytes / clusterBytes(volume));
}

/** `bytes` made up to whole sectors with zeros; the same array where nothing is missing. */
export function wholeSectors(bytes: Uint8Array): Uint8Array {
  if (bytes.length % SECTOR_BYTES === 0) return bytes;
  const whole = new Uint8Array(Math.ceil(bytes.length / SECTOR_BYTES) * SECTOR_BYTES);
  whole.set(bytes);
  return whole;
}
