/** Gets 7-Zip's parts in Node: beside the built program, or from the packages where it runs from its sources. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { DiskError } from '../../base/errors.ts';
import type { LoadSevenZip, SevenZipFactory } from './sevenZipModule.ts';
import { sevenZipFactory } from './startModule.ts';

const PLACES = ['./7-zip/', '../../../node_modules/7z-wasm/'];

let loaded: Promise<SevenZipFactory> | null = null;

export const loadSevenZipNode: LoadSevenZip = () => {
  loaded ??= load().catch((error: unknown) => {
    loaded = null;
    throw notThere(error);
  });
  return loaded;
};

async function load(): Promise<SevenZipFactory> {
  const places = PLACES.map((place) => new URL(place, import.meta.url));
  const place = places.find((folder) => existsSync(new URL('7zz.wasm', folder)));
  if (!place) throw new Error(`it stands at none of ${places.map((folder) => folder.pathname).join(', ')}`);
  const [script, bytes] = await Promise.all([
    import(/* @vite-ignore */ new URL('7zz.es6.js', place).href),
    readFile(new URL('7zz.wasm', place)),
  ]);
  return sevenZipFactory(script.default, await WebAssembly.compile(new Uint8Array(bytes)));
}

function notThere(error: unknown): DiskError {
  return new DiskError(
    {
      code: 'unsupported',
      message: `7-Zip could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      meaning:
        'NTFS, FAT, ext, ISO 9660 and HFS+ are read by 7-Zip, which lies beside this program in the folder "7-zip".',
      remedy: 'See that 7zz.es6.js and 7zz.wasm are there.',
    },
    { cause: error },
  );
}
