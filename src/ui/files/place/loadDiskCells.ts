/** The block map of the whole disk in view, asked of the engine. */
import type { MapCells, Outcome } from '../../../engine/api.ts';
import { planCells } from '../../map/mapPixels.ts';
import { type MapView, shownRange } from '../../map/mapView.ts';
import type { Session } from '../../state/session.svelte.ts';
import type { DiskCells } from './placeCells.ts';

export async function loadDiskCells(
  { client, chain }: Session,
  view: MapView,
  columns: number,
): Promise<Outcome<DiskCells>> {
  const { firstSector, sectorCount } = shownRange(view);
  const plan = planCells(view, columns, chain?.unitSectors ?? 1, { firstSector, sectorCount });
  const wholeSectors = plan.wholeCells * plan.cellSectors;
  const parts: MapCells[] = [];
  // The disk need not end where a cell does.
  for (const [first, count, cells] of [
    [firstSector, wholeSectors, plan.wholeCells],
    [firstSector + wholeSectors, plan.tailSectors, 1],
  ] as const) {
    if (count === 0) continue;
    const outcome = await client.api.map({ firstSector: first, sectorCount: count, cells, mode: 'layer' });
    if (!outcome.ok) return outcome;
    parts.push(outcome.value);
  }
  const all = new Uint8Array(parts.reduce((sum, { cells }) => sum + cells.length, 0));
  let at = 0;
  for (const { cells } of parts) {
    all.set(cells, at);
    at += cells.length;
  }
  return { ok: true, value: { cells: all, cellsPerLine: plan.cellsPerLine } };
}
