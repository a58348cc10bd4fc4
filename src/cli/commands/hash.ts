/** `hash FILE`: SHA-256 of the disk as seen, in the words of sha256sum. */
import { ProgressMeter } from '../../base/progress.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import { hashDisk } from '../../export/hashDisk.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { nodeHasher } from '../nodeHasher.ts';
import { progressLine } from '../progressLine.ts';
import { Session } from '../session.ts';
import { jsonText } from '../text.ts';
import { warnings } from '../warnings.ts';

type HashCall = CallOf<'hash'>;

export async function hashCommand(call: HashCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    for (const given of targets) {
      const { disk, layers } = await session.openDisk(given);
      warnings(io, session, layers, disk);
      const sizeBytes = disk.sectorCount * SECTOR_BYTES;
      const line = progressLine(io);
      const meter = new ProgressMeter(line.report, 'Hashing', 'bytes', sizeBytes);
      const sha256 = await hashDisk(disk, { hasher: nodeHasher(), meter, signal: io.signal }).finally(
        line.clear,
      );
      await io.out(
        call.json
          ? jsonText({ sha256, path: given.shown, virtualSizeBytes: sizeBytes })
          : hashLine(sha256, given.shown),
      );
    }
    return false;
  } finally {
    await session.close();
  }
}

/** As sha256sum prints it: a name with a line break or backslash in it is escaped, and the line marked with a backslash. */
export function hashLine(sha256: string, path: string): string {
  const escaped = path.replace(/[\\\n\r]/g, (char) =>
    char === '\\' ? '\\\\' : char === '\n' ? '\\n' : '\\r',
  );
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`;
}
