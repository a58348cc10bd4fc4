/**
 * How a `Job` crosses to the worker: its number as data, its `report` as a message port. Comlink clones objects inside
 * arguments, and a function cannot be cloned, so both sides register this handler.
 */
import { type TransferHandler, transferHandlers } from 'comlink';
import type { Progress } from '../base/progress.ts';
import type { Job } from './api.ts';

interface WireJob {
  readonly id: number;
  readonly port: MessagePort;
}

/** Ports of the jobs that run, on the page's side: closed when the job has ended, so that they do not pile up. */
const openPorts = new Map<number, MessagePort>();

const jobHandler: TransferHandler<Job, WireJob> = {
  canHandle: (value): value is Job =>
    typeof value === 'object' &&
    value !== null &&
    'report' in value &&
    typeof value.report === 'function' &&
    'id' in value &&
    typeof value.id === 'number',
  serialize(job) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<Progress>) => job.report(event.data);
    openPorts.get(job.id)?.close();
    openPorts.set(job.id, port1);
    return [{ id: job.id, port: port2 }, [port2]];
  },
  deserialize: ({ id, port }) => ({ id, report: (progress) => port.postMessage(progress) }),
};

/** Call it once on each side before the first message. */
export function registerJobTransfer(): void {
  // The registry is typed for handlers of unknown values; ours narrows with canHandle before it serializes.
  transferHandlers.set('job', jobHandler as TransferHandler<unknown, unknown>);
}

/** The job has ended: no progress of it is heard any more. */
export function closeJobPort(jobId: number): void {
  openPorts.get(jobId)?.close();
  openPorts.delete(jobId);
}
