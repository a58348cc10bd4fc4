/** `read FILE --sector N --count M`: bytes of the disk as seen, to standard output. */
import { DiskError } from '../../base/errors.ts';
import { ProgressMeter } from '../../base/progress.ts';
import { MIB, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskChain } from '../../chain/diskChain.ts';
import type { CallOf, Range } from '../call.ts';
import type { Io } from '../io.ts';
import { progressLine } from '../progressLine.ts';
import { Session } from '../session.ts';
import { UsageError } from '../usage.ts';
import { warnings } from '../warnings.ts';

type ReadCall = CallOf<'read'>;

const CHUNK_SECTORS = (4 * MIB) / SECTOR_BYTES;

export async function readCommand(call: ReadCall, io: Io): Promise<boolean> {
  if (call.json) throw new UsageError('“read” prints bytes, not JSON.', 'Leave --json out.');
  if (io.outIsTerminal) {
    throw new UsageError('Bytes of a disk would upset the terminal.', 'Send them on: … > FILE, or … | xxd.');
  }
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    for (const given of targets) {
      const { disk, layers } = await session.openDisk(given);
      checkRange(disk, call.range);
      warnings(io, session, layers, disk);
      await copyOut(disk, call.range, io);
    }
    return false;
  } finally {
    await session.close();
  }
}

/** Throws `UsageError` where the range is not on the disk. */
export function checkRange({ sectorCount }: DiskChain, range: Range): void {
  if (range.firstSector + range.sectorCount <= sectorCount) return;
  const { firstSector, sectorCount: count } = range;
  throw new UsageError(
    `Sectors ${firstSector} to ${firstSector + count - 1} are not on this disk: it has ${sectorCount}.`,
    `The last one is ${sectorCount - 1}.`,
  );
}

async function copyOut(disk: DiskChain, { firstSector, sectorCount }: Range, io: Io): Promise<void> {
  const line = progressLine(io);
  const meter = new ProgressMeter(line.report, 'Reading', 'bytes', sectorCount * SECTOR_BYTES);
  const buffer = new Uint8Array(Math.min(CHUNK_SECTORS, sectorCount) * SECTOR_BYTES);
  try {
    for (let done = 0; done < sectorCount; done += CHUNK_SECTORS) {
      io.signal.throwIfAborted();
      const first = firstSector + done;
      const bytes = buffer.subarray(0, Math.min(CHUNK_SECTORS, sectorCount - done) * SECTOR_BYTES);
      try {
        await disk.read(first, bytes);
      } catch (error) {
        if (error instanceof DiskError && error.code === 'parent-missing')
          await copyAnswered(disk, first, bytes, io);
        throw error;
      }
      await io.out(bytes);
      meter.advance(bytes.length);
    }
  } finally {
    line.clear();
  }
}

/** What stands before the first sector without an answer still goes out, so that the output ends where the answers do. */
async function copyAnswered(disk: DiskChain, firstSector: number, buffer: Uint8Array, io: Io): Promise<void> {
  const extents = await disk.extents(firstSector, buffer.length / SECTOR_BYTES);
  const missing = extents.find(({ kind }) => kind === 'missing');
  if (!missing || missing.firstSector === firstSector) return;
  const bytes = buffer.subarray(0, (missing.firstSector - firstSector) * SECTOR_BYTES);
  await disk.read(firstSector, bytes);
  await io.out(bytes);
}
