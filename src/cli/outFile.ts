/** The one file that a call writes: never over a file that is there unless told so, and never over what is read. */
import * as fs from 'node:fs';
import path from 'node:path';
import { type FileSink, folderSink, PART_SUFFIX } from '../storage/fileSink.ts';
import { NodeFolder } from '../storage/nodeFolder.ts';
import { UsageError } from './usage.ts';

export interface OutFile {
  readonly out: string;
  readonly force: boolean;
}

/** Before anything is read. Throws `UsageError`. */
export function checkOut({ out, force }: OutFile): void {
  const folder = fs.statSync(path.dirname(out), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw new UsageError(`There is no folder “${path.dirname(out)}”.`);
  const there = fs.statSync(out, { throwIfNoEntry: false });
  if (there && !there.isFile()) throw new UsageError(`“${out}” is there and is not a file.`);
  if (there && !force)
    throw new UsageError(`“${out}” exists.`, 'Choose another name, or say --force to replace it.');
}

/** Under whatever name or link: writing over a file that the disk is read from would destroy both. */
export function refuseInputs(out: string, inputs: readonly string[]): void {
  for (const target of [out, out + PART_SUFFIX]) {
    const there = fs.statSync(target, { bigint: true, throwIfNoEntry: false });
    if (!there) continue;
    for (const input of inputs) {
      const source = fs.statSync(input, { bigint: true, throwIfNoEntry: false });
      if (source?.ino !== there.ino || source.dev !== there.dev) continue;
      throw new UsageError(
        `“${target}” is one of the files that the disk is read from.`,
        'Choose another name.',
      );
    }
  }
}

/** Has its name only when it is closed. */
export function outSink(out: string): Promise<FileSink> {
  return folderSink(new NodeFolder(path.dirname(out)), path.basename(out));
}
