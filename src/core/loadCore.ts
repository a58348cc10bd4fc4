/** The compiled core in a browser: streamed from beside the page. */
import coreUrl from '../../build/core/core.wasm?url';
import { DiskError } from '../base/errors.ts';
import type { CoreModule } from './core.ts';

export async function loadCore(): Promise<CoreModule> {
  const response = await fetch(coreUrl);
  if (!response.ok) {
    throw new DiskError({
      code: 'engine-failed',
      message: `The core could not be loaded: ${coreUrl} answered ${response.status}.`,
      meaning: 'No disk can be read.',
      remedy: 'Check that every file of the page was copied to the server, then reload.',
    });
  }
  // A host that does not know the type of .wasm files is no reason to fail: compile from bytes there.
  if (response.headers.get('Content-Type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
