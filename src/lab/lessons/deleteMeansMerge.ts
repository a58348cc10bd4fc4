/** Lesson 4: deleting a checkpoint keeps what the machine reads, so its disk has to go somewhere. */
import type { Lesson } from './lesson.ts';
import { at, lessonStart } from './lessonStart.ts';

export const DELETE_MEANS_MERGE: Lesson = {
  id: 'delete-means-merge',
  number: 4,
  title: 'Delete means merge',
  minutes: 9,
  lead: 'Say before you delete a checkpoint what becomes of its files, and why the machine does not notice.',
  scenario: lessonStart({
    name: 'Lesson 4: delete means merge',
    text: 'A machine that is off, with four checkpoints. One of them is a branch that nobody uses any more.',
    seed: 1404,
    commands: [
      at(1, { do: 'take', name: 'clean install' }),
      at(1, { do: 'start' }),
      at(3, { do: 'take', name: 'before update', type: 'production' }),
      at(5, { do: 'take', name: 'dead end', type: 'production' }),
      at(6, { do: 'apply', checkpoint: 'before update', takeFirst: false }),
      at(6.5, { do: 'start' }),
      at(8, { do: 'take', name: 'after update' }),
      at(13, { do: 'shut-down' }),
    ],
    endSeconds: 15,
  }),
  steps: [
    {
      title: 'Nobody stands on it',
      text: [
        'The machine was updated twice. The first attempt ended in the checkpoint “dead end”. Then “before update” was applied, and a second attempt began there: that is how a [branch] comes about.',
        'Two checkpoints stand on “before update”. On “dead end” stands nothing: it has no [descendant]. Select its row, and the line below the table says what would happen if it were deleted.',
      ],
      pointsAt: 'lab-plan',
      figure: null,
      task: 'What becomes of the files of “dead end” if it is deleted?',
      options: [
        {
          id: 'merge',
          label: 'They are merged into “before update”',
          answer: 'Then “before update” would change, and so would everything that is read through it.',
        },
        {
          id: 'gone',
          label: 'They are deleted',
          answer: 'Yes: nobody reads through them, so nobody misses them.',
        },
        {
          id: 'stay',
          label: 'They stay until the machine is removed',
          answer: 'There is no reason to keep them: nobody reads through them.',
        },
      ],
      goal: { is: 'chose', option: 'gone' },
      hints: ['Ask who would miss the files.', 'Select “dead end”: the plan below the table says it.'],
      done: 'No descendant: its files are deleted. That is the first of three cases.',
      solution: [{ act: 'answer', option: 'gone' }],
    },
    {
      title: 'No descendant',
      text: [
        'Deleting needs no confirmation here: the plan has said before what will happen, and “Undo” beside the clock takes it back.',
      ],
      pointsAt: 'lab-plan',
      figure: null,
      task: 'Delete the checkpoint “dead end”.',
      options: [],
      goal: { is: 'gone', checkpoint: 'dead end' },
      hints: ['Select its row first.', 'Press “Delete” below the table, or the key Delete.'],
      done: 'It went at once. The space that its files took on the drive is free again.',
      solution: [{ act: 'command', command: { do: 'delete', checkpoint: 'dead end' } }],
    },
    {
      title: 'One descendant',
      text: [
        '“after update” is different: [Now] stands on it, and Now counts as a descendant. The disk of Now is read through the file that “after update” froze. What lies there is in no other file.',
      ],
      pointsAt: 'lab-strips',
      figure: null,
      task: '“after update” is deleted. What must happen to its disk, so that Now still reads the same?',
      options: [
        {
          id: 'gone',
          label: 'It is deleted, like that of “dead end”',
          answer: 'Then every sector that only this file holds would be gone from under Now.',
        },
        {
          id: 'merge',
          label: 'It is merged with the disk of its descendant',
          answer: 'Yes: two files become one, which holds what both held.',
        },
        {
          id: 'copy',
          label: 'It is copied to the base',
          answer: 'The base is also read by others, to whom these changes are unknown.',
        },
      ],
      goal: { is: 'chose', option: 'merge' },
      hints: [
        'Select “after update”, and read the plan below the table.',
        'What both files hold has to end up in one.',
      ],
      done: 'One descendant: configuration and saved state go, and its disk merges with that of its descendant.',
      solution: [{ act: 'answer', option: 'merge' }],
    },
    {
      title: 'Delete it',
      text: [
        'To delete means two things here. The checkpoint goes from the list at once, with its [saved state]. Its file stays a while: the [merge] takes time, because data has to be copied.',
      ],
      pointsAt: 'lab-plan',
      figure: null,
      task: 'Delete the checkpoint “after update”.',
      options: [],
      goal: { is: 'deleted', checkpoint: 'after update' },
      hints: ['Select its row first.', 'Press “Delete” below the table.'],
      done: 'Its row is struck through. Under “Merges” stands what will be copied from where to where.',
      solution: [{ act: 'command', command: { do: 'delete', checkpoint: 'after update' } }],
    },
    {
      title: 'Child into parent',
      text: [
        'The file of the descendant, the [child], is folded into the file of the deleted checkpoint, its [parent]. Where both hold a sector, that of the child wins: it is the newer one. In the end the parent takes the place of the child, and the child’s file is removed. Whatever stood on the child has its link to the parent rewritten.',
      ],
      pointsAt: 'lab-merges',
      figure: 'merge',
      task: 'Let time run until the merge has ended.',
      options: [],
      goal: { is: 'merged', atLeast: 1 },
      hints: ['Nothing is copied while the clock stands still.', 'Press “Run”, and watch “Merges”.'],
      done: 'The log has Hyper-V’s own event for it, 19080: merge finished. One file fewer, and nothing that was in it is lost.',
      solution: [{ act: 'settle', mostSeconds: 60 }],
    },
    {
      title: 'Which name is left?',
      text: [
        'Two files became one. Which of the two names Hyper-V keeps at the end is not known to us, so do not rely on it. This lab has a rule of its own, and says so in the plan and in the log.',
      ],
      pointsAt: 'lab-log',
      figure: null,
      task: 'Which file stayed in this lab?',
      options: [
        {
          id: 'child',
          label: 'The newer one, the child',
          answer: 'Data was copied out of it. Read the last line about the merge in the event log.',
        },
        {
          id: 'parent',
          label: 'The older one, the parent',
          answer: 'Yes. The child was folded into it, and it kept its name.',
        },
        {
          id: 'new',
          label: 'A third one, made of both',
          answer: 'That would need room for both once more. Nothing like that was made.',
        },
      ],
      goal: { is: 'chose', option: 'parent' },
      hints: ['The event log names both files.', 'It says which one is gone and which one stays.'],
      done: 'The file that was there first survives, and takes in what was newer.',
      solution: [{ act: 'answer', option: 'parent' }],
    },
    {
      title: 'What the machine noticed',
      text: [
        'You deleted two checkpoints. Files went, one file grew. “Hashes…” in the menu “More” computes a number from every byte that a disk reads as: even one changed bit would change it. Go back with “Undo” if you want to compare.',
      ],
      pointsAt: 'lab-machine',
      figure: null,
      task: 'What does Now read, compared with before?',
      options: [
        {
          id: 'same',
          label: 'The same, byte for byte',
          answer: 'Yes. To delete a checkpoint is to give up a way back, never what is there now.',
        },
        {
          id: 'older',
          label: 'The disk as it was before the update',
          answer: 'That would be to apply a checkpoint. Deleting one goes nowhere.',
        },
        {
          id: 'newer',
          label: 'Only what was written since the last checkpoint',
          answer: 'All that was below is still below.',
        },
      ],
      goal: { is: 'chose', option: 'same' },
      hints: ['Deleting is not going back.', 'Deleting has no effect on what the machine sees.'],
      done: 'Delete, and the disk before is the disk after. The third case, two descendants or more, is the next lesson.',
      solution: [{ act: 'answer', option: 'same' }],
    },
  ],
};
