/** `compare A B`: two disks, or two points of one chain. Exit status 1 where they differ. */
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { CompareView } from '../../engine/api.ts';
import { comparePoints } from '../../engine/comparing.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { progressLine } from '../progressLine.ts';
import { Session } from '../session.ts';
import { jsonText } from '../text.ts';
import { UsageError } from '../usage.ts';

type CompareCall = CallOf<'compare'>;

/** Ranges that are printed; `--json` gives all that were kept. */
const SHOWN_RANGES = 20;

export async function compareCommand(call: CompareCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, call.files, call, false);
  try {
    const [one, other = one] = targets;
    if (!one || !other) throw new UsageError('There is nothing to compare.');
    for (const given of [one, other]) {
      if (session.target(given).view === null) throw new UsageError(`“${given.shown}” is not a disk.`);
    }
    const line = progressLine(io);
    const tools = await session.tools(line);
    const view = await comparePoints(session.pile, session.idOf(one), session.idOf(other), tools).finally(
      line.clear,
    );
    const { cells: _cells, sectorsPerCell: _sectorsPerCell, ...told } = view;
    await io.out(call.json ? jsonText(told) : `${textLines(view).join('\n')}\n`);
    return !view.equal;
  } finally {
    await session.close();
  }
}

function textLines(view: CompareView): string[] {
  const [one, other] = view.sectorCounts;
  const lines = [
    view.equal
      ? `The disks are equal: ${sizeText(one * SECTOR_BYTES)}.`
      : `The disks differ in ${grouped(view.differingBytes)} bytes, in ${grouped(view.differingSectors)} sectors, in ${grouped(view.rangeCount)} ranges.`,
  ];
  if (one !== other)
    lines.push(
      `They have different sizes: ${sizeText(one * SECTOR_BYTES)} and ${sizeText(other * SECTOR_BYTES)}.`,
    );
  if (view.unknownSectors > 0)
    lines.push(`${grouped(view.unknownSectors)} sectors are not known: their file is not here.`);
  lines.push(
    `${sizeText(view.sharedSectors * SECTOR_BYTES)} lie at the same place for both and were not read; ${view.seconds.toFixed(1)} s.`,
  );
  for (const { firstSector, sectorCount } of view.ranges.slice(0, SHOWN_RANGES)) {
    const last = firstSector + sectorCount - 1;
    lines.push(
      sectorCount === 1
        ? `  sector ${grouped(firstSector)}`
        : `  sectors ${grouped(firstSector)}–${grouped(last)}`,
    );
  }
  if (view.rangeCount > SHOWN_RANGES) lines.push(`  and ${grouped(view.rangeCount - SHOWN_RANGES)} more`);
  return lines;
}
