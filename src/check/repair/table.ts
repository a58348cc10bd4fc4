/** The block allocation table of a file under repair: where its blocks lie, and which entries are taken out. */
import { equalBytes, viewOf } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES, type SectorRange } from '../../base/units.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import {
  type BlockPlaces,
  type BlockTables,
  blockPlaces,
  ENTRY_BYTES,
  entryOffset,
  UNUSED_ENTRY,
  usedBytesOf,
} from '../../formats/vhd/blockAllocationTable.ts';
import type { Draft, StepDraft } from './draft.ts';

export interface Table {
  readonly tables: BlockTables;
  readonly virtualSizeBytes: number;
  /** Big-endian entries as the file has them. */
  readonly bat: Uint8Array;
  readonly places: BlockPlaces;
  /** End of the last block that begins before the end of the data: up to the disk's last sector. */
  readonly usedEnd: number;
}

/** Reads the table. `dataEnd`: where the footer begins, or the file ends; what begins behind it is no block. */
export async function readTable(image: DiskImage, tables: BlockTables, dataEnd: number): Promise<Table> {
  const bat = new Uint8Array(tables.batEntries * ENTRY_BYTES);
  await image.file.read(tables.batOffset, bat);
  const places = blockPlaces(bat);
  const { virtualSizeBytes } = image;
  let usedEnd = 0;
  places.sectors.forEach((sector, i) => {
    const start = sector * SECTOR_BYTES;
    if (start + tables.bitmapBytes >= dataEnd) return;
    usedEnd = Math.max(usedEnd, usedEndOf(tables, virtualSizeBytes, places.blocks[i] ?? 0, start));
  });
  return { tables, virtualSizeBytes, bat, places, usedEnd };
}

/** Where the sectors of the disk end in the block that begins at `start`. */
export function usedEndOf(
  tables: BlockTables,
  virtualSizeBytes: number,
  block: number,
  start: number,
): number {
  return start + tables.bitmapBytes + usedBytesOf(tables, block, virtualSizeBytes);
}

/** Above it, entries change by pages: a table of noise must not become a million changes. */
const SINGLE_CHANGES = 1024;
const PAGE_ENTRIES = 1024;

/** Entries that are taken out, each with the step that does it. */
export class TableDraft {
  /** 0 = kept, else one more than the index of the step. */
  private readonly owners: Uint8Array;
  private readonly steps: StepDraft[] = [];

  constructor(readonly table: Table) {
    this.owners = new Uint8Array(table.tables.batEntries);
  }

  get isChanged(): boolean {
    return this.steps.length > 0;
  }

  isDropped(block: number): boolean {
    return this.owners[block] !== 0;
  }

  drop(block: number, step: StepDraft): void {
    let index = this.steps.indexOf(step);
    if (index < 0) index = this.steps.push(step) - 1;
    this.owners[block] = index + 1;
  }

  /** All sectors of the disk in the blocks that a step takes out, block by block. */
  *sectorsOf(step: StepDraft): Generator<SectorRange> {
    const { tables, virtualSizeBytes } = this.table;
    const index = this.steps.indexOf(step) + 1;
    if (index === 0) return;
    for (let block = 0; block < this.owners.length; block++) {
      if (this.owners[block] !== index) continue;
      const firstSector = (block * tables.blockSizeBytes) / SECTOR_BYTES;
      yield { firstSector, sectorCount: usedBytesOf(tables, block, virtualSizeBytes) / SECTOR_BYTES };
    }
  }

  /** Neighbouring entries of one step make one change. */
  async write(draft: Draft): Promise<void> {
    if (!this.isChanged) return;
    const after = this.table.bat.slice();
    const view = viewOf(after);
    const runs: { first: number; end: number; owner: number }[] = [];
    for (let block = 0; block < this.owners.length; block++) {
      const owner = this.owners[block] ?? 0;
      if (owner === 0) continue;
      view.setUint32(block * ENTRY_BYTES, UNUSED_ENTRY);
      const run = runs.at(-1);
      const page = Math.floor(block / PAGE_ENTRIES);
      if (run?.owner === owner && run.end === block) run.end = block + 1;
      else if (run && runs.length >= SINGLE_CHANGES && Math.floor((run.end - 1) / PAGE_ENTRIES) === page) {
        run.end = block + 1;
        run.owner = Math.max(run.owner, owner);
      } else runs.push({ first: block, end: block + 1, owner });
    }
    for (const { first, end, owner } of runs) {
      const step = this.steps[owner - 1];
      const part = after.subarray(first * ENTRY_BYTES, end * ENTRY_BYTES);
      if (!step || equalBytes(part, this.table.bat.subarray(first * ENTRY_BYTES, end * ENTRY_BYTES)))
        continue;
      const field =
        end === first + 1
          ? `BAT entry ${grouped(first)}`
          : `BAT entries ${grouped(first)} to ${grouped(end - 1)}`;
      await draft.writeBytes(step, field, entryOffset(this.table.tables, first), part.slice());
    }
  }
}
