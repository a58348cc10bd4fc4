/** Copies a file of the private storage to a file that the user picked, with progress and cancel. */
import type { Problem } from '../../base/errors.ts';
import { ProgressMeter, type Report } from '../../base/progress.ts';

/** null when it is done. The target takes its name only at the end, so a stopped copy leaves nothing. */
export async function copyToPicked(
  source: Blob,
  target: FileSystemFileHandle,
  report: Report,
  signal: AbortSignal,
): Promise<Problem | null> {
  const meter = new ProgressMeter(report, 'Copying', 'bytes', source.size);
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      meter.advance(chunk.byteLength);
    },
  });
  try {
    const writable = await target.createWritable();
    await source.stream().pipeThrough(counter).pipeTo(writable, { signal });
    meter.finish();
    return null;
  } catch (error) {
    return problemOf(error, target.name, signal);
  }
}

function problemOf(error: unknown, name: string, signal: AbortSignal): Problem {
  if (signal.aborted) return { code: 'cancelled', message: `The copy to ${name} was cancelled.` };
  const kind = error instanceof DOMException ? error.name : '';
  const meaning = 'No file is left behind, and the one in the private storage is as it was.';
  if (kind === 'QuotaExceededError') {
    return {
      code: 'no-space',
      message: `There is no room for ${name} where it goes.`,
      meaning,
      remedy: 'Make room there, or choose another place.',
    };
  }
  if (kind === 'NotAllowedError') {
    return {
      code: 'permission',
      message: `The browser does not let this page write ${name}.`,
      meaning,
      remedy: 'Export again and allow it, or use Download.',
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'io',
    message: `${name} can’t be written: ${message}.`,
    meaning,
    remedy: 'Use Download instead.',
  };
}
