/** `export FILE OUT --format …`: the disk as seen, as a new file. OUT has its name only when it is whole. */
import { randomBytes } from 'node:crypto';
import { ProgressMeter } from '../../base/progress.ts';
import { SECTOR_BYTES, sizeText } from '../../base/units.ts';
import { exportDisk } from '../../export/exportDisk.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { nodeHasher } from '../nodeHasher.ts';
import { checkOut, outSink, refuseInputs } from '../outFile.ts';
import { progressLine } from '../progressLine.ts';
import { Session } from '../session.ts';
import { jsonText, printable } from '../text.ts';
import { warnings } from '../warnings.ts';

type ExportCall = CallOf<'export'>;

export async function exportCommand(call: ExportCall, io: Io): Promise<boolean> {
  checkOut(call);
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    for (const given of targets) {
      const { disk, layers } = await session.openDisk(given);
      refuseInputs(call.out, session.pathsOf(layers));
      warnings(io, session, layers, disk);
      const virtualSizeBytes = disk.sectorCount * SECTOR_BYTES;
      const line = progressLine(io);
      const sink = await outSink(call.out);
      const result = await exportDisk(disk, sink, {
        format: call.format,
        identity: { id: randomBytes(16), made: new Date() },
        ...(call.blockSizeBytes === null ? {} : { blockSizeBytes: call.blockSizeBytes }),
        wholeMib: call.wholeMib,
        hasher: nodeHasher(),
        meter: new ProgressMeter(line.report, 'Writing', 'bytes', virtualSizeBytes),
        signal: io.signal,
      }).finally(line.clear);
      await io.out(
        call.json
          ? jsonText({ path: call.out, format: call.format, ...result })
          : `${printable(call.out)}: ${call.format}, a disk of ${sizeText(result.virtualSizeBytes)} in ${sizeText(result.fileBytes)}, ` +
              `${sizeText(result.writtenBytes)} of them written\nSHA-256 of the disk: ${result.sha256}\n`,
      );
    }
    return false;
  } finally {
    await session.close();
  }
}
