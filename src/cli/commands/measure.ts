/** `measure FILE`: what an export or a compact would need and give. Only a temporary file is written. */
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { durationText, grouped, sizeText } from '../../base/units.ts';
import type { MeasureRequest } from '../../engine/api.ts';
import { imageOf } from '../../engine/making.ts';
import { measure, readRate, secondsOf, writeRate } from '../../engine/measuring.ts';
import type { Measurement } from '../../export/measurement.ts';
import { NodeFolder } from '../../storage/nodeFolder.ts';
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
    const measured: Record<string, Measurement> = {};
    for (const [name, request] of requests) {
      measured[name] = await measure(session.pile, request, tools).finally(line.clear);
    }
    const rates = {
      readBytesPerSecond: await readRate(image.file, io.signal),
      writeBytesPerSecond: await temporaryWriteRate(io.signal),
    };
    await io.out(call.json ? jsonText({ ...measured, ...rates }) : text(measured, rates));
    return false;
  } finally {
    await session.close();
  }
}

interface Rates {
  readonly readBytesPerSecond: number | null;
  readonly writeBytesPerSecond: number | null;
}

/** In the system's folder for temporary files: where the user would write to is not known. */
async function temporaryWriteRate(signal: AbortSignal): Promise<number | null> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'disklab-'));
  try {
    return await writeRate(new NodeFolder(folder), signal);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function text(measured: Readonly<Record<string, Measurement>>, rates: Rates): string {
  const { readBytesPerSecond, writeBytesPerSecond } = rates;
  const rows = Object.entries(measured).map(([name, each]) => {
    const seconds = secondsOf(each, readBytesPerSecond, writeBytesPerSecond);
    return [
      name,
      sizeText(each.readBytes),
      sizeText(each.writeBytes),
      `${each.exact ? '' : '≤ '}${sizeText(each.fileBytes)}`,
      grouped(each.newFiles),
      grouped(each.blocks),
      each.freedBytes < 0 ? `−${sizeText(-each.freedBytes)}` : sizeText(each.freedBytes),
      seconds === null ? '' : shortText(seconds),
    ];
  });
  const head = ['', 'reads', 'writes', 'file', 'new files', 'blocks', 'gains', 'takes'];
  const notes = [
    ...(readBytesPerSecond === null ? [] : [`read at ${sizeText(Math.round(readBytesPerSecond))}/s`]),
    ...(writeBytesPerSecond === null
      ? []
      : [`written to temporary files at ${sizeText(Math.round(writeBytesPerSecond))}/s`]),
  ];
  const note = notes.length === 0 ? [] : [`${notes.join(', ')}, measured now`];
  return `${[...table([head, ...rows], 1), ...note].join('\n')}\n`;
}

function shortText(seconds: number): string {
  return seconds < 1 ? 'under 1 s' : durationText(seconds);
}
