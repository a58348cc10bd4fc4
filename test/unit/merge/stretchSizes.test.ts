/** What files of different sizes allow, held against a model of single sectors: every case with sizes of 1 to 4 sectors. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import type { Stretch } from '../../../src/merge/stretch.ts';
import { sizesInPlace, zerosOf } from '../../../src/merge/stretchSizes.ts';
import { SECTOR } from '../../support/imageBuilder.ts';
import { opened } from '../../support/opened.ts';
import { stretchOf } from '../../support/stretches.ts';

let image: DiskImage;
beforeAll(async () => {
  image = await opened({ type: 'dynamic', virtualSizeBytes: SECTOR, blockSizeBytes: 4096 });
});

/** What is below the stretch: a file of so many sectors, nothing, or a file that is not here. */
type Below = number | 'nothing' | 'unknown';

const SIZES = [1, 2, 3, 4];
const BELOW: readonly Below[] = [...SIZES, 'nothing', 'unknown'];

function* stretches(layers: number): Generator<readonly number[]> {
  const count = SIZES.length ** layers;
  for (let i = 0; i < count; i++) {
    yield Array.from(
      { length: layers },
      (_, k) => SIZES[Math.floor(i / SIZES.length ** k) % SIZES.length] ?? 0,
    );
  }
}

function stretch(sizes: readonly number[], below: Below): Stretch {
  const all = typeof below === 'number' ? [...sizes, below] : sizes;
  const images = all.map((sectors) => ({ ...image, virtualSizeBytes: sectors * SECTOR }));
  return stretchOf(images, { last: sizes.length - 1, complete: below !== 'unknown' });
}

/** Who answers the sector: a layer, what lies below them, or nobody (zeros). `holders` says which layers hold it. */
function answer(sizes: readonly number[], below: Below, holders: number, sector: number): number | string {
  for (const [layer, size] of sizes.entries()) {
    if (sector >= size) return 'zeros';
    if (holders & (1 << layer)) return layer;
  }
  return belowAt(below, sector);
}

function belowAt(below: Below, sector: number): string {
  if (below === 'unknown') return 'unknown';
  return below !== 'nothing' && sector < below ? 'below' : 'zeros';
}

/** The same after the merge into the last layer, whose disk was made as large as the first one's. */
function afterInPlace(sizes: readonly number[], below: Below, holders: number, sector: number) {
  const before = answer(sizes, below, holders, sector);
  const target = sizes.length - 1;
  if (typeof before === 'number' && before < target) return before;
  const isOwn = (holders & (1 << target)) !== 0 && sector < (sizes[target] ?? 0);
  return isOwn ? target : belowAt(below, sector);
}

function readsTheSame(sizes: readonly number[], below: Below): boolean {
  for (let sector = 0; sector < (sizes[0] ?? 0); sector++) {
    for (let holders = 0; holders < 1 << sizes.length; holders++) {
      const before = answer(sizes, below, holders, sector);
      if (before !== afterInPlace(sizes, below, holders, sector)) return false;
    }
  }
  return true;
}

describe('in place', () => {
  test.each([2, 3, 4])('stretches of %i files go exactly where every sector reads as before', (layers) => {
    let grows = 0;
    let refused = 0;
    for (const sizes of stretches(layers)) {
      for (const below of BELOW) {
        const said = sizesInPlace(stretch(sizes, below));
        const [wanted = 0, target = 0] = [sizes[0], sizes.at(-1)];
        const what = `${sizes.join()} on ${below}`;
        if (said !== null && typeof said === 'object') {
          refused++;
          // A target that is too large would make the disk longer, whatever it reads.
          expect(said.refusal === 'parent-larger', what).toBe(target > wanted);
          if (target <= wanted) expect(readsTheSame(sizes, below), what).toBe(false);
          continue;
        }
        expect(readsTheSame(sizes, below), what).toBe(true);
        expect(said, what).toBe(target === wanted ? null : wanted * SECTOR);
        if (said !== null) grows++;
      }
    }
    expect(grows).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('a new differencing disk', () => {
  test.each([1, 2, 3, 4])(
    'over %i files holds those zeros that would not read as zeros, and no others',
    (layers) => {
      let some = 0;
      for (const sizes of stretches(layers)) {
        for (const below of BELOW) {
          if (below === 'nothing') continue;
          const zeros = zerosOf(stretch(sizes, below), 'differencing');
          if (zeros) some++;
          for (let sector = 0; sector < (sizes[0] ?? 0); sector++) {
            const isWritten = zeros !== null && sector >= zeros.firstSector && sector < zeros.endSector;
            const wanted = answer(sizes, below, 0, sector) !== belowAt(below, sector);
            expect(isWritten, `sector ${sector} of ${sizes.join()} on ${below}`).toBe(wanted);
          }
        }
      }
      expect(some > 0).toBe(layers > 1);
    },
  );

  test('is the only format that needs them', () => {
    const gap = stretch([4, 2, 4], 4);
    expect(zerosOf(gap, 'differencing')).toEqual({ firstSector: 2, endSector: 4 });
    for (const format of [null, 'raw', 'fixed', 'dynamic'] as const) expect(zerosOf(gap, format)).toBeNull();
  });
});
