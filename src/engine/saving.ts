/** Writes the disk as seen from a file of the pile to a new file. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter, type Report } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import type { CoreModule } from '../core/core.ts';
import { exportDisk } from '../export/exportDisk.ts';
import { type FileSink, folderSink } from '../storage/fileSink.ts';
import type { SaveRequest, SaveResult, SaveTarget } from './api.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';
import { freeName } from './privateStorage.ts';

/**
 * The chain is opened anew: a save goes on while the page looks at another disk, and its passes share no memory with the
 * chain in view. The target is made only when the chain is open.
 */
export async function saveDisk(
  platform: Platform,
  pile: Pile,
  module: CoreModule,
  request: SaveRequest,
  report: Report,
  signal: AbortSignal,
): Promise<SaveResult> {
  const startMs = performance.now();
  const { images, complete } = pile.chainFrom(request.file);
  await refuseOwnFile(pile, request.target);
  const disk = await openChain(module, images, { complete, signal });
  const { sink, name } = await openTarget(platform, request.target);
  const hasher = await platform.createHasher().catch(async (error: unknown) => {
    await sink.abort();
    throw error;
  });
  const virtualSizeBytes = disk.sectorCount * SECTOR_BYTES;
  const meter = new ProgressMeter(report, 'Saving', 'bytes', virtualSizeBytes);
  const written = await exportDisk(disk, sink, {
    format: request.format,
    identity: { id: platform.newId(), made: platform.now() },
    hasher,
    meter,
    signal,
  });
  return { ...written, name, virtualSizeBytes, seconds: (performance.now() - startMs) / 1000 };
}

async function openTarget(platform: Platform, target: SaveTarget): Promise<{ sink: FileSink; name: string }> {
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
      message: `“${path}” is open here: the disk cannot be saved over one of the files it may be read from.`,
      meaning: 'Nothing was written.',
      remedy: 'Choose another name.',
    });
  }
}
