/** What a piece of work would need, and how long it would take at the rates of this machine, measured now. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { MIB } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import { measureCompact } from '../export/measureCompact.ts';
import { measureExport } from '../export/measureExport.ts';
import type { Measurement } from '../export/measurement.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { MeasureRequest, MeasureView } from './api.ts';
import type { WorkTools } from './checking.ts';
import { imageOf } from './making.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';

export async function measureWork(
  platform: Platform,
  pile: Pile,
  request: MeasureRequest,
  tools: WorkTools,
): Promise<MeasureView> {
  const measurement = await measure(pile, request, tools);
  const readBytesPerSecond = await readRate(imageOf(pile, request.file).file, tools.signal);
  const folder = await platform.privateFolder().catch(() => null);
  const writeBytesPerSecond = folder && (await writeRate(folder, tools.signal));
  const seconds = secondsOf(measurement, readBytesPerSecond, writeBytesPerSecond);
  return { ...measurement, readBytesPerSecond, writeBytesPerSecond, seconds };
}

/** Reading and writing one after the other; null where a rate is not known. */
export function secondsOf(
  { readBytes, writeBytes }: Pick<Measurement, 'readBytes' | 'writeBytes'>,
  readBytesPerSecond: number | null,
  writeBytesPerSecond: number | null,
): number | null {
  if (!readBytesPerSecond || !writeBytesPerSecond) return null;
  return readBytes / readBytesPerSecond + writeBytes / writeBytesPerSecond;
}

export async function measure(pile: Pile, request: MeasureRequest, tools: WorkTools): Promise<Measurement> {
  const { module, report, signal } = tools;
  const image = imageOf(pile, request.file);
  if (request.operation === 'export') {
    const { images, complete } = pile.chainFrom(request.file);
    const disk = await openChain(module, images, { complete, signal });
    return measureExport(disk, request.format, request.blockSizeBytes);
  }
  const meter = new ProgressMeter(report, `Measuring ${image.file.name}`, 'bytes', image.file.sizeBytes);
  return measureCompact(image, { module, meter, signal });
}

const PIECE_BYTES = 4 * MIB;
const MOST_MS = 250;

/** From places spread over the file, so that not only what a cache holds is read; null for tiny files. */
export async function readRate(file: RandomAccessFile, signal: AbortSignal): Promise<number | null> {
  const pieces = Math.min(16, Math.floor(file.sizeBytes / PIECE_BYTES));
  if (pieces === 0) return null;
  const target = new Uint8Array(PIECE_BYTES);
  const step = Math.floor((file.sizeBytes - PIECE_BYTES) / Math.max(1, pieces - 1));
  const startMs = performance.now();
  let read = 0;
  for (let piece = 0; piece < pieces && performance.now() - startMs < MOST_MS; piece++) {
    await file.read(piece * step, target);
    read += PIECE_BYTES;
    signal.throwIfAborted();
  }
  return rateOf(read, startMs);
}

const PROBE_NAME = 'write rate.part';

/** A file that is flushed and removed again; null where there is no room for one. */
export async function writeRate(folder: DiskFolder, signal: AbortSignal): Promise<number | null> {
  try {
    if ((await folder.list()).some(({ name }) => name === PROBE_NAME)) await folder.remove(PROBE_NAME);
    const file = await folder.create(PROBE_NAME);
    try {
      // Not zeros: a file system may leave those out.
      const source = new Uint8Array(PIECE_BYTES).fill(0x5a);
      const startMs = performance.now();
      let written = 0;
      while (written < 4 * PIECE_BYTES && performance.now() - startMs < MOST_MS) {
        await file.write(written, source);
        written += PIECE_BYTES;
        signal.throwIfAborted();
      }
      await file.flush();
      return rateOf(written, startMs);
    } finally {
      await file.close();
      await folder.remove(PROBE_NAME);
    }
  } catch (error) {
    // No room to measure in is no reason to say nothing about the rest.
    if (error instanceof DiskError && error.code !== 'cancelled') return null;
    throw error;
  }
}

function rateOf(bytes: number, startMs: number): number {
  return bytes / Math.max(1e-6, (performance.now() - startMs) / 1000);
}
