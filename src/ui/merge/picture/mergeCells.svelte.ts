/** Keeps the cells of the chain in view: while a merge runs that chain is closed and cannot be asked. */

import { planCells } from '../../map/mapPixels.ts';
import { shownRange, wholeDisk } from '../../map/mapView.ts';
import type { Session } from '../../state/session.svelte.ts';
import type { MergePicture } from './props.ts';

const LINES = 32;
/** Cells of a line, at least: more than any panel has pixels, so that a resize needs no new ones. */
const COLUMNS = 2048;

export class MergeCells {
  picture: MergePicture | null = $state.raw(null);
  #ticket = 0;

  /** Asks once, for the chain in view; the picture before stays until the new one is here. Faults are told by the session. */
  async load(session: Session): Promise<void> {
    const ticket = ++this.#ticket;
    const { chain, bands, layerCount } = session;
    const leaf = chain?.layers[0];
    if (!chain || leaf === undefined) return;
    const view = wholeDisk(chain.sectorCount, LINES);
    const { firstSector, sectorCount } = shownRange(view);
    const plan = planCells(view, COLUMNS, chain.unitSectors, { firstSector, sectorCount });
    const wholeSectors = sectorCount - plan.tailSectors;
    const cells = new Uint8Array(plan.wholeCells + (plan.tailSectors > 0 ? 1 : 0));
    let exact = true;
    const parts = [
      { firstSector, sectorCount: wholeSectors, cells: plan.wholeCells, at: 0 },
      {
        firstSector: firstSector + wholeSectors,
        sectorCount: plan.tailSectors,
        cells: 1,
        at: plan.wholeCells,
      },
    ];
    for (const { at, ...part } of parts) {
      if (part.sectorCount === 0) continue;
      const outcome = await session.client.api.map({ ...part, mode: 'layer' });
      if (ticket !== this.#ticket) return;
      const found = session.take(outcome, 'merge map');
      if (!found) return;
      cells.set(found.cells, at);
      exact &&= found.exact;
    }
    this.picture = { view, cells, cellsPerLine: plan.cellsPerLine, exact, bands, layerCount, leaf };
  }

  /** What is being asked for comes too late: a run begins, or another pile was opened. */
  hold(): void {
    this.#ticket++;
  }
}
