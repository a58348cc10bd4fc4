/** Runs figures where the engine runs: in a worker. One call at a time, named by the page. */
import { MIB } from '../src/base/units.ts';
import { makePrivateChain, type PrivateChain, removePrivateChain } from './chains.ts';
import type { Figure } from './figures.ts';
import { lookups } from './lookups.ts';
import { collapseLayers, mergePrivate } from './mergeOpfs.ts';
import { HUGE_SHAPE, holdHuge, openHugePicked, openHugePrivate } from './opening.ts';
import { randomReads, WHOLE_DISK_SHAPE, wholeDisk } from './privateReads.ts';
import { readPicked, savePicked } from './userFiles.ts';

/** What the page passes on. */
export interface BenchCall {
  readonly name: string;
  readonly files: readonly File[];
  readonly handles: readonly FileSystemFileHandle[];
}

const chains = new Map<string, Promise<PrivateChain>>();
let held: unknown;

function wholeChain(): Promise<PrivateChain> {
  const chain = chains.get('whole') ?? makePrivateChain('bench-whole', WHOLE_DISK_SHAPE);
  chains.set('whole', chain);
  return chain;
}

async function withChain<T>(
  making: Promise<PrivateChain>,
  work: (chain: PrivateChain) => Promise<T>,
): Promise<T> {
  const chain = await making;
  const result = await work(chain);
  await removePrivateChain(chain);
  return result;
}

const BENCHES: Readonly<Record<string, (call: BenchCall) => Promise<unknown>>> = {
  'make the whole disk': () => wholeChain().then(() => []),
  'random reads': async () => randomReads(await wholeChain()),
  lookups: async () => lookups(await wholeChain()),
  'whole disk': async () => wholeDisk(await wholeChain()),
  'remove the whole disk': async () => removePrivateChain(await wholeChain()),
  'open huge, private': () => withChain(makePrivateChain('bench-huge', HUGE_SHAPE), openHugePrivate),
  'open huge, picked': ({ files }) => openHugePicked(files),
  'hold huge': async ({ files }) => {
    const { wasmBytes, hold } = await holdHuge(files);
    held = hold;
    return wasmBytes / MIB;
  },
  'read picked, shallow': ({ files }) => readPicked(1, files, 0.8),
  'read picked, deep': ({ files }) => readPicked(64, files, null),
  'save picked': ({ handles }) =>
    withChain(
      makePrivateChain('bench-save', { ...WHOLE_DISK_SHAPE, sizeBytes: 256 * MIB, baseBytes: 256 * MIB }),
      (chain) => savePicked(chain, handles),
    ),
  'merge whole blocks, new': () => mergePrivate(0),
  'merge whole blocks, there': () => mergePrivate(1),
  'merge mixed runs': () => mergePrivate(2),
  'merge small runs': () => mergePrivate(3),
  'merge 64 layers': collapseLayers,
};

addEventListener('message', async ({ data }: MessageEvent<BenchCall>) => {
  try {
    const bench = BENCHES[data.name];
    if (!bench) throw new Error(`no bench is named ${data.name}`);
    postMessage({ ok: true, value: (await bench(data)) as readonly Figure[] | number });
  } catch (error) {
    postMessage({
      ok: false,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
  void held;
});
