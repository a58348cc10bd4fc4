/**
 * Draws up the repair of one file: what its structures shall hold is worked out from front to back, and what differs from
 * the file in the end is the plan. Nothing is written here.
 */
import { DiskError } from '../../base/errors.ts';
import type { DiskImage, RefusedFile } from '../../formats/diskImage.ts';
import { FileWindow } from '../../formats/fileWindow.ts';
import { isDiskImage, openImage } from '../../formats/openImage.ts';
import type { BlockTables } from '../../formats/vhd/blockAllocationTable.ts';
import type { CreateParent } from '../../formats/vhd/create.ts';
import { PatchedFile } from '../../storage/patchedFile.ts';
import type { CheckContext, FileCheck } from '../fileCheck.ts';
import { type BlocksDrafted, draftBlocks } from './blocks.ts';
import { askYes, Choices } from './choices.ts';
import { Draft } from './draft.ts';
import { endPlaceOf, writeFooters } from './endPlace.ts';
import { draftFooterFields } from './footerFields.ts';
import { draftFooters, type FooterDraft, isFixed } from './footers.ts';
import { FreeSpace } from './freeSpace.ts';
import { draftHeader, draftHeaderFields, type HeaderDraft, writeHeader } from './header.ts';
import { type LeftReason, leftFindings } from './left.ts';
import { draftLocators } from './locators.ts';
import { draftLostFooters } from './lostFooter.ts';
import { draftParentLink, requireDifferencing } from './parentLink.ts';
import type { RepairPlan } from './repairPlan.ts';
import { structureRanges } from './structureRanges.ts';
import { readTable, TableDraft } from './table.ts';
import { draftBatmap, draftTableEnd } from './tableEnd.ts';
import { draftView } from './view.ts';

export { patchOf } from './patchOf.ts';

export interface RepairOptions {
  readonly context: CheckContext;
  /** Option by choice; what is left out stays as it is. */
  readonly choices: Readonly<Record<string, string>>;
  /** Points a differencing disk at this parent; null = its link stays. */
  readonly parent: CreateParent | null;
}

/**
 * `check` is that of `content`. Reads structures, the table, and what is asked about; throws what the storage throws,
 * and 'bad-request' where a parent is given for a disk that has none.
 */
export async function planRepair(
  content: DiskImage | RefusedFile,
  check: FileCheck,
  options: RepairOptions,
): Promise<RepairPlan> {
  return new Repair(content, check, options).run();
}

class Repair {
  private readonly draft: Draft;
  private readonly choices: Choices;
  private readonly left: LeftReason[] = [];

  constructor(
    private readonly content: DiskImage | RefusedFile,
    private readonly check: FileCheck,
    private readonly options: RepairOptions,
  ) {
    this.draft = new Draft(content.file);
    this.choices = new Choices(options.choices);
  }

  async run(): Promise<RepairPlan> {
    const { content, draft, options } = this;
    if (content.format !== 'vhdx') await this.ofVhd();
    else if (options.parent) requireDifferencing(null, content.file.name);
    const steps = draft.effective;
    const mended = new Set(steps.flatMap(({ mends }) => mends));
    return {
      file: content.file.name,
      sizeBefore: draft.sizeBefore,
      sizeAfter: draft.sizeAfter,
      steps: draft.finished(),
      choices: this.choices.offered,
      left: leftFindings(this.check.findings, mended, this.left),
    };
  }

  private async ofVhd(): Promise<void> {
    const { draft, choices, check, options } = this;
    const window = await FileWindow.open(draft.file);
    options.context.signal?.throwIfAborted();
    const footers = (await draftFooters(draft, window, choices)) ?? (await draftLostFooters(draft, window));
    if (footers === null || isFixed(footers)) {
      if (options.parent)
        requireDifferencing(isDiskImage(this.content) ? this.content : null, draft.file.name);
    }
    if (footers === null) return;
    if (footers.frozen !== null) this.leaveFooters(footers.frozen);
    draftFooterFields(draft, footers, choices, check.findings);
    if (isFixed(footers)) return writeFooters(draft, footers, footers.stray ?? footers.end);
    const header = await draftHeader(draft, window, footers);
    if (header) await this.ofBlocks(window, footers, header);
    else if (options.parent) requireDifferencing(null, draft.file.name);
    else await writeFooters(draft, footers, footers.end);
  }

  private leaveFooters(why: string): void {
    const rules = ['footer-checksum', 'footer-copy-differs', 'footer-missing', 'footer-copy-missing'];
    this.left.push({ applies: ({ rule }) => rules.includes(rule), why });
  }

  private async ofBlocks(window: FileWindow, footers: FooterDraft, header: HeaderDraft): Promise<void> {
    const { draft, choices, check, options } = this;
    draftHeaderFields(draft, header, choices, check.findings);
    const image = await openImage(new PatchedFile(draft.file, draftView(draft, footers, header)));
    const openedImage = isDiskImage(image) ? image : null;
    if (options.parent) requireDifferencing(openedImage, draft.file.name);
    const tables = openedImage?.tables;
    if (openedImage && tables?.kind === 'vhd-blocks')
      await this.ofTable(window, footers, header, openedImage, tables);
    else {
      await writeHeader(draft, header);
      await writeFooters(draft, footers, footers.end);
    }
  }

  private async ofTable(
    window: FileWindow,
    footers: FooterDraft,
    header: HeaderDraft,
    image: DiskImage,
    tables: BlockTables,
  ): Promise<void> {
    const { draft, choices, options, left } = this;
    const { findings } = this.check;
    const dataEnd = footers.end?.offset ?? draft.sizeBefore;
    const { maxTableEntries } = header.wanted.values();
    const relinks = options.parent !== null;
    const table = await readTable(image, tables, dataEnd);
    options.context.signal?.throwIfAborted();
    const rangesTo = (bound: number) => structureRanges(image, tables, maxTableEntries, bound, relinks);
    if ((await rangesTo(dataEnd)).isTangled) {
      if (relinks) throw tangledFault(draft.file.name);
      return writeFooters(draft, footers, footers.end);
    }
    const entries = new TableDraft(table);
    const blocks = await draftBlocks({ draft, image, table, entries, dataEnd, choices, left, relinks });
    const { taken, tableRoomEnd } = await rangesTo(Math.min(dataEnd, blocks.firstOffset));
    await draftTableEnd({ draft, image, tables, maxTableEntries, roomEnd: tableRoomEnd, findings, choices });
    await draftBatmap(draft, image, tables, findings, entries.isChanged);
    const structuresEnd = Math.max(...taken.map(({ offset, lengthBytes }) => offset + lengthBytes));
    const end = footers.end ? [footers.end] : [];
    const fullEnd = Math.max(structuresEnd, blocks.fullEnd);
    const space = new FreeSpace(draft.file, [...taken, ...end], blocks.firstOffset, fullEnd);
    if (options.parent) await draftParentLink(draft, header, options.parent, space);
    else if (image.type === 'differencing') await draftLocators({ draft, image, header, choices, findings });
    await entries.write(draft);
    await writeHeader(draft, header);
    await this.writeEnd(window, footers, blocks, Math.max(structuresEnd, blocks.usedEnd), space);
  }

  private async writeEnd(
    window: FileWindow,
    footers: FooterDraft,
    blocks: BlocksDrafted,
    usedEnd: number,
    space: FreeSpace,
  ): Promise<void> {
    const { draft } = this;
    const { appender } = space;
    const why = this.whyNoEnd(footers, blocks);
    if (why !== null) {
      if (appender) throw noRoomFault(draft.file.name, why);
      this.left.push({ applies: ({ rule }) => END_RULES.includes(rule), why });
      return writeFooters(draft, footers, null);
    }
    const contents = {
      usedEnd: appender ? space.endOffset : usedEnd,
      fullEnd: space.endOffset,
      mover: appender ?? blocks.extending,
    };
    const place = await endPlaceOf(draft, window, footers, contents);
    if (blocks.extending && footers.end) {
      // What was the footer becomes data of the block that lay on it.
      const { offset, lengthBytes } = footers.end;
      const inBlock = Math.min(lengthBytes, blocks.usedEnd - offset);
      if (inBlock > 0)
        await draft.writeBytes(blocks.extending, 'Old footer', offset, new Uint8Array(inBlock));
    }
    await writeFooters(draft, footers, place);
  }

  /** Why no footer can be written at the end; null where one can, or is there. */
  private whyNoEnd(footers: FooterDraft, blocks: BlocksDrafted): string | null {
    const { findings } = this.check;
    if (blocks.undecided.length > 0 && (!footers.end || blocks.extending)) return UNDECIDED;
    const inUse = findings.some(({ rule }) => rule === 'footer-in-use');
    if (inUse && !askYes(this.choices, IN_USE)) return IN_USE.meaning;
    return footers.end ? null : footers.frozen;
  }
}

/** Findings of a file without a footer at its end. */
const END_RULES: readonly string[] = ['footer-missing', 'footer-cut', 'footer-in-use'];

const UNDECIDED =
  'Where the footer goes hangs on what becomes of the blocks that are partly in the file: choose that first.';

const IN_USE = {
  rule: 'footer-in-use',
  question: 'Xen marks the disk as open. Is it sure that no machine runs on it?',
  title: 'Write the footer at the end of the file from its copy',
  meaning: 'Right only where no machine runs on the disk: Xen itself writes the footer when it closes it.',
};

function noRoomFault(name: string, why: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `The parent’s paths need room at the end of “${name}”, where nothing can be written yet. ${why}`,
    meaning: 'Nothing was written.',
    remedy: 'Settle that first, then set the parent.',
  });
}

function tangledFault(name: string): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `Footer, header and table of “${name}” share bytes, so one of them is wrong.`,
    meaning: 'A parent link cannot be written without harming another structure.',
    remedy: 'Restore the file from a copy.',
  });
}
