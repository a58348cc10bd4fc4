/** Requests that lie near each other become one read: for storages where each request costs time. */
import { must } from '../base/assert.ts';
import type { ReadRequest } from './randomAccessFile.ts';

/** Bytes `start` to `end` of the file, and the requests that they answer, in part or whole. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly requests: readonly ReadRequest[];
}

/** Joins requests whose gap is at most `readThroughBytes`; no request is dropped, empty ones excepted. */
export function joinRequests(requests: readonly ReadRequest[], readThroughBytes: number): Span[] {
  const sorted = requests.filter(({ target }) => target.length > 0).sort((a, b) => a.offset - b.offset);
  const spans: { start: number; end: number; requests: ReadRequest[] }[] = [];
  for (const request of sorted) {
    const end = request.offset + request.target.length;
    const last = spans.at(-1);
    if (last && request.offset - last.end <= readThroughBytes) {
      last.end = Math.max(last.end, end);
      last.requests.push(request);
    } else {
      spans.push({ start: request.offset, end, requests: [request] });
    }
  }
  return spans;
}

/** Cuts a span into pieces of about the same length, at most `mostBytes`. */
export function cutSpan(span: Span, mostBytes: number): Span[] {
  const lengthBytes = span.end - span.start;
  if (lengthBytes <= mostBytes) return [span];
  const pieceBytes = Math.ceil(lengthBytes / Math.ceil(lengthBytes / mostBytes));
  const pieces: Span[] = [];
  for (let start = span.start; start < span.end; start += pieceBytes) {
    const end = Math.min(start + pieceBytes, span.end);
    const requests = span.requests.filter(
      ({ offset, target }) => offset < end && offset + target.length > start,
    );
    if (requests.length > 0) pieces.push({ start, end, requests });
  }
  return pieces;
}

/** Copies what `bytes`, which stand at `start` in the file, have of each request. */
export function deliver(start: number, bytes: Uint8Array, requests: readonly ReadRequest[]): void {
  for (const { offset, target } of requests) {
    const from = Math.max(offset, start);
    const to = Math.min(offset + target.length, start + bytes.length);
    if (from < to) target.set(bytes.subarray(from - start, to - start), from - offset);
  }
}

/**
 * Runs `tasks`, at most `limit` at a time. After a failure no further task starts; it rejects once the running ones have
 * ended, so that nobody writes into a caller's buffer after that.
 */
export async function runTogether(tasks: readonly (() => Promise<void>)[], limit: number): Promise<void> {
  let next = 0;
  const runner = async () => {
    try {
      while (next < tasks.length) await must(tasks[next++], 'a task')();
    } catch (error) {
      next = tasks.length;
      throw error;
    }
  };
  const runners = Array.from({ length: Math.min(limit, tasks.length) }, runner);
  for (const result of await Promise.allSettled(runners))
    if (result.status === 'rejected') throw result.reason;
}
