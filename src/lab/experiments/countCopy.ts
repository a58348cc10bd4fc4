/** What a merge copies, as its plan counts it, and the stretches of the disk that this lies in. */
import { SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import { openChain } from '../../chain/openChain.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { BlockTally, countHeld } from '../../merge/countStretch.ts';
import type { ToCopy } from '../rules/facts.ts';
import type { ExperimentTools } from './experiment.ts';

/** Blocks do not matter here: what counts is each run that is touched. */
class RunTally extends BlockTally {
  runs = 0;

  constructor() {
    super(SECTOR_BYTES, null);
  }

  override touch(range: SectorRange): void {
    this.runs++;
    super.touch(range);
  }
}

/** Each sector that `sources` hold, once. Reads every bitmap of theirs. */
export async function countCopy(
  sources: readonly DiskImage[],
  { module, signal }: Pick<ExperimentTools, 'module' | 'signal'>,
): Promise<ToCopy> {
  const disk = await openChain(module, sources, { complete: false, stagingBytes: 0, signal });
  try {
    const tally = new RunTally();
    const { copied } = await countHeld(disk, tally, null, { module, signal });
    return { copyBytes: copied * SECTOR_BYTES, runs: tally.runs };
  } finally {
    disk.close();
  }
}
