/** What a walk over the blocks of a table found: named findings, counts, sectors, and the blocks that are bad. */
import { viewOf } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../diskImage.ts';
import type { Affected, Finding } from '../finding.ts';
import { FindingTally } from '../findingTally.ts';
import { affectedRange, SectorRanges } from '../sectorRanges.ts';
import type { Annotation } from '../struct.ts';
import {
  type BlockPlaces,
  type BlockTables,
  ENTRY_BYTES,
  entryOffset,
  usedBytesOf,
} from './blockAllocationTable.ts';
import { FOOTER_NAME } from './chooseFooter.ts';
import { type VhdRule, vhdFinding } from './findings.ts';
import { countOverlaps } from './overlapCounts.ts';

/** What is wrong with a block, joined by or. */
const OUTSIDE = 1;
const OVER_STRUCTURE = 2;
const OVERLAP = 4;

type BlockRule = Extract<VhdRule, 'block-outside-file' | 'block-over-structure' | 'blocks-overlap'>;

const FLAGS: readonly (readonly [BlockRule, number])[] = [
  ['block-outside-file', OUTSIDE],
  ['block-over-structure', OVER_STRUCTURE],
  ['blocks-overlap', OVERLAP],
];

/** What blocks must not lie on. */
export interface Obstacles {
  /** Everything but the footer at the end; the table with the entries that the disk needs. */
  readonly structures: readonly Annotation[];
  /** Blocks from here on cannot touch any of those. */
  readonly lowestEnd: number;
  /** Infinity where the file has no footer at its end. */
  readonly footerOffset: number;
  readonly footer: Annotation | null;
}

export class BlockProblems {
  readonly obstacles: Obstacles;
  private readonly tally: FindingTally<BlockRule>;
  /** One byte a block, made when the first is bad. */
  private flags: Uint8Array | null = null;
  private badCount = 0;

  constructor(
    private readonly image: DiskImage,
    private readonly tables: BlockTables,
  ) {
    const whole = { offset: tables.batOffset, lengthBytes: tables.batEntries * ENTRY_BYTES };
    this.obstacles = obstaclesOf(image, tables);
    this.tally = new FindingTally<BlockRule>(vhdFinding, image.file.name, whole);
  }

  outside(block: number, start: number, end: number): void {
    this.mark(block, OUTSIDE);
    if (!this.tally.countOne('block-outside-file')) return;
    const { firstSector, sectorCount } = this.missingOf(block, start);
    const affects = affectedRange(firstSector, sectorCount);
    this.name('block-outside-file', block, this.outsideText(block, start, end), affects);
  }

  overStructure(block: number, start: number, end: number): void {
    const struck = this.structureIn(start, end);
    if (!struck) return;
    this.mark(block, OVER_STRUCTURE);
    if (!this.tally.countOne('block-over-structure')) return;
    const lies = `lies at ${grouped(start)} to ${grouped(end - 1)}`;
    const message = `Block ${grouped(block)} ${lies}, on top of “${struck.name}” at ${grouped(struck.offset)}.`;
    this.name('block-over-structure', block, message, this.sectorsOf([block]));
  }

  /** `place` is where `block` begins, `otherPlace` where the other one does: at or before it. */
  overlap(block: number, other: number, place: number, otherPlace: number): void {
    this.mark(block, OVERLAP);
    this.mark(other, OVERLAP);
    if (!this.tally.countOne('blocks-overlap')) return;
    const message =
      place === otherPlace
        ? `Blocks ${grouped(other)} and ${grouped(block)} are both said to be at ${grouped(place)}.`
        : `Block ${grouped(block)} begins at ${grouped(place)}, inside block ${grouped(other)} at ${grouped(otherPlace)}.`;
    this.name('blocks-overlap', block, message, this.sectorsOf([other, block]));
  }

  findings(batBytes: Uint8Array, places: BlockPlaces): Finding[] {
    if (this.badCount === 0) return [];
    this.affectWholes(batBytes);
    const { tables, image } = this;
    const isCrowded = this.tally.count('blocks-overlap') > 0;
    const pairs = isCrowded ? countOverlaps(tables, image.virtualSizeBytes, places) : 0;
    return this.tally.findings({ 'blocks-overlap': { count: pairs, what: 'pairs of blocks that overlap' } });
  }

  badBlocks(): Uint32Array {
    const blocks = new Uint32Array(this.badCount);
    const { flags } = this;
    if (!flags) return blocks;
    for (let block = 0, at = 0; at < blocks.length; block++) if (flags[block] !== 0) blocks[at++] = block;
    return blocks;
  }

  private mark(block: number, flag: number): void {
    this.flags ??= new Uint8Array(this.tables.batEntries);
    const before = this.flags[block] ?? 0;
    if (before === 0) this.badCount++;
    this.flags[block] = before | flag;
  }

  private name(rule: BlockRule, block: number, message: string, affects: Affected | undefined): void {
    const place = { offset: entryOffset(this.tables, block), lengthBytes: ENTRY_BYTES };
    this.tally.name(rule, place, message, affects);
  }

  private structureIn(start: number, end: number): Annotation | null {
    const { footer, structures } = this.obstacles;
    for (const each of structures)
      if (start < each.offset + each.lengthBytes && end > each.offset) return each;
    return footer && start < footer.offset + footer.lengthBytes && end > footer.offset ? footer : null;
  }

  private outsideText(block: number, start: number, end: number): string {
    const { sizeBytes } = this.image.file;
    const reach = `is at ${grouped(start)} and needs the file up to ${grouped(end)}`;
    const { heldSectors, sectorCount } = this.missingOf(block, start);
    const held =
      heldSectors > 0
        ? `: its first ${grouped(heldSectors)} of ${grouped(heldSectors + sectorCount)} sectors are there`
        : start + this.tables.bitmapBytes <= sizeBytes
          ? ': its bitmap is there, none of its sectors'
          : '';
    return `Block ${grouped(block)} ${reach}; the file has ${grouped(sizeBytes)} bytes${held}.`;
  }

  /** Sectors of the disk that the file's end cuts off, of a block whose bitmap is at `start`. */
  private missingOf(block: number, start: number) {
    const { tables, image } = this;
    const sectors = this.sectorCountOf(block);
    const heldBytes = image.file.sizeBytes - start - tables.bitmapBytes;
    const heldSectors = Math.max(0, Math.floor(heldBytes / SECTOR_BYTES));
    const firstSector = this.firstSectorOf(block) + heldSectors;
    return { heldSectors, firstSector, sectorCount: sectors - heldSectors };
  }

  private sectorsOf(blocks: readonly number[]): Affected | undefined {
    const ranges = new SectorRanges();
    for (const block of blocks) ranges.add(this.firstSectorOf(block), this.sectorCountOf(block));
    return ranges.affected();
  }

  private firstSectorOf(block: number): number {
    return (block * this.tables.blockSizeBytes) / SECTOR_BYTES;
  }

  private sectorCountOf(block: number): number {
    return usedBytesOf(this.tables, block, this.image.virtualSizeBytes) / SECTOR_BYTES;
  }

  /** Each block once for each of its rules, in the order of the disk. */
  private affectWholes(batBytes: Uint8Array): void {
    const { flags, tally } = this;
    if (!flags) return;
    const view = viewOf(batBytes);
    for (const [rule, flag] of FLAGS) {
      if (tally.count(rule) === 0) continue;
      for (let block = 0; block < flags.length; block++) {
        if (((flags[block] ?? 0) & flag) === 0) continue;
        if (flag === OUTSIDE) {
          const start = view.getUint32(block * ENTRY_BYTES) * SECTOR_BYTES;
          const { firstSector, sectorCount } = this.missingOf(block, start);
          tally.affect(rule, firstSector, sectorCount);
        } else {
          tally.affect(rule, this.firstSectorOf(block), this.sectorCountOf(block));
        }
      }
    }
  }
}

/** The table counts with the entries that are used: its padding is nobody's. */
function obstaclesOf(image: DiskImage, tables: BlockTables): Obstacles {
  const footer = image.structures.find((structure) => structure.name === FOOTER_NAME) ?? null;
  const structures = image.structures.filter((structure) => structure !== footer);
  const ends = structures.map((structure) => structure.offset + structure.lengthBytes);
  const lowestEnd = Math.max(tables.batOffset + tables.batEntries * ENTRY_BYTES, ...ends);
  return { structures, lowestEnd, footer, footerOffset: footer?.offset ?? Number.POSITIVE_INFINITY };
}
