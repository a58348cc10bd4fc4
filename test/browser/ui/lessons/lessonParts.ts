/** What tests of the lessons share: a small course of their own, and the whole page on the fake engine. */
import { expect } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Lesson, LessonStep } from '../../../../src/engine/api.ts';
import App from '../../../../src/ui/App.svelte';
import { labsOf } from '../../../../src/ui/lab/labs.svelte.ts';
import { lessonsOf } from '../../../../src/ui/lessons/lessons.svelte.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { Shell } from '../../../../src/ui/state/shell.svelte.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';
import { checkpointView, FakeLab } from '../../../support/fakeLab.ts';

export const KEY = 'disklab-lessons';

const step = (title: string, more: Partial<LessonStep> = {}): LessonStep => ({
  title,
  text: [`Text of ${title}.`],
  pointsAt: null,
  figure: null,
  task: null,
  options: [],
  goal: null,
  hints: [],
  done: null,
  solution: [],
  ...more,
});

const SCENARIO: Lesson['scenario'] = {
  name: 'Lesson lab 1',
  text: '',
  seed: 1,
  machineName: 'LAB-WEB01',
  settings: {
    memoryBytes: 2 ** 23,
    processors: 1,
    notes: '',
    checkpointType: 'standard',
    integrationServices: true,
  },
  disks: [{ type: 'dynamic', virtualSizeBytes: 2 ** 27, blockSizeBytes: 2 ** 19 }],
  policy: 'live',
  guest: { kind: 'file-server', load: 30 },
  volume: true,
  drive: 'ssd',
  commands: [],
  endUs: 0,
};

const FIRST: Lesson = {
  id: 'differencing-disk',
  number: 1,
  title: 'What a differencing disk is',
  minutes: 6,
  lead: 'Say what an empty file on top of a full one is good for.',
  scenario: SCENARIO,
  steps: [
    step('Files in a pile', {
      text: [
        'A [bitmap] says which sectors of a block are there, as the [tables|block table (BAT)] says which [blocks|block], and in which file.',
        'Every read asks the [newest file|leaf] first, and falls from there.',
      ],
      pointsAt: 'lab-tree',
    }),
    step('Freeze it', {
      text: ['Take a checkpoint, and see what becomes of the file.'],
      pointsAt: 'lab-take',
      task: 'Take a checkpoint named “mine”.',
      goal: { is: 'checkpoints', atLeast: 4, named: 'mine' },
      hints: ['There is a button for it.', 'More, then “Take with a name…”.'],
      done: 'The file is frozen, and an empty one stands on it.',
      solution: [{ act: 'command', command: { do: 'take', name: 'mine' } }],
    }),
    step('Who answers', {
      pointsAt: 'explore-walk',
      figure: 'read',
      task: 'Which file answers a sector that nobody wrote since?',
      options: [
        { id: 'leaf', label: 'The newest', answer: 'It is empty: it has nothing to answer with.' },
        {
          id: 'base',
          label: 'The oldest that holds it',
          answer: 'Yes: the read falls until somebody holds it.',
        },
      ],
      goal: { is: 'chose', option: 'base' },
      solution: [{ act: 'answer', option: 'base' }],
    }),
    step('Let it work', {
      task: 'Let the lab run for 30 seconds.',
      goal: { is: 'time-passed', seconds: 30 },
      done: 'The newest file has grown.',
      solution: [
        { act: 'run', seconds: 20 },
        { act: 'run', seconds: 10 },
      ],
    }),
  ],
};

const SECOND: Lesson = {
  ...FIRST,
  id: 'read-path',
  number: 2,
  title: 'How a read finds its sector',
  scenario: { ...SCENARIO, name: 'Lesson lab 2' },
  steps: [step('Only one')],
};

/** One step, and it is in Explore: sector 5 of the fake chain is answered by its newest file. */
export const IN_EXPLORE: readonly [Lesson] = [
  {
    ...FIRST,
    steps: [
      step('Look inside', {
        task: 'Go to the data.',
        goal: {
          is: 'all',
          of: [
            { is: 'on-screen', screen: 'explore' },
            { is: 'answered-by', layer: 'newest' },
            { is: 'walk-step', action: 'read-data' },
          ],
        },
        solution: [{ act: 'select', firstSector: 5 }, { act: 'last-step' }],
      }),
    ],
  },
];

const TEST_LESSONS: readonly Lesson[] = [FIRST, SECOND];

export async function lessonApp(hash: string, list = TEST_LESSONS) {
  history.replaceState(null, '', hash);
  const engine = new FakeEngine({ layers: 3, units: 64, seed: 7 });
  const lab = new FakeLab();
  lab.first = () => {
    const start = lab.started.at(-1);
    const scenario = start?.from === 'scenario' ? start.scenario : null;
    return checkpointView(scenario ? { scenarioName: scenario.name } : {});
  };
  engine.lab = lab;
  const session = new Session(new FakeClient(engine));
  const lessons = lessonsOf(session, list);
  const screen = await render(App, { session, shell: new Shell() });
  const button = (name: string | RegExp) =>
    screen.getByRole('button', { name, exact: typeof name === 'string' });
  const panel = screen.getByRole('complementary', { name: /^Lesson \d/ });
  return { engine, lab, labs: labsOf(session), session, lessons, screen, button, panel };
}

export const begun = async (list = TEST_LESSONS) => {
  const app = await lessonApp('#screen=lessons&at=differencing-disk', list);
  await app.button('Begin').click();
  // It comes in on demand; a busy machine takes its time to serve it the first time.
  await expect.element(app.panel, { timeout: 30_000 }).toBeVisible();
  return app;
};
