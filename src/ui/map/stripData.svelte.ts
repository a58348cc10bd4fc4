/** What the strips show: shares of 256 blocks and owners of one block's sectors, asked of the engine. */
import type { Session } from '../state/session.svelte.ts';
import { type StripWindow, stackOf } from './strips.ts';

interface BlockShares {
  readonly window: StripWindow;
  /** Per block: sectors answered by each layer, missing, unallocated. */
  readonly counts: readonly (readonly number[])[];
}

interface BlockSectors {
  readonly block: number;
  readonly sectorCount: number;
  readonly cells: Uint8Array;
}

/** Cells for the sectors of one block; larger blocks than VHD has are shown in cells of several sectors. */
const MOST_CELLS = 65_536;

/** One question at a time: while it is answered only the newest of those that came since is kept. */
class LatestOnly {
  #running = false;
  #next: (() => Promise<void>) | null = null;
  #key = '';

  /** A question whose key is that of the one before is not asked again. */
  async ask(key: string, question: () => Promise<void>): Promise<void> {
    if (key === this.#key) return;
    this.#key = key;
    this.#next = question;
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#next) {
        const now: () => Promise<void> = this.#next;
        this.#next = null;
        await now();
      }
    } finally {
      this.#running = false;
    }
  }
}

export class StripData {
  blocks: BlockShares | null = $state.raw(null);
  sectors: BlockSectors | null = $state.raw(null);
  readonly #askBlocks = new LatestOnly();
  readonly #askSectors = new LatestOnly();

  /** `surveyed` only makes a new key: once all bitmaps are read, what came from block tables alone is asked again. */
  loadBlocks(session: Session, window: StripWindow, surveyed: boolean): Promise<void> {
    const key = `${session.chain?.layers.join()} ${window.firstUnit} ${window.unitCount} ${surveyed}`;
    return this.#askBlocks.ask(key, () => this.#loadBlocks(session, window));
  }

  loadSectors(session: Session, block: number, sectorCount: number, surveyed: boolean): Promise<void> {
    const key = `${session.chain?.layers.join()} ${block} ${sectorCount} ${surveyed}`;
    return this.#askSectors.ask(key, () => this.#loadSectors(session, block, sectorCount));
  }

  async #loadBlocks(session: Session, window: StripWindow): Promise<void> {
    const { chain, blockSectors, layerCount } = session;
    if (!chain) return;
    const unitsPerBlock = Math.max(1, Math.round(blockSectors / chain.unitSectors));
    const firstUnit = window.firstUnit * unitsPerBlock;
    const unitCount = Math.min(window.unitCount * unitsPerBlock, chain.unitCount - firstUnit);
    const shares = session.take(await session.client.api.unitShares(firstUnit, unitCount), 'shares');
    if (!shares || chain !== session.chain) return;
    const width = layerCount + 2;
    const counts = Array.from({ length: window.unitCount }, (_, block) => {
      const sums = Array.from({ length: width }, () => 0);
      for (
        let unit = block * unitsPerBlock;
        unit < Math.min((block + 1) * unitsPerBlock, unitCount);
        unit++
      ) {
        for (let i = 0; i < width; i++) sums[i] = (sums[i] ?? 0) + (shares.counts[unit * width + i] ?? 0);
      }
      return sums;
    });
    this.blocks = { window, counts };
  }

  async #loadSectors(session: Session, block: number, sectorCount: number): Promise<void> {
    const { chain, blockSectors } = session;
    if (!chain || sectorCount <= 0) return;
    const request = {
      firstSector: block * blockSectors,
      sectorCount,
      cells: Math.min(sectorCount, MOST_CELLS),
    };
    const reply = session.take(await session.client.api.map({ ...request, mode: 'layer' }), 'sectors');
    if (reply && chain === session.chain) this.sectors = { block, sectorCount, cells: reply.cells };
  }

  countsOf(block: number): readonly number[] {
    return this.blocks?.counts[block - this.blocks.window.firstUnit] ?? [];
  }

  /** The layer at a height (0 = top) of a stack; null where it has none. */
  layerInStack(at: number, height: number, layerCount: number): number | null {
    const parts = stackOf(this.blocks?.counts[at] ?? [], layerCount, 100);
    const part = parts.find((one) => height * 100 >= one.from && height * 100 < one.to);
    return part && part.layer !== 'missing' ? part.layer : null;
  }
}
