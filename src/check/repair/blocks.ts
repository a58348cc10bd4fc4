/** Entries of the table that lead out of the file, into structures, or into one another. */
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { Finding } from '../../formats/finding.ts';
import type { Annotation } from '../../formats/struct.ts';
import { ENTRY_BYTES, entryOffset } from '../../formats/vhd/blockAllocationTable.ts';
import { FOOTER_NAME } from '../../formats/vhd/chooseFooter.ts';
import { noteLoss } from './affected.ts';
import { heldSectors, type PlacedBlock, previewOf, unallocatedText } from './blockReadings.ts';
import type { Choices } from './choices.ts';
import type { Draft, StepDraft } from './draft.ts';
import type { LeftReason } from './left.ts';
import { draftOverlaps } from './overlaps.ts';
import { type Table, type TableDraft, usedEndOf } from './table.ts';

/** What the repair of one image's blocks works with. */
export interface BlockRepair {
  readonly draft: Draft;
  readonly image: DiskImage;
  readonly table: Table;
  readonly entries: TableDraft;
  /** Where the footer begins, or the file ends. */
  readonly dataEnd: number;
  readonly choices: Choices;
  readonly left: LeftReason[];
  /** True where the parent's paths are written anew: they are in no block's way. */
  readonly relinks: boolean;
}

export interface BlocksDrafted {
  readonly entries: TableDraft;
  /** Partly in the file, and nobody has said yet what becomes of them. */
  readonly undecided: readonly PlacedBlock[];
  /** Partly in the file, to be filled up with zeros: the step that does it. */
  readonly extending: StepDraft | null;
  /** Blocks that stay, with those that are filled up: end of their sectors, and of their whole room. */
  readonly usedEnd: number;
  readonly fullEnd: number;
  /** Where the first of all that stay begins; Infinity without blocks. */
  readonly firstOffset: number;
}

export async function draftBlocks(repair: BlockRepair): Promise<BlocksDrafted> {
  const { table, entries } = repair;
  const partly = dropPointless(repair);
  const { undecided, extending } = await decidePartly(repair, partly);
  await draftOverlaps(repair);
  const { tables, virtualSizeBytes, places } = table;
  const open = new Set(undecided.map(({ block }) => block));
  let usedEnd = 0;
  let fullEnd = 0;
  let firstOffset = Number.POSITIVE_INFINITY;
  places.sectors.forEach((sector, i) => {
    const block = places.blocks[i] ?? 0;
    if (entries.isDropped(block)) return;
    const start = sector * SECTOR_BYTES;
    firstOffset = Math.min(firstOffset, start);
    if (open.has(block)) return;
    usedEnd = Math.max(usedEnd, usedEndOf(tables, virtualSizeBytes, block, start));
    fullEnd = Math.max(fullEnd, start + tables.bitmapBytes + tables.blockSizeBytes);
  });
  return { entries, undecided, extending, usedEnd, fullEnd, firstOffset };
}

/** Takes out the entries that lead to no data; returns the blocks that are partly in the file. */
function dropPointless({ draft, image, table, entries, dataEnd, left, relinks }: BlockRepair): PlacedBlock[] {
  const { tables, virtualSizeBytes, places } = table;
  const { solid, locators } = obstaclesOf(image);
  const lowestEnd = Math.max(0, ...[...solid, ...locators].map((each) => each.offset + each.lengthBytes));
  const outside = draft.step(
    'block-outside-file',
    'Take entries that lead out of the file out of the table',
    OUTSIDE,
    ALSO_OUTSIDE,
  );
  const inside = draft.step(
    'block-over-structure',
    'Take entries that lead into structures out of the table',
    INSIDE,
    ALSO_OUTSIDE,
  );
  const partly: PlacedBlock[] = [];
  places.sectors.forEach((sector, i) => {
    const block = places.blocks[i] ?? 0;
    const start = sector * SECTOR_BYTES;
    const usedEnd = usedEndOf(tables, virtualSizeBytes, block, start);
    const touches = (each: Annotation) => start < each.offset + each.lengthBytes && usedEnd > each.offset;
    if (start + tables.bitmapBytes >= dataEnd) entries.drop(block, outside);
    else if (start < lowestEnd && solid.some(touches)) entries.drop(block, inside);
    else {
      if (!relinks && start < lowestEnd && locators.some(touches))
        left.push(overLocator(entryOffset(tables, block)));
      if (usedEnd > dataEnd) partly.push({ block, start, usedEnd });
    }
  });
  for (const step of [outside, inside]) noteLoss(step, entries.sectorsOf(step), unallocatedText(image));
  return partly;
}

/** What follows from such entries. */
const ALSO_OUTSIDE = ['bitmap-lost', 'blocks-overlap'];
const ALSO_PARTLY = ['block-over-structure', 'bitmap-lost'];

const OUTSIDE =
  'Nothing of these blocks’ data is in the file, so their sectors cannot be read: a reader fails there now. An entry of ' +
  'all ones says that the file does not hold the block.';
const INSIDE =
  'Footer, header and table are what they should be, so no block can lie there. An entry of all ones says that the file ' +
  'does not hold the block.';

function obstaclesOf(image: DiskImage): { solid: Annotation[]; locators: Annotation[] } {
  const isLocator = ({ name }: Annotation) => name.startsWith('Parent locator');
  const others = image.structures.filter(({ name }) => name !== FOOTER_NAME);
  return { solid: others.filter((each) => !isLocator(each)), locators: others.filter(isLocator) };
}

function overLocator(offset: number): LeftReason {
  return {
    applies: (finding) => OVER_RULES.includes(finding.rule) && isAbout(finding, new Set([offset])),
    why: 'Either the entry or the place of the parent’s path is wrong, and nothing tells which. Choose the parent to have its path written elsewhere.',
  };
}

const OVER_RULES: readonly string[] = ['block-over-structure', 'bitmap-lost'];

/** True for findings of one of these entries, and for those that count the entries of a rule. */
function isAbout({ offset, lengthBytes }: Finding, entryOffsets: ReadonlySet<number>): boolean {
  return entryOffsets.has(offset) || lengthBytes > ENTRY_BYTES;
}

const PARTLY_RULES: readonly string[] = ['block-outside-file', 'block-over-structure', 'bitmap-lost'];

async function decidePartly(repair: BlockRepair, partly: readonly PlacedBlock[]) {
  const { draft, image, table, entries, dataEnd, choices, left } = repair;
  const undecided: PlacedBlock[] = [];
  const extending = draft.step(
    'block-outside-file',
    'Fill up with zeros the blocks whose end is not in the file',
    'You chose it.',
    ALSO_PARTLY,
  );
  const dropping = draft.step(
    'block-outside-file',
    'Take blocks whose end is not in the file out of the table',
    'You chose it.',
    ALSO_PARTLY,
  );
  const lost: Record<'extend' | 'drop', { firstSector: number; sectorCount: number }[]> = {
    extend: [],
    drop: [],
  };
  for (const placed of partly) {
    const chosen = choices.isFull ? null : choices.offer(await partlyChoice(repair, placed));
    if (chosen === 'keep') {
      extending.resizes = true;
      const heldSectorCount = Math.floor((dataEnd - placed.start - table.tables.bitmapBytes) / SECTOR_BYTES);
      lost.extend.push(...(await heldSectors(image, table, placed, heldSectorCount)));
    } else if (chosen === 'unallocate') {
      entries.drop(placed.block, dropping);
      lost.drop.push(...(await heldSectors(image, table, placed)));
    } else undecided.push(placed);
  }
  noteLoss(extending, lost.extend, 'are not in the file and become zeros');
  noteLoss(dropping, lost.drop, unallocatedText(image));
  const offsets = new Set(undecided.map(({ block }) => entryOffset(table.tables, block)));
  if (undecided.length > 0) {
    left.push({
      applies: (finding) => PARTLY_RULES.includes(finding.rule) && isAbout(finding, offsets),
      why: 'It is for you to choose what becomes of a block that is partly in the file.',
    });
  }
  return { undecided, extending: extending.resizes ? extending : null };
}

async function partlyChoice({ image, table, dataEnd }: BlockRepair, placed: PlacedBlock) {
  const number = grouped(placed.block);
  const dataStart = placed.start + table.tables.bitmapBytes;
  const held = Math.floor((dataEnd - dataStart) / SECTOR_BYTES);
  const all = (placed.usedEnd - dataStart) / SECTOR_BYTES;
  const preview = [await previewOf(image, table, placed)];
  return {
    id: `block-outside-file-${placed.block}`,
    rule: 'block-outside-file',
    question: `Block ${number} has ${grouped(held)} of its ${grouped(all)} sectors in the file. What becomes of it?`,
    options: [
      {
        id: 'keep',
        title: `Keep what there is of block ${number}`,
        meaning: `The file is extended: the block’s last ${grouped(all - held)} sectors become zeros.`,
        preview,
      },
      {
        id: 'unallocate',
        title: `Take block ${number} out of the table`,
        meaning: `All ${grouped(all)} sectors of the block ${unallocatedText(image)}.`,
        preview,
      },
    ],
  };
}
