/**
 * Looking inside, on this machine's disk: listing a hundred thousand NTFS files through a chain of 16 differencing disks against
 * the same on one flat file, and taking a file of 512 MiB out of that chain against a plain copy of as many bytes. Reading
 * runs in a thread of its own, as in the program: this same file, started once more. Argument: an empty folder.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { must } from '../src/base/assert.ts';
import { MIB } from '../src/base/units.ts';
import { serveFiles } from '../src/cli/filesThread.ts';
import { nodeFilesHost } from '../src/cli/nodeFilesHost.ts';
import { nodeHasher } from '../src/cli/nodeHasher.ts';
import { loadCore } from '../src/core/loadCoreNode.ts';
import { ChainFiles } from '../src/filesystems/chainFiles.ts';
import { wasmContentHasher } from '../src/filesystems/contentHasher.ts';
import type { ReadItem, VolumeListing } from '../src/filesystems/fileSystem.ts';
import type { FilesHost } from '../src/filesystems/filesHost.ts';
import { Listing } from '../src/filesystems/listing.ts';
import { fileSystemsWith } from '../src/filesystems/openFileSystem.ts';
import { fileConsumer } from '../src/filesystems/out/filePlace.ts';
import { loadSevenZipNode } from '../src/filesystems/sevenZip/loadSevenZipNode.ts';
import type { DiskImage } from '../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../src/formats/openImage.ts';
import { type FileSink, folderSink } from '../src/storage/fileSink.ts';
import { NodeFile } from '../src/storage/nodeFile.ts';
import { NodeFolder } from '../src/storage/nodeFolder.ts';
import { atLeast, atMost, type Figure, shown } from './figures.ts';
import { type DiskFiles, FILES, LARGE_BYTES, LARGE_NAME, makeDisk } from './filesVolume.ts';
import { alternate } from './timing.ts';

const LIST_ROUNDS = 5;
const COPY_ROUNDS = 5;
const SIDE_ROUNDS = 3;
const COPY_BYTES = 2 * MIB;

async function imagesOf(files: readonly string[]): Promise<DiskImage[]> {
  const images: DiskImage[] = [];
  for (const file of files) {
    const image = await openImage(new NodeFile(file));
    if (!isDiskImage(image)) throw new Error(`${file} is not a disk`);
    images.push(image);
  }
  return images;
}

/** Everything from opening the files on: no table or bitmap is known from the round before. */
async function listAnew(files: readonly string[]): Promise<VolumeListing> {
  const images = await imagesOf(files);
  const chain = new ChainFiles(images, true, {
    loadCore,
    openFileSystem: fileSystemsWith(loadSevenZipNode),
    createHasher: wasmContentHasher,
  });
  const { volumes } = await chain.volumes(0);
  const listed = await chain.list(0, must(volumes[0], 'the disk is one volume'));
  chain.close();
  for (const { file } of images) await file.close();
  return listed;
}

/** Equal but for nothing: the flat file is the disk as the leaf shows it. */
function checkEqual(chain: VolumeListing, flat: VolumeListing): void {
  const text = ({ listing: { names, parents, sizes, modifiedMs } }: VolumeListing) =>
    JSON.stringify([names, [...parents], [...sizes], [...modifiedMs]]);
  if (chain.listing.names.length < FILES || text(chain) !== text(flat))
    throw new Error('the listings differ');
}

async function listing({ chain, flat }: DiskFiles): Promise<Figure[]> {
  checkEqual(await listAnew(chain), await listAnew([flat]));
  const { first, second, ratio } = await alternate(
    LIST_ROUNDS,
    () => listAnew([flat]),
    () => listAnew(chain),
  );
  return [
    atMost('listing 100,000 NTFS files: chain of 16 beside one flat file', ratio, 1.5),
    shown('  through the chain, median', second / 1000, 's'),
    shown('  on the flat file, median', first / 1000, 's'),
  ];
}

/** Nothing waits for the disk: what is left is copying within memory. */
function unflushed(sink: FileSink): FileSink {
  return {
    name: sink.name,
    write: (offset, bytes) => sink.write(offset, bytes),
    truncate: (sizeBytes) => sink.truncate(sizeBytes),
    close: () => sink.abort(),
    abort: () => sink.abort(),
  };
}

interface CopyOptions {
  readonly flushes: boolean;
  readonly hashes: boolean;
}

async function largeItem(host: FilesHost) {
  const { volumes } = await host.volumes(0);
  const volume = must(volumes[0], 'the disk is one volume');
  const { listing: data } = await host.list(0, volume);
  const entry = new Listing(data).find(LARGE_NAME);
  const item: ReadItem = { entry, path: LARGE_NAME, sizeBytes: LARGE_BYTES };
  return { volume, item };
}

async function extracting({ chain, plain }: DiskFiles, target: string): Promise<Figure[]> {
  const host = nodeFilesHost({ images: await imagesOf(chain), complete: true }, new URL(import.meta.url));
  const { volume, item } = await largeItem(host);
  const extract = async ({ flushes, hashes }: CopyOptions) => {
    const sink = await folderSink(new NodeFolder(target), 'extracted');
    const consumer = fileConsumer(flushes ? sink : unflushed(sink), hashes ? { hasher: nodeHasher() } : {});
    await host.read(0, volume, [item], consumer);
    const { failed, sha256 } = await consumer.finish();
    if (failed.length > 0) throw new Error(failed[0]?.problem.message);
    return sha256;
  };
  const beside = (rounds: number, options: CopyOptions) =>
    alternate(
      rounds,
      () => extract(options),
      () => plainCopy(plain, target, options),
    );
  const all = { flushes: false, hashes: true };
  if ((await extract(all)) !== plainCopy(plain, target, all)) throw new Error('the copies differ');
  const flushed = await beside(COPY_ROUNDS, { flushes: true, hashes: false });
  const hashed = await beside(SIDE_ROUNDS, { flushes: false, hashes: true });
  const bare = await beside(SIDE_ROUNDS, { flushes: false, hashes: false });
  host.close();
  const rate = (ms: number) => LARGE_BYTES / MIB / (ms / 1000);
  return [
    // As the program does it: what it has extracted is on the disk.
    atLeast('extracting 512 MiB beside copying it, both flushed to the disk', flushed.ratio, 0.5),
    shown('  extracting', rate(flushed.first), 'MiB/s'),
    shown('  copying', rate(flushed.second), 'MiB/s'),
    shown('  neither flushed, both with SHA-256', hashed.ratio, '×'),
    shown('  neither flushed', bare.ratio, '×'),
    shown('    extracting', rate(bare.first), 'MiB/s'),
    shown('    copying', rate(bare.second), 'MiB/s'),
  ];
}

/** By nothing of ours; SHA-256 where it was asked for. */
function plainCopy(source: string, target: string, { flushes, hashes }: CopyOptions): string | null {
  const from = fs.openSync(source, 'r');
  const copy = path.join(target, 'copy');
  const to = fs.openSync(copy, 'w');
  const buffer = new Uint8Array(COPY_BYTES);
  const hash = hashes ? createHash('sha256') : null;
  for (let at = 0; at < LARGE_BYTES; at += COPY_BYTES) {
    fs.readSync(from, buffer, 0, COPY_BYTES, at);
    hash?.update(buffer);
    fs.writeSync(to, buffer, 0, COPY_BYTES, at);
  }
  fs.closeSync(from);
  if (flushes) fs.fsyncSync(to);
  fs.closeSync(to);
  fs.unlinkSync(copy);
  return hash?.digest('hex') ?? null;
}

async function main([folder = '']: readonly string[]): Promise<Figure[]> {
  const [source, target] = [path.join(folder, 'source'), path.join(folder, 'target')];
  fs.mkdirSync(source);
  fs.mkdirSync(target);
  const disk = makeDisk(source);
  return [...(await listing(disk)), ...(await extracting(disk, target))];
}

if (isMainThread) console.log(JSON.stringify(await main(process.argv.slice(2))));
else serveFiles();
