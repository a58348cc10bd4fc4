/** `export FILE OUT --format …`: the disk as seen, as a new file. OUT has its name only when it is whole. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { ProgressMeter } from '../../base/progress.ts';
import { SECTOR_BYTES, sizeText } from '../../base/units.ts';
import { exportDisk } from '../../export/exportDisk.ts';
import { folderSink, PART_SUFFIX } from '../../storage/fileSink.ts';
import { NodeFolder } from '../../storage/nodeFolder.ts';
import type { Call } from '../arguments.ts';
import type { Io } from '../io.ts';
import { nodeHasher } from '../nodeHasher.ts';
import { progressLine } from '../progressLine.ts';
import { Session } from '../session.ts';
import { jsonText, printable } from '../text.ts';
import { UsageError } from '../usage.ts';
import { warnings } from '../warnings.ts';

type ExportCall = Extract<Call, { command: 'export' }>;

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
      const sink = await folderSink(new NodeFolder(path.dirname(call.out)), path.basename(call.out));
      const result = await exportDisk(disk, sink, {
        format: call.format,
        identity: { id: randomBytes(16), made: new Date() },
        hasher: nodeHasher(),
        meter: new ProgressMeter(line.report, 'Writing', 'bytes', virtualSizeBytes),
        signal: io.signal,
      }).finally(line.clear);
      await io.out(
        call.json
          ? jsonText({ path: call.out, format: call.format, virtualSizeBytes, ...result })
          : `${printable(call.out)}: ${call.format}, a disk of ${sizeText(virtualSizeBytes)} in ${sizeText(result.fileBytes)}, ` +
              `${sizeText(result.writtenBytes)} of them written\nSHA-256 of the disk: ${result.sha256}\n`,
      );
    }
    return false;
  } finally {
    await session.close();
  }
}

function checkOut({ out, force }: ExportCall): void {
  const folder = fs.statSync(path.dirname(out), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw new UsageError(`There is no folder “${path.dirname(out)}”.`);
  const there = fs.statSync(out, { throwIfNoEntry: false });
  if (there && !there.isFile()) throw new UsageError(`“${out}” is there and is not a file.`);
  if (there && !force)
    throw new UsageError(`“${out}” exists.`, 'Choose another name, or say --force to replace it.');
}

/** Under whatever name or link: writing over a file that the disk is read from would destroy both. */
function refuseInputs(out: string, inputs: readonly string[]): void {
  for (const target of [out, out + PART_SUFFIX]) {
    const there = fs.statSync(target, { bigint: true, throwIfNoEntry: false });
    if (!there) continue;
    for (const input of inputs) {
      const source = fs.statSync(input, { bigint: true, throwIfNoEntry: false });
      if (source?.ino !== there.ino || source.dev !== there.dev) continue;
      throw new UsageError(
        `“${target}” is one of the files that the disk is read from.`,
        'Choose another name.',
      );
    }
  }
}
