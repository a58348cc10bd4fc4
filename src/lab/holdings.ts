/** What each node's file of a disk holds, cell by cell, and what of it Now reads from there. Reads tables and few bitmaps. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { MIB } from '../base/units.ts';
import type { DiskChain } from '../chain/diskChain.ts';
import type { CoreModule } from '../core/core.ts';
import { LAYER_MISSING } from '../core/records.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { HELD_ANSWERS, HELD_SHADOWED, type LabHoldings } from './labView.ts';
import { type MachineNode, type MachineState, NOW } from './machine/machine.ts';
import { chainOf, nodesOf, pathOf } from './machine/tree.ts';
import { openPoint } from './transfer/openPoint.ts';

export const MOST_HOLDING_CELLS = 65_536;
/** Up to here every bitmap that matters is read; larger disks are told by their tables alone. */
const MOST_EXACT_UNITS = 20_000;
const UNITS_AT_ONCE = 1024;
const CACHES = { ownerBytes: MIB, pageBytes: MIB, stagingBytes: MIB };

export interface HoldingsTools {
  readonly module: CoreModule;
  readonly signal?: AbortSignal;
}

/**
 * A row for each node with a file of `disk`, Now first and then the newest checkpoint; none for a file that cannot be
 * opened. Throws 'bad-request' for a number of cells that is no picture's.
 */
export async function holdingsOf(
  folder: DiskFolder,
  state: MachineState,
  disk: string,
  cells: number,
  tools: HoldingsTools,
): Promise<LabHoldings> {
  if (!Number.isInteger(cells) || cells < 1 || cells > MOST_HOLDING_CELLS)
    throw new DiskError({
      code: 'bad-request',
      message: `A picture has 1 to ${MOST_HOLDING_CELLS} cells, not ${cells}.`,
    });
  const rows: { node: string; file: string; held: Uint8Array }[] = [];
  for (const { id, files } of newestFirst(state)) {
    const file = files[disk];
    if (file === undefined) continue;
    const held = await onChain(folder, [file], false, tools, (chain) => heldCells(chain, cells));
    if (held) rows.push({ node: id, file, held });
  }
  await markAnswers(folder, state, disk, rows, tools);
  return { disk, cells, rows };
}

function newestFirst(state: MachineState): MachineNode[] {
  const age = ({ id, atUs }: MachineNode) => (id === NOW ? Number.POSITIVE_INFINITY : atUs);
  return nodesOf(state)
    .map((node, place) => ({ node, place }))
    .sort((a, b) => age(b.node) - age(a.node) || b.place - a.place)
    .map(({ node }) => node);
}

/** null where the files cannot be opened as a chain: lost, altered, or with no power to read them. */
async function onChain<T>(
  folder: DiskFolder,
  names: readonly string[],
  complete: boolean,
  { module, signal }: HoldingsTools,
  work: (chain: DiskChain) => Promise<T>,
): Promise<T | null> {
  const tools = { module, caches: CACHES, ...(signal ? { signal } : {}) };
  try {
    const { disk, close } = await openPoint(folder, names, complete, tools);
    try {
      return await work(disk);
    } finally {
      await close();
    }
  } catch (error) {
    if (error instanceof DiskError && error.code !== 'cancelled') return null;
    throw error;
  }
}

/** A file by itself: cells that it holds any of. */
async function heldCells(chain: DiskChain, cells: number): Promise<Uint8Array> {
  const { sectorCount } = chain;
  const map = await chain.map({ firstSector: 0, sectorCount, cells, mode: 'layer' });
  return map.cells.map((layer) => (layer < LAYER_MISSING ? HELD_SHADOWED : 0));
}

async function markAnswers(
  folder: DiskFolder,
  state: MachineState,
  disk: string,
  rows: readonly { readonly node: string; readonly held: Uint8Array }[],
  tools: HoldingsTools,
): Promise<void> {
  if (!state.now) return;
  const path = pathOf(state, NOW).filter(({ files }) => files[disk] !== undefined);
  const names = chainOf(state, NOW, disk);
  const layers = path.map(({ id }) => rows.find(({ node }) => node === id)?.held ?? null);
  if (names.length === 0) return;
  await onChain(folder, names, true, tools, (chain) => answeredBy(chain, layers));
}

/** Marks the cells of which a layer of the chain answers any sector. Layers behind the last of `held` are not shown. */
async function answeredBy(chain: DiskChain, held: readonly (Uint8Array | null)[]): Promise<void> {
  const cells = held.find((row) => row !== null)?.length ?? 0;
  if (cells === 0) return;
  const { sectorCount, unitSectors, unitCount } = chain;
  const mark = (layer: number, firstSector: number, endSector: number) => {
    const from = Math.floor((firstSector * cells) / sectorCount);
    const to = Math.ceil((endSector * cells) / sectorCount);
    held[layer]?.fill(HELD_ANSWERS, from, to);
  };
  if (sectorCount < unitSectors * cells) return markExtents(chain, mark);
  if (unitCount <= MOST_EXACT_UNITS) return markUnits(chain, mark);
  const map = await chain.map({ firstSector: 0, sectorCount, cells, mode: 'layer' });
  map.cells.forEach((layer, cell) => {
    held[layer]?.fill(HELD_ANSWERS, cell, cell + 1);
  });
}

type Mark = (layer: number, firstSector: number, endSector: number) => void;

/** Cells smaller than a unit. */
async function markExtents(chain: DiskChain, mark: Mark): Promise<void> {
  const step = UNITS_AT_ONCE * chain.unitSectors;
  for (let at = 0; at < chain.sectorCount; at += step) {
    const extents = await chain.extents(at, Math.min(step, chain.sectorCount - at));
    for (const { kind, layer, firstSector, sectorCount } of extents)
      if (kind === 'data') mark(layer, firstSector, firstSector + sectorCount);
  }
}

/** Cells of a unit and more: which layers answer any of each unit. */
async function markUnits(chain: DiskChain, mark: Mark): Promise<void> {
  const { unitCount, unitSectors, sectorCount } = chain;
  const columns = chain.layers.length + 2;
  for (let first = 0; first < unitCount; first += UNITS_AT_ONCE) {
    const count = Math.min(UNITS_AT_ONCE, unitCount - first);
    const shares = await chain.unitShares(first, count);
    for (let unit = 0; unit < count; unit++) {
      const start = (first + unit) * unitSectors;
      for (let layer = 0; layer < chain.layers.length; layer++) {
        const sectors = must(shares[unit * columns + layer], 'a column for each layer');
        if (sectors > 0) mark(layer, start, Math.min(start + unitSectors, sectorCount));
      }
    }
  }
}
