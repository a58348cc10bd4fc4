import { expect, it } from 'vitest';
import type { Progress } from '../../../../src/base/progress.ts';
import { amountText, leftText, rateText } from '../../../../src/ui/widgets/progressText.ts';

const progress: Progress = {
  phase: 'copying',
  done: 1.5 * 2 ** 30,
  total: 4 * 2 ** 30,
  unit: 'bytes',
  perSecond: 180 * 2 ** 20,
  secondsLeft: 14.2,
  elapsedSeconds: 9,
};

it('says done, total, rate, time left and time gone with their units', () => {
  expect(amountText(progress)).toBe('1.5 GiB of 4 GiB');
  expect(rateText(progress)).toBe('180 MiB/s');
  expect(leftText(progress)).toBe('14 s left, 9 s gone');
});

it('counts what has no known total', () => {
  const files: Progress = {
    ...progress,
    unit: 'files',
    done: 1200,
    total: null,
    perSecond: null,
    secondsLeft: null,
  };
  expect(amountText(files)).toBe('1\u202f200 files');
  expect(rateText(files)).toBe('');
  expect(leftText(files)).toBe('9 s gone');
});
