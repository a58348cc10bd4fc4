/** Rows of the merge queue in words. */
import { durationText, grouped, sizeText } from '../../../base/units.ts';
import type { LabMerge, Progress } from '../../../engine/api.ts';
import { shortName } from '../../../engine/api.ts';

const US_PER_SECOND = 1_000_000;

/** `5C3A91E0.avhd into 9B17C4D2.avhd`; of one that has no descendant to merge yet, its own file. */
export function filesWords({ source, target }: LabMerge): string {
  return source === null ? shortName(target) : `${shortName(source)} into ${shortName(target)}`;
}

export type MergeMark = 'run' | 'wait' | 'ok' | 'error' | 'warning';

export function markOf({ state }: LabMerge): MergeMark {
  if (state === 'done') return 'ok';
  if (state === 'failed') return 'error';
  if (state === 'cancelled') return 'warning';
  return state === 'waits' ? 'wait' : 'run';
}

/** Nobody copies less than nothing, and what is copied again does not count twice. */
export function mergeProgress(merge: LabMerge, bytesPerSecond: number | null, nowUs: number): Progress {
  const total = Math.max(1, merge.totalBytes);
  const done = Math.min(total, merge.copiedBytes);
  return {
    phase: merge.state === 'catching up' ? 'last blocks' : 'copying',
    done,
    total,
    unit: 'bytes',
    perSecond: bytesPerSecond,
    secondsLeft: bytesPerSecond ? (total - done) / bytesPerSecond : null,
    elapsedSeconds: Math.max(0, nowUs - (merge.startedUs ?? nowUs)) / US_PER_SECOND,
  };
}

/** `34.6 MiB of 91 MiB, 0.29 MiB/s, 3 min 15 s left.` In simulated time. */
export function runningWords(merge: LabMerge, progress: Progress): string {
  const amount = `${sizeText(Math.round(progress.done))} of ${sizeText(merge.totalBytes)}`;
  if (merge.state === 'catching up')
    return `${amount}. The last blocks: those that the guest writes to meanwhile.`;
  const rate = progress.perSecond === null ? '' : `, ${sizeText(Math.round(progress.perSecond))}/s`;
  const left = progress.secondsLeft === null ? '' : `, ${durationText(progress.secondsLeft)} left`;
  return `${amount}${rate}${left}.`;
}

/** What was copied twice, and what it does to the guest; '' where there is nothing to say. */
export function againWords({ dirtyBlocks, writer, copiedBytes, totalBytes }: LabMerge): string {
  const words: string[] = [];
  if (dirtyBlocks > 0) {
    words.push(
      `${grouped(dirtyBlocks)} ${dirtyBlocks === 1 ? 'block' : 'blocks'} written meanwhile ${dirtyBlocks === 1 ? 'is' : 'are'} copied again.`,
    );
  }
  if (totalBytes > 0 && copiedBytes > totalBytes) {
    words.push(`${sizeText(copiedBytes - totalBytes)} were copied more than once.`);
  }
  if (writer === 'slowed') words.push('The guest writes faster than the merge copies, and is slowed.');
  return words.join(' ');
}

/** Of one that ended. */
export function endedWords(merge: LabMerge): string {
  const { state, reason, copiedBytes, startedUs, endedUs, target } = merge;
  if (state === 'cancelled') {
    const thrown = copiedBytes > 0 ? ` ${sizeText(copiedBytes)} of copying are thrown away.` : '';
    return `Cancelled${reason && reason !== 'cancelled' ? `: ${reason}` : ''}.${thrown}`;
  }
  const seconds = startedUs === null || endedUs === null ? null : (endedUs - startedUs) / US_PER_SECOND;
  const time =
    seconds === null ? '' : ` in ${seconds < 10 ? `${seconds.toFixed(1)} s` : durationText(seconds)}`;
  return `${sizeText(copiedBytes)}${time}; ${shortName(target)} stays.`;
}

/** Of the same merge there may be several ends. */
export function rowKey({ key, state, endedUs }: LabMerge): string {
  return endedUs === null ? key : `${key} ${state} ${endedUs}`;
}

/** What a screen reader is told: ends and failures that were not there before. */
export function endsSince(before: readonly LabMerge[], after: readonly LabMerge[]): string {
  const stateOf = new Map(before.map((merge) => [rowKey(merge), merge.state]));
  return after
    .filter((merge) => merge.state !== stateOf.get(rowKey(merge)))
    .flatMap((merge) => ENDS[merge.state]?.(merge.nodeName) ?? [])
    .join(' ');
}

const ENDS: Readonly<Partial<Record<LabMerge['state'], (name: string) => string>>> = {
  done: (name) => `Merge of ${name} finished.`,
  failed: (name) => `Merge of ${name} failed, will be retried.`,
  cancelled: (name) => `Merge of ${name} cancelled.`,
};
