/** Merges files of a folder with the engine's own run, counts what it writes, and says how long it took. */
import { assert, must } from '../src/base/assert.ts';
import type { CoreModule } from '../src/core/core.ts';
import type { DiskImage } from '../src/formats/diskImage.ts';
import { headInPlace } from '../src/merge/journalHeadOf.ts';
import { MergeRun } from '../src/merge/mergeRun.ts';
import { openDisk, openDisks } from '../src/merge/openFiles.ts';
import type { DiskFolder } from '../src/storage/diskFolder.ts';
import type { RandomAccessFile } from '../src/storage/randomAccessFile.ts';

export interface Merged {
  /** Without `removeMs`. */
  readonly ms: number;
  /** Removing the merged files: the storage's own work, which takes as long as they are large. */
  readonly removeMs: number;
  /** Of `ms`: waiting for flushes. */
  readonly flushMs: number;
  /** Written to the target; to the journal. */
  readonly targetBytes: number;
  readonly journalBytes: number;
  readonly flushes: number;
  /** Distinct bytes of the sources. */
  readonly copiedBytes: number;
}

/** `names`: newest first; the last is the target. The others are gone then. Opening the files is not timed, nor is removing them. */
export async function mergeChain(
  folder: DiskFolder,
  names: readonly string[],
  module: CoreModule,
): Promise<Merged> {
  const target = must(names.at(-1), 'a target');
  const sources = await openDisks(
    folder,
    names.slice(0, -1).map((name) => ({ name, isRaw: false })),
  );
  const image = await openDisk(folder, target, 'read-write', false);
  const images = [...sources, image];
  const stretch = { images, names, complete: true, first: 0, last: names.length - 1, children: [] };
  const head = await headInPlace(folder, stretch, { sha256Before: null, live: false });
  const [ofTarget, ofJournal] = [new Count(), new Count()];
  const counted: DiskImage = { ...image, file: counting(image.file, ofTarget) };
  const journals: DiskFolder = {
    list: () => folder.list(),
    open: (name, access) => folder.open(name, access),
    create: async (name) => counting(await folder.create(name), ofJournal),
    rename: (from, to) => folder.rename(from, to),
    remove: async (name) => {
      const start = performance.now();
      await folder.remove(name);
      removeMs += performance.now() - start;
    },
  };
  let removeMs = 0;
  const start = performance.now();
  const run = await MergeRun.start(journals, { head, sources, target: counted }, { module });
  while (await run.step());
  await run.settle();
  const { copiedBytes } = run;
  await run.finish();
  const ms = performance.now() - start - removeMs;
  assert(copiedBytes > 0, 'something was merged');
  return {
    ms,
    removeMs,
    flushMs: ofTarget.flushMs + ofJournal.flushMs,
    targetBytes: ofTarget.bytes,
    journalBytes: ofJournal.bytes,
    flushes: ofTarget.flushes + ofJournal.flushes,
    copiedBytes,
  };
}

class Count {
  bytes = 0;
  flushes = 0;
  flushMs = 0;
}

function counting(file: RandomAccessFile, count: Count): RandomAccessFile {
  const readNow = file.readNow?.bind(file);
  return {
    name: file.name,
    access: file.access,
    durable: file.durable,
    readThroughBytes: file.readThroughBytes,
    get sizeBytes() {
      return file.sizeBytes;
    },
    ...(readNow ? { readNow } : {}),
    read: (offset, target) => file.read(offset, target),
    readMany: (requests) => file.readMany(requests),
    write: (offset, bytes) => {
      count.bytes += bytes.length;
      return file.write(offset, bytes);
    },
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    flush: async () => {
      const start = performance.now();
      await file.flush();
      count.flushes++;
      count.flushMs += performance.now() - start;
    },
    close: () => file.close(),
  };
}
