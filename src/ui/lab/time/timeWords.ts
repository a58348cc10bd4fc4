/** Times and latencies of the lab in words. */
import { durationText, grouped } from '../../../base/units.ts';
import { clockText, type LabSample, type LabView } from '../../../engine/api.ts';
import { operationsPerSecond } from './chartData.ts';

const US_PER_SECOND = 1_000_000;

/** `0.21 ms`, `31 ms`, `1.2 s`: two figures at least. */
export function latencyText(us: number): string {
  const ms = us / 1000;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms / 1000);
}

/** `212 operations/s, latency 0.21 ms (99 % below 0.34 ms), merging` */
export function sampleWords(sample: LabSample): string {
  const words = [`${grouped(Math.round(operationsPerSecond(sample)))} operations/s`];
  if (sample.operations > 0) {
    words.push(`latency ${latencyText(sample.medianUs)}, 99 % below ${latencyText(sample.p99Us)}`);
  }
  if (sample.pausedUs > 0) words.push(`paused ${latencyText(sample.pausedUs)}`);
  if (sample.merging) words.push('a merge runs');
  return words.join(', ');
}

/** `14:32:07` */
export function secondText(atUs: number): string {
  return clockText(atUs).slice(0, 8);
}

/** `simulated, 32 min of history, step 48 213` */
export function historyWords({
  nowUs,
  history,
  steps,
}: Pick<LabView, 'nowUs' | 'history' | 'steps'>): string {
  const endUs = Math.max(nowUs, history.endUs);
  const seconds = endUs / US_PER_SECOND;
  const length =
    seconds < 60 ? durationText(seconds) : durationText(Math.round(seconds / 60) * 60).replace(/ 0 s$/, '');
  return `simulated, ${length} of history, step ${grouped(steps)}`;
}

/** What lies after now, and what becomes of it; '' where nothing does. */
export function afterNowWords({ history }: Pick<LabView, 'history'>): string {
  const { commands, done, canSeek } = history;
  const more = commands - done;
  if (more > 0) {
    const one = more === 1;
    return `${grouped(more)} ${one ? 'command lies' : 'commands lie'} after now; a new one takes ${one ? 'its' : 'their'} place.`;
  }
  return canSeek ? '' : 'What was before can’t be played again: this machine was found in storage.';
}

/** Of the speed that was asked for, what the engine reaches; '' where that is nearly all of it. */
export function speedWords(wanted: number, reached: number | null): string {
  if (reached === null || reached >= wanted * 0.8) return '';
  return `Reaches ${reached >= 10 ? Math.round(reached) : reached.toFixed(1)}×.`;
}
