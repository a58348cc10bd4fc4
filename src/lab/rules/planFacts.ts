/** The facts of a plan, with the two questions that are answered from the files. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { LabContext } from '../context.ts';
import { openPoint } from '../transfer/openPoint.ts';
import type { LabFacts, PlanFacts, ToCopy } from './facts.ts';

/** Sectors that are looked up at once. */
const LOOK_AHEAD_SECTORS = 2 ** 17;

export async function planFacts(lab: LabContext, facts: LabFacts): Promise<PlanFacts> {
  return {
    ...facts,
    drive: lab.drive.model,
    driveBytes: lab.drive.sizeLimitBytes,
    usedBytes: await lab.drive.usedBytes(),
    nowUs: lab.clock.nowUs,
    // A sector that the newest file holds is what a merge of it copies.
    toCopy: (chain) => heldOf(lab, chain),
    heldBytes: async (chain) => (await heldOf(lab, chain)).copyBytes,
  };
}

async function heldOf(lab: LabContext, chain: readonly string[]): Promise<ToCopy> {
  const { disk, close } = await openPoint(lab.drive, chain, true, { module: lab.host.module });
  try {
    let sectors = 0;
    let runs = 0;
    for (let at = 0; at < disk.sectorCount; at += LOOK_AHEAD_SECTORS) {
      const count = Math.min(LOOK_AHEAD_SECTORS, disk.sectorCount - at);
      for (const run of await disk.heldRuns(at, count, 1)) {
        sectors += run.sectorCount;
        runs++;
      }
    }
    return { copyBytes: sectors * SECTOR_BYTES, runs };
  } finally {
    await close();
  }
}
