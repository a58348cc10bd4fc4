import { describe, expect, it } from 'vitest';
import { isMet } from '../../../../src/lab/lessons/isMet.ts';
import type { Lesson, LessonAction, LessonId, LessonStep } from '../../../../src/lab/lessons/lesson.ts';
import { BASE_FILE } from '../../../../src/lab/lessons/lessonStart.ts';
import { LESSONS } from '../../../../src/lab/lessons/lessons.ts';
import { LessonRunner } from '../../../support/lessonRunner.ts';

const LONG_MS = 120_000;

const isWaiting = ({ solution }: LessonStep) =>
  solution.every(({ act }) => act === 'run' || act === 'settle');
const hasCommand = ({ solution }: LessonStep) => solution.some(({ act }) => act === 'command');

function met(runner: LessonRunner, { goal }: LessonStep): boolean {
  return goal !== null && isMet(goal, runner.facts());
}

/** What a step says, looked at after it was solved; `before`: as it was when the step began. */
type Claim = (runner: LessonRunner, before: LessonRunner['lab']) => Promise<void> | void;

const fileBytes = ({ files }: LessonRunner['lab'], name: string) =>
  files.find((file) => file.name === name)?.sizeBytes ?? -1;

/** By the number of the step. */
const CLAIMS: Readonly<Record<LessonId, Readonly<Record<number, Claim>>>> = {
  'differencing-disk': {
    3: ({ lab }, before) => {
      const leaf = lab.machine.now?.files.disk0 ?? '';
      expect(fileBytes(lab, leaf)).toBeGreaterThan(fileBytes(before, leaf));
      expect(fileBytes(lab, BASE_FILE)).toBe(fileBytes(before, BASE_FILE));
    },
    5: ({ lab }, before) => {
      expect(lab.machine).toMatchObject({ power: 'saved', now: { parent: before.machine.now?.parent } });
      expect(lab.machine.now?.files).not.toEqual(before.machine.now?.files);
    },
  },
  'read-path': {
    1: (runner) => expect(runner.facts().explore.layerCount).toBe(3),
    3: (runner) => expect(runner.walk()).toEqual(['0 bat-lookup', '0 bitmap-lookup', '0 read-data']),
    4: (runner) =>
      expect(runner.walk()).toEqual([
        '0 bat-lookup',
        '0 bitmap-lookup',
        '0 fall-to-parent',
        '1 bat-lookup',
        '1 bitmap-lookup',
        '1 read-data',
      ]),
    5: (runner) => {
      expect(runner.walk().slice(-2)).toEqual(['2 bat-lookup', '2 read-data']);
      expect(runner.walk()).toContain('1 bitmap-lookup');
    },
    6: (runner) => expect(runner.walk().at(-1)).toBe('2 fill-zero'),
  },
  checkpoint: {
    4: ({ lab }) => expect(lab.machine.power).toBe('saved'),
    6: async (runner) => {
      expect(runner.lab.status).toBe('Paused-Critical');
      expect(new Set(await runner.hashes())).toEqual(new Set([null]));
    },
    8: async (runner) => {
      await runner.run(5);
      expect(await runner.hashes()).not.toContain(null);
      expect(runner.lab).toMatchObject({ status: 'Running', guest: { wrongReads: 0 } });
    },
  },
  'delete-means-merge': {
    2: ({ lab }, before) => expect(lab.files.length).toBeLessThan(before.files.length),
    5: ({ lab }, before) => {
      const deleted = before.machine.checkpoints.find(({ name }) => name === 'after update');
      expect(lab.machine.now?.files).toEqual(deleted?.files);
      expect(lab.events.at(-1)?.code).toBe('19080');
    },
  },
  'why-merges-wait': {
    4: (runner, before) => {
      expect(isMet({ is: 'waits', checkpoint: 'before update' }, runner.facts())).toBe(true);
      expect(runner.lab.events.length).toBe(before.events.length);
    },
    5: ({ lab }) => expect(lab.merges[0]?.state).toBe('merging'),
    6: (runner) => expect(isMet({ is: 'told', text: 'are thrown away' }, runner.facts())).toBe(true),
  },
  'live-merge': {
    5: ({ lab }) => {
      const during = lab.samples.filter(({ merging }) => merging);
      const first = during[0]?.fromUs ?? 0;
      const before = lab.samples.filter(({ fromUs }) => fromUs >= first - 10e6 && fromUs < first);
      const mean = (samples: typeof during) =>
        samples.reduce((sum, { operations }) => sum + operations, 0) / samples.length;
      expect(during.length).toBeGreaterThanOrEqual(2);
      expect(Math.min(...during.map(({ operations }) => operations))).toBeGreaterThan(0);
      expect(mean(during)).toBeLessThan(mean(before));
    },
  },
};

describe.each(LESSONS)('$id', (lesson) => {
  it('is solved by its solution, and not by doing nothing', { timeout: LONG_MS }, async () => {
    const runner = await LessonRunner.open(lesson);
    const [hashBefore] = await runner.hashes();
    for (const [i, step] of lesson.steps.entries()) {
      const name = `${i + 1}. ${step.title}`;
      runner.beginStep();
      expect(met(runner, step), `${name}: not met when it begins`).toBe(false);
      for (const { id } of step.options) {
        await runner.act({ act: 'answer', option: id });
        const isRight = step.goal?.is === 'chose' && step.goal.option === id;
        expect(met(runner, step), `${name}: ${id}`).toBe(isRight);
      }
      runner.beginStep();
      const { lab: before, commands } = runner;
      await runner.solve(step);
      expect(met(runner, step), `${name}: met by its solution`).toBe(true);
      // Time alone does not do it, unless to wait is the task.
      if (hasCommand(step)) {
        const elapsedUs = runner.lab.nowUs - before.nowUs;
        await runner.goBack(before.nowUs, commands);
        await runner.run(elapsedUs / 1e6);
        expect(met(runner, step), `${name}: not met by time alone`).toBe(false);
        await runner.goBack(before.nowUs, commands);
        await runner.solve(step);
        expect(met(runner, step), `${name}: met again`).toBe(true);
      } else if (!isWaiting(step)) expect(runner.lab.nowUs, `${name} takes no time`).toBe(before.nowUs);
      await CLAIMS[lesson.id][i + 1]?.(runner, before);
    }
    // What deleting does to the disk of a machine that is off: nothing.
    if (lesson.id === 'delete-means-merge') expect((await runner.hashes())[0]).toBe(hashBefore);
    await runner.close();
  });
});

const command = (of: Extract<LessonAction, { act: 'command' }>['command']): LessonAction => ({
  act: 'command',
  command: of,
});
const run = (seconds: number): LessonAction => ({ act: 'run', seconds });

/** Other sensible ways through the steps, by their numbers. */
const OTHER_WAYS: Readonly<Partial<Record<LessonId, Readonly<Record<number, readonly LessonAction[]>>>>> = {
  'differencing-disk': {
    2: [command({ do: 'take', name: 'mine', type: 'production' })],
    5: [command({ do: 'apply', checkpoint: 'mine', takeFirst: true })],
  },
  'read-path': {
    2: [{ act: 'explore' }, { act: 'select', firstSector: 519 }],
    5: [{ act: 'select', firstSector: 2048 }, { act: 'last-step' }],
    6: [{ act: 'select', firstSector: 60_000 }],
  },
  checkpoint: {
    1: [command({ do: 'take', name: 'mine' }), run(20)],
    2: [run(1)],
    4: [command({ do: 'apply', checkpoint: 'clean install', takeFirst: false })],
    6: [command({ do: 'shut-down' }), command({ do: 'lose-file', file: BASE_FILE })],
    8: [command({ do: 'put-file-back', file: BASE_FILE }), command({ do: 'start' })],
  },
  'delete-means-merge': {
    2: [command({ do: 'delete-subtree', checkpoint: 'dead end' })],
    4: [
      command({ do: 'rename', checkpoint: 'after update', name: 'no longer needed' }),
      command({ do: 'delete', checkpoint: 'no longer needed' }),
    ],
    5: [command({ do: 'start' }), { act: 'settle', mostSeconds: 60 }],
  },
  'why-merges-wait': {
    5: [command({ do: 'turn-off' }), command({ do: 'policy', policy: 'when-off' })],
    6: [{ act: 'settle', mostSeconds: 60 }],
    7: [run(1)],
  },
  'live-merge': {
    2: [command({ do: 'delete-subtree', checkpoint: 'before update' })],
    3: [command({ do: 'merge-now' })],
    5: [run(1)],
  },
};

const withOtherWays = (lesson: Lesson) => OTHER_WAYS[lesson.id] !== undefined;

describe.each(LESSONS.filter(withOtherWays))('$id, another way', ({ id, ...lesson }) => {
  it('is solved too', { timeout: LONG_MS }, async () => {
    const runner = await LessonRunner.open({ id, ...lesson });
    for (const [i, step] of lesson.steps.entries()) {
      runner.beginStep();
      for (const action of OTHER_WAYS[id]?.[i + 1] ?? step.solution) await runner.act(action);
      expect(met(runner, step), `${i + 1}. ${step.title}`).toBe(true);
    }
    await runner.close();
  });
});
