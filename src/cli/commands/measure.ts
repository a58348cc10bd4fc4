/** `measure FILE`: what an export, a compact or a merge would need and give. Writes nothing. */
import { durationText, grouped, sizeText } from '../../base/units.ts';
import type { MeasureRequest } from '../../engine/api.ts';
import { imageOf } from '../../engine/making.ts';
import { measure, readRate } from '../../engine/measuring.ts';
import type { Measurement } from '../../export/measurement.ts';
import { type CallOf, EXPORT_FORMATS } from '../call.ts';
import type { Io } from '../io.ts';
import { progressLine } from '../progressLine.ts';
import { Session } from '../session.ts';
import { jsonText, table } from '../text.ts';
import { UsageError } from '../usage.ts';

type MeasureCall = CallOf<'measure'>;

export async function measureCommand(call: MeasureCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    const [given] = targets;
    if (!given) throw new UsageError(`There is no “${call.file}”.`);
    const file = session.idOf(given);
    const image = imageOf(session.pile, file);
    const line = progressLine(io);
    const tools = await session.tools(line);
    const requests: [string, MeasureRequest][] = EXPORT_FORMATS.map((format) => [
      `export ${format}`,
      { operation: 'export', file, format },
    ]);
    if (image.tables.kind !== 'flat') requests.push(['compact', { operation: 'compact', file }]);
    if (session.pile.chainFrom(file).ids.length > 1) requests.push(['merge', { operation: 'merge', file }]);
    const measured: Record<string, Measurement> = {};
    for (const [name, request] of requests) {
      measured[name] = await measure(session.pile, request, tools).finally(line.clear);
    }
    const readBytesPerSecond = await readRate(image.file, io.signal);
    await io.out(
      call.json ? jsonText({ ...measured, readBytesPerSecond }) : text(measured, readBytesPerSecond),
    );
    return false;
  } finally {
    await session.close();
  }
}

function text(measured: Readonly<Record<string, Measurement>>, rate: number | null): string {
  const rows = Object.entries(measured).map(([name, each]) => [
    name,
    sizeText(each.readBytes),
    sizeText(each.writeBytes),
    `${each.exact ? '' : '≤ '}${sizeText(each.fileBytes)}`,
    grouped(each.blocks),
    each.freedBytes < 0 ? `−${sizeText(-each.freedBytes)}` : sizeText(each.freedBytes),
    rate === null ? '' : shortText(each.readBytes / rate),
  ]);
  const head = ['', 'reads', 'writes', 'file', 'blocks', 'gains', 'reading takes'];
  const note = rate === null ? [] : [`read at ${sizeText(rate)}/s, measured now`];
  return `${[...table([head, ...rows], 1), ...note].join('\n')}\n`;
}

function shortText(seconds: number): string {
  return seconds < 1 ? 'under 1 s' : durationText(seconds);
}
