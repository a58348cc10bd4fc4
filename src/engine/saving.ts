/** Writes the disk as seen from a file of the pile to a new file. */
import { ProgressMeter, type Report } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import type { CoreModule } from '../core/core.ts';
import { exportDisk, type NewIdentity } from '../export/exportDisk.ts';
import type { SaveRequest, SaveResult } from './api.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';
import { openTarget } from './targets.ts';

export function newIdentity(platform: Platform): NewIdentity {
  return { id: platform.newId(), made: platform.now() };
}

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
  const disk = await openChain(module, images, { complete, signal });
  const { sink, name } = await openTarget(platform, pile, request.target);
  const hasher = await platform.createHasher().catch(async (error: unknown) => {
    await sink.abort();
    throw error;
  });
  const meter = new ProgressMeter(report, 'Saving', 'bytes', disk.sectorCount * SECTOR_BYTES);
  const written = await exportDisk(disk, sink, {
    format: request.format,
    identity: newIdentity(platform),
    blockSizeBytes: request.blockSizeBytes,
    wholeMib: request.wholeMib,
    hasher,
    meter,
    signal,
  });
  return { ...written, name, seconds: (performance.now() - startMs) / 1000 };
}
