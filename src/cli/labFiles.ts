/** Keeps the files of a lab's machine in a folder of the operating system, in the folders that Hyper-V has. */
import fs from 'node:fs';
import path from 'node:path';
import { ProgressMeter } from '../base/progress.ts';
import { ByteScanner } from '../core/byteScanner.ts';
import type { CoreModule } from '../core/core.ts';
import { copyFolder } from '../lab/transfer/copyFolder.ts';
import { machineFiles } from '../lab/transfer/machineFiles.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { folderSink } from '../storage/fileSink.ts';
import { NodeFolder } from '../storage/nodeFolder.ts';
import { guarded } from '../storage/storageErrors.ts';
import type { Io } from './io.ts';
import { progressLine } from './progressLine.ts';
import { UsageError } from './usage.ts';

/** Zeros are left out where the file system can have holes: `writtenBytes` is what takes room. */
export interface KeptFiles {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  readonly writtenBytes: number;
}

/** Before anything is played. Throws `UsageError` unless the folder is empty, or can be made. */
export function checkOutFolder(out: string): void {
  const there = fs.statSync(out, { throwIfNoEntry: false });
  if (!there) {
    const above = path.dirname(path.resolve(out));
    if (fs.statSync(above, { throwIfNoEntry: false })?.isDirectory()) return;
    throw new UsageError(`There is no folder “${above}”.`);
  }
  if (!there.isDirectory()) throw new UsageError(`“${out}” is there and is not a folder.`);
  if (fs.readdirSync(out).length > 0)
    throw new UsageError(`The folder “${out}” is not empty.`, 'Name a new folder, or an empty one.');
}

/** All of them, or nothing is left behind. */
export async function keepFiles(
  files: DiskFolder,
  out: string,
  module: CoreModule,
  io: Io,
): Promise<KeptFiles> {
  const entries = await machineFiles(files);
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const scanner = await ByteScanner.create(module);
  const line = progressLine(io);
  const meter = new ProgressMeter(line.report, 'Writing', 'bytes', total);
  const wasThere = fs.existsSync(out);
  const made = new Set<string>();
  const sinkOf = (name: string) => {
    const folder = path.join(out, path.dirname(name));
    guarded({ action: 'create', file: folder }, () => fs.mkdirSync(folder, { recursive: true }));
    made.add(folder);
    return folderSink(new NodeFolder(folder), path.basename(name));
  };
  try {
    const names = entries.map(({ name }) => name);
    const copied = await copyFolder(files, names, sinkOf, {
      isZero: scanner.isZero.bind(scanner),
      advance: (bytes) => meter.advance(bytes),
      signal: io.signal,
    });
    return { folder: out, ...copied };
  } catch (error) {
    for (const folder of wasThere ? made : [out]) fs.rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    line.clear();
  }
}
