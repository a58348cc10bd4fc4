/** Lesson 3: what a checkpoint is, and what it is not. */
import type { Lesson } from './lesson.ts';
import { at, BASE_FILE, lessonStart } from './lessonStart.ts';

export const CHECKPOINT: Lesson = {
  id: 'checkpoint',
  number: 3,
  title: 'What a checkpoint is, and is not',
  minutes: 10,
  lead: 'Take a checkpoint, go back to it, and show why it is no backup.',
  scenario: lessonStart({
    name: 'Lesson 3: a checkpoint',
    text: 'A running file server with one checkpoint, taken before it was first started.',
    seed: 1303,
    commands: [at(1, { do: 'take', name: 'clean install' }), at(1, { do: 'start' })],
    endSeconds: 8,
  }),
  steps: [
    {
      title: 'Take one while it works',
      text: [
        'Hyper-V takes a [checkpoint] in a fixed order. It pauses the machine, puts an empty [differencing disk] on top of each virtual disk, copies the [configuration], and lets the machine go on. The pause is meant to be too short to notice.',
        'Only then, while the machine runs, its memory is saved. The event log beside the chart names each of these steps, with the time that the pause took.',
      ],
      pointsAt: 'lab-take',
      figure: null,
      task: 'Take a checkpoint of the running machine.',
      options: [],
      goal: { is: 'checkpoints', atLeast: 2 },
      hints: ['The button is in the bar of the machine.', 'Press “Take checkpoint”.'],
      done: 'The machine is already running again. Read the steps in the event log: step 5 has only begun.',
      solution: [{ act: 'command', command: { do: 'take' } }],
    },
    {
      title: 'Its memory follows',
      text: [
        'Memory is saved page by page. But the guest goes on writing to it, and the checkpoint must hold the memory of the moment of the pause. So a write to a [page] that is not saved yet is [intercepted|intercept]: the old page is saved first, then the write goes through.',
        'The file with the memory is the checkpoint’s [saved state]. Until it is complete the machine is busy, and no other checkpoint can be taken or applied.',
      ],
      pointsAt: 'lab-memory',
      figure: 'memory',
      task: 'Let time run until the memory of your checkpoint is saved.',
      options: [],
      goal: { is: 'memory-saved' },
      hints: [
        'Press “Run”, or “One event on”: the event after this one is the end of it.',
        'Was the machine off when you took it, or was it a production checkpoint? Then it has no memory. Start the machine, and take a standard one.',
      ],
      done: 'The checkpoint is complete: disks, settings and memory. A production checkpoint would have had no memory: there the guest brings its files in order instead.',
      solution: [{ act: 'settle', mostSeconds: 60 }],
    },
    {
      title: 'Life goes on',
      text: [
        'Whatever the guest does from here on goes into the new file. The checkpoint stays as it was. “Files…” shows the files that the guest had there, by name, and how they differ from those it has now.',
      ],
      pointsAt: 'lab-files',
      figure: null,
      task: 'Let the guest do 100 more operations. Then select your checkpoint and look at “Files…”.',
      options: [],
      goal: { is: 'guest-worked', operations: 100 },
      hints: [
        'The row of a checkpoint is selected by a click; its buttons stand below the table.',
        'Press “Run” and wait. The task is done when the guest has worked; “Files…” is for you to see.',
      ],
      done: 'Files have changed since, and the checkpoint still has them as they were.',
      solution: [{ act: 'run', seconds: 20 }],
    },
    {
      title: 'Go back to it',
      text: [
        'To [apply] a checkpoint means to go back to it. The machine gets the configuration of the checkpoint, a new differencing disk above its disks, and a copy of its saved state. All other checkpoints stay.',
        'What was [Now] until then is lost, unless a checkpoint of it is taken first; the dialogue offers both. To [revert] is the same with the checkpoint that Now stands on.',
      ],
      pointsAt: 'lab-plan',
      figure: null,
      task: 'Apply a checkpoint, or revert the machine.',
      options: [],
      goal: { is: 'told', text: 'Applied:' },
      hints: [
        'Select your checkpoint. The line below the table tells what applying it would do, before you do it.',
        'Press “Apply…”, then “Apply, and lose Now”. Or press “Revert…” in the bar of the machine.',
      ],
      done: 'A checkpoint that was taken of a running machine brings it back in saved state. One without memory leaves it off.',
      solution: [{ act: 'command', command: { do: 'revert', takeFirst: false } }],
    },
    {
      title: 'As if nothing had happened',
      text: [
        'A machine in saved state goes on exactly where its memory was saved. A machine that is off boots from its disk; so it is after a [production checkpoint] was applied, which has no memory.',
      ],
      pointsAt: 'lab-power',
      figure: null,
      task: 'Start the machine.',
      options: [],
      goal: { is: 'power', state: 'running' },
      hints: ['The button is in the bar of the machine.', 'Press “Start”.'],
      done: 'The machine runs again. It knows nothing of what it did between the checkpoint and the moment when you went back.',
      solution: [{ act: 'command', command: { do: 'start' } }],
    },
    {
      title: 'Lose one file on purpose',
      text: [
        'It is tempting to call this a backup. Let us see what happens when one file breaks: the [base], SHOP01.vhd, the oldest of them. It was never changed since the first checkpoint.',
        '“Faults…” can make it vanish, as a broken drive would. In this lab it can also be put back.',
      ],
      pointsAt: 'lab-faults',
      figure: null,
      task: 'Lose the file SHOP01.vhd, and let the machine run on.',
      options: [],
      goal: { is: 'lost-file', file: BASE_FILE },
      hints: [
        '“More” in the bar of the machine has “Faults…”.',
        'In “Faults…” choose the file that ends in SHOP01.vhd, and press “Lose it”. Then press “Run”.',
      ],
      done: 'The guest can go on only until it needs something from that file. Then the machine is stopped: “Paused-Critical”.',
      solution: [
        { act: 'command', command: { do: 'lose-file', file: BASE_FILE } },
        { act: 'run', seconds: 10 },
      ],
    },
    {
      title: 'What is left?',
      text: [
        'One file of several is gone; all others are whole. “Hashes…” in the menu “More” reads each disk at each checkpoint and says what came of it.',
      ],
      pointsAt: 'lab-machine',
      figure: null,
      task: 'Which of the machine’s disks can still be read in full?',
      options: [
        {
          id: 'newer',
          label: 'Those of the newer checkpoints: their own files are whole',
          answer: 'Their files hold only what changed. Everything else they read through the base.',
        },
        {
          id: 'now',
          label: 'That of Now: it is in use',
          answer: 'Now stands on the same base as all the others.',
        },
        {
          id: 'none',
          label: 'None of them',
          answer: 'Yes. Every one of them is read through the file that is gone.',
        },
      ],
      goal: { is: 'chose', option: 'none' },
      hints: [
        'Which file is at the bottom of every chain of this machine?',
        'Look at “More”, “Hashes…”: each row says that the base can’t be found.',
      ],
      done: 'A checkpoint is not a backup: lose or alter the base, and every checkpoint is lost. All of them share one set of files, on one drive.',
      solution: [{ act: 'answer', option: 'none' }],
    },
    {
      title: 'Put it back',
      text: [
        'A backup is a second, complete copy, kept somewhere else. “Export…” below the table makes such a copy: it writes the disk as any checkpoint sees it into one file of its own, and does not touch the originals.',
        'Here nothing is lost for good: the vanished file is only out of sight.',
      ],
      pointsAt: 'lab-faults',
      figure: null,
      task: 'Put the file back, and let the machine run again.',
      options: [],
      goal: { is: 'all', of: [{ is: 'files-whole' }, { is: 'power', state: 'running' }] },
      hints: [
        '“More”, “Faults…” lists the file under “Not there”.',
        'Press “Put it back”, close the dialogue, then press “Resume”.',
      ],
      done: 'Everything is there again. A checkpoint is a way back within one set of files: good before an update, of no help against a broken drive.',
      solution: [
        { act: 'command', command: { do: 'put-file-back', file: BASE_FILE } },
        { act: 'command', command: { do: 'resume' } },
      ],
    },
  ],
};
