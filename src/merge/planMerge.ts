/** Plans a merge: what it copies and adds, and what stands in its way, from block tables and bitmaps alone. */
import { SECTOR_BYTES } from '../base/units.ts';
import { openChain } from '../chain/openChain.ts';
import { readTable } from '../export/blockPieces.ts';
import { checkBlockSize } from '../export/vhdLimits.ts';
import type { Finding } from '../formats/finding.ts';
import { checkBlocks } from '../formats/vhd/blockChecks.ts';
import { BlockTally, type CountTools, countHeld, countVersions } from './countStretch.ts';
import { obstacle } from './findings.ts';
import type { MergePlan } from './mergePlan.ts';
import { damageOf, inOrder, type MergeWanted, obstaclesOf, relinkedFiles } from './obstacles.ts';
import { newTarget, type PlannedTarget, parentTarget } from './planTarget.ts';
import type { Stretch } from './stretch.ts';
import { layerOf, nameOf, sizesInPlace, zerosOf } from './stretchSizes.ts';

export { type ClosedFile, type MergeWanted, obstaclesOf, roomObstacle } from './obstacles.ts';
export { zerosOf } from './stretchSizes.ts';

export type PlanTools = CountTools;

/**
 * Figures are there for a merge that is refused, too; a target that cannot grow counts as it is. Throws 'bad-request' for
 * a block size that no program reads, 'limit' for a chain whose tables do not fit into memory, and what the storage throws.
 */
export async function planMerge(stretch: Stretch, what: MergeWanted, tools: PlanTools): Promise<MergePlan> {
  const { way, format, blockSizeBytes } = what;
  const { names, first, last } = stretch;
  if (blockSizeBytes !== undefined) checkBlockSize(blockSizeBytes);
  const obstacles = [...obstaclesOf(stretch, what)];
  const inPlace = format === null;
  const target = await targetOf(stretch, what);
  const endSource = inPlace ? last : last + 1;
  const counted = await count(stretch, endSource, target, zerosOf(stretch, format), tools);
  const { copyBytes, olderBytes, blocks, blocksToAdd } = counted;
  const size = await target.size(blocks, blocksToAdd);
  obstacles.push(...asWarnings(counted.damage, !inPlace), ...target.obstacles, ...size.obstacles);
  const sourceBytes = bytesOf(stretch, endSource);
  const newest = nameOf(stretch, first);
  if (copyBytes === 0 && endSource > first)
    obstacles.push(obstacle('merge-nothing-to-copy', newest, 'The files hold no sector of the disk.'));
  const parentBytes = inPlace ? layerOf(stretch, last).file.sizeBytes : 0;
  const growTo = inPlace ? sizesInPlace(stretch) : null;
  return {
    way,
    format,
    first,
    last,
    sources: names.slice(first, endSource),
    survivor: inPlace ? nameOf(stretch, last) : null,
    remove: inPlace ? names.slice(first, last) : [],
    relink: inPlace && first < last ? relinkedFiles(stretch) : [],
    sourceBytes,
    copyBytes,
    olderBytes,
    blocks,
    blocksToAdd,
    blockSizeBytes: target.blockSizeBytes,
    fileBytes: size.fileBytes,
    exact: size.exact,
    spaceNeededBytes: size.spaceNeededBytes,
    freedBytes: sourceBytes - (size.fileBytes - parentBytes),
    growTo: typeof growTo === 'number' ? growTo : null,
    obstacles: inOrder(withoutRepeats(obstacles)),
  };
}

/** Sizes of the files of layers `first` to `end − 1`. */
function bytesOf({ images, first }: Stretch, end: number): number {
  return images.slice(first, end).reduce((sum, { file }) => sum + file.sizeBytes, 0);
}

function targetOf(stretch: Stretch, what: MergeWanted): Promise<PlannedTarget> | PlannedTarget {
  const { first, last } = stretch;
  if (what.format === null) {
    const growTo = sizesInPlace(stretch);
    return parentTarget(
      layerOf(stretch, last),
      nameOf(stretch, last),
      typeof growTo === 'number' ? growTo : null,
      bytesOf(stretch, last),
    );
  }
  return newTarget(what.format, layerOf(stretch, first).virtualSizeBytes, nameOf(stretch, first), what);
}

interface Counted {
  /** With the zeros that a new differencing disk has to hold. */
  readonly copyBytes: number;
  readonly olderBytes: number;
  readonly blocks: number;
  readonly blocksToAdd: number;
  /** Of block tables. */
  readonly damage: readonly Finding[];
}

/** Layers `first` to `endSource − 1` are copied. */
async function count(
  stretch: Stretch,
  endSource: number,
  target: PlannedTarget,
  zeros: ReturnType<typeof zerosOf>,
  tools: PlanTools,
): Promise<Counted> {
  const { images, first, complete } = stretch;
  const sources = images.slice(first, endSource);
  const tally = new BlockTally(target.stepBytes, target.table);
  if (sources.length === 0) return { copyBytes: 0, olderBytes: 0, blocks: 0, blocksToAdd: 0, damage: [] };
  const disk = await openChain(tools.module, sources, {
    complete: complete && endSource === images.length,
    stagingBytes: 0,
    ...(tools.signal ? { signal: tools.signal } : {}),
  });
  const { held, copied } = await countHeld(disk, tally, zeros, tools);
  const versions = sources.length === 1 ? held : await countVersions(sources, tools);
  tools.meter?.finish();
  return {
    copyBytes: copied * SECTOR_BYTES,
    olderBytes: (versions - held) * SECTOR_BYTES,
    blocks: tally.blocks,
    // A flat disk has a place for everything.
    blocksToAdd: target.blockSizeBytes === null ? 0 : tally.blocksToAdd,
    damage: disk.findings.some(({ severity }) => severity === 'error')
      ? await damagedTables(stretch, endSource)
      : [],
  };
}

/** The chain's findings go by the names of the files alone, and two folders may have files of one name. */
async function damagedTables({ images, names, first }: Stretch, endSource: number): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const [i, image] of images.slice(first, endSource).entries()) {
    const { tables, file } = image;
    if (tables.kind !== 'vhd-blocks') continue;
    const { bytes } = await readTable(file, tables.batOffset, tables.batEntries);
    const damage = damageOf(names[first + i] ?? '', checkBlocks(image, bytes).findings, {});
    if (damage) found.push(damage);
  }
  return found;
}

/** To a new file, what is wrong with the old ones is to be known and no more. */
function asWarnings(findings: readonly Finding[], isWarning: boolean): Finding[] {
  return findings.map((finding) => (isWarning ? { ...finding, severity: 'warning' } : finding));
}

/** A damaged file is told once, by what was found first. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ rule, file }) => {
    if (rule !== 'merge-damaged') return true;
    const isNew = !seen.has(file);
    seen.add(file);
    return isNew;
  });
}
