/** `compact FILE OUT`: the same file without what need not be kept. */
import { ProgressMeter } from '../../base/progress.ts';
import { grouped, sizeText } from '../../base/units.ts';
import { imageOf } from '../../engine/making.ts';
import { compactImage } from '../../export/compactImage.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { checkOut, outSink, refuseInputs } from '../outFile.ts';
import { progressLine } from '../progressLine.ts';
import { Session } from '../session.ts';
import { jsonText, printable } from '../text.ts';
import { UsageError } from '../usage.ts';

type CompactCall = CallOf<'compact'>;

export async function compactCommand(call: CompactCall, io: Io): Promise<boolean> {
  checkOut(call);
  const { out } = call;
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    const [given] = targets;
    if (!given) throw new UsageError(`There is no “${call.file}”.`);
    const image = imageOf(session.pile, session.idOf(given));
    refuseInputs(out, session.pathsOf(session.view().files));
    const line = progressLine(io);
    const { module, signal } = await session.tools(line);
    const sourceBytes = image.file.sizeBytes;
    const meter = new ProgressMeter(line.report, 'Compacting', 'bytes', sourceBytes);
    const sink = await outSink(out);
    const made = await compactImage(image, sink, { module, meter, signal }).finally(line.clear);
    await io.out(
      call.json
        ? jsonText({ path: out, sourceBytes, ...made })
        : `${printable(out)}: ${sizeText(made.fileBytes)}, was ${sizeText(sourceBytes)}; ` +
            `${grouped(made.keptBlocks)} blocks kept, ${grouped(made.droppedBlocks)} dropped\n`,
    );
    return false;
  } finally {
    await session.close();
  }
}
