/**
 * The strip above the hex view: the stretches of a file as parts side by side. A footer of 512 bytes beside 40 GiB of
 * blocks must still be read and hit, so a part is never narrower than its label, and what is left over is shared by size.
 */
import { grouped } from '../../base/units.ts';
import type { Region } from '../../engine/api.ts';

export interface Part {
  readonly label: string;
  readonly offset: number;
  readonly lengthBytes: number;
  /** Share of the spare width, in parts of the whole. */
  readonly grow: number;
  /** How many regions it stands for. */
  readonly count: number;
  /** Where its first structure begins: padding before it is nothing to go to. */
  readonly start: number;
  /** Their full names, the first few of them. */
  readonly names: string;
}

interface Draft {
  regions: Region[];
  label: string;
  width: number;
}

/** `labelWidth` says how wide a label is in pixels, its padding included. */
export function regionParts(
  regions: readonly Region[],
  widthPixels: number,
  labelWidth: (label: string) => number,
): Part[] {
  const drafts = alike(regions).map((group) => draft(group, labelWidth));
  let sum = drafts.reduce((total, part) => total + part.width, 0);
  while (drafts.length > 1 && sum > widthPixels) {
    const at = cheapestPair(drafts);
    const [left, right] = [drafts[at], drafts[at + 1]] as [Draft, Draft];
    const both = draft([...left.regions, ...right.regions], labelWidth);
    sum += both.width - left.width - right.width;
    drafts.splice(at, 2, both);
  }
  return drafts.map(finish);
}

/** Blocks with their bitmaps, and the gaps that align them, stand together from the start. */
function alike(regions: readonly Region[]): Region[][] {
  const groups: Region[][] = [];
  regions.forEach((region, i) => {
    const last = groups.at(-1);
    const inBlocks = last?.some((other) => isBlockish(other.kind));
    const isGap = region.kind === 'unused' && region.lengthBytes < LARGEST_GAP_BYTES;
    const joins = isBlockish(region.kind) || (isGap && isBlockish(regions[i + 1]?.kind));
    if (last && inBlocks && joins) last.push(region);
    else groups.push([region]);
  });
  return groups;
}

/** Makers align blocks to 4 KiB, some to 2 MiB; a wider gap is something to see. */
const LARGEST_GAP_BYTES = 64 * 1024;

/** Words for a strip; the full name is in the part's description. */
const SHORT: Partial<Record<Region['kind'], string>> = {
  footer: 'footer',
  header: 'header',
  bat: 'block allocation table',
  data: 'data',
  unused: 'unused',
};

function isBlockish(kind: Region['kind'] | undefined): boolean {
  return kind === 'block' || kind === 'bitmap' || kind === 'blocks';
}

function draft(regions: Region[], labelWidth: (label: string) => number): Draft {
  const label = labelOf(regions);
  return { regions, label, width: labelWidth(label) };
}

/** Padding is named only where there is nothing else. */
function named(regions: readonly Region[]): readonly Region[] {
  const others = regions.filter(({ kind }) => kind !== 'unused');
  return others.length > 0 ? others : regions;
}

function labelOf(regions: readonly Region[]): string {
  const shown = named(regions);
  const [first] = shown;
  if (first && shown.length === 1) return SHORT[first.kind] ?? first.name;
  if (shown.every(({ kind }) => isBlockish(kind))) {
    const blocks = shown.filter(({ kind }) => kind === 'block').length;
    const stretches = shown.filter(({ kind }) => kind === 'blocks').length;
    if (stretches > 0) return `${grouped(stretches + blocks)} stretches of blocks`;
    if (blocks > 0) return `${grouped(blocks)} ${blocks === 1 ? 'block' : 'blocks'}`;
  }
  return shown.every(({ kind }) => kind === 'unused') ? 'unused' : `${grouped(shown.length)} parts`;
}

/** The two neighbours that say least: padding first, then locators and headers. */
function cheapestPair(drafts: readonly Draft[]): number {
  const cost = (part: Draft) =>
    part.regions.reduce((most, { kind }) => Math.max(most, COST[kind]), 0) + part.regions.length * 1e-3;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < drafts.length; i++) {
    const both = cost(drafts[i] as Draft) + cost(drafts[i + 1] as Draft);
    if (both < least) [best, least] = [i, both];
  }
  return best;
}

const COST: Readonly<Record<Region['kind'], number>> = {
  unused: 0,
  other: 1,
  locator: 2,
  header: 4,
  bitmap: 5,
  block: 5,
  blocks: 5,
  data: 5,
  footer: 6,
  bat: 7,
};

function finish({ regions, label }: Draft): Part {
  const first = regions[0] as Region;
  const last = regions.at(-1) as Region;
  const lengthBytes = last.offset + last.lengthBytes - first.offset;
  const shown = named(regions);
  return {
    label,
    offset: first.offset,
    lengthBytes,
    // Width follows the logarithm: a table of 256 KiB beside 40 GiB keeps a width that can be hit.
    grow: Math.max(1, Math.log2(Math.max(2, lengthBytes)) - 8),
    count: regions.length,
    start: shown[0]?.offset ?? first.offset,
    names: shown
      .slice(0, 3)
      .map((region) => region.name)
      .concat(shown.length > 3 ? ['…'] : [])
      .join(', '),
  };
}

export function partAt(parts: readonly Part[], offset: number): Part | null {
  return parts.find((part) => offset >= part.offset && offset < part.offset + part.lengthBytes) ?? null;
}
