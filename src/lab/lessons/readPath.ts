/** Lesson 2: how a read finds its sector, file by file, through block tables and bitmaps. */
import type { LabCommand } from '../commands.ts';
import type { Lesson } from './lesson.ts';
import { at, lessonStart } from './lessonStart.ts';

/** Sectors of the gap before the volume: nobody else writes there, and all lie in block 0. */
const WRITTEN_BETWEEN = 256;
const WRITTEN_LAST = 512;
const NEVER_WRITTEN = 131_071;

function write(firstSector: number): LabCommand {
  return { do: 'write', disk: 'disk0', firstSector, sectorCount: 8, seed: firstSector };
}

export const READ_PATH: Lesson = {
  id: 'read-path',
  number: 2,
  title: 'How a read finds its sector',
  minutes: 9,
  lead: 'Follow one read through three files, and say at each file why it answers or why it does not.',
  scenario: lessonStart({
    name: 'Lesson 2: the read path',
    text: 'A machine that is off, with two checkpoints: three files, one on top of the other.',
    seed: 1202,
    commands: [
      at(1, { do: 'take', name: 'clean install' }),
      at(1, { do: 'start' }),
      at(5, write(WRITTEN_BETWEEN)),
      at(5.5, { do: 'shut-down' }),
      at(7, { do: 'take', name: 'before update' }),
      at(8, { do: 'start' }),
      at(11, write(WRITTEN_LAST)),
      at(11.5, { do: 'shut-down' }),
    ],
    endSeconds: 13,
  }),
  steps: [
    {
      title: 'Open the disks',
      text: [
        'SHOP01 is off and has two checkpoints, so its disk lies in three files: the [base], one frozen [differencing disk], and the newest file, which belongs to [Now]. They are real VHD files, and the screen “Explore” shows real files from the inside.',
        'The status line at the bottom of the lab has a button “Save folder…”. Its dialogue lists the machine’s files, and one of its buttons opens the disks in Explore instead of saving them.',
      ],
      pointsAt: 'lab-explore',
      figure: null,
      task: 'Open the machine’s disks in Explore.',
      options: [],
      goal: { is: 'on-screen', screen: 'explore' },
      hints: [
        'Look at the line below everything else, where the lab says how many files it has.',
        'Press “Save folder…”, then “Explore these disks”.',
      ],
      done: 'The tree has the newest file on top, and beside it the map shows the whole disk. The lab goes on with its own files; whatever you do here is only looking.',
      solution: [{ act: 'explore' }],
    },
    {
      title: 'A sector of the newest file',
      text: [
        'Files of a chain are called [layers|layer] and counted from the newest: layer 0 is the [leaf], to which the machine writes. In the map a colour says which layer answers.',
        'Every [sector] has a number. Whatever you select, by a click into the map or by its number in the field “Sector”, the line above the map says who answers it.',
      ],
      pointsAt: 'explore-selection',
      figure: null,
      task: 'Select a sector that the newest file answers.',
      options: [],
      goal: { is: 'answered-by', layer: 'newest' },
      hints: [
        'Find the colour of layer 0 in the legend of the map, and click where the map has it.',
        `Or type ${WRITTEN_LAST} into the field “Sector”, and press Enter.`,
      ],
      done: 'The line says “answered by 0”, and at which byte of that file the sector lies.',
      solution: [{ act: 'select', firstSector: WRITTEN_LAST }],
    },
    {
      title: 'Block table, bitmap, data',
      text: [
        'How is that known? A VHD is cut into [blocks|block], here of 512 KiB. The [block table (BAT)] in the file has one entry for each block: where it lies in this file, or that it is not there. That is the first question of the read.',
        'A block that is there need not be complete. In front of its data lies the [bitmap], with one bit for each sector: 1 means that this file holds the sector. That is the second question. The third is the data itself.',
        'The panel “Read path” shows these questions as columns, and the files as rows.',
      ],
      pointsAt: 'explore-walk',
      figure: 'read',
      task: 'Go through the steps of this read, one at a time, until data is read.',
      options: [],
      goal: { is: 'walk-step', action: 'read-data' },
      hints: [
        'The panel “Read path” has the buttons ‹ and ›, and “Play”.',
        'Press › until the step says how much is read and where. The keys of the two square brackets do the same.',
      ],
      done: 'Three steps, one file: its table has the block, its bitmap has a 1, the data is read. The files below were not asked at all.',
      solution: [{ act: 'last-step' }],
    },
    {
      title: 'One file down',
      text: [
        'Now a sector of the same block that was written earlier, between the two checkpoints. The newest file has this block too, but for this sector its bitmap says 0. So the read falls to the [parent], and the same two questions are asked again.',
      ],
      pointsAt: 'explore-walk',
      figure: 'read',
      task: 'Select a sector that the middle file answers.',
      options: [],
      goal: { is: 'answered-by', layer: 'middle' },
      hints: [
        'Press the entry of layer 1 in the legend: the map then shows only what that layer answers.',
        `Or type ${WRITTEN_BETWEEN} into the field “Sector”, and press Enter.`,
      ],
      done: 'Layer 0 was asked and said no; layer 1 said yes. One more file was asked than before.',
      solution: [{ act: 'select', firstSector: WRITTEN_BETWEEN }],
    },
    {
      title: 'All the way to the base',
      text: [
        'What was never changed since the installation is still in the base. Its read has the longest [walk]: each newer file is asked, and each says no. How many files that are, depends on how many checkpoints were taken. That is why the length of a [chain] matters.',
      ],
      pointsAt: 'explore-walk',
      figure: null,
      task: 'Select a sector that the oldest file answers, and go through its steps to the data.',
      options: [],
      goal: {
        is: 'all',
        of: [
          { is: 'answered-by', layer: 'oldest' },
          { is: 'walk-step', action: 'read-data' },
        ],
      },
      hints: [
        'Most of what the disk holds was written by the installation: click almost anywhere where the map has colour.',
        'Type 0 into the field “Sector”, press Enter, then › until data is read.',
      ],
      done: 'Three files were asked. The base is no differencing disk: what is in its table is complete, so its bitmap need not be asked.',
      solution: [{ act: 'select', firstSector: 0 }, { act: 'last-step' }],
    },
    {
      title: 'In no file',
      text: [
        'A disk of 64 MiB does not need 64 MiB of files. Blocks to which nobody ever wrote are in no table at all. The map leaves such places empty.',
      ],
      pointsAt: 'explore-map',
      figure: null,
      task: 'Select a sector that no file holds.',
      options: [],
      goal: { is: 'answered-by', layer: 'none' },
      hints: [
        'Click where the map has no colour.',
        `The last sector of the disk is one: type ${NEVER_WRITTEN} into the field “Sector”.`,
      ],
      done: 'No file holds it, so it reads as zeros. That is an answer, not a fault: nobody ever wrote there.',
      solution: [{ act: 'select', firstSector: NEVER_WRITTEN }],
    },
    {
      title: 'In one sentence',
      text: [
        'This way from file to file is how Hyper-V reads, as far as it is described. Disklab also keeps an [index]: it has looked at all tables and bitmaps before, and finds the answering layer in one step, however long the chain is. What you stepped through is the walk.',
      ],
      pointsAt: null,
      figure: null,
      task: 'The newest file has the block, and the bit of the sector is 0. Where does the read go?',
      options: [
        {
          id: 'zeros',
          label: 'Nowhere: it gets zeros',
          answer: 'Zeros come only when no file of the chain holds the sector.',
        },
        {
          id: 'parent',
          label: 'To the parent of the newest file',
          answer:
            'Yes: the bit says that this file does not hold the sector, so the next older file is asked.',
        },
        {
          id: 'base',
          label: 'Straight to the base',
          answer: 'The files between may hold something newer. They are asked first, in their order.',
        },
      ],
      goal: { is: 'chose', option: 'parent' },
      hints: ['Think of sector 256: who answered it?', 'File by file, from the newest down.'],
      done: 'Newest file first, then back along the chain to the base, until a bitmap says 1.',
      solution: [{ act: 'answer', option: 'parent' }],
    },
  ],
};
