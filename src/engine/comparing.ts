/** Compares the disks as seen from two files of the pile. */
import { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import { compareDisks } from '../export/compareDisks.ts';
import type { CompareView, FileId } from './api.ts';
import type { WorkTools } from './checking.ts';
import type { Pile } from './pile.ts';

/** Both chains are opened anew, as a save does. */
export async function comparePoints(
  pile: Pile,
  one: FileId,
  other: FileId,
  { module, report, signal }: WorkTools,
): Promise<CompareView> {
  const startMs = performance.now();
  const open = (file: FileId) => {
    const { images, complete } = pile.chainFrom(file);
    return openChain(module, images, { complete, signal });
  };
  const first = await open(one);
  const second = await open(other);
  const total = Math.max(first.sectorCount, second.sectorCount) * SECTOR_BYTES;
  const meter = new ProgressMeter(report, 'Comparing', 'bytes', total);
  const comparison = await compareDisks(first, second, { module, meter, signal });
  meter.finish();
  return { ...comparison, seconds: (performance.now() - startMs) / 1000 };
}
