/** Keys of the chart as a seek bar: from one simulated time to another. */
import type { LabMark, LabView } from '../../../engine/api.ts';
import { roundStep } from '../../merge/picture/rateScale.ts';
import type { TimeRange } from './chartScales.ts';

/** One arrow key moves by about a two-hundredth of what is shown, in round steps of the clock. */
function keyStep({ fromUs, toUs }: TimeRange): number {
  return roundStep(Math.max(1, (toUs - fromUs) / 200));
}

/** History can be played up to its last command, and up to now. */
export function clampSeek(view: Pick<LabView, 'nowUs' | 'history'>, atUs: number): number {
  return Math.round(Math.min(Math.max(0, atUs), Math.max(view.nowUs, view.history.endUs)));
}

/** Where a key leads from `atUs`; null = it is not one of the chart's. PageUp and PageDown go from mark to mark. */
export function seekAfterKey(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  atUs: number,
  view: Pick<LabView, 'nowUs' | 'history'> & { readonly marks: readonly LabMark[] },
  range: TimeRange,
): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const step = keyStep(range) * (event.shiftKey ? 16 : 1);
  const times = view.marks.map((mark) => mark.atUs).sort((one, other) => one - other);
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return clampSeek(view, atUs - step);
    case 'ArrowRight':
    case 'ArrowUp':
      return clampSeek(view, atUs + step);
    case 'PageUp':
      return clampSeek(view, times.findLast((time) => time < atUs) ?? 0);
    case 'PageDown':
      return clampSeek(view, times.find((time) => time > atUs) ?? Number.MAX_SAFE_INTEGER);
    case 'Home':
      return 0;
    case 'End':
      return clampSeek(view, Number.MAX_SAFE_INTEGER);
    default:
      return null;
  }
}
