/** A new file is there whole or not at all. */
import type { FileSink } from '../storage/fileSink.ts';

/** Closes the sink after `work`, and aborts it on any fault, a cancel included: then no file stays behind. */
export async function intoSink<T>(
  sink: FileSink,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    signal?.throwIfAborted();
    await sink.close();
    return result;
  } catch (error) {
    // The fault that ended it is the one to tell, also where the sink cannot be aborted any more.
    await sink.abort().catch(() => undefined);
    throw error;
  }
}
