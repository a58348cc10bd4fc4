/** Figures of merging in private storage, against the browser's own reads and writes of the same bytes. */
import { must } from '../src/base/assert.ts';
import { MIB } from '../src/base/units.ts';
import { loadCore } from '../src/core/loadCore.ts';
import { OpfsFolder } from '../src/storage/opfsFolder.ts';
import { atLeast, atMost, type Figure, shown } from './figures.ts';
import { makeChain } from './makeChain.ts';
import type { PlacedRun } from './makeMerge.ts';
import { type Merged, mergeChain } from './mergeChain.ts';
import { measureCase, mergeCases, type PlainFiles, spread, written } from './mergeFigures.ts';
import { median } from './timing.ts';

const FOLDER = 'bench-merge';
const ROUNDS = 5;
const LAYER_ROUNDS = 3;
/** 64 layers over a full base. */
const LAYERS = {
  sizeBytes: 256 * MIB,
  depth: 64,
  baseBytes: 256 * MIB,
  changedBytes: MIB,
  seed: 24,
  writesData: true,
};

/** One of the cases of mergeCases. */
export async function mergePrivate(index: number): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const each = must(mergeCases([0.8, 1.2, 5])[index], 'a case');
    const named = { ...each, name: `private storage: ${each.name}` };
    return measureCase({ folder, module: await loadCore(), plain: plainFiles() }, named, ROUNDS);
  });
}

/** All layers in one pass, against one merge a level, and what the one pass writes. */
export async function collapseLayers(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const passes: Merged[] = [];
    const down: number[] = [];
    const up: number[] = [];
    for (let round = 0; round < LAYER_ROUNDS; round++) {
      passes.push(await collapsed(folder, (names) => onePass(folder, names)));
      down.push(await collapsed(folder, (names) => newestFirst(folder, names)));
      up.push(await collapsed(folder, (names) => oldestFirst(folder, names)));
    }
    const toDown = passes.map(({ ms }, i) => (down[i] ?? Number.NaN) / ms);
    const toUp = passes.map(({ ms }, i) => (up[i] ?? Number.NaN) / ms);
    const pass = must(passes[0], 'a round');
    return [
      atLeast('collapsing 64 layers / level by level, the newest first', median(toDown), 5),
      ...spread(toDown),
      atLeast('collapsing 64 layers / level by level, the oldest first', median(toUp), 5),
      ...spread(toUp),
      atMost(
        'collapsing 64 layers: bytes written of the distinct bytes',
        pass.targetBytes / pass.copiedBytes,
        1.02,
      ),
      shown('  distinct bytes', pass.copiedBytes / MIB, 'MiB'),
      shown('  in one pass', median(passes.map(({ ms }) => ms)) / 1000, 's'),
      shown('  newest first', median(down) / 1000, 's'),
      shown('  oldest first', median(up) / 1000, 's'),
      ...written(passes),
    ];
  });
}

async function collapsed<T>(folder: OpfsFolder, work: (names: readonly string[]) => Promise<T>): Promise<T> {
  const names = await makeChain(folder, LAYERS);
  // What making the chain left unflushed is not for the merge to flush.
  for (const name of names) {
    const file = await folder.open(name, 'read-write');
    await file.flush();
    await file.close();
  }
  const result = await work(names);
  await folder.remove(must(names.at(-1), 'a base'));
  return result;
}

async function onePass(folder: OpfsFolder, names: readonly string[]): Promise<Merged> {
  return mergeChain(folder, names, await loadCore());
}

/** As it is done by hand: the newest file into the one below it, that one into the next. */
async function newestFirst(folder: OpfsFolder, names: readonly string[]): Promise<number> {
  let ms = 0;
  for (let layer = 0; layer + 1 < names.length; layer++) {
    ms += (await onePass(folder, names.slice(layer, layer + 2))).ms;
  }
  return ms;
}

/** Each layer's bytes are copied once, but also those that newer layers write over. */
async function oldestFirst(folder: OpfsFolder, names: readonly string[]): Promise<number> {
  const base = must(names.at(-1), 'a base');
  let ms = 0;
  for (const name of names.slice(0, -1).reverse()) ms += (await onePass(folder, [name, base])).ms;
  return ms;
}

async function inFolder<T>(work: (folder: OpfsFolder) => Promise<T>): Promise<T> {
  const folder = await OpfsFolder.open(FOLDER);
  try {
    return await work(folder);
  } finally {
    await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true });
  }
}

// ── The plain way ────────────────────────────────────────────────────────────────────────────────────────────────────

function plainFiles(): PlainFiles {
  const buffer = new Uint8Array(2 * MIB);
  const run = (
    from: FileSystemSyncAccessHandle,
    to: FileSystemSyncAccessHandle,
    pieces: readonly PlacedRun[],
  ) => {
    const start = performance.now();
    for (const { from: at, to: place, lengthBytes } of pieces) {
      const bytes = buffer.subarray(0, lengthBytes);
      from.read(bytes, { at });
      to.write(bytes, { at: place });
    }
    to.flush();
    return performance.now() - start;
  };
  return {
    async copy(name, pieces) {
      const folder = await plainFolder();
      const [from, to] = [await handleOf(folder, name), await handleOf(folder, 'copy')];
      let end = 0;
      const placed = pieces.map((piece) => {
        const here = { ...piece, to: end };
        end += piece.lengthBytes;
        return here;
      });
      const ms = run(from, to, placed);
      from.close();
      to.close();
      await folder.removeEntry('copy');
      return ms;
    },
    async copyRuns(fromName, toName, runs) {
      const folder = await plainFolder();
      const [from, to] = [await handleOf(folder, fromName), await handleOf(folder, toName)];
      const ms = run(from, to, runs);
      from.close();
      to.close();
      return ms;
    },
  };
}

async function plainFolder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
}

async function handleOf(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemSyncAccessHandle> {
  return (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
}
