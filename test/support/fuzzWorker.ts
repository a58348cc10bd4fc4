/**
 * One process of the long fuzz run: every `stride`th pile. Where it is stands in a file, which can be read also when this
 * process hangs. Processes and not threads: WebAssembly in several threads of one Node 20 comes to a standstill.
 */
import { openSync, writeSync } from 'node:fs';
import { loadCore } from '../../src/core/loadCoreNode.ts';
import { Fuzzer, PILE_IMAGES } from './fuzz.ts';

interface Order {
  readonly seed: number;
  readonly firstPile: number;
  readonly endPile: number;
  readonly stride: number;
  /** Pile, image, when it began (ms), images done, largest resident memory: five numbers. */
  readonly progressPath: string;
  /** An image that takes longer is tried once more: machines do other things too. */
  readonly slowMilliseconds: number;
}

/** One fault seldom comes alone: the run goes on, and shows the first ones together. */
const MOST_FAILURES = 10;

const textOf = (error: unknown) => (error instanceof Error ? (error.stack ?? '') : String(error));

async function run({ seed, firstPile, endPile, stride, progressPath, slowMilliseconds }: Order) {
  const progress = new Float64Array(5);
  const progressBytes = new Uint8Array(progress.buffer);
  const descriptor = openSync(progressPath, 'w');
  const onImage = (pile: number, image: number) => {
    progress.set([pile, image, Date.now()]);
    writeSync(descriptor, progressBytes, 0, progressBytes.length, 0);
  };
  const core = await loadCore();
  const fuzzer = new Fuzzer(core, seed, onImage);
  const failures: string[] = [];
  for (let pile = firstPile; pile < endPile && failures.length < MOST_FAILURES; pile += stride) {
    await fuzzer.run(pile).catch((error: unknown) => failures.push(textOf(error)));
    progress[3] = (progress[3] ?? 0) + PILE_IMAGES;
    progress[4] = Math.max(progress[4] ?? 0, process.memoryUsage.rss());
    const { slowest } = fuzzer.totals;
    if (slowest.pile !== pile || slowest.milliseconds <= slowMilliseconds) continue;
    const again = new Fuzzer(core, seed, onImage);
    await again.run(pile).catch(() => undefined);
    if (again.totals.slowest.milliseconds > slowMilliseconds) {
      const { image, milliseconds } = again.totals.slowest;
      failures.push(`seed ${seed}, pile ${pile}: image ${image} took ${Math.round(milliseconds)} ms, twice`);
    }
    fuzzer.totals.slowest = again.totals.slowest;
  }
  return { totals: fuzzer.totals, peakBytes: progress[4], failures };
}

run(JSON.parse(process.argv[2] ?? '{}')).then(
  (result) => process.send?.(result),
  (error: unknown) => process.send?.({ error: textOf(error) }),
);
