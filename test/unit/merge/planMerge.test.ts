/** Figures of a plan, held against plain loops over what the files hold, and against files that are really made. */
import { beforeAll, describe, expect, test } from 'vitest';
import { ProgressMeter } from '../../../src/base/progress.ts';
import { KIB, MIB } from '../../../src/base/units.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { BlockWriter, filledBitmap } from '../../../src/formats/vhd/blockWriter.ts';
import { createVhd } from '../../../src/formats/vhd/create.ts';
import { isRefused, type MergePlan } from '../../../src/merge/mergePlan.ts';
import { type MergeWanted, planMerge, roomObstacle, zerosOf } from '../../../src/merge/planMerge.ts';
import type { NewFormat, Stretch } from '../../../src/merge/stretch.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { blocksOf, heldByAny } from '../../support/heldModel.ts';
import { buildImage, buildRandomChain, mixedEndianId, SECTOR } from '../../support/imageBuilder.ts';
import { batOf, opened } from '../../support/opened.ts';
import { openFiles, waiting } from '../../support/openedChain.ts';
import { chainOf, stretchOf } from '../../support/stretches.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const IN_PLACE: MergeWanted = { way: 'in-place', format: null, closed: [] };
const JOURNAL = 9 * MIB;

function toNew(format: NewFormat, more: Partial<MergeWanted> = {}): MergeWanted {
  return { way: 'new-file', format, closed: [], ...more };
}

/** Every stretch of a chain. */
function* stretchesOf(images: readonly DiskImage[]): Generator<Stretch> {
  for (let first = 0; first < images.length; first++) {
    for (let last = first; last < images.length; last++) yield stretchOf(images, { first, last });
  }
}

const sumOf = (images: readonly DiskImage[]) => images.reduce((sum, { file }) => sum + file.sizeBytes, 0);

/** Of `sectors`, those whose block the target has no place for. */
async function blocksToAdd(target: DiskImage, touched: Iterable<number>): Promise<number> {
  if (target.tables.kind === 'flat') return 0;
  const bat = new DataView((await batOf(target)).buffer);
  return [...touched].filter(
    (block) => block * 4 >= bat.byteLength || bat.getUint32(block * 4) === 0xffffffff,
  ).length;
}

async function expectInPlace(stretch: Stretch, plan: MergePlan): Promise<void> {
  const { images, names, first, last } = stretch;
  const sources = images.slice(first, last);
  const target = images[last];
  if (!target) throw new Error('a target');
  const { sectors, versions } = await heldByAny(sources);
  const touched = blocksOf(sectors, target.blockSizeBytes ?? 2 * MIB);
  expect(plan).toMatchObject({
    way: 'in-place',
    format: null,
    sources: names.slice(first, last),
    survivor: names[last],
    remove: names.slice(first, last),
    relink: first > 0 && first < last ? [names[first - 1]] : [],
    sourceBytes: sumOf(sources),
    copyBytes: sectors.length * SECTOR,
    olderBytes: (versions - sectors.length) * SECTOR,
    blocks: touched.size,
    blocksToAdd: await blocksToAdd(target, touched),
    blockSizeBytes: target.blockSizeBytes,
    exact: true,
    freedBytes: sumOf(sources) + target.file.sizeBytes - plan.fileBytes,
  });
  if (plan.blocksToAdd === 0 && plan.growTo === null) expect(plan.fileBytes).toBe(target.file.sizeBytes);
  const added = plan.blocksToAdd * (target.blockSizeBytes ?? 0);
  expect(plan.fileBytes).toBeGreaterThanOrEqual(target.file.sizeBytes + added - (target.blockSizeBytes ?? 0));
  expect(plan.spaceNeededBytes).toBeGreaterThanOrEqual(plan.fileBytes - target.file.sizeBytes + JOURNAL);
}

async function expectNewFile(stretch: Stretch, what: MergeWanted, plan: MergePlan): Promise<void> {
  const { images, names, first, last } = stretch;
  const sources = images.slice(first, last + 1);
  const { sectors, versions } = await heldByAny(sources);
  const zeros = zerosOf(stretch, what.format);
  const all = new Set(sectors);
  for (let sector = zeros?.firstSector ?? 0; sector < (zeros?.endSector ?? 0); sector++) all.add(sector);
  const hasBlocks = what.format === 'dynamic' || what.format === 'differencing';
  const touched = blocksOf([...all], hasBlocks ? (what.blockSizeBytes ?? 2 * MIB) : 2 * MIB);
  expect(plan).toMatchObject({
    way: 'new-file',
    format: what.format,
    sources: names.slice(first, last + 1),
    survivor: null,
    remove: [],
    relink: [],
    growTo: null,
    sourceBytes: sumOf(sources),
    copyBytes: all.size * SECTOR,
    olderBytes: (versions - sectors.length) * SECTOR,
    blocks: touched.size,
    blocksToAdd: hasBlocks ? touched.size : 0,
    freedBytes: sumOf(sources) - plan.fileBytes,
    spaceNeededBytes: plan.fileBytes + JOURNAL,
  });
  const virtualSizeBytes = sources[0]?.virtualSizeBytes ?? 0;
  if (what.format === 'raw') expect(plan.fileBytes).toBe(virtualSizeBytes);
  if (what.format === 'fixed') expect(plan.fileBytes).toBe(virtualSizeBytes + SECTOR);
}

describe('a plan counts what plain loops count', { timeout: 60_000 }, () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))('for every stretch (seed %i)', async (seed) => {
    const { files } = buildRandomChain(seed, {
      layers: 2 + (seed % 3),
      blockSizes: [2 ** 12, 2 ** 15, 2 ** 16, 2 ** 19],
      virtualSizeBytes: (1200 + seed * 37) * SECTOR,
      sizesDiffer: seed % 2 === 0,
    });
    const wrap = seed % 4 === 1 ? waiting : (file: MemoryFile) => file;
    const disk = await openFiles(
      module,
      files.map(({ file }) => wrap(file)),
    );
    for (const stretch of stretchesOf(disk.layers)) {
      await expectInPlace(stretch, await planMerge(stretch, IN_PLACE, { module }));
      for (const format of ['raw', 'fixed', 'dynamic', 'differencing'] as const) {
        const blockSizeBytes = format === 'dynamic' || seed % 3 === 0 ? 512 * KIB : undefined;
        const what = toNew(format, blockSizeBytes === undefined ? {} : { blockSizeBytes });
        await expectNewFile(stretch, what, await planMerge(stretch, what, { module }));
      }
    }
  });

  test('some chains of those need the zeros, and some grow', async () => {
    const needed = new Set<string>();
    for (let seed = 0; seed < 8; seed += 2) {
      const { files } = buildRandomChain(seed, {
        layers: 2 + (seed % 3),
        blockSizes: [2 ** 12, 2 ** 15, 2 ** 16, 2 ** 19],
        virtualSizeBytes: (1200 + seed * 37) * SECTOR,
        sizesDiffer: true,
      });
      const disk = await openFiles(
        module,
        files.map(({ file }) => file),
      );
      for (const stretch of stretchesOf(disk.layers)) {
        if (zerosOf(stretch, 'differencing')) needed.add('zeros');
        const { growTo, obstacles } = await planMerge(stretch, IN_PLACE, { module });
        if (growTo === null) continue;
        needed.add('grows');
        expect(obstacles.map(({ rule }) => rule)).toContain('merge-grows-parent');
      }
    }
    expect([...needed].sort()).toEqual(['grows', 'zeros']);
  });
});

describe('the size of the file that is left', () => {
  test('in place is that of a file with those blocks more', async () => {
    const virtualSizeBytes = 40 * MIB;
    const parent = createVhd({ type: 'dynamic', virtualSizeBytes, id: mixedEndianId(1), modified: null });
    const file = new MemoryFile('parent.vhd');
    const writer = await BlockWriter.start(file, parent);
    const whole = filledBitmap(512, 4096);
    for (const block of [7, 1]) await writer.begin(block, whole);
    await writer.finish();
    const child = await opened({
      type: 'differencing',
      virtualSizeBytes,
      parent: { id: mixedEndianId(1), name: 'parent.vhd' },
      blocks: [1, 2, 3, 19].map((block) => [block, { data: new Uint8Array(512) }] as const),
    });
    const plan = await planMerge(stretchOf([child, await opened(file)]), IN_PLACE, { module });
    const larger = await BlockWriter.start(new MemoryFile('larger.vhd'), parent);
    for (const block of [7, 1, 2, 3, 19]) await larger.begin(block, whole);
    expect(plan).toMatchObject({ blocks: 4, blocksToAdd: 3, fileBytes: larger.fileBytes });
    expect(plan.freedBytes).toBe(child.file.sizeBytes - (larger.fileBytes - file.sizeBytes));
    // One spare place, since few blocks are merged.
    await larger.begin(4, whole);
    expect(plan.spaceNeededBytes).toBe(larger.fileBytes - file.sizeBytes + JOURNAL);
    expect(isRefused(plan)).toBe(false);
  });

  test('in place counts what the parent has to grow first', async () => {
    const [child, base] = await chainOf([
      { sectors: 40_000, options: { blocks: [[3000, { data: new Uint8Array(512) }]] } },
      { sectors: 80, options: { blocks: [[3, { data: new Uint8Array(512) }]], layout: 'packed' } },
    ]);
    if (!child || !base) throw new Error('two files');
    const plan = await planMerge(stretchOf([child, base]), IN_PLACE, { module });
    // The table of 5,000 entries goes behind the blocks.
    expect(plan).toMatchObject({ growTo: 40_000 * SECTOR, blocks: 1, blocksToAdd: 1 });
    expect(plan.fileBytes).toBeGreaterThan(base.file.sizeBytes + 20_000 + 4096);
    expect(plan.fileBytes).toBeLessThan(base.file.sizeBytes + 20_000 + 4096 + 4 * 4096);
    expect(isRefused(plan)).toBe(false);
  });

  test.each(['dynamic', 'differencing'] as const)(
    'new and %s is that of a file with those blocks',
    async (format) => {
      const virtualSizeBytes = 20 * MIB + SECTOR;
      const parent = { name: 'base.vhd', relativePath: '.\\base.vhd', modified: null };
      const blocks = [0, 2, 10].map((block) => [block, { data: new Uint8Array(512) }] as const);
      const layers = format === 'differencing' ? [{ blocks }, {}] : [{ blocks }];
      const images = await chainOf(
        layers.map((options) => ({
          sectors: virtualSizeBytes / SECTOR,
          options: { ...options, blockSizeBytes: 2 * MIB },
        })),
      );
      const stretch = stretchOf(images, { last: 0 });
      for (const blockSizeBytes of [512 * KIB, MIB, 2 * MIB, 8 * MIB]) {
        const what = toNew(format, { blockSizeBytes, ...(format === 'differencing' ? { parent } : {}) });
        const plan = await planMerge(stretch, what, { module });
        const id = mixedEndianId(1);
        const shape = { type: format, virtualSizeBytes, blockSizeBytes, id, modified: null };
        const vhd = createVhd(format === 'differencing' ? { ...shape, parent: { ...parent, id } } : shape);
        const writer = await BlockWriter.start(new MemoryFile('new.vhd'), vhd);
        const bitmap = new Uint8Array(vhd.blocks?.bitmapBytes ?? 0);
        for (let block = 0; block < plan.blocks; block++) await writer.begin(block, bitmap);
        expect(plan).toMatchObject({ fileBytes: writer.fileBytes, exact: format === 'differencing' });
        if (format === 'dynamic') continue;
        // Without the paths it is at least as large.
        const guess = await planMerge(stretch, toNew(format, { blockSizeBytes }), { module });
        expect(guess.exact).toBe(false);
        expect(guess.fileBytes).toBeGreaterThanOrEqual(plan.fileBytes);
      }
    },
  );
});

describe('a plan', () => {
  test('takes on a disk of 2040 GiB with blocks of 4 KiB below it, and says that it cannot grow so far', async () => {
    const [child, base] = await chainOf([
      { sectors: 2040 * 2 ** 21, options: { blockSizeBytes: 2 * MIB } },
      { sectors: 80, options: {} },
    ]);
    if (!child || !base) throw new Error('two files');
    const plan = await planMerge(stretchOf([child, base]), IN_PLACE, { module });
    expect(plan.obstacles.map(({ rule }) => rule)).toContain('merge-cannot-grow');
    expect(plan).toMatchObject({ copyBytes: 0, blocks: 0 });
  });

  test('of blocks that would lie beyond 2 TiB in the parent’s file is refused', async () => {
    const sectors = 16 * 2 ** 11;
    const far = buildImage({
      type: 'dynamic',
      virtualSizeBytes: sectors * SECTOR,
      id: mixedEndianId(11),
      blocks: [[0, { data: new Uint8Array(SECTOR) }]],
      gapSectors: () => 2 ** 32 - 3 * 4096,
    });
    const images = [
      ...(await chainOf(
        [{ sectors, options: { blockSizeBytes: 2 * MIB, blocks: [[5, { data: new Uint8Array(SECTOR) }]] } }],
        false,
      )),
      await opened(far),
    ];
    const plan = await planMerge(stretchOf(images), IN_PLACE, { module });
    expect(plan.obstacles[0]).toMatchObject({ rule: 'merge-too-large', severity: 'error' });
    expect(plan.fileBytes).toBeGreaterThan(far.sizeBytes);
  });

  test('counts to the end, stops when it is told to, and refuses block sizes that nobody reads', async () => {
    const images = await chainOf([{ sectors: 5000 }, { sectors: 5000 }, { sectors: 5000 }]);
    let done = 0;
    const meter = new ProgressMeter((progress) => (done = progress.done), 'Planning', 'bytes', null);
    await planMerge(stretchOf(images), IN_PLACE, { module, meter });
    expect(done).toBe(3 * 5000 * SECTOR);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(planMerge(stretchOf(images), IN_PLACE, { module, signal })).rejects.toThrow('stopped');
    const small = toNew('dynamic', { blockSizeBytes: 4096 });
    await expect(planMerge(stretchOf(images), small, { module })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });

  test('that needs more room than there is says so', async () => {
    const images = await chainOf([{ sectors: 5000 }, { sectors: 5000 }]);
    const plan = await planMerge(stretchOf(images), IN_PLACE, { module });
    expect(roomObstacle(plan, plan.spaceNeededBytes)).toBeNull();
    expect(roomObstacle(plan, plan.spaceNeededBytes - 1)).toMatchObject({
      rule: 'merge-no-room',
      severity: 'error',
    });
  });
});
