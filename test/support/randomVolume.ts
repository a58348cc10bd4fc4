/** A volume somewhere on the disk of a random chain, with toy files in it, and everything the chain is known by. */
import { createHash } from 'node:crypto';
import { Prng } from '../../src/base/prng.ts';
import { loadCore } from '../../src/core/loadCoreNode.ts';
import type { FilesTools } from '../../src/filesystems/chainFiles.ts';
import type { VolumePlace } from '../../src/filesystems/filesHost.ts';
import type { DiskImage } from '../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { openRaw } from '../../src/formats/raw/open.ts';
import { buildRandomChain, type RandomChainOptions } from './randomChain.ts';
import { type ToyFile, ToyFileSystem } from './toyFileSystem.ts';

const core = loadCore();

export interface RandomVolume {
  readonly images: readonly DiskImage[];
  /** The disk at each point. */
  readonly truth: readonly Uint8Array[];
  readonly volume: VolumePlace;
  readonly files: readonly ToyFile[];
  readonly prng: Prng;
}

export async function randomVolume(seed: number, options: RandomChainOptions = {}): Promise<RandomVolume> {
  const { files, truth } = buildRandomChain(seed, options);
  const images = await Promise.all(
    files.map(async ({ file }) => {
      const image = await openImage(file);
      if (isDiskImage(image)) return image;
      const raw = await openRaw(file);
      if (isDiskImage(raw)) return raw;
      throw new Error(`${file.name} was refused`);
    }),
  );
  const prng = new Prng(seed + 1);
  const sectors = Math.min(...truth.map(({ length }) => length / 512));
  const firstSector = prng.below(Math.max(1, sectors / 2));
  const sectorCount = 1 + prng.below(sectors - firstSector);
  const volume = toyVolume(firstSector, sectorCount);
  return { images, truth, volume, files: randomFiles(prng, sectorCount * 512), prng };
}

export function toyVolume(firstSector: number, sectorCount: number): VolumePlace {
  const known = { label: '', sizeBytes: null, freeBytes: null, clusterBytes: null, serial: '' };
  return { firstSector, sectorCount, content: { kind: 'ntfs', name: 'Toy', ...known, readable: true } };
}

function randomFiles(prng: Prng, volumeBytes: number): ToyFile[] {
  return Array.from({ length: 1 + prng.below(8) }, () =>
    Array.from({ length: prng.below(5) }, () => {
      const at = prng.below(volumeBytes);
      const lengthBytes = Math.min(volumeBytes - at, 1 + prng.below(1 + prng.below(300_000)));
      return { at: prng.below(6) === 0 ? -1 : at, lengthBytes };
    }),
  );
}

/** Every volume holds these files. */
export function toyTools(files: readonly ToyFile[]): FilesTools {
  return {
    loadCore: () => core,
    openFileSystem: (window) => new ToyFileSystem(window, files),
    async createHasher() {
      let hash = createHash('sha256');
      return {
        begin() {
          hash = createHash('sha256');
        },
        update: (bytes) => void hash.update(bytes),
        digest: () => hash.digest('hex'),
      };
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes of `volume` at a point. */
export function volumeBytes({ truth, volume }: RandomVolume, point: number): Uint8Array {
  const { firstSector, sectorCount } = volume;
  return (truth[point] ?? new Uint8Array(0)).subarray(firstSector * 512, (firstSector + sectorCount) * 512);
}
