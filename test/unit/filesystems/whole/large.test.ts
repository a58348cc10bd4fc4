/** Many files, deep chains, contents in pieces: what the leaf shows is the truth, and the same as on one flat file. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { buildImage } from '../../../support/imageBuilder.ts';
import { ScaleVolume } from '../../../support/ntfsScale.ts';
import { NTFS_ROOT, NtfsVolume } from '../../../support/ntfsWriter.ts';
import { chainFilesOf, type FoundVolume, foundIn, HASH_ONLY } from '../../../support/openedVolumes.ts';
import { buildVolumeChain, movedPieces, type Piece, type VolumeChain } from '../../../support/volumeChain.ts';

const MIB = 2 ** 20;

async function listedAt(chain: Pick<VolumeChain, 'files'>, point: number) {
  const files = await chainFilesOf(chain.files);
  const [volume] = (await files.volumes(point)).volumes;
  if (!volume) throw new Error('no volume');
  const found = foundIn(await files.list(point, volume));
  return { files, volume, found };
}

function expectFiles(found: FoundVolume, scale: ScaleVolume): void {
  const truth = [...scale.files.values()];
  expect(found.files.size).toBe(truth.length);
  const wrong = truth.filter(({ path, sizeBytes, modifiedMs }) => {
    const file = found.files.get(path);
    return file?.sizeBytes !== sizeBytes || file.modifiedMs !== modifiedMs;
  });
  expect(wrong.slice(0, 3)).toEqual([]);
}

describe('20,000 files through a chain of 17', () => {
  it('are listed as they are, and as on one flat file', async () => {
    const scale = new ScaleVolume({ seed: 3, folders: 200, files: 20_000 });
    const states = [scale.volume.pieces()];
    for (let layer = 0; layer < 16; layer++) states.push(scale.touch(100));
    const chain = buildVolumeChain({ diskBytes: scale.sizeBytes, states });
    const throughChain = await listedAt(chain, 0);
    expectFiles(throughChain.found, scale);
    const data = new Uint8Array(scale.sizeBytes);
    chain.disks[0]?.read(0, data);
    const flat = buildImage({ type: 'fixed', virtualSizeBytes: scale.sizeBytes, data }).file('flat.vhd');
    const { found } = await listedAt({ files: [{ name: 'flat.vhd', file: flat, bytes: flat }] }, 0);
    expect(found.listed.listing).toEqual(throughChain.found.listed.listing);
    // What was read for a listing is a small part of the disk, however many layers answer it.
    let touched = 0;
    const ranges = throughChain.found.listed.touched;
    for (let i = 0; i < ranges.length; i += 2) touched += (ranges[i + 1] ?? 0) - (ranges[i] ?? 0);
    expect(touched).toBeLessThan(20_400 * 1024 + 8 * MIB);
  });
});

describe('a file in pieces, past 4 GiB, changed by every layer', () => {
  it('reads as the flat array at every point', async () => {
    const clusterBytes = 4096;
    const volumeFirst = 5 * 1024 * MIB;
    const volume = new NtfsVolume({ sizeBytes: 64 * MIB, records: 64 });
    const starts = Array.from({ length: 4 }, () => {
      volume.allocate(1);
      return volume.allocate(1024);
    });
    const runs = [...starts].reverse().map((cluster) => ({ cluster, count: 1024 }));
    const sizeBytes = 16 * MIB - 100;
    volume.file(NTFS_ROOT, 'pieces.bin', Date.UTC(2024, 0, 1), { sizeBytes, runs });
    const prng = new Prng(9);
    const truth = new Uint8Array(16 * MIB);
    const write = (offset: number, length: number): Piece[] => {
      const bytes = new Uint8Array(length);
      prng.fillWords(bytes);
      truth.set(bytes, offset);
      const pieces: Piece[] = [];
      // No piece lies across two runs.
      for (let at = 0; at < length; at += clusterBytes) {
        const cluster = Math.floor((offset + at) / clusterBytes);
        const start = (runs[Math.floor(cluster / 1024)]?.cluster ?? 0) + (cluster % 1024);
        pieces.push({ offset: start * clusterBytes, bytes: bytes.slice(at, at + clusterBytes) });
      }
      return movedPieces(pieces, volumeFirst);
    };
    const mbr = new Uint8Array(512);
    const view = new DataView(mbr.buffer);
    view.setUint8(450, 7);
    view.setUint32(454, volumeFirst / 512, true);
    view.setUint32(458, (64 * MIB) / 512, true);
    view.setUint16(510, 0xaa55, true);
    const states = [
      [{ offset: 0, bytes: mbr }, ...movedPieces(volume.pieces(), volumeFirst), ...write(0, 16 * MIB)],
    ];
    const hashOf = () => createHash('sha256').update(truth.subarray(0, sizeBytes)).digest('hex');
    const hashes = [hashOf()];
    for (let layer = 0; layer < 6; layer++) {
      const changed: Piece[] = [];
      for (let i = 0; i < 5; i++) changed.push(...write(prng.below(4000) * clusterBytes, 3 * clusterBytes));
      states.push(changed);
      hashes.unshift(hashOf());
    }
    const chain = buildVolumeChain({ diskBytes: 6 * 1024 * MIB, states });
    for (const [point, sha256] of hashes.entries()) {
      const { files, volume: place, found } = await listedAt(chain, point);
      const inspected = await files.inspect(point, place, found.items, { ...HASH_ONLY, runs: true });
      expect(inspected.map((file) => file.sha256)).toEqual([sha256]);
      const told = inspected[0]?.runs.filter(({ layer }) => layer >= 0) ?? [];
      expect(new Set(told.map(({ layer }) => layer)).size, `point ${point}`).toBe(7 - point);
      files.close();
    }
  });
});
