/**
 * A machine's disk on two folders of a drive: a base, a child of it that is merged into it, the leaf that a guest writes to
 * and another child beside the leaf. For Node and for workers: it expects nothing itself.
 */
import { Prng } from '../../src/base/prng.ts';
import type { DiskChain } from '../../src/chain/diskChain.ts';
import { openChain } from '../../src/chain/openChain.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { DiskImage } from '../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { SNAPSHOT_FOLDER, VHD_FOLDER } from '../../src/lab/machine/machine.ts';
import { LiveMerge, type LiveRequest } from '../../src/merge/liveMerge.ts';
import type { DiskFolder } from '../../src/storage/diskFolder.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import { buildImage, mixedEndianId, SECTOR, utf16le } from './imageBuilder.ts';

export const BASE = `${VHD_FOLDER}/web01.vhd`;
export const MIDDLE = `${SNAPSHOT_FOLDER}/middle.avhd`;
export const LEAF = `${SNAPSHOT_FOLDER}/leaf.avhd`;
export const SIBLING = `${SNAPSHOT_FOLDER}/sibling.avhd`;
export const JOURNAL = `${BASE}.merge-journal`;

export const SECTORS = 64;
const PER_BLOCK = 8;
const CACHES = { ownerBytes: 2 ** 20, pageBytes: 2 ** 18 };

/** Sectors that each file holds. */
const HELD = {
  [BASE]: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 33],
  [MIDDLE]: [1, 2, 10, 11, 12, 13, 40, 41, 42, 63],
  [LEAF]: [2, 3, 12, 50],
  [SIBLING]: [0, 11, 60],
} as const;

const PARENTS = { [BASE]: null, [MIDDLE]: BASE, [LEAF]: MIDDLE, [SIBLING]: MIDDLE } as const;
const FILES = [BASE, MIDDLE, LEAF, SIBLING] as const;
type FileName = (typeof FILES)[number];

/** The disk as each file shows it. */
export function truthOf(name: FileName): Uint8Array {
  const parent = PARENTS[name];
  const disk = parent === null ? new Uint8Array(SECTORS * SECTOR) : truthOf(parent);
  for (const sector of HELD[name])
    disk.fill(FILES.indexOf(name) * 64 + sector + 1, sector * SECTOR, (sector + 1) * SECTOR);
  return disk;
}

function fileBytes(name: FileName): Uint8Array {
  const [parent, truth] = [PARENTS[name], truthOf(name)];
  const blocks = Array.from({ length: SECTORS / PER_BLOCK }, (_, block) => {
    const bits = new Uint8Array(PER_BLOCK);
    for (const sector of HELD[name])
      if (Math.floor(sector / PER_BLOCK) === block) bits[sector % PER_BLOCK] = 1;
    const data = truth.slice(block * PER_BLOCK * SECTOR, (block + 1) * PER_BLOCK * SECTOR);
    return [block, parent ? { data, bits } : { data }] as const;
  }).filter(([block]) => HELD[name].some((sector) => Math.floor(sector / PER_BLOCK) === block));
  const path = parent === BASE ? '..\\Virtual Hard Disks\\web01.vhd' : '.\\middle.avhd';
  return buildImage({
    type: parent ? 'differencing' : 'dynamic',
    virtualSizeBytes: SECTORS * SECTOR,
    blockSizeBytes: PER_BLOCK * SECTOR,
    id: mixedEndianId(FILES.indexOf(name)),
    blocks,
    ...(parent && {
      parent: {
        id: mixedEndianId(FILES.indexOf(parent)),
        name: parent.slice(parent.indexOf('/') + 1),
        locators: [{ platform: 'W2ru', data: utf16le(path) }],
      },
    }),
  }).bytes();
}

/** Writes the files into an empty folder, flushed. */
export async function putScene(folder: DiskFolder): Promise<void> {
  for (const name of FILES) {
    const file = await folder.create(name);
    await file.write(0, fileBytes(name));
    await file.flush();
    await file.close();
  }
}

/** The middle file goes into the base while a guest has the leaf; leaf and sibling must be relinked. */
export async function startMerge(folder: DiskFolder, module: CoreModule): Promise<LiveMerge> {
  const image = await imageOf(await folder.open(SIBLING, 'read-only'));
  await image.file.close();
  const request: LiveRequest = {
    names: [LEAF, MIDDLE, BASE],
    complete: true,
    first: 1,
    last: 2,
    children: [{ name: SIBLING, image, of: 1 }],
  };
  return LiveMerge.start(folder, request, { module, batchBytes: 2 * SECTOR, caches: CACHES });
}

/** What each sector may read as: what was flushed last, and everything written since. */
export class Allowed {
  private readonly versions: number[][];

  constructor(disk: Uint8Array) {
    this.versions = Array.from({ length: SECTORS }, (_, sector) => [disk[sector * SECTOR] ?? 0]);
  }

  written(sector: number, fill: number): void {
    this.versions[sector]?.push(fill);
  }

  flushed(): void {
    for (const versions of this.versions) versions.splice(0, versions.length - 1);
  }

  /** Sectors that read as something else, or are not of one piece. */
  wrongIn(disk: Uint8Array): number[] {
    return this.versions.flatMap((versions, sector) => {
      const bytes = disk.subarray(sector * SECTOR, (sector + 1) * SECTOR);
      const [fill = -1] = bytes;
      return versions.includes(fill) && bytes.every((byte) => byte === fill) ? [] : [sector];
    });
  }
}

/** Merges to the end, with writes of the guest and flushes between the steps. */
export async function mergeWithGuest(merge: LiveMerge, allowed: Allowed, seed: number, steps = 1000) {
  const prng = new Prng(seed);
  for (let step = 0; step < steps && merge.progress.state !== 'switched'; step++) {
    for (let i = prng.below(3); i > 0; i--) {
      const [sector, fill] = [prng.below(SECTORS), 1 + prng.below(255)];
      allowed.written(sector, fill);
      await merge.write(sector, new Uint8Array(SECTOR).fill(fill));
    }
    if (prng.below(2) === 0) {
      await merge.flush();
      allowed.flushed();
    }
    await merge.step();
  }
}

export async function readDisk(
  module: CoreModule,
  folder: DiskFolder,
  names: readonly string[],
): Promise<Uint8Array> {
  const images: DiskImage[] = [];
  for (const name of names) images.push(await imageOf(await folder.open(name, 'read-only')));
  const disk: DiskChain = await openChain(module, images, {
    ...CACHES,
    complete: true,
    stagingBytes: 2 ** 20,
  });
  const bytes = new Uint8Array(disk.sectorCount * SECTOR);
  await disk.read(0, bytes);
  for (const { file } of images) await file.close();
  return bytes;
}

/** The parent that a differencing disk names: its own name, and the paths. */
export async function parentOf(folder: DiskFolder, name: string): Promise<string[]> {
  const { parent, file } = await imageOf(await folder.open(name, 'read-only'));
  await file.close();
  return parent ? [parent.name, ...parent.paths.map(({ path }) => path)] : [];
}

async function imageOf(file: RandomAccessFile): Promise<DiskImage> {
  const image = await openImage(file);
  if (isDiskImage(image)) return image;
  throw new Error(`${file.name} is refused: ${image.findings.map(({ message }) => message).join(' ')}`);
}
