import { describe, expect, it } from 'vitest';
import type { LabMerge } from '../../../../src/engine/api.ts';
import { MergeRates } from '../../../../src/ui/lab/merges/mergeRates.ts';
import {
  againWords,
  endedWords,
  endsSince,
  filesWords,
  markOf,
  mergeProgress,
  rowKey,
  runningWords,
} from '../../../../src/ui/lab/merges/mergeWords.ts';
import { POLICIES, policyWords } from '../../../../src/ui/lab/merges/policies.ts';
import { MERGES, mergeOf, us } from '../../../support/labViews.ts';

const MIB = 2 ** 20;
const SECOND = 1_000_000;

describe('the four policies', () => {
  it('each have their rule in a sentence and say where it comes from', () => {
    expect(POLICIES.map(({ label }) => label)).toEqual(['when idle', 'when off', 'live', 'now']);
    for (const { rule, from } of POLICIES) {
      expect(rule).toMatch(/^[A-Z].*\.$/);
      expect(from).toMatch(/20\d\d/);
    }
  });

  it('date live merges as Microsoft and as the article do (CHECKPOINTS [P]: "the lab says both")', () => {
    const { from } = policyWords('live');
    expect(from).toContain('since 2012;');
    expect(from).toContain('2012 R2');
  });

  it('say that starting throws progress away when off, and that a loaded machine never merges when idle', () => {
    expect(policyWords('when-off').rule).toContain('throws its progress away');
    expect(policyWords('when-off').from).toContain('2008 R2');
    expect(policyWords('when-idle').rule).toContain('always loaded never merges');
    expect(policyWords('when-idle').from).toContain('2007');
  });
});

describe('the rate of a merge', () => {
  const at = (seconds: number, mebibytes: number): [LabMerge[], number] => [
    [mergeOf({ key: 'a', startedUs: 100 * SECOND, copiedBytes: mebibytes * MIB })],
    (100 + seconds) * SECOND,
  ];

  it('is bytes in simulated seconds, from the beginning while that is near', () => {
    const rates = new MergeRates();
    rates.see(...at(0, 0));
    expect(rates.of('a')).toBe(null);
    rates.see(...at(4, 8));
    expect(rates.of('a')).toBe(2 * MIB);
    rates.see(...at(8, 12));
    expect(rates.of('a')).toBe(1.5 * MIB);
  });

  it('follows the last simulated seconds, not the whole', () => {
    const rates = new MergeRates();
    for (let second = 0; second <= 100; second++)
      rates.see(...at(second, second < 50 ? second * 10 : 450 + second));
    expect(rates.of('a')).toBe(MIB);
  });

  it('is there at once for a merge that is first seen in the middle', () => {
    const rates = new MergeRates();
    rates.see(...at(10, 30));
    expect(rates.of('a')).toBe(3 * MIB);
  });

  it('begins anew where time or copying went back, and is forgotten with the merge', () => {
    const rates = new MergeRates();
    rates.see(...at(50, 100));
    rates.see(...at(10, 5));
    expect(rates.of('a')).toBe(MIB / 2);
    rates.see(...at(16, 1));
    expect(rates.of('a')).toBe(MIB / 16);
    rates.see([mergeOf({ key: 'a', state: 'done' })], 200 * SECOND);
    expect(rates.of('a')).toBe(null);
  });
});

describe('a row of the queue', () => {
  it('names the files by short names', () => {
    expect(filesWords(mergeOf({}))).toBe('5C3A91E0.avhd into 9B17C4D2.avhd');
    expect(filesWords(mergeOf({ source: null }))).toBe('9B17C4D2.avhd');
  });

  it('says how far, how fast and how long in simulated time', () => {
    const merge = mergeOf({ copiedBytes: 45.5 * MIB, startedUs: 0 });
    const progress = mergeProgress(merge, MIB, 60 * SECOND);
    expect(progress).toMatchObject({
      done: 45.5 * MIB,
      total: 91 * MIB,
      secondsLeft: 45.5,
      elapsedSeconds: 60,
    });
    expect(runningWords(merge, progress)).toBe('45.5 MiB of 91 MiB, 1 MiB/s, 46 s left.');
    expect(runningWords(merge, mergeProgress(merge, null, 0))).toBe('45.5 MiB of 91 MiB.');
    const last = mergeOf({ state: 'catching up', copiedBytes: 200 * MIB });
    expect(runningWords(last, mergeProgress(last, MIB, 0))).toMatch(/^91 MiB of 91 MiB\. The last blocks/);
  });

  it('says what is copied again, and that the guest is slowed', () => {
    expect(againWords(mergeOf({ dirtyBlocks: 0 }))).toBe('');
    expect(againWords(mergeOf({ dirtyBlocks: 1 }))).toBe('1 block written meanwhile is copied again.');
    expect(againWords(mergeOf({ dirtyBlocks: 3, copiedBytes: 95 * MIB, writer: 'slowed' }))).toBe(
      '3 blocks written meanwhile are copied again. 4 MiB were copied more than once. The guest writes faster than the merge copies, and is slowed.',
    );
  });

  it('says how it ended', () => {
    const done = {
      state: 'done',
      startedUs: us('14:12:17'),
      endedUs: us('14:12:48'),
      copiedBytes: 212 * MIB,
    } as const;
    expect(endedWords(mergeOf(done))).toBe('212 MiB in 31 s; 9B17C4D2.avhd stays.');
    const cancelled = { ...done, state: 'cancelled', reason: 'the machine was started' } as const;
    expect(endedWords(mergeOf(cancelled))).toBe(
      'Cancelled: the machine was started. 212 MiB of copying are thrown away.',
    );
    expect(endedWords(mergeOf({ ...cancelled, reason: 'cancelled', copiedBytes: 0 }))).toBe('Cancelled.');
  });

  it('is marked by shape, another for each kind of state', () => {
    const marks = (['merging', 'catching up', 'waits', 'done', 'failed', 'cancelled'] as const).map((state) =>
      markOf(mergeOf({ state })),
    );
    expect(marks).toEqual(['run', 'run', 'wait', 'ok', 'error', 'warning']);
  });

  it('has a key of its own, also where one merge ended twice', () => {
    const rows = [
      mergeOf({}),
      mergeOf({ state: 'cancelled', endedUs: 5 }),
      mergeOf({ state: 'cancelled', endedUs: 9 }),
    ];
    expect(new Set(rows.map(rowKey)).size).toBe(3);
  });
});

describe('what a screen reader is told', () => {
  it('are ends and failures that were not there before, and nothing else', () => {
    const ended = mergeOf({ state: 'done', endedUs: us('14:33:00') });
    expect(endsSince(MERGES, MERGES)).toBe('');
    expect(endsSince(MERGES, [mergeOf({ copiedBytes: 80 * MIB }), ...MERGES.slice(1)])).toBe('');
    expect(endsSince(MERGES, [ended, ...MERGES.slice(1)])).toBe('Merge of load test finished.');
    expect(endsSince(MERGES, [mergeOf({ state: 'failed' })])).toBe(
      'Merge of load test failed, will be retried.',
    );
    expect(endsSince([mergeOf({ state: 'failed' })], [mergeOf({ state: 'failed' })])).toBe('');
  });
});
