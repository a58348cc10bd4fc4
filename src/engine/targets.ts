/** Where a new file goes: a file that the user picked, or private storage under a name that is free. */
import { DiskError } from '../base/errors.ts';
import { type FileSink, folderSink } from '../storage/fileSink.ts';
import type { SaveTarget } from './api.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';
import { freeName } from './privateStorage.ts';

export interface OpenedTarget {
  readonly sink: FileSink;
  readonly name: string;
}

/** Throws 'busy' where the target is a file that the pile holds open. */
export async function openTarget(platform: Platform, pile: Pile, target: SaveTarget): Promise<OpenedTarget> {
  await refuseOwnFile(pile, target);
  if (target.kind === 'handle')
    return { sink: await platform.handleSink(target.handle), name: target.handle.name };
  const folder = await platform.privateFolder();
  const name = freeName(
    target.name,
    (await folder.list()).map((entry) => entry.name),
  );
  return { sink: await folderSink(folder, name), name };
}

/** Closing the new file would swap the source away while it is read. */
async function refuseOwnFile(pile: Pile, target: SaveTarget): Promise<void> {
  if (target.kind !== 'handle') return;
  for (const { path, handle } of pile.all) {
    if (!(await handle?.isSameEntry(target.handle))) continue;
    throw new DiskError({
      code: 'busy',
      message: `“${path}” is open here: nothing new is written over a file that may be read meanwhile.`,
      meaning: 'Nothing was written.',
      remedy: 'Choose another name.',
    });
  }
}
