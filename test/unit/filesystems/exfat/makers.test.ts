/** Images of mkfs.exfat that exfat-fuse wrote files into: names, times, sizes and bytes as it had them. */
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ExfatFileSystem } from '../../../../src/filesystems/exfat/exfat.ts';
import { Listing } from '../../../../src/filesystems/listing.ts';
import { rangesBytes } from '../../../../src/filesystems/ranges.ts';
import { MemoryWindow, readAll } from '../../../support/exfatBuilder.ts';
import { isInstalled, run } from '../../../support/installed.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

interface ManifestFile {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  readonly sha256: string;
}

interface ManifestImage {
  readonly image: string;
  readonly clusterBytes: number;
  readonly freeBytes: number;
  readonly folders: readonly string[];
  readonly files: readonly ManifestFile[];
}

const FOLDER = new URL('../../../fixtures/filesystems/exfat/', import.meta.url);
const manifest: readonly ManifestImage[] = JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8'));

test.each(manifest)('$image', async ({ image, clusterBytes, freeBytes, folders, files }) => {
  const bytes = gunzipSync(readFileSync(new URL(`${image}.img.gz`, FOLDER)));
  const fileSystem = new ExfatFileSystem(MemoryWindow.of(bytes));
  const { facts, listing: data, touched, warnings } = await fileSystem.list();
  expect(warnings).toEqual([]);
  expect(facts).toEqual({ name: 'exFAT', label: image, clusterBytes, freeBytes, sizeBytes: bytes.length });
  const listing = new Listing(data);
  const entries = Array.from({ length: listing.count - 1 }, (_, i) => i + 1);
  const paths = (kind: string) =>
    entries
      .filter((entry) => listing.kind(entry) === kind)
      .map((entry) => listing.path(entry))
      .sort();
  expect(paths('folder')).toEqual([...folders].sort());
  expect(paths('file')).toEqual(files.map(({ path }) => path).sort());
  const read = await readAll(fileSystem, listing);
  for (const file of files) {
    const entry = listing.find(file.path);
    const found = read.get(entry);
    expect([file.path, listing.sizeBytes(entry), found?.end.problem]).toEqual([file.path, file.size, null]);
    expect(
      createHash('sha256')
        .update(found?.bytes ?? '')
        .digest('hex'),
      file.path,
    ).toBe(file.sha256);
    expect(Math.floor(listing.modifiedMs(entry) / 1000) * 1000, file.path).toBe(file.modified);
    expect(rangesBytes(found?.end.touched ?? new Float64Array(0))).toBeGreaterThanOrEqual(
      found?.bytes.length ?? 0,
    );
  }
  // The listing reads no contents.
  expect(rangesBytes(touched)).toBeLessThan(bytes.length / 4);
});

describe.skipIf(!isInstalled('mkfs.exfat'))('mkfs.exfat', () => {
  test.each([
    { sizeMib: 4, options: [] },
    { sizeMib: 8, options: ['-c', '512'] },
    { sizeMib: 16, options: ['-c', '128K', '-L', 'größer'] },
    { sizeMib: 32, options: ['-c', '2M', '-b', '4M'] },
  ])('$options in $sizeMib MiB is empty and sound', async ({ sizeMib, options }) => {
    const path = join(temporaryFolder(), 'image');
    const file = openSync(path, 'w');
    ftruncateSync(file, sizeMib * 2 ** 20);
    closeSync(file);
    run('mkfs.exfat', ...options, path);
    const bytes = readFileSync(path);
    const { facts, listing, warnings } = await new ExfatFileSystem(MemoryWindow.of(bytes)).list();
    expect(warnings).toEqual([]);
    expect(listing.names).toEqual(['']);
    expect(facts.label).toBe(options[3] === 'größer' ? 'größer' : '');
    // What mkfs itself needs: bitmap, up-case table of 5836 bytes, and the root folder, a cluster or a few each.
    const clusterBytes = facts.clusterBytes ?? 0;
    const clusters = bytes.readUInt32LE(92);
    const bitmap = Math.ceil(clusters / 8 / clusterBytes);
    const upcase = Math.ceil(5836 / clusterBytes);
    expect(facts.freeBytes).toBe((clusters - bitmap - upcase - 1) * clusterBytes);
    // And with its main boot region gone.
    const damaged = await new ExfatFileSystem(MemoryWindow.of(bytes.fill(0, 0, 4096))).list();
    expect(damaged.facts).toEqual(facts);
    expect(damaged.warnings).toHaveLength(1);
  });
});
