/** Figures of reading disks from private storage, against the browser's own reads of the same bytes. */
import { Prng } from '../src/base/prng.ts';
import { GIB, KIB, MIB, SECTOR_BYTES } from '../src/base/units.ts';
import type { DiskChain } from '../src/chain/diskChain.ts';
import {
  closeFiles,
  closeHandles,
  makeReads,
  openDisk,
  openFiles,
  type PrivateChain,
  type RawRead,
  rawHandles,
  rawReads,
} from './chains.ts';
import { atLeast, type Figure, shown } from './figures.ts';
import { alternate } from './timing.ts';

const READ_BYTES = 4 * KIB;
const READS = 20_000;
const PIECE_BYTES = 8 * MIB;

export async function randomReads(chain: PrivateChain): Promise<Figure[]> {
  const files = await openFiles(chain);
  const disk = await openDisk(files);
  const handles = await rawHandles(chain);
  const prng = new Prng(4);
  const target = new Uint8Array(READ_BYTES);
  const sectors: number[] = [];
  const raw: RawRead[] = [];
  while (sectors.length < READS) {
    const sector = prng.below(disk.sectorCount / 8) * 8;
    const reads = await rawReads(disk, handles, sector, target);
    if (reads.length === 0) continue;
    sectors.push(sector);
    raw.push(...reads);
  }
  const pair = await alternate(
    15,
    async () => {
      for (const sector of sectors) await disk.read(sector, target);
    },
    () => makeReads(raw),
  );
  closeHandles(handles);
  await closeFiles(files);
  return [
    atLeast('random 4 KiB reads at depth 64, of the same raw reads', pair.ratio, 0.75),
    shown('  a random 4 KiB read through the chain', (pair.first * 1000) / READS, 'µs'),
    shown('  the same, raw', (pair.second * 1000) / READS, 'µs'),
  ];
}

async function readWhole(disk: DiskChain): Promise<void> {
  for await (const piece of disk.passes({ chunkBytes: PIECE_BYTES })) void piece;
}

const rate = (bytes: number, milliseconds: number) => bytes / MIB / (milliseconds / 1000);

export async function wholeDisk(chain: PrivateChain): Promise<Figure[]> {
  const files = await openFiles(chain);
  const disk = await openDisk(files);
  const handles = await rawHandles(chain);
  const target = new Uint8Array(PIECE_BYTES);
  const raw: RawRead[] = [];
  for (let sector = 0; sector < disk.sectorCount; sector += PIECE_BYTES / SECTOR_BYTES) {
    const count = Math.min(PIECE_BYTES / SECTOR_BYTES, disk.sectorCount - sector);
    raw.push(...(await rawReads(disk, handles, sector, target.subarray(0, count * SECTOR_BYTES))));
  }
  const toRaw = await alternate(
    7,
    () => readWhole(disk),
    () => makeReads(raw),
  );
  closeHandles(handles);
  const shallowFiles = await openFiles(chain, chain.names.length - 2);
  const shallow = await openDisk(shallowFiles);
  const toShallow = await alternate(
    7,
    () => readWhole(disk),
    () => readWhole(shallow),
  );
  await closeFiles([...files, ...shallowFiles]);
  const bytes = disk.sectorCount * SECTOR_BYTES;
  return [
    atLeast('whole 64-deep 1 GiB disk, of the same extents without lookup', toRaw.ratio, 0.6),
    atLeast('whole 64-deep 1 GiB disk, of the same disk at depth 1', toShallow.ratio, 0.4),
    shown('  whole disk at depth 64', rate(bytes, toRaw.first), 'MiB/s'),
    shown(`  its ${raw.length} extents without lookup`, rate(bytes, toRaw.second), 'MiB/s'),
    shown('  whole disk at depth 1', rate(bytes, toShallow.second), 'MiB/s'),
  ];
}

export const WHOLE_DISK_SHAPE = {
  sizeBytes: GIB,
  depth: 64,
  baseBytes: GIB,
  changedBytes: 16 * MIB,
  seed: 1,
  writesData: true,
} as const;
