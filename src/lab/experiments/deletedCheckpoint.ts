/**
 * A machine at work whose only checkpoint is about to be deleted: Now's disk holds a set share of the disk's sectors, and
 * that is what has to be merged.
 */
import { DiskError } from '../../base/errors.ts';
import { MIB, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { LabCommand } from '../commands.ts';
import type { Lab } from '../lab.ts';
import { US_PER_SECOND } from '../labTime.ts';
import type { LabMerge } from '../merges/mergeView.ts';
import type { ExperimentTools } from './experiment.ts';
import { PlayedCommands } from './labRuns.ts';
import type { ExperimentSetup } from './setup.ts';

export const DELETED = 'before the update';

/** Writes of a command are held in memory whole, and a scenario's are no longer. */
const MOST_WRITE_BYTES = 4 * MIB;
const LEAST_WRITES = 16;
const MOST_CHANGED_BYTES = 512 * MIB;
/** After the last write: the guest is at its own work by then. */
const WORK_US = US_PER_SECOND / 5;

export function changedBytes({ diskBytes, changedPercent }: ExperimentSetup): number {
  return Math.round((diskBytes * changedPercent) / 100 / SECTOR_BYTES) * SECTOR_BYTES;
}

/** Spread evenly over the disk. Throws 'bad-request' for more than is held in memory. */
export function changes(setup: ExperimentSetup): LabCommand[] {
  const totalBytes = changedBytes(setup);
  if (totalBytes > MOST_CHANGED_BYTES)
    throw new DiskError({
      code: 'bad-request',
      message: `${sizeText(totalBytes)} would have to be written; this experiment holds its disks in memory and writes at most ${sizeText(MOST_CHANGED_BYTES)}.`,
      meaning: 'Nothing was run.',
      remedy: 'Choose a smaller disk, or a smaller share of it.',
    });
  const count = Math.max(LEAST_WRITES, Math.ceil(totalBytes / MOST_WRITE_BYTES));
  const stride = Math.floor(setup.diskBytes / SECTOR_BYTES / count);
  const sectorCount = Math.min(stride, Math.max(1, Math.round(totalBytes / SECTOR_BYTES / count)));
  return Array.from({ length: count }, (_, i) => ({
    do: 'write',
    disk: 'disk0',
    firstSector: i * stride,
    sectorCount,
    seed: (setup.seed + i) >>> 0,
  }));
}

/** The checkpoint is taken while the machine is off; then it starts, changes its disk and works for a while. */
export async function playToDeletion(
  lab: Lab,
  setup: ExperimentSetup,
  tools: ExperimentTools,
): Promise<PlayedCommands> {
  const played = new PlayedCommands(lab, tools);
  await played.do({ do: 'take', name: DELETED });
  await played.do({ do: 'start' });
  for (const command of changes(setup)) await played.do(command);
  await played.wait(WORK_US);
  return played;
}

/** Nothing of the checkpoint is left: its disk was merged, or deleted with it. */
export function isGone(lab: Lab, name: string): boolean {
  return !lab.state.checkpoints.some((checkpoint) => checkpoint.name === name);
}

/** The merge of this checkpoint that ended last; null = none did. */
export function endedMerge(lab: Lab, name: string): LabMerge | null {
  return lab.view().merges.find(({ nodeName, state }) => nodeName === name && state === 'done') ?? null;
}
