/** Blocks that share bytes: each group is a choice, with what each block would read as; nothing is guessed. */
import { grouped, SECTOR_BYTES, type SectorRange } from '../../base/units.ts';

import { noteLoss } from './affected.ts';
import { firstSectorOf, heldSectors, type PlacedBlock, previewOf, unallocatedText } from './blockReadings.ts';
import type { BlockRepair } from './blocks.ts';
import type { StepDraft } from './draft.ts';
import { usedEndOf } from './table.ts';

/** More blocks at one place are noise: nobody chooses among them. */
const GROUP_LIMIT = 8;

interface Group {
  readonly blocks: readonly PlacedBlock[];
  /** Its blocks in all; more than are listed where there are too many. */
  readonly blockCount: number;
}

/** Blocks that were taken out already are passed over. */
export async function draftOverlaps(repair: BlockRepair): Promise<void> {
  const { draft, image, choices, left } = repair;
  const step = draft.step(
    'blocks-overlap',
    'Take the blocks that were not chosen out of the table',
    'You chose the others.',
    ['bitmap-lost'],
  );
  const lost: SectorRange[] = [];
  const open: Group[] = [];
  const groups = overlapGroups(repair);
  // What a choice leaves may still overlap: those groups follow in the same plan.
  for (let group = groups.shift(); group; group = groups.shift()) {
    const answer =
      group.blockCount > GROUP_LIMIT || choices.isFull ? null : choices.offer(await choiceOf(repair, group));
    const kept = group.blocks.find(({ block }) => `keep-${block}` === answer);
    if (!kept) {
      open.push(group);
      continue;
    }
    const struck = group.blocks.filter((each) => each !== kept && overlap(each, kept));
    for (const placed of struck) lost.push(...(await dropBlock(repair, placed, step)));
    groups.unshift(...groupsOf(group.blocks.filter((each) => !struck.includes(each))));
  }
  noteLoss(step, lost, unallocatedText(image));
  if (open.length === 0) return;
  const isCrowd = open.some(({ blockCount }) => blockCount > GROUP_LIMIT);
  left.push({
    applies: ({ rule }) => rule === 'blocks-overlap',
    why: isCrowd
      ? 'More blocks than anybody could choose among share the same bytes: the table is damaged beyond this repair.'
      : 'Which block the shared bytes belong to is never guessed: choose after looking at both readings.',
  });
}

async function dropBlock({ image, table, entries }: BlockRepair, placed: PlacedBlock, step: StepDraft) {
  entries.drop(placed.block, step);
  return heldSectors(image, table, placed);
}

function overlap(one: PlacedBlock, other: PlacedBlock): boolean {
  return one.start < other.usedEnd && other.start < one.usedEnd;
}

/** Groups of blocks that hang together by shared bytes, in the order of the file. */
function overlapGroups({ table, entries }: BlockRepair): Group[] {
  const { tables, virtualSizeBytes, places } = table;
  function* kept(): Generator<PlacedBlock> {
    for (let i = 0; i < places.sectors.length; i++) {
      const block = places.blocks[i] ?? 0;
      if (entries.isDropped(block)) continue;
      const start = (places.sectors[i] ?? 0) * SECTOR_BYTES;
      yield { block, start, usedEnd: usedEndOf(tables, virtualSizeBytes, block, start) };
    }
  }
  return groupsOf(kept());
}

/** `blocks` ascending by start. Lists of groups and of their blocks stay short, whatever the table holds. */
function groupsOf(blocks: Iterable<PlacedBlock>): Group[] {
  const groups: Group[] = [];
  let current: PlacedBlock[] = [];
  let count = 0;
  let end = 0;
  const close = () => {
    if (count > 1 && groups.length < GROUPS_KEPT) groups.push({ blocks: current, blockCount: count });
  };
  for (const placed of blocks) {
    if (placed.start >= end) {
      close();
      current = [];
      count = 0;
    }
    count += 1;
    if (current.length <= GROUP_LIMIT) current.push(placed);
    end = Math.max(end, placed.usedEnd);
  }
  close();
  return groups;
}

/** More than there are choices, so that it is seen that some are left. */
const GROUPS_KEPT = 128;

async function choiceOf({ image, table }: BlockRepair, { blocks }: Group) {
  const numbers = blocks.map(({ block }) => grouped(block));
  const named = `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
  const options = [];
  for (const placed of blocks) {
    const struck = blocks.filter((each) => each !== placed && overlap(each, placed));
    const lost = struck.map(({ block, start, usedEnd }) => {
      const first = firstSectorOf(table, block);
      const count = (usedEnd - start - table.tables.bitmapBytes) / SECTOR_BYTES;
      return `block ${grouped(block)} (sectors ${grouped(first)} to ${grouped(first + count - 1)})`;
    });
    options.push({
      id: `keep-${placed.block}`,
      title: `Keep block ${grouped(placed.block)}`,
      meaning: `The sectors that the file holds of ${lost.join(', ')} ${unallocatedText(image)}.`,
      preview: [await previewOf(image, table, placed)],
    });
  }
  const lowest = Math.min(...blocks.map(({ block }) => block));
  const highest = Math.max(...blocks.map(({ block }) => block));
  return {
    id: `blocks-overlap-${lowest}-${highest}`,
    rule: 'blocks-overlap',
    question: `Blocks ${named} share bytes of the file. Which one do they belong to?`,
    options,
  };
}
