/** An instance of the core for scans of plain bytes alone: no chain, only memory of the host's own. */
import { instantiate } from '../../build/core/core.js';
import { DiskError } from '../base/errors.ts';
import { sizeText } from '../base/units.ts';
import type { CoreModule } from './core.ts';

const WASM_PAGE_BYTES = 65536;
/** What the module declares for itself: its own data ends in there. */
const INITIAL_PAGES = 16;
/** Scans load whole words: those behind the last byte must be there. */
const SLACK_BYTES = 64;

export interface ScanMemory {
  readonly exports: Awaited<ReturnType<typeof instantiate>>;
  /** All of the memory; addresses of the core are indices of it. */
  readonly bytes: Uint8Array;
  /** Where the host's part begins. */
  readonly at: number;
}

/** Throws 'limit' where there is no such memory. */
export async function takeScanMemory(module: CoreModule, wantedBytes: number): Promise<ScanMemory> {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: 65536 });
  const exports = await instantiate(module, { env: { memory } });
  try {
    memory.grow(Math.ceil((wantedBytes + SLACK_BYTES) / WASM_PAGE_BYTES));
  } catch (cause) {
    throw new DiskError(
      {
        code: 'limit',
        message: `There is no memory of ${sizeText(wantedBytes)} to work in.`,
        meaning: 'No file was changed.',
        remedy: 'Close other pages and programs, then try again.',
      },
      { cause },
    );
  }
  return { exports, bytes: new Uint8Array(memory.buffer), at: INITIAL_PAGES * WASM_PAGE_BYTES };
}
