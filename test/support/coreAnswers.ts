/** Asks a core everything and holds its answers against the plain loops of its model. */
import { expect } from 'vitest';
import type { Prng } from '../../src/base/prng.ts';
import { type DiskCore, EXTENT_FIELDS } from '../../src/core/core.ts';
import { LAYER_MISSING, LAYER_UNALLOCATED } from '../../src/core/records.ts';
import type { CoreModel, ModelOptions } from './coreModel.ts';

/** Small units and large ones, few layers and many. */
export function optionsOf(prng: Prng): ModelOptions {
  const choices = [[8], [16, 64], [32, 8, 256], [4096], [1024, 4096, 8192]] as const;
  const blockSectors = choices[prng.below(choices.length)] ?? [8];
  const largest = Math.max(...blockSectors);
  return {
    layers: 1 + prng.below(prng.below(4) === 0 ? 40 : 6),
    sectors: 1 + prng.below(largest * 12),
    blockSectors,
    incomplete: prng.below(4) === 0,
    flatBase: prng.below(2) === 0,
  };
}

/** Asks until the range is answered, serving bitmaps in between. */
export function ask(
  model: CoreModel,
  core: DiskCore,
  call: (first: number, count: number) => number,
  first: number,
  count: number,
) {
  const runs: { first: number; offset: number; count: number; layer: number }[] = [];
  let at = first;
  for (let guard = 0; at < first + count; guard++) {
    expect(guard).toBeLessThan(100_000);
    const found = call(at, first + count - at);
    if (found < 0) {
      expect(model.provide(core)).toBe(-found);
      continue;
    }
    for (let i = 0; i < found * EXTENT_FIELDS; i += EXTENT_FIELDS) {
      const [start = 0, offset = 0, length = 0, layer = 0] = core.extents.subarray(i, i + EXTENT_FIELDS);
      runs.push({ first: start, offset, count: length, layer });
    }
    at += core.answeredSectors;
  }
  return runs;
}

export function expectAnswers(
  model: CoreModel,
  runs: ReturnType<typeof ask>,
  first: number,
  count: number,
  seed: number,
) {
  let at = first;
  for (const run of runs) {
    expect(run.first, `seed ${seed}`).toBe(at);
    for (let i = 0; i < run.count; i++) {
      const wanted = model.answer(at + i);
      const offset = run.layer >= LAYER_MISSING ? -1 : run.offset + i * 512;
      if (run.layer !== wanted.layer || offset !== wanted.fileOffset) {
        expect.fail(
          `seed ${seed}, sector ${at + i}: ${run.layer} at ${offset}, not ${wanted.layer} at ${wanted.fileOffset}`,
        );
      }
    }
    at += run.count;
  }
  expect(at, `seed ${seed}`).toBe(first + count);
}

/** Newest layer, share held (0–253) and depth of [from, to), by plain loops. */
export function cellOf(model: CoreModel, from: number, to: number): [number, number, number] {
  let newest = model.options.incomplete ? LAYER_MISSING : LAYER_UNALLOCATED;
  let held = 0;
  let depth = 0;
  for (let i = from; i < to; i++) {
    const { layer } = model.answer(i);
    newest = Math.min(newest, layer);
    if (layer >= LAYER_MISSING) continue;
    held++;
    depth = Math.max(depth, layer + 1);
  }
  return [newest, held === 0 ? 0 : Math.max(1, Math.round((held / (to - from)) * 253)), depth];
}
