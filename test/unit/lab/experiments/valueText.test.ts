import { expect, test } from 'vitest';
import {
  disksText,
  numberText,
  timeUsText,
  valueText,
  xText,
} from '../../../../src/lab/experiments/valueText.ts';

const THIN = '\u202f';

test('a number has three significant digits, its thousands apart', () => {
  const texts = [0, 0.000123, 0.4096, 1.234, 12.34, 123.4, 1234, 1e6].map(numberText);
  expect(texts).toEqual([
    '0',
    '0.000123',
    '0.41',
    '1.23',
    '12.3',
    '123',
    `1${THIN}234`,
    `1${THIN}000${THIN}000`,
  ]);
});

test('a value below zero has a minus sign, and none when no figure of it is left', () => {
  for (const unit of ['us', 'seconds', 'bytes', 'percent', 'per-second', 'count'] as const) {
    const text = valueText(4096, unit);
    expect(valueText(-4096, unit)).toBe(`−${text}`);
    expect(valueText(-1e-15, unit)).toBe(valueText(1e-15, unit));
    expect(valueText(-0, unit)).toBe(valueText(0, unit));
    expect(valueText(-1e-15, unit)).not.toMatch(/[−-]/);
  }
  expect(numberText(-1e-9)).toBe('0');
  expect(timeUsText(-200e6)).toBe('−3 min 20 s');
});

test('nothing is nothing of its unit', () => {
  expect(valueText(0, 'us')).toBe('0 µs');
  expect(valueText(0, 'seconds')).toBe('0 s');
  expect(valueText(0.0004, 'seconds')).toBe('400 µs');
  expect(valueText(0, 'bytes')).toBe('0 B');
  expect(valueText(null, 'seconds')).toBe('never');
});

test('x has its name where it has one', () => {
  const axis = { label: 'disk', unit: 'bytes', names: null } as const;
  expect(xText(2048, axis)).toBe('2 KiB');
  expect(xText(1, { ...axis, names: ['base', 'leaf'] })).toBe('leaf');
  expect([disksText(1), disksText(16)]).toEqual(['1 differencing disk', '16 differencing disks']);
});
