/** How long a merge takes at the drive's figures, with nothing else going on. */
import { durationText, MIB, sizeText } from '../../base/units.ts';
import type { DriveModel } from '../drive/driveModel.ts';
import { US_PER_SECOND } from '../labTime.ts';
import type { ToCopy } from '../rules/facts.ts';

/** A batch is made durable in three steps: its data, its journal, the target's tables. */
const BATCH_BYTES = 2 * MIB;
const STEPS_PER_BATCH = 3;
/** Opening and indexing the chain, journal, taking over, configuration, removing the child: as counted in merges of one block. */
const BEGIN_AND_END = { requests: 50, flushes: 12 };

export function mergeSeconds(drive: DriveModel, { copyBytes, runs }: ToCopy): number {
  // Each run is read in one file and written in the other: the drive goes to and fro.
  const requests = 2 * Math.max(runs, Math.ceil(copyBytes / MIB)) + BEGIN_AND_END.requests;
  const steps = STEPS_PER_BATCH * Math.ceil(copyBytes / BATCH_BYTES);
  const requestUs = drive.requestUs + drive.seekUs;
  const flushes = steps + BEGIN_AND_END.flushes;
  const waitUs = (requests + steps) * requestUs + flushes * drive.flushUs;
  return (2 * copyBytes) / drive.bytesPerSecond + waitUs / US_PER_SECOND;
}

/** `22.4 MiB, about 3 s`. */
export function costText(copyBytes: number, seconds: number): string {
  if (copyBytes === 0) return 'nothing to copy';
  return `${sizeText(copyBytes)}, ${seconds < 1 ? 'less than 1 s' : `about ${durationText(seconds)}`}`;
}
