/** A sound file needs no repair: no step, no byte, no other size. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { patchOf } from '../../../../src/check/repair/planRepair.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { buildImage, buildRandomChain } from '../../../support/imageBuilder.ts';
import { soundImages } from '../../../support/mutations.ts';
import { hasSharedImage, sharedImage } from '../../../support/sharedImages.ts';
import { plannedFor } from './repairing.ts';

const REAL = [
  'd2v-zerofilled.vhd.bz2',
  'virtualpc-dynamic.vhd.bz2',
  'windows10-dynamic-gpt.vhd.gz',
  'windows10-fixed.vhd.gz',
  'iotest-dynamic-1G.vhdx.bz2',
] as const;

async function expectNothing(file: MemoryFile): Promise<void> {
  const { plan } = await plannedFor(file);
  expect(plan.steps).toEqual([]);
  expect(patchOf(plan)).toEqual({ sizeBefore: file.sizeBytes, sizeAfter: file.sizeBytes, changes: [] });
}

describe('the repair of a sound file changes nothing', () => {
  for (const { name, built } of soundImages()) it(`built: ${name}`, () => expectNothing(built.file(name)));

  it('random chains of every layout', async () => {
    const seed = 20_260_101;
    console.log(`seeds ${seed} to ${seed + 59}`);
    for (let i = 0; i < 60; i++) {
      for (const { file } of buildRandomChain(seed + i, {
        blockSizes: [4096, 2 ** 16],
        virtualSizeBytes: 300 * 512,
      }).files) {
        await expectNothing(file);
      }
    }
  });

  it('an empty disk of 2040 GiB', async () => {
    const built = buildImage({ type: 'dynamic', virtualSizeBytes: 2040 * 2 ** 30 });
    await expectNothing(built.file('large.vhd'));
  });

  it('a raw disk, a file of noise, an empty file', async () => {
    const noise = new Uint8Array(5000);
    new Prng(1).fill(noise);
    const raw = new Uint8Array(8192);
    raw.set([0x55, 0xaa], 510);
    for (const bytes of [noise, raw, new Uint8Array(0)])
      await expectNothing(MemoryFile.of('x', bytes, 'read-only'));
  });

  for (const name of REAL) {
    it.skipIf(!hasSharedImage(name))(`real: ${name}`, () => expectNothing(sharedImage(name)));
  }
});
