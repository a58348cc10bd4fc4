/**
 * Takes a volume into use as it is found, after a power cut too: what no entry names is free again, a chain longer than
 * its file is cut, a file whose chain is broken ends where it breaks. What then differs from the disk is to be written.
 */
import { SECTOR_BYTES } from '../../base/units.ts';
import { addRun, type ClusterRun, clustersFor, clustersOf } from './clusterRuns.ts';
import { FatFiles, type GuestFile } from './fatFiles.ts';
import {
  clusterBytes,
  clusterCount,
  END_OF_CHAIN,
  ENTRY_BYTES,
  ENTRY_UNUSED,
  FAT_ENTRIES_PER_SECTOR,
  type FatVolume,
  FIRST_CLUSTER,
} from './fatFormat.ts';
import type { ReadDisk } from './guest.ts';
import { findVolume, readFat, readRoot, rootContent } from './readVolume.ts';

export interface MountedVolume {
  readonly files: FatFiles;
  readonly repairs: Repairs;
}

/**
 * Sectors of the table and of the root directory, counted from their starts, that differ from what they should be on the
 * disk. Any part of their writing may be lost: the next mounting finds the same again.
 */
export interface Repairs {
  readonly fat: readonly number[];
  readonly root: readonly number[];
}

/** null: there is no FAT16 volume, or one that another system uses (it has folders). */
export async function mountVolume(read: ReadDisk, diskSectors: number): Promise<MountedVolume | null> {
  const volume = await findVolume(read, diskSectors);
  if (!volume) return null;
  const copies = [];
  for (let copy = 0; copy < volume.fatCopies; copy++) copies.push(await readFat(read, volume, copy));
  const table = copies.find((fat) => ((fat[0] ?? 0) & 0xff) === 0xf8) ?? copies[0];
  const rootFound = await readRoot(read, volume);
  const { files: found, hasFolders } = rootContent(rootFound);
  if (!table || hasFolders || new Set(found.map(({ name }) => name)).size < found.length) return null;

  const root = rootFound.slice();
  const taken = new Uint8Array(table.length);
  const files: GuestFile[] = found.map(({ slot, name, sizeBytes, changedMs, firstCluster }) => {
    const runs = runsOf(volume, table, firstCluster, clustersFor(volume, sizeBytes), taken);
    const held = Math.min(sizeBytes, clustersOf(runs) * clusterBytes(volume));
    const tail = held % SECTOR_BYTES === 0 ? new Uint8Array(0) : null;
    const view = new DataView(root.buffer, root.byteOffset + slot * ENTRY_BYTES, ENTRY_BYTES);
    view.setUint16(26, runs[0]?.first ?? 0, true);
    view.setUint32(28, held, true);
    return { slot, name, sizeBytes: held, changedMs, runs, tail };
  });
  clearBehindEnd(root);
  const mounted = new FatFiles(volume, chainedTable(new Uint16Array(table.length), files), root, files);
  return { files: mounted, repairs: repairsOf(mounted, copies, rootFound) };
}

/** At most `most` clusters, up to the first that is no data cluster or belongs to another file. */
function runsOf(
  volume: FatVolume,
  table: Uint16Array,
  firstCluster: number,
  most: number,
  taken: Uint8Array,
): ClusterRun[] {
  const end = FIRST_CLUSTER + clusterCount(volume);
  const runs: ClusterRun[] = [];
  let at = firstCluster;
  for (let count = 0; count < most && at >= FIRST_CLUSTER && at < end && !taken[at]; count++) {
    taken[at] = 1;
    addRun(runs, { first: at, count: 1 });
    at = table[at] ?? 0;
  }
  return runs;
}

/** An empty table made to hold the chains of these files. */
export function chainedTable(table: Uint16Array, files: readonly GuestFile[]): Uint16Array {
  table.set([0xfff8, END_OF_CHAIN]);
  for (const { runs } of files) {
    for (const [index, { first, count }] of runs.entries()) {
      for (let i = 0; i < count; i++) table[first + i] = first + i + 1;
      table[first + count - 1] = runs[index + 1]?.first ?? END_OF_CHAIN;
    }
  }
  return table;
}

/** Old entries behind the end would come back with the first file that is made there. */
function clearBehindEnd(root: Uint8Array): void {
  for (let at = 0; at < root.length; at += ENTRY_BYTES) {
    if (root[at] !== ENTRY_UNUSED) continue;
    root.fill(0, at);
    return;
  }
}

function repairsOf(files: FatFiles, copies: readonly Uint16Array[], rootFound: Uint8Array): Repairs {
  const fat: number[] = [];
  for (let sector = 0; sector < files.volume.fatSectors; sector++) {
    const at = sector * FAT_ENTRIES_PER_SECTOR;
    const should = files.fat.subarray(at, at + FAT_ENTRIES_PER_SECTOR);
    if (copies.some((copy) => should.some((entry, i) => copy[at + i] !== entry))) fat.push(sector);
  }
  const root: number[] = [];
  for (let at = 0; at < files.root.length; at += SECTOR_BYTES) {
    const should = files.root.subarray(at, at + SECTOR_BYTES);
    if (should.some((byte, i) => rootFound[at + i] !== byte)) root.push(at / SECTOR_BYTES);
  }
  return { fat, root };
}
