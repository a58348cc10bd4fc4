/** Figures of opening a disk of 2040 GiB in 65 files: against reading the bytes of its tables, which nobody can avoid. */
import { GIB, MIB } from '../src/base/units.ts';
import type { RandomAccessFile } from '../src/storage/randomAccessFile.ts';
import { closeFiles, openDisk, openFiles, openImages, openPicked, type PrivateChain } from './chains.ts';
import { atMost, type Figure, shown } from './figures.ts';
import { alternate } from './timing.ts';

export const HUGE_SHAPE = {
  sizeBytes: 2040 * GIB,
  depth: 64,
  baseBytes: 64 * GIB,
  changedBytes: 32 * MIB,
  seed: 2,
  writesData: false,
} as const;

const PIECE_BYTES = 8 * MIB;

interface Table {
  readonly file: RandomAccessFile;
  readonly offset: number;
  readonly lengthBytes: number;
}

async function tablesOf(files: readonly RandomAccessFile[]): Promise<Table[]> {
  return (await openImages(files)).flatMap(({ file, tables }) =>
    tables.kind === 'flat' ? [] : [{ file, offset: tables.batOffset, lengthBytes: tables.batEntries * 4 }],
  );
}

/** All tables into fresh memory that holds all of them, as a chain must. */
async function readTables(tables: readonly Table[]): Promise<void> {
  const total = tables.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  const memory = new Uint8Array(total);
  let place = 0;
  for (const { file, offset, lengthBytes } of tables) {
    for (let at = 0; at < lengthBytes; at += PIECE_BYTES) {
      const count = Math.min(PIECE_BYTES, lengthBytes - at);
      await file.read(offset + at, memory.subarray(place, place + count));
      place += count;
    }
  }
}

async function openAgainstTables(where: string, files: readonly RandomAccessFile[]): Promise<Figure[]> {
  const tables = await tablesOf(files);
  const bytes = tables.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  const pair = await alternate(
    7,
    () => readTables(tables),
    () => openDisk(files),
  );
  return [
    atMost(`opening a 2040 GiB disk 64 deep from ${where}, of reading its tables`, pair.ratio, 2.5),
    shown(`  opening it from ${where}`, pair.second, 'ms'),
    shown(`  reading its ${Math.round(bytes / MIB)} MiB of tables from ${where}`, pair.first, 'ms'),
  ];
}

export async function openHugePrivate(chain: PrivateChain): Promise<Figure[]> {
  const files = await openFiles(chain);
  const figures = await openAgainstTables('private storage', files);
  await closeFiles(files);
  return figures;
}

export async function openHugePicked(picked: readonly File[]): Promise<Figure[]> {
  const files = openPicked(picked);
  const figures = await openAgainstTables('picked files', files);
  await closeFiles(files);
  return figures;
}

/** Opens it once and keeps it: the memory of the process is looked at from outside. */
export async function holdHuge(picked: readonly File[]): Promise<{ wasmBytes: number; hold: unknown }> {
  const disk = await openDisk(openPicked(picked));
  return { wasmBytes: disk.memoryBytes, hold: disk };
}
