/** The facts of a plan, with the two questions that are answered from the files. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { LabContext } from '../context.ts';
import { openPoint } from '../transfer/openPoint.ts';
import type { LabFacts, PlanFacts } from './facts.ts';

/** Sectors that are looked up at once. */
const LOOK_AHEAD_SECTORS = 2 ** 17;

export async function planFacts(lab: LabContext, facts: LabFacts): Promise<PlanFacts> {
  // A sector that the newest file holds is what a merge of it copies.
  const heldBytes = (chain: readonly string[]) => heldOf(lab, chain);
  return {
    ...facts,
    drive: lab.drive.model,
    driveBytes: lab.drive.sizeLimitBytes,
    usedBytes: await lab.drive.usedBytes(),
    nowUs: lab.clock.nowUs,
    copyBytes: heldBytes,
    heldBytes,
  };
}

async function heldOf(lab: LabContext, chain: readonly string[]): Promise<number> {
  const { disk, close } = await openPoint(lab.drive, chain, true, { module: lab.host.module });
  try {
    let sectors = 0;
    for (let at = 0; at < disk.sectorCount; at += LOOK_AHEAD_SECTORS) {
      const count = Math.min(LOOK_AHEAD_SECTORS, disk.sectorCount - at);
      for (const run of await disk.heldRuns(at, count, 1)) sectors += run.sectorCount;
    }
    return sectors * SECTOR_BYTES;
  } finally {
    await close();
  }
}
