/** Lesson 6: a merge beneath a guest that goes on writing. */
import type { Lesson } from './lesson.ts';
import { at, lessonStart } from './lessonStart.ts';

export const LIVE_MERGE: Lesson = {
  id: 'live-merge',
  number: 6,
  title: 'Live merge',
  minutes: 7,
  lead: 'Merge the disk of a running machine, and say what the guest notices and what becomes of its writes.',
  scenario: lessonStart({
    name: 'Lesson 6: live merge',
    text: 'A running file server with two checkpoints. Merges run live.',
    seed: 1606,
    commands: [
      at(1, { do: 'take', name: 'clean install' }),
      at(1, { do: 'start' }),
      at(3, { do: 'take', name: 'before update', type: 'production' }),
    ],
    endSeconds: 22,
  }),
  steps: [
    {
      title: 'How it is before',
      text: [
        'SHOP01 runs, and its guest reads and writes all the time. The chart shows how many operations it gets done in a second, and how long it waits for each, the [latency].',
      ],
      pointsAt: 'lab-chart',
      figure: null,
      task: 'Let the guest do 80 operations, and remember how the chart looks.',
      options: [],
      goal: { is: 'guest-worked', operations: 80 },
      hints: ['Only time is needed.', 'Press “Run” below the chart.'],
      done: 'That is the usual day. It is what a merge is going to disturb.',
      solution: [{ act: 'run', seconds: 12 }],
    },
    {
      title: 'Delete it while it runs',
      text: [
        'Hyper-V merges while the machine runs since 2012. An article that describes it says 2012 R2; Microsoft shipped it in 2012. In this lab the rule is called “live”.',
        '“before update” has one [descendant], [Now]. Its merge is due as soon as it is deleted.',
      ],
      pointsAt: 'lab-plan',
      figure: null,
      task: 'Delete the checkpoint “before update”, with the machine running.',
      options: [],
      goal: { is: 'deleted', checkpoint: 'before update' },
      hints: ['Select its row first.', 'Press “Delete” below the table.'],
      done: 'The merge begins at once, and the machine runs on: its status is “Running, merging”.',
      solution: [{ act: 'command', command: { do: 'delete', checkpoint: 'before update' } }],
    },
    {
      title: 'Under the guest’s feet',
      text: [
        'The newest file, to which the guest writes, is folded into the one below it. For as long as the [child] is there, it answers every sector that is being copied: whatever happens meanwhile, the disk reads the same.',
        'The disk is small, and its merge takes only a few simulated seconds. At 1×, beside the clock, there is time to watch it.',
      ],
      pointsAt: 'lab-merges',
      figure: 'merge',
      task: 'Let the merge run for a second, and read what stands under “Merges”.',
      options: [],
      goal: {
        is: 'any',
        of: [
          { is: 'time-passed', seconds: 1 },
          { is: 'merged', atLeast: 1 },
        ],
      },
      hints: [
        'The clock has to run, if only for a moment.',
        'Choose 1×, press “Run”, and press “Pause” a second later.',
      ],
      done: 'It says how much is copied of how much, how fast, and how many blocks the guest wrote to meanwhile.',
      solution: [{ act: 'run', seconds: 1 }],
    },
    {
      title: 'A write in the middle',
      text: [
        'How Hyper-V routes the guest’s writes during a [live merge] is not public. In this lab they go to the newest file as before, and the merge takes note of each block that they touch.',
      ],
      pointsAt: 'lab-merges',
      figure: null,
      task: 'The guest writes to a block that was copied a moment ago. What has to happen?',
      options: [
        {
          id: 'again',
          label: 'The block is copied again, later',
          answer: 'Yes. When few such blocks are left, one last step copies them and changes over.',
        },
        {
          id: 'refuse',
          label: 'The write is refused until the merge has ended',
          answer: 'Then the guest would notice it: its programs would get errors.',
        },
        {
          id: 'nothing',
          label: 'Nothing: the block is done',
          answer: 'Then the new data would be lost when the newest file is removed.',
        },
      ],
      goal: { is: 'chose', option: 'again' },
      hints: [
        'The newest file will be removed in the end. What is in it must be elsewhere by then.',
        'What was copied before the write is old now, so it has to be copied once more.',
      ],
      done: 'A guest that writes faster than the merge copies would never let it end. Then it is slowed, and the merge says so.',
      solution: [{ act: 'answer', option: 'again' }],
    },
    {
      title: 'To the end, in operation',
      text: [
        'When the last blocks are copied, the parent takes the place of the child, and the child is removed. The guest goes on to write into the file that was frozen before.',
      ],
      pointsAt: 'lab-chart',
      figure: null,
      task: 'Let the merge end while the machine runs.',
      options: [],
      goal: {
        is: 'all',
        of: [
          { is: 'merged', atLeast: 1 },
          { is: 'power', state: 'running' },
        ],
      },
      hints: ['Leave the machine on.', 'Press “Run”, and wait for event 19080, “Merge finished”.'],
      done: 'The machine stayed online from beginning to end. In the chart the stretch of the merge is marked.',
      solution: [{ act: 'settle', mostSeconds: 60 }],
    },
    {
      title: 'What it cost',
      text: [
        'There is one drive for both. Compare the marked stretch of the chart with the seconds before it.',
      ],
      pointsAt: 'lab-chart',
      figure: null,
      task: 'What happened to the guest while the merge ran?',
      options: [
        {
          id: 'stood',
          label: 'It stood still until the end',
          answer: 'Point at the marked stretch: it got operations done there too.',
        },
        {
          id: 'slower',
          label: 'It went on, and got less done in a second',
          answer: 'Yes. The merge and the guest took turns at the drive.',
        },
        {
          id: 'same',
          label: 'Nothing at all',
          answer: 'What the merge copies, it copies on the guest’s drive. Look at the operations per second.',
        },
      ],
      goal: { is: 'chose', option: 'slower' },
      hints: [
        'Point at a second inside the stretch, then at one before it.',
        'The operations in a second are fewer there, but they are not zero.',
      ],
      done: 'A live merge trades waiting for speed: no shutdown, but some slower minutes. It can be tried with any load and any drive in the experiments.',
      solution: [{ act: 'answer', option: 'slower' }],
    },
  ],
};
