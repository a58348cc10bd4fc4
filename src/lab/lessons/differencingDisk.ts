/** Lesson 1: a file on top of a file, and what each of the two holds. */
import type { Lesson } from './lesson.ts';
import { at, lessonStart } from './lessonStart.ts';

export const DIFFERENCING_DISK: Lesson = {
  id: 'differencing-disk',
  number: 1,
  title: 'What a differencing disk is',
  minutes: 9,
  lead: 'Say which of two files holds what the machine wrote, and why the upper one is nothing without the lower one.',
  scenario: lessonStart({
    name: 'Lesson 1: a differencing disk',
    text: 'A small file server with its disk in one file, and nothing on top of it yet.',
    seed: 1101,
    commands: [at(1, { do: 'start' })],
    endSeconds: 8,
  }),
  steps: [
    {
      title: 'A disk that is a file',
      text: [
        'A virtual machine has no disk of its own. What it takes for its disk is one large file on the computer that runs it, the [host]. The system inside the machine, the [guest], reads and writes numbered pieces of 512 bytes, the [sectors|sector], and never sees the file.',
        'In the lab a machine called SHOP01 serves files to a few people. Under “Checkpoints and their disks” it has one row, [Now], and one file, SHOP01.vhd. Whatever the guest writes goes there.',
      ],
      pointsAt: 'lab-tree',
      figure: null,
      task: 'Let the machine run until its guest has done 100 more operations.',
      options: [],
      goal: { is: 'guest-worked', operations: 100 },
      hints: [
        'Simulated time stands still until you let it run.',
        'Press “Run” below the chart, or the space bar. “Pause” stops the clock again.',
      ],
      done: 'The guest worked, and each of its writes changed the one file. What stood there before is gone: a disk in one file has no past.',
      solution: [{ act: 'run', seconds: 20 }],
    },
    {
      title: 'Put an empty file on top',
      text: [
        'A [differencing disk] is a file that belongs on top of another one, its [parent]. It begins empty. It holds what is written from now on, and for everything else it refers to its parent.',
        'Hyper-V makes one whenever a [checkpoint] is taken. The name of the checkpoint is only for people; leave it as it is, or choose one of your own.',
      ],
      pointsAt: 'lab-take',
      figure: null,
      task: 'Take a checkpoint.',
      options: [],
      goal: { is: 'checkpoints', atLeast: 1 },
      hints: [
        'The button is in the bar of the machine, above everything else.',
        'Press “Take checkpoint”. With a name of your own: “More”, then “Take with a name…”.',
      ],
      done: 'There are two files now. The new one ends in .avhd and takes all writes. The one below it is frozen: it stays as it was at this moment.',
      solution: [
        { act: 'command', command: { do: 'take' } },
        { act: 'run', seconds: 6 },
      ],
    },
    {
      title: 'Watch it fill',
      text: [
        'Each row shows what its file holds, as a strip from the first sector of the disk to the last. A full bar is what Now reads from that file. A half bar is still in the file, but a newer file answers in its place.',
        'The new file began with hardly more than a few tables: a [header], a [block table (BAT)] that says which [blocks|block] are in the file, and a [footer]. Its size “on disk” stands at the end of the row.',
      ],
      pointsAt: 'lab-strips',
      figure: null,
      task: 'Let the guest do 150 more operations, and watch both strips.',
      options: [],
      goal: { is: 'guest-worked', operations: 150 },
      hints: ['Only time is needed.', 'Press “Run” below the chart, and wait a few seconds.'],
      done: 'The upper file grew, and the lower one kept its size. Where the guest wrote, the lower strip is down to a half bar: the old data is there, but nobody asks for it.',
      solution: [{ act: 'run', seconds: 25 }],
    },
    {
      title: 'Who is asked?',
      text: [
        'A read asks the newest file first. Where that file does not hold the sector, the read falls to the parent, and so on, down to the [base], the oldest file. All files together are a [chain], and the guest sees one disk.',
      ],
      pointsAt: 'lab-strips',
      figure: 'read',
      task: 'A sector was last written before the checkpoint. Which file answers a read of it?',
      options: [
        {
          id: 'newest',
          label: 'The newest file, because it is the disk now',
          answer: 'It is asked first, but it holds only what was written since the checkpoint.',
        },
        {
          id: 'parent',
          label: 'The parent, because the newest file does not hold it',
          answer: 'Yes: the newest file has nothing to say about this sector, so its parent is asked.',
        },
        {
          id: 'both',
          label: 'Both, and the two answers are compared',
          answer:
            'Nothing is compared. The first file that holds the sector answers, and the read ends there.',
        },
      ],
      goal: { is: 'chose', option: 'parent' },
      hints: [
        'Was this sector written since the checkpoint?',
        'The newest file holds only what was written since. The sector is not among it.',
      ],
      done: 'Reads fall down until a file holds the sector. Writes stay on top: only the newest file is ever written to.',
      solution: [{ act: 'answer', option: 'parent' }],
    },
    {
      title: 'Throw the upper file away',
      text: [
        'All that changed since the checkpoint is in one file. To take it back, nothing has to be copied: that file is dropped, and a new empty one takes its place. This is what it means to [revert] a machine.',
        'The state that the machine is in now will be lost. Here that does no harm: “Undo” beside the clock brings it back.',
      ],
      pointsAt: 'lab-machine',
      figure: null,
      task: 'Revert the machine to its checkpoint.',
      options: [],
      goal: { is: 'told', text: 'Applied:' },
      hints: [
        'The button stands beside “Take checkpoint”.',
        'Press “Revert…”, then “Revert, and lose Now”. While memory is being saved it is refused: let time run a few seconds first.',
      ],
      done: 'Now stands on the same frozen file again, with a new, empty differencing disk. The machine is in saved state, because the checkpoint kept its memory too: “Start” goes on from that moment.',
      solution: [{ act: 'command', command: { do: 'revert', takeFirst: false } }],
    },
    {
      title: 'Nothing without its parent',
      text: [
        'Two files, one disk. The upper one names its parent inside, by an [id] and by the [locators|locator] that say where it was. A file in which even one [sector] of the parent was changed afterwards may read wrong, and a file without its parent is incomplete.',
      ],
      pointsAt: 'lab-tree',
      figure: null,
      task: 'Somebody rescues only the newest .avhd file from a broken computer. What does it still hold?',
      options: [
        {
          id: 'everything',
          label: 'The whole disk as it was last',
          answer: 'Most of that disk was never in this file: it was in the parent.',
        },
        {
          id: 'nothing',
          label: 'Nothing that can be used',
          answer: 'Windows refuses to attach it, but what was written into it is there and can be read.',
        },
        {
          id: 'changes',
          label: 'What was written since the checkpoint, and no more',
          answer: 'Yes. The rest is missing, and missing is not the same as empty.',
        },
      ],
      goal: { is: 'chose', option: 'changes' },
      hints: [
        'Think of the two strips: what was in the upper one?',
        'It holds what was written since the checkpoint.',
      ],
      done: 'A differencing disk holds the difference and no more. Disklab shows such a file, and marks every sector that lies in a parent that is not here.',
      solution: [{ act: 'answer', option: 'changes' }],
    },
  ],
};
