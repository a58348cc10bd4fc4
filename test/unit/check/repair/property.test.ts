/**
 * Repair ∘ damage = the original reading: files of random chains are damaged in ways that can be repaired; afterwards the
 * disk is the flat array that it was, except for the sectors that the plan said are lost, which are exactly those of the
 * entries that were overwritten.
 */
import { expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../../../src/formats/openImage.ts';
import { openRaw } from '../../../../src/formats/raw/open.ts';
import type { RandomAccessFile } from '../../../../src/storage/randomAccessFile.ts';
import { buildRandomChain, type RandomChain } from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';
import { readFlat } from '../../../support/readFlat.ts';
import { type Damaged, damaged } from './damages.ts';
import { expectBytes, repaired, troubles } from './repairing.ts';

const SEED = 40_417;
const CASES = 300;

it('what was damaged reads as before', async () => {
  console.log(`seeds ${SEED} to ${SEED + CASES - 1}`);
  const seen = new Map<string, number>();
  for (let seed = SEED; seed < SEED + CASES; seed++) {
    const prng = new Prng(seed);
    const chain = buildRandomChain(seed, {
      layers: 1 + prng.below(3),
      blockSizes: [4096, 2 ** 14],
      virtualSizeBytes: (30 + prng.below(150)) * 512,
    });
    const targets = chain.files.map((_, i) => i).filter((i) => !chain.files[i]?.name.endsWith('.img'));
    const target = targets[prng.below(targets.length)];
    if (target === undefined) continue;
    try {
      const damage = await damaged(prng, chain.files[target]?.file.bytes() ?? new Uint8Array(0));
      for (const kind of damage.kinds) seen.set(kind, (seen.get(kind) ?? 0) + 1);
      await expectUndone(chain, target, damage);
    } catch (error) {
      throw new Error(`seed ${seed}, file ${target}`, { cause: error });
    }
  }
  console.log([...seen].map(([kind, count]) => `${kind} ${count}`).join(', '));
  expect(seen.size).toBeGreaterThanOrEqual(16);
});

async function expectUndone(chain: RandomChain, target: number, damage: Damaged): Promise<void> {
  const name = chain.files[target]?.name ?? '';
  // A disk that is whole blocks again may end behind what the file has of its last one.
  const last = Math.ceil((chain.truth[target]?.length ?? 0) / damage.blockSizeBytes) - 1;
  const choices = { [`block-outside-file-${last}`]: 'keep' };
  const asked = damage.isResized ? { choices, parent: damage.parent } : { parent: damage.parent };
  const { plan, bytes, after } = await repaired(damage.bytes, asked, name);
  expect(plan.steps.length, damage.kinds.join()).toBeGreaterThan(0);
  expect(plan.choices.filter(({ chosen }) => chosen === null)).toEqual([]);
  expect(troubles(after), damage.kinds.join()).toEqual([]);
  const layers: DiskImage[] = [await opened(bytes)];
  for (const { file } of chain.files.slice(target + 1)) layers.push(await layerOf(file));
  const read = await readFlat(layers);
  const expected = expectedDisk(chain, target, damage);
  expectBytes(damage.isResized ? read.subarray(0, expected.length) : read, expected);
  const diskSectors = expected.length / 512;
  const losses = sectorsOf(plan.steps.flatMap(({ loses }) => loses?.ranges ?? []));
  expect(losses.filter((sector) => sector < diskSectors)).toEqual(lostSectors(damage, diskSectors));
}

async function layerOf(file: RandomAccessFile): Promise<DiskImage> {
  const image = await openImage(file);
  // A raw base of noise carries no signature.
  const layer = isDiskImage(image) ? image : await openRaw(file);
  if (!isDiskImage(layer)) throw new Error(`${file.name} was refused`);
  return layer;
}

/** What the damaged file held in lost blocks is the parent's now, or zeros. */
function expectedDisk({ truth }: RandomChain, target: number, damage: Damaged): Uint8Array {
  const disk = truth[target]?.slice() ?? new Uint8Array(0);
  const below = new Uint8Array(disk.length);
  below.set(truth[target + 1]?.subarray(0, disk.length) ?? []);
  for (const block of damage.lostBlocks) {
    const [from, to] = [block * damage.blockSizeBytes, (block + 1) * damage.blockSizeBytes];
    disk.set(below.subarray(from, to), Math.min(from, disk.length));
  }
  return disk;
}

function lostSectors({ lostBlocks, blockSizeBytes }: Damaged, diskSectors: number): number[] {
  const perBlock = blockSizeBytes / 512;
  return lostBlocks
    .flatMap((block) => Array.from({ length: perBlock }, (_, i) => block * perBlock + i))
    .filter((sector) => sector < diskSectors);
}

function sectorsOf(ranges: readonly { firstSector: number; sectorCount: number }[]): number[] {
  return ranges
    .flatMap(({ firstSector, sectorCount }) => Array.from({ length: sectorCount }, (_, i) => firstSector + i))
    .sort((a, b) => a - b);
}
