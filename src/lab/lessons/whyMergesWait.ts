/** Lesson 5: two descendants, and the rules for when a merge may run. */
import type { Lesson } from './lesson.ts';
import { at, lessonStart } from './lessonStart.ts';

export const WHY_MERGES_WAIT: Lesson = {
  id: 'why-merges-wait',
  number: 5,
  title: 'Why merges wait',
  minutes: 8,
  lead: 'Name the two reasons for which a deleted checkpoint keeps its disk, and end the waiting.',
  scenario: lessonStart({
    name: 'Lesson 5: why merges wait',
    text: 'A file server that is never idle, with a branch. Merges run only when its disks are idle.',
    seed: 1505,
    policy: 'when-idle',
    commands: [
      at(1, { do: 'take', name: 'clean install' }),
      at(1, { do: 'start' }),
      at(3, { do: 'take', name: 'before update', type: 'production' }),
      at(5, { do: 'take', name: 'trial', type: 'production' }),
      at(6, { do: 'apply', checkpoint: 'before update', takeFirst: false }),
      at(6.5, { do: 'start' }),
    ],
    endSeconds: 16,
  }),
  steps: [
    {
      title: 'Two stand on it',
      text: [
        'On “before update” stand two: the checkpoint “trial”, a [branch] that was left, and [Now]. Both read through its disk. It is to be deleted all the same.',
        'Select it first. The plan below the table says what will happen.',
      ],
      pointsAt: 'lab-plan',
      figure: null,
      task: 'Delete the checkpoint “before update”.',
      options: [],
      goal: { is: 'deleted', checkpoint: 'before update' },
      hints: ['Select its row, then look below the table.', 'Press “Delete”.'],
      done: 'Its configuration and its saved state go at once. Its disk stays, and under “Merges” it says for whom.',
      solution: [{ act: 'command', command: { do: 'delete', checkpoint: 'before update' } }],
    },
    {
      title: 'The first reason',
      text: [
        'A merge folds the file of one [descendant] into the file of the deleted checkpoint. From then on that file reads as the descendant does. Two that stand on the same file are [siblings|sibling].',
      ],
      pointsAt: 'lab-merges',
      figure: null,
      task: 'Why can it not simply be merged with the disk of Now?',
      options: [
        {
          id: 'trial',
          label: '“trial” reads through the same file, and would read what Now wrote',
          answer: 'Yes. What is right for one of the two would be wrong for the other.',
        },
        {
          id: 'busy',
          label: 'Now is in use, and a file in use cannot be merged',
          answer: 'There are merges of files in use, as the last lesson shows. There is another reason.',
        },
        {
          id: 'room',
          label: 'There is no room for both',
          answer: 'The drive has room. Read what stands under “Merges”.',
        },
      ],
      goal: { is: 'chose', option: 'trial' },
      hints: [
        'Who else reads the file of “before update”?',
        'Under “Merges” it says who still reads through its disk.',
      ],
      done: 'With two descendants or more, the disk stays until the descendants come down to one. Then it merges.',
      solution: [{ act: 'answer', option: 'trial' }],
    },
    {
      title: 'Down to one',
      text: [
        '“trial” is a dead end: nothing stands on it. As soon as it is gone, “before update” has one descendant left, and its merge is due by itself. Nobody has to ask for it a second time.',
      ],
      pointsAt: 'lab-plan',
      figure: null,
      task: 'Delete the checkpoint “trial”.',
      options: [],
      goal: { is: 'gone', checkpoint: 'trial' },
      hints: ['No descendant: it will go at once.', 'Select “trial”, and press “Delete”.'],
      done: 'The first reason is gone. Under “Merges” stands another one now.',
      solution: [{ act: 'command', command: { do: 'delete', checkpoint: 'trial' } }],
    },
    {
      title: 'The second reason',
      text: [
        'A [merge] costs time on the same drive that the guest needs. So there is a rule for when it may run, and it changed over the years. This lab begins with the oldest, from the preview of 2007: “when idle”, only while the machine’s disks are idle.',
        'The file server has something to do all the time.',
      ],
      pointsAt: 'lab-policy',
      figure: null,
      task: 'Let half a minute pass, and see whether the merge begins.',
      options: [],
      goal: { is: 'time-passed', seconds: 30 },
      hints: ['Press “Run”.', 'At 10×, half a minute takes three seconds.'],
      done: 'A machine that is always loaded never merges under this rule. Until it does, the chain keeps its length, and the newest file grows on.',
      solution: [{ act: 'run', seconds: 31 }],
    },
    {
      title: 'The rule of 2008',
      text: [
        'Hyper-V 2008 and 2008 R2 merge only while the machine is off: “when off”. That is the [merge policy] that many administrators remember: to merge, shut down and wait.',
      ],
      pointsAt: 'lab-policy',
      figure: null,
      task: 'Choose “when off”, then shut the machine down.',
      options: [],
      goal: {
        is: 'all',
        of: [
          { is: 'policy', policy: 'when-off' },
          { is: 'power', state: 'off' },
        ],
      },
      hints: [
        'The four rules stand beside the heading “Merges”.',
        'Press “when off” there, then “Shut down” in the bar of the machine.',
      ],
      done: 'The merge began as soon as the machine was off. As long as the clock stands still, it is where it was when you stopped it.',
      solution: [
        { act: 'command', command: { do: 'policy', policy: 'when-off' } },
        { act: 'command', command: { do: 'shut-down' } },
      ],
    },
    {
      title: 'Users are waiting',
      text: [
        'In the middle of the merge somebody needs the machine. Under the rule of 2008 to start it is to cancel the merge. Do it before the merge ends: on this small disk it takes two or three simulated seconds.',
      ],
      pointsAt: 'lab-power',
      figure: null,
      task: 'Start the machine while the merge runs.',
      options: [],
      goal: {
        is: 'any',
        of: [
          { is: 'told', text: 'given up' },
          { is: 'merged', atLeast: 1 },
        ],
      },
      hints: ['The button is in the bar of the machine.', 'Press “Start”.'],
      done: 'Starting the machine cancels the merge and throws its progress away; the log says how much was copied for nothing. Next time it begins anew. A merge that had ended by then is kept.',
      solution: [{ act: 'command', command: { do: 'start' } }],
    },
    {
      title: 'Get it done',
      text: [
        'What readers asked for in 2007 was a button: “Merge now”. It does everything that is due, whatever the rule says, and the machine stands still meanwhile. To shut down and wait works too. The next lesson has a third way.',
      ],
      pointsAt: 'lab-merges',
      figure: null,
      task: 'Bring the merge to its end.',
      options: [],
      goal: {
        is: 'all',
        of: [{ is: 'merged', atLeast: 1 }, { is: 'nothing-merges' }],
      },
      hints: ['The button stands under the list of merges.', 'Press “Merge now”.'],
      done: 'Two reasons to wait: another descendant, and the rule. While either holds, a deleted checkpoint goes on taking up room.',
      solution: [{ act: 'command', command: { do: 'merge-now' } }],
    },
  ],
};
