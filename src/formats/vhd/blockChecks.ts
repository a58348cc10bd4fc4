/** Judges a whole block allocation table: blocks outside the file, on top of structures or of one another. */
import { must } from '../../base/assert.ts';
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage } from '../diskImage.ts';
import type { Finding } from '../finding.ts';
import type { Annotation } from '../struct.ts';
import {
  type BlockPlaces,
  type BlockTables,
  blockCountOf,
  blockPlaces,
  ENTRY_BYTES,
  entryOffset,
  usedBytesOf,
} from './blockAllocationTable.ts';
import { FOOTER_NAME } from './chooseFooter.ts';
import { type VhdRule, vhdFinding } from './findings.ts';

/** What the table tells of the file's blocks. */
export interface BlockSummary {
  readonly allocated: number;
  /** Blocks of the disk. */
  readonly total: number;
  /** Smallest distance of two blocks in the file, in sectors; null with fewer than two. */
  readonly strideSectors: number | null;
  /** True when all data starts at multiples of 4 KiB in the file. */
  readonly aligned4k: boolean;
}

export interface BlockCheck {
  readonly summary: BlockSummary;
  readonly findings: readonly Finding[];
  /** Blocks with sectors that are not in the file, or whose bytes another block or a structure shares; ascending. */
  readonly badBlocks: Uint32Array;
}

/** Findings of one rule that are named one by one; the rest is a count. */
const NAMED_FINDINGS = 3;

/**
 * `batBytes` is the table as the file holds it: `tables.batEntries` big-endian entries; `used` its allocated blocks,
 * where the caller has them already. Linear in their number. A last
 * block may be cut short by the end of the file as long as the sectors of the disk are there.
 */
export function checkBlocks(image: DiskImage, batBytes: Uint8Array, used?: Uint32Array): BlockCheck {
  const { tables } = image;
  if (tables.kind !== 'vhd-blocks')
    return { summary: EMPTY_SUMMARY, findings: [], badBlocks: new Uint32Array(0) };
  const places = blockPlaces(batBytes, used);
  const problems = new Problems(image, tables);
  const obstacles = obstaclesOf(image, tables);
  const count = places.sectors.length;
  /** The place that reaches furthest so far: what a later one may overlap. */
  let furthest = -1;
  let furthestEnd = 0;
  for (let i = 0; i < count; i++) {
    const block = places.blocks[i] ?? 0;
    const start = (places.sectors[i] ?? 0) * SECTOR_BYTES;
    const end = start + tables.bitmapBytes + usedBytesOf(tables, block, image.virtualSizeBytes);
    if (end > image.file.sizeBytes) problems.outside(block, start, end);
    else if (start < obstacles.lowestEnd || end > obstacles.footerOffset)
      problems.overStructure(block, start, end, obstacles);
    if (start < furthestEnd) problems.overlap(block, places.blocks[furthest] ?? 0, start);
    if (end > furthestEnd) {
      furthestEnd = end;
      furthest = i;
    }
  }
  return {
    summary: summarise(image, tables, places),
    findings: problems.findings(),
    badBlocks: problems.badBlocks(),
  };
}

const EMPTY_SUMMARY: BlockSummary = { allocated: 0, total: 0, strideSectors: null, aligned4k: true };

interface Obstacles {
  /** Everything but the footer at the end. */
  readonly structures: readonly Annotation[];
  /** Blocks from here on cannot touch any of those. */
  readonly lowestEnd: number;
  /** Infinity where the file has no footer at its end. */
  readonly footerOffset: number;
  readonly footer: Annotation | null;
}

/** The table counts with the entries that are used: its padding is nobody's. */
function obstaclesOf(image: DiskImage, tables: BlockTables): Obstacles {
  const footer = image.structures.find((structure) => structure.name === FOOTER_NAME) ?? null;
  const structures = image.structures.filter((structure) => structure !== footer);
  const ends = structures.map((structure) => structure.offset + structure.lengthBytes);
  const lowestEnd = Math.max(tables.batOffset + tables.batEntries * ENTRY_BYTES, ...ends);
  return { structures, lowestEnd, footer, footerOffset: footer?.offset ?? Number.POSITIVE_INFINITY };
}

function summarise(image: DiskImage, tables: BlockTables, places: BlockPlaces): BlockSummary {
  const { sectors } = places;
  const bitmapSectors = tables.bitmapBytes / SECTOR_BYTES;
  let stride = Number.POSITIVE_INFINITY;
  let aligned4k = true;
  for (let i = 0; i < sectors.length; i++) {
    const sector = sectors[i] ?? 0;
    if ((sector + bitmapSectors) % 8 !== 0) aligned4k = false;
    if (i > 0) stride = Math.min(stride, sector - (sectors[i - 1] ?? 0));
  }
  return {
    allocated: sectors.length,
    total: blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes),
    strideSectors: Number.isFinite(stride) ? stride : null,
    aligned4k,
  };
}

/** Collects problems; names the first few of each rule and counts the rest. */
class Problems {
  private readonly image: DiskImage;
  private readonly tables: BlockTables;
  private readonly named: Finding[] = [];
  private readonly counts = new Map<VhdRule, number>();
  /** One byte a block. */
  private readonly bad: Uint8Array;
  private badCount = 0;

  constructor(image: DiskImage, tables: BlockTables) {
    this.image = image;
    this.tables = tables;
    this.bad = new Uint8Array(tables.batEntries);
  }

  outside(block: number, start: number, end: number): void {
    const { sizeBytes } = this.image.file;
    this.add('block-outside-file', block, () => {
      const reach = `is at ${grouped(start)} and needs the file up to ${grouped(end)}`;
      return `Block ${grouped(block)} ${reach}; the file has ${grouped(sizeBytes)} bytes.`;
    });
  }

  overStructure(block: number, start: number, end: number, obstacles: Obstacles): void {
    const { footer, structures } = obstacles;
    const touches = (each: Annotation) => start < each.offset + each.lengthBytes && end > each.offset;
    const struck = structures.find(touches) ?? (footer && touches(footer) ? footer : null);
    if (!struck) return;
    this.add('block-over-structure', block, () => {
      const lies = `lies at ${grouped(start)} to ${grouped(end - 1)}`;
      return `Block ${grouped(block)} ${lies}, on top of “${struck.name}” at ${grouped(struck.offset)}.`;
    });
  }

  overlap(block: number, other: number, start: number): void {
    this.mark(other);
    this.add('blocks-overlap', block, () => {
      return `Block ${grouped(block)} begins at ${grouped(start)}, inside block ${grouped(other)}.`;
    });
  }

  private mark(block: number): void {
    if (this.bad[block] === 0) this.badCount++;
    this.bad[block] = 1;
  }

  private add(rule: VhdRule, block: number, message: () => string): void {
    this.mark(block);
    const count = (this.counts.get(rule) ?? 0) + 1;
    this.counts.set(rule, count);
    if (count > NAMED_FINDINGS) return;
    const offset = entryOffset(this.tables, block);
    this.named.push(vhdFinding(rule, this.image.file.name, offset, ENTRY_BYTES, message()));
  }

  findings(): Finding[] {
    const findings = [...this.named];
    for (const [rule, count] of this.counts) {
      if (count <= NAMED_FINDINGS) continue;
      const last = must(
        this.named.findLast((each) => each.rule === rule),
        'counted findings are named first',
      );
      const message = `${grouped(count)} blocks in all; the first ${NAMED_FINDINGS} are named.`;
      findings.push({
        ...last,
        offset: this.tables.batOffset,
        lengthBytes: this.tables.batEntries * ENTRY_BYTES,
        message,
      });
    }
    return findings;
  }

  badBlocks(): Uint32Array {
    const blocks = new Uint32Array(this.badCount);
    for (let block = 0, at = 0; at < blocks.length; block++) if (this.bad[block] === 1) blocks[at++] = block;
    return blocks;
  }
}
