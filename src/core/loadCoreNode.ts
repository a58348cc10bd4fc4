/** The compiled core in Node: beside the bundled program, or where the build leaves it. */
import { readFile } from 'node:fs/promises';
import type { CoreModule } from './core.ts';

export async function loadCore(): Promise<CoreModule> {
  const places = [
    new URL('./core.wasm', import.meta.url),
    new URL('../../build/core/core.wasm', import.meta.url),
  ];
  for (const place of places) {
    const bytes = await readFile(place).catch(() => null);
    if (bytes) return WebAssembly.compile(new Uint8Array(bytes));
  }
  throw new Error(`core.wasm stands at none of ${places.map(String).join(', ')}: run the build first`);
}
