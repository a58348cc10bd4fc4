/**
 * A disk to look into, as files of this machine: an NTFS volume of a hundred thousand small files in a thousand folders and one
 * of 512 MiB in four pieces; as a chain of differencing disks that each changed a little, and as one fixed VHD.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import { Prng } from '../src/base/prng.ts';
import { KIB, MIB } from '../src/base/units.ts';
import type { MemoryBytes } from '../src/storage/memoryFile.ts';
import { footerBytes } from '../test/support/imageBuilder.ts';
import { ScaleVolume } from '../test/support/ntfsScale.ts';
import { NTFS_ROOT } from '../test/support/ntfsWriter.ts';
import { buildVolumeChain, type Piece } from '../test/support/volumeChain.ts';

export const LARGE_BYTES = 512 * MIB;
export const LARGE_NAME = 'large.bin';
export const FILES = 100_000;
/** Differencing disks on top of the base. */
export const DEPTH = 16;
const RUNS = 4;
const TOUCHED_FILES = 300;
const CHANGED_PIECES = 32;
const CHANGED_BYTES = 64 * KIB;
const STEP_BYTES = 4 * MIB;

export interface DiskFiles {
  /** Paths, leaf first. */
  readonly chain: readonly string[];
  readonly flat: string;
  /** The large file's contents at the leaf, as a file. */
  readonly plain: string;
}

export function makeDisk(folder: string): DiskFiles {
  const scale = new ScaleVolume({ seed: 7, folders: 1000, files: FILES, spareBytes: LARGE_BYTES + 64 * MIB });
  const { volume, sizeBytes } = scale;
  const clusters = LARGE_BYTES / RUNS / volume.clusterBytes;
  const starts = Array.from({ length: RUNS }, () => {
    // Something lies between, so that they are pieces.
    volume.allocate(1);
    return volume.allocate(clusters);
  });
  // The disk has them in another order than the file.
  const runs = [...starts].reverse().map((cluster) => ({ cluster, count: clusters }));
  volume.file(NTFS_ROOT, LARGE_NAME, Date.UTC(2024, 0, 1), { sizeBytes: LARGE_BYTES, runs });
  const prng = new Prng(8);
  const placeOf = (offset: number) => {
    const { cluster } = runs[Math.floor(offset / (LARGE_BYTES / RUNS))] ?? { cluster: 0 };
    return cluster * volume.clusterBytes + (offset % (LARGE_BYTES / RUNS));
  };
  const noise = (offset: number, length: number): Piece => {
    const bytes = new Uint8Array(length);
    prng.fillWords(bytes);
    return { offset: placeOf(offset), bytes };
  };
  const base = volume.pieces();
  for (let at = 0; at < LARGE_BYTES; at += STEP_BYTES) base.push(noise(at, STEP_BYTES));
  const states = [base];
  for (let layer = 0; layer < DEPTH; layer++) {
    const changed = scale.touch(TOUCHED_FILES);
    for (let i = 0; i < CHANGED_PIECES; i++)
      changed.push(noise(prng.below(LARGE_BYTES / CHANGED_BYTES) * CHANGED_BYTES, CHANGED_BYTES));
    states.push(changed);
  }
  const { files, disks } = buildVolumeChain({ diskBytes: sizeBytes, states });
  const chain = files.map(({ name, file }) => saved(path.join(folder, name), file.content));
  const [disk] = disks;
  if (!disk) throw new Error('a chain has a leaf');
  const flat = saved(path.join(folder, 'flat.vhd'), disk);
  fs.appendFileSync(flat, footerBytes({ type: 'fixed', virtualSizeBytes: sizeBytes }));
  return { chain, flat, plain: savedPlain(path.join(folder, 'plain.bin'), disk, placeOf) };
}

/** With holes where nothing was written. */
function saved(name: string, content: MemoryBytes): string {
  const handle = fs.openSync(name, 'w');
  fs.ftruncateSync(handle, content.sizeBytes);
  for (const { offset, bytes } of content.held()) {
    const length = Math.min(bytes.length, content.sizeBytes - offset);
    fs.writeSync(handle, bytes, 0, length, offset);
  }
  fs.closeSync(handle);
  return name;
}

function savedPlain(name: string, disk: MemoryBytes, placeOf: (offset: number) => number): string {
  const handle = fs.openSync(name, 'w');
  const bytes = new Uint8Array(STEP_BYTES);
  for (let at = 0; at < LARGE_BYTES; at += STEP_BYTES) {
    disk.read(placeOf(at), bytes);
    fs.writeSync(handle, bytes, 0, bytes.length, at);
  }
  fs.closeSync(handle);
  return name;
}
