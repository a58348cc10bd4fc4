/**
 * Volumes that were made to harm: each lists right, or is refused with an error that says so; memory stays bounded, contents end
 * where they end, and the volume beside it on the same disk can be used before and after.
 */
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import type { ChainFiles } from '../../../../src/filesystems/chainFiles.ts';
import type { ReadItem, VolumeListing } from '../../../../src/filesystems/fileSystem.ts';
import type { VolumePlace } from '../../../../src/filesystems/filesHost.ts';
import { Listing } from '../../../../src/filesystems/listing.ts';
import { type HostileVolume, hostileVolumes } from '../../../support/hostileVolumes.ts';
import { NTFS_ROOT, NtfsVolume } from '../../../support/ntfsWriter.ts';
import { chainFilesOf } from '../../../support/openedVolumes.ts';
import { buildVolumeChain, movedPieces, type Piece } from '../../../support/volumeChain.ts';

const FIRST_SECTOR = 2048;
const SOUND_SECTORS = 8192;
/** Of one file; what comes before is enough to see that it goes on. */
const MOST_READ_BYTES = 4 * 2 ** 20;
const text = (value: string) => new TextEncoder().encode(value);

/** A master boot record with these partitions. */
function table(partitions: readonly { type: number; first: number; count: number }[]): Piece {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  for (const [i, { type, first, count }] of partitions.entries()) {
    view.setUint8(446 + i * 16 + 4, type);
    view.setUint32(446 + i * 16 + 8, first, true);
    view.setUint32(446 + i * 16 + 12, count, true);
  }
  view.setUint16(510, 0xaa55, true);
  return { offset: 0, bytes };
}

/** The hostile volume first, a sound one behind it; a second layer changes a sector of each. */
async function besideSound({ sizeBytes, pieces }: HostileVolume) {
  const sound = new NtfsVolume({ sizeBytes: SOUND_SECTORS * 512, records: 32 });
  sound.file(NTFS_ROOT, 'neighbour.txt', Date.UTC(2024, 0, 1), text('unharmed'));
  const count = Math.ceil(sizeBytes / 512);
  const soundFirst = Math.ceil((FIRST_SECTOR + count) / 2048) * 2048;
  const partitions = [
    { type: 7, first: FIRST_SECTOR, count },
    { type: 7, first: soundFirst, count: SOUND_SECTORS },
  ];
  const half = Math.ceil(pieces.length / 2);
  const chain = buildVolumeChain({
    diskBytes: (soundFirst + SOUND_SECTORS + 2048) * 512,
    states: [
      [table(partitions), ...movedPieces(pieces.slice(0, half), FIRST_SECTOR * 512)],
      [
        ...movedPieces(pieces.slice(half), FIRST_SECTOR * 512),
        ...movedPieces(sound.pieces(), soundFirst * 512),
      ],
    ],
  });
  const files = await chainFilesOf(chain.files);
  const hostile: VolumePlace = {
    firstSector: FIRST_SECTOR,
    sectorCount: count,
    // Whatever it is taken for: the reader gets it.
    content: {
      kind: 'unknown',
      name: '',
      label: '',
      sizeBytes: null,
      freeBytes: null,
      clusterBytes: null,
      serial: '',
      readable: true,
    },
  };
  return { files, hostile };
}

async function expectNeighbour(files: ChainFiles): Promise<void> {
  const { volumes } = await files.volumes(0);
  const volume = volumes[1];
  if (!volume) throw new Error('the neighbour is not there');
  const listed = await files.list(0, volume);
  expect(await contentsAt(files, volume, listed, 'neighbour.txt')).toBe('unharmed');
}

async function contentsAt(files: ChainFiles, volume: VolumePlace, listed: VolumeListing, path: string) {
  const listing = new Listing(listed.listing);
  const entry = listing.find(path);
  if (entry < 0) return `${path} is not listed`;
  const read = await readAll(files, volume, [{ entry, path, sizeBytes: listing.sizeBytes(entry) }]);
  return read.get(entry)?.text;
}

/** Every file, at most some MiB of each. */
async function readAll(files: ChainFiles, volume: VolumePlace, items: readonly ReadItem[]) {
  const found = new Map<
    number,
    { text: string; written: number; begun: number; ended: number; ok: boolean }
  >();
  const of = ({ entry }: ReadItem) => {
    const known = found.get(entry) ?? { text: '', written: 0, begun: 0, ended: 0, ok: false };
    found.set(entry, known);
    return known;
  };
  await files.read(0, volume, items, {
    begin: (item) => void of(item).begun++,
    write(item, offset, bytes) {
      const file = of(item);
      expect(file.begun - file.ended, 'written between begin and end').toBe(1);
      expect(offset, 'ascending').toBeGreaterThanOrEqual(file.written);
      file.written = offset + bytes.length;
      if (file.text.length < 100) file.text += new TextDecoder().decode(bytes.subarray(0, 100));
      return file.written < MOST_READ_BYTES;
    },
    end(item, { problem }) {
      of(item).ended++;
      of(item).ok = problem === null;
    },
  });
  return found;
}

async function listedOrRefused(
  files: ChainFiles,
  volume: VolumePlace,
): Promise<{ listed: VolumeListing | null; error: unknown }> {
  try {
    return { listed: await files.list(0, volume), error: null };
  } catch (error) {
    return { listed: null, error };
  }
}

function expectTree(listed: VolumeListing): Listing {
  const listing = new Listing(listed.listing);
  const { names, parents } = listed.listing;
  for (let entry = 1; entry < listing.count; entry++) {
    const parent = parents[entry] ?? -1;
    if (parent < 0 || parent >= entry || listing.kind(parent) !== 'folder')
      expect.fail(`entry ${entry} lies in ${parent}, which is no folder before it`);
    if (names[entry]?.includes('/')) expect.fail(`${names[entry]} has a slash`);
  }
  return listing;
}

describe.each(hostileVolumes())('$name', (volume) => {
  it('lists right or is refused, and harms nothing', async () => {
    const { files, hostile } = await besideSound(volume);
    const seen = (await files.volumes(0)).volumes[0];
    expect(seen?.firstSector).toBe(FIRST_SECTOR);
    // By the table, and by force where its own signature hides it.
    const place =
      seen?.content.kind === volume.kind
        ? seen
        : { ...hostile, content: { ...hostile.content, kind: volume.kind } };
    const { listed, error } = await listedOrRefused(files, place);
    if (error !== null) {
      if (!(error instanceof DiskError)) throw error;
      expect(volume.must, error.message).not.toBe('lists');
      expect(['corrupt', 'limit', 'unsupported', 'truncated']).toContain(error.code);
      expect(error.message.length).toBeLessThan(2000);
      expect(error.problem.meaning).toBeTruthy();
    }
    if (listed) {
      expect(volume.must).not.toBe('refused');
      const listing = expectTree(listed);
      const { least, most } = volume.entries ?? { least: 1, most: 200 };
      expect(listing.count).toBeGreaterThanOrEqual(least);
      expect(listing.count).toBeLessThanOrEqual(most);
      for (const name of volume.names ?? []) expect(listed.listing.names).toContain(name);
      for (const [path, size] of volume.sizes ?? []) expect(listing.sizeBytes(listing.find(path))).toBe(size);
      await expectContents(files, place, volume, listed, listing);
    }
    await expectNeighbour(files);
    files.close();
  });
});

async function expectContents(
  files: ChainFiles,
  place: VolumePlace,
  volume: HostileVolume,
  listed: VolumeListing,
  listing: Listing,
): Promise<void> {
  for (const [path, contents] of volume.sound ?? [])
    expect(await contentsAt(files, place, listed, path)).toBe(contents);
  const items: ReadItem[] = [];
  for (let entry = 1; entry < listing.count && items.length < 60; entry++) {
    if (listing.kind(entry) !== 'file') continue;
    items.push({ entry, path: listing.path(entry), sizeBytes: listing.sizeBytes(entry) });
  }
  const read = await readAll(files, place, items).catch((error: unknown) => {
    if (!(error instanceof DiskError)) throw error;
    return null;
  });
  // Refused as a whole, or every file begun and ended once.
  for (const { entry, path } of items) {
    if (!read) break;
    const file = read.get(entry);
    expect({ path, begun: file?.begun, ended: file?.ended }).toEqual({ path, begun: 1, ended: 1 });
    expect(file?.written ?? 0).toBeLessThanOrEqual(MOST_READ_BYTES + 64 * 2 ** 20);
  }
}
