/** Gets 7-Zip's parts in a page or a worker: files of their own beside it, as they came. */
import scriptUrl from '7z-wasm/7zz.es6.js?url';
import programUrl from '7z-wasm/7zz.wasm?url';
import { DiskError } from '../../base/errors.ts';
import type { LoadSevenZip, SevenZipFactory } from './sevenZipModule.ts';
import { sevenZipFactory } from './startModule.ts';

let loaded: Promise<SevenZipFactory> | null = null;

export const loadSevenZip: LoadSevenZip = () => {
  // Kept only when it went well: the next call may have a network again.
  loaded ??= load().catch((error: unknown) => {
    loaded = null;
    throw notThere(error);
  });
  return loaded;
};

async function load(): Promise<SevenZipFactory> {
  const [script, program] = await Promise.all([import(/* @vite-ignore */ scriptUrl), compile()]);
  return sevenZipFactory(script.default, program);
}

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(programUrl);
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  // Streaming works only where the server names the type; a plain file server may not.
  if (response.headers.get('content-type')?.startsWith('application/wasm'))
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

function notThere(error: unknown): DiskError {
  return new DiskError(
    {
      code: 'unsupported',
      message: `7-Zip could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      meaning:
        'NTFS, FAT, ext, ISO 9660 and HFS+ are read by 7-Zip, which lies beside this page in the folder "7-zip".',
      remedy: 'See that 7zz.es6.js and 7zz.wasm are there, and load the page anew.',
    },
    { cause: error },
  );
}
