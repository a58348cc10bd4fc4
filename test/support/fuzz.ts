/** Piles of damaged images through opening, assembly and reading; what must hold is said in `test/unit/fuzz`. */
import { expect } from 'vitest';
import { DiskError } from '../../src/base/errors.ts';
import { Prng } from '../../src/base/prng.ts';
import { assemble } from '../../src/chain/assemble.ts';
import type { DiskChain } from '../../src/chain/diskChain.ts';
import { openChain } from '../../src/chain/openChain.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { DiskImage, RefusedFile } from '../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { checkBlocks } from '../../src/formats/vhd/blockChecks.ts';
import { BytesFile } from './bytesFile.ts';
import { SECTOR } from './imageBuilder.ts';
import { mutated, type SoundImage, soundImages } from './mutations.ts';
import { batOf } from './opened.ts';

/** Damaged images in a pile; a sound one is there too. */
const PILE = 10;
/** Opening reads head, tail, table padding, and at most eight locators. */
const OPEN_READ_LIMIT_BYTES = 10 * 65_536;
const FINDINGS_LIMIT = 60;
/** Seconds for one pile: a thousand times what one needs, for machines that do other things too. */
const PILE_SECONDS_LIMIT = 10;
const READ_SECTORS = 64;

export interface FuzzTotals {
  images: number;
  opened: number;
  refused: number;
  chains: number;
  sectorsRead: number;
  readFaults: number;
  slowestPileSeconds: number;
  largestHeapBytes: number;
}

/** Piles `first` to `first + piles - 1` of a seed; a failure names seed and pile, which alone give it again. */
export async function fuzzPiles(
  core: CoreModule,
  seed: number,
  first: number,
  piles: number,
): Promise<FuzzTotals> {
  const sound = soundImages();
  const totals: FuzzTotals = {
    images: 0,
    opened: 0,
    refused: 0,
    chains: 0,
    sectorsRead: 0,
    readFaults: 0,
    slowestPileSeconds: 0,
    largestHeapBytes: 0,
  };
  for (let pile = first; pile < first + piles; pile++) {
    const start = performance.now();
    try {
      await fuzzPile(core, sound, new Prng((seed + pile * 7919) >>> 0), pile, totals);
    } catch (error) {
      throw new Error(`seed ${seed}, pile ${pile}: ${String(error)}`, { cause: error });
    }
    const seconds = (performance.now() - start) / 1000;
    if (seconds > PILE_SECONDS_LIMIT) throw new Error(`seed ${seed}, pile ${pile}: ${seconds} seconds`);
    totals.slowestPileSeconds = Math.max(totals.slowestPileSeconds, seconds);
    if (pile % 100 === 0)
      totals.largestHeapBytes = Math.max(totals.largestHeapBytes, process.memoryUsage().heapUsed);
  }
  return totals;
}

async function fuzzPile(
  core: CoreModule,
  sound: readonly SoundImage[],
  prng: Prng,
  pile: number,
  totals: FuzzTotals,
): Promise<void> {
  const images: DiskImage[] = [];
  for (let i = 0; i < PILE; i++) {
    const which = sound[prng.below(sound.length)];
    if (!which) continue;
    const file = new BytesFile(`${i}-${which.name}`, mutated(prng, which));
    const result = await openImage(file);
    checkResult(result, file);
    totals.images++;
    if (isDiskImage(result)) images.push(result);
  }
  totals.opened += images.length;
  totals.refused += PILE - images.length;
  const [base] = sound;
  if (base) images.push(await openSound(base));
  const forest = assemble(images.map((image) => ({ image, path: image.file.name })));
  expect(forest.order.length).toBe(images.length);
  // Every second pile as its trees are; else all images one above the other, parents or not.
  const layers = pile % 2 === 0 ? chainOf(forest.links, forest.leaves[0] ?? 0) : images.map((_, i) => i);
  await readChain(
    core,
    layers.flatMap((i) => images[i] ?? []),
    prng,
    totals,
  );
}

async function openSound(base: SoundImage): Promise<DiskImage> {
  const result = await openImage(new BytesFile(base.name, base.bytes));
  if (!isDiskImage(result)) throw new Error('a sound image was refused');
  return result;
}

function chainOf(links: ReturnType<typeof assemble>['links'], leaf: number): number[] {
  const layers: number[] = [];
  for (let at: number | null = leaf; at !== null; at = links[at]?.parent ?? null) {
    layers.push(at);
    if (layers.length > links.length) throw new Error('the links run in a circle');
  }
  return layers;
}

/** Plain throws: `expect` a million times costs more than the program. */
function checkResult(result: DiskImage | RefusedFile, file: BytesFile): void {
  const demand = (condition: boolean, message: string): void => {
    if (!condition) throw new Error(`${file.name}: ${message}`);
  };
  demand(file.readBytes <= OPEN_READ_LIMIT_BYTES, `opening read ${file.readBytes} bytes`);
  demand(result.findings.length <= FINDINGS_LIMIT, `${result.findings.length} findings`);
  for (const { rule, message, offset, lengthBytes } of result.findings) {
    demand(
      message.length > 0 && message.length < 4096,
      `the message of ${rule} has ${message.length} characters`,
    );
    demand(
      offset >= 0 && offset <= file.sizeBytes && lengthBytes >= 0,
      `${rule} is at ${offset}, ${lengthBytes}`,
    );
  }
  if (!isDiskImage(result)) {
    demand(result.findings.length > 0, 'refused without a reason');
    return;
  }
  demand(
    result.virtualSizeBytes > 0 && result.virtualSizeBytes % SECTOR === 0,
    `a disk of ${result.virtualSizeBytes}`,
  );
  demand(result.virtualSizeBytes <= 2 ** 41, `a disk of ${result.virtualSizeBytes}`);
  const { tables } = result;
  if (tables.kind === 'flat') demand(result.virtualSizeBytes <= file.sizeBytes, 'a disk beyond its file');
  else demand(tables.batOffset + tables.batEntries * 4 <= file.sizeBytes, 'a table beyond its file');
}

/** Judges every table, then reads the end (of small disks: all) and a place between, tracing now and then. */
async function readChain(
  core: CoreModule,
  layers: readonly DiskImage[],
  prng: Prng,
  totals: FuzzTotals,
): Promise<void> {
  for (const image of layers) {
    const { findings, badBlocks } = checkBlocks(image, await batOf(image));
    if (findings.length > 12) throw new Error(`${findings.length} findings of blocks`);
    if (findings.length > 0 !== badBlocks.length > 0) throw new Error('findings and bad blocks disagree');
  }
  try {
    const chain = await openChain(core, layers, { complete: true, stagingBytes: 65_536 });
    totals.chains++;
    const starts = [Math.max(0, chain.sectorCount - READ_SECTORS), prng.below(chain.sectorCount)];
    for (const first of starts) await readOnce(chain, first, prng.below(3) === 0, totals);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    totals.readFaults++;
  }
}

async function readOnce(
  chain: DiskChain,
  first: number,
  isTraced: boolean,
  totals: FuzzTotals,
): Promise<void> {
  const count = Math.min(READ_SECTORS, chain.sectorCount - first);
  try {
    if (isTraced) {
      const { extents } = await chain.trace(first, count);
      const answered = extents.reduce((sum, extent) => sum + extent.sectorCount, 0);
      if (answered !== count) throw new Error(`the trace answers ${answered} of ${count} sectors`);
    }
    await chain.read(first, new Uint8Array(count * SECTOR));
    totals.sectorsRead += count;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    totals.readFaults++;
  }
}
