/** Small live merges in every order: three operations of a guest at every place among the steps. */
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { LiveMerge } from '../../../src/merge/liveMerge.ts';
import {
  builtScene,
  copyOf,
  expectDisk,
  expectFiles,
  Guest,
  type LiveScene,
  liveScene,
  namesAfter,
  SMALL_CACHES,
} from '../../support/liveScene.ts';

const module = await loadCore();

const SECTORS = 38;
/** One block a step, and one left to the switch. */
const TOOLS = { module, batchBytes: 4096, caches: SMALL_CACHES };

type Operation = (guest: Guest, merge: LiveMerge) => Promise<unknown>;

/** What the first block holds, the last, a border of two, everything; flushes and reads between. */
const SCRIPTS: Readonly<Record<string, readonly [Operation, Operation, Operation]>> = {
  'three writes, one over the other': [
    (guest) => guest.write([0, 3]),
    (guest) => guest.write([6, 12]),
    (guest) => guest.write([2, 6]),
  ],
  'a write, a flush, a write to the last block': [
    (guest) => guest.write([17, 1]),
    (_, merge) => merge.flush(),
    (guest) => guest.write([36, 2]),
  ],
  'everything twice, and a read': [
    (guest) => guest.write([0, SECTORS]),
    (guest) => guest.expectAll(),
    (guest) => guest.write([0, SECTORS]),
  ],
};

/** Random files; or sectors so scattered that blocks of the target move. */
function small(first: number, last: number): LiveScene {
  const all = Array.from({ length: SECTORS }, (_, sector) => sector);
  const scattered = all.filter((sector) => sector % 2 === 1);
  if (last === 1) return builtScene([scattered, all, []], first, last, SECTORS);
  const blockSizes = first === 0 ? [4096, 8192] : [4096];
  return liveScene(first + 1, first, last, {
    blockSizes,
    virtualSizeBytes: SECTORS * 512,
    layers: last + 2,
  });
}

async function stepsAlone(scene: LiveScene): Promise<number> {
  const merge = await LiveMerge.start(scene.folder, scene.request, TOOLS);
  let steps = 0;
  while (merge.progress.state !== 'switched') {
    await merge.step();
    steps++;
  }
  await merge.close();
  return steps;
}

describe('a small live merge', () => {
  for (const [first, last] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    it(`of layers ${first} to ${last} reads right in every order of three operations and its steps`, async () => {
      let cases = 0;
      for (const [name, script] of Object.entries(SCRIPTS)) {
        const scene = small(first, last);
        // Writes bring steps with them: the last places lie behind the switch or close to it.
        const places = (await stepsAlone(copyOf(scene))) + 2;
        expect(places).toBeGreaterThan(4);
        for (let a = 0; a <= places; a++) {
          for (let b = a; b <= places; b++) {
            for (let c = b; c <= places; c++) {
              const label = `${name}, before steps ${a}, ${b} and ${c}`;
              await runCase(copyOf(scene), script, [a, b, c], cases % 2 === 0, label, cases % 8 < 2);
              cases++;
            }
          }
        }
      }
      console.log(`layers ${first} to ${last}: ${cases} orders`);
      expect(cases).toBeGreaterThan(100);
    });
  }
});

/** `atOnce`: everything is asked for before any of it is done. */
async function runCase(
  { folder, request, truth }: LiveScene,
  script: readonly Operation[],
  places: readonly number[],
  atOnce: boolean,
  label: string,
  isChecked: boolean,
): Promise<void> {
  const merge = await LiveMerge.start(folder, request, TOOLS);
  const guest = new Guest(merge, truth, 3, label);
  const asked: Promise<unknown>[] = [];
  const ask = async (work: Promise<unknown>) => {
    asked.push(work);
    if (!atOnce) await work;
  };
  for (let step = 0; step <= Math.max(...places); step++) {
    for (const [i, operation] of script.entries()) {
      if (places[i] !== step) continue;
      await ask(operation(guest, merge));
      await ask(guest.expectAll());
    }
    await ask(merge.step());
    await ask(guest.expectAll());
  }
  await Promise.all(asked);
  for (let rest = 0; merge.progress.state !== 'switched'; rest++) {
    expect(rest, label).toBeLessThan(30);
    await merge.step();
    await guest.expectAll();
  }
  await guest.write([5, 9]);
  await guest.expectAll();
  await merge.close();
  const expectLeft = isChecked ? expectFiles : expectDisk;
  await expectLeft(module, folder, namesAfter(request), guest.truth, label);
}
