/** `trace FILE --sector N --count M`: which file answers, and the walk from the newest file down to the bytes. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { DiskChain } from '../../chain/diskChain.ts';
import type { TraceExtent } from '../../chain/readTrace.ts';
import type { CallOf, Range } from '../call.ts';
import type { Io } from '../io.ts';
import type { ExtentRecord, StepRecord } from '../records.ts';
import { Session } from '../session.ts';
import { jsonText } from '../text.ts';
import { traceText } from '../traceText.ts';
import { UsageError } from '../usage.ts';
import { warnings } from '../warnings.ts';
import { checkRange } from './read.ts';

type TraceCall = CallOf<'trace'>;

const MOST_EXTENTS = 1_000_000;
const PIECE_SECTORS = 2 ** 20;

export async function traceCommand(call: TraceCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    let missing = false;
    for (const given of targets) {
      const { disk, layers } = await session.openDisk(given);
      checkRange(disk, call.range);
      warnings(io, session, layers, disk);
      const extents = await extentsOf(disk, call.range, io.signal);
      // The walk's record has a limit; the answer has none.
      const trace = await disk.trace(call.range.firstSector, call.range.sectorCount);
      const { walk, index } = await disk.measure(trace);
      const names = layers.map(({ path }) => session.shown(path));
      await io.out(
        call.json
          ? jsonText({
              extents: extents.map((extent) => extentRecord(extent, names)),
              steps: trace.steps.map((step): StepRecord => ({ ...step, file: names[step.layer] ?? '' })),
              totals: { walk, index, walkedSectors: trace.sectorCount, complete: trace.complete },
            })
          : traceText({ range: call.range, names, extents, trace, walk, index }),
      );
      missing ||= extents.some(({ kind }) => kind === 'missing');
    }
    return missing;
  } finally {
    await session.close();
  }
}

/** The whole range, piece by piece; runs that go on without a break are one. Throws `UsageError` at too many. */
async function extentsOf(disk: DiskChain, range: Range, signal: AbortSignal): Promise<TraceExtent[]> {
  const extents: TraceExtent[] = [];
  for (let done = 0; done < range.sectorCount; done += PIECE_SECTORS) {
    signal.throwIfAborted();
    const count = Math.min(PIECE_SECTORS, range.sectorCount - done);
    for (const next of await disk.extents(range.firstSector + done, count)) {
      const before = extents.at(-1);
      const goesOn =
        before?.kind === next.kind &&
        before.layer === next.layer &&
        (next.kind !== 'data' || before.fileOffset + before.sectorCount * SECTOR_BYTES === next.fileOffset);
      if (before && goesOn) {
        extents[extents.length - 1] = { ...before, sectorCount: before.sectorCount + next.sectorCount };
      } else extents.push(next);
    }
    if (extents.length > MOST_EXTENTS) {
      throw new UsageError(`The range has more than ${MOST_EXTENTS} runs.`, 'Ask for a part of it.');
    }
  }
  return extents;
}

function extentRecord(
  { kind, layer, firstSector, sectorCount, fileOffset }: TraceExtent,
  names: readonly string[],
): ExtentRecord {
  return {
    kind,
    layer: layer < 0 ? null : layer,
    file: names[layer] ?? null,
    firstSector,
    sectorCount,
    fileOffset: fileOffset < 0 ? null : fileOffset,
  };
}
