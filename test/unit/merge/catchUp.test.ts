/** Catching up ends whatever a guest does: writers made to hinder it, against the rule alone. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { CatchUp } from '../../../src/merge/catchUp.ts';

const BLOCK_BYTES = 4096;
const BLOCK_SECTORS = BLOCK_BYTES / 512;

/** What a writer sees when it decides what to write before a step; sectors and how many. */
interface Seen {
  readonly catchUp: CatchUp;
  readonly blocks: number;
  /** Steps of catching up so far. */
  readonly step: number;
}
type Writer = (seen: Seen) => Iterable<readonly [firstSector: number, sectorCount: number]>;

interface Outcome {
  readonly steps: number;
  readonly slowed: boolean;
  /** Left to the switch. */
  readonly left: number;
}

function write(catchUp: CatchUp, firstSector: number, sectorCount: number): void {
  if (!catchUp.isSlowed) {
    catchUp.mark(firstSector, sectorCount);
    return;
  }
  for (const part of catchUp.portions(firstSector, new Uint8Array(sectorCount * 512))) {
    const count = part.bytes.length / 512;
    if (catchUp.mustWait(part.firstSector, count)) catchUp.copiedAgain(catchUp.batch());
    catchUp.mark(part.firstSector, count);
  }
}

function run(blocks: number, batchBlocks: number, writer: Writer): Outcome {
  const catchUp = new CatchUp(blocks, BLOCK_BYTES, batchBlocks);
  for (let step = 0; step < 100_000; step++) {
    for (const [first, count] of writer({ catchUp, blocks, step })) write(catchUp, first, count);
    if (catchUp.isShort) return { steps: step + 1, slowed: catchUp.isSlowed, left: catchUp.dirtyBlocks };
    const batch = catchUp.batch();
    expect(batch.length).toBeGreaterThan(0);
    expect(batch.length).toBeLessThanOrEqual(batchBlocks);
    catchUp.copiedAgain(batch);
  }
  throw new Error('no end');
}

/** Each pass leaves three quarters at most, or the writer is slowed; then each step makes the set smaller. */
function mostSteps(blocks: number, batchBlocks: number): number {
  const passes = 2 + Math.ceil(Math.log(blocks) / Math.log(4 / 3));
  return (passes + 1) * (Math.ceil(blocks / batchBlocks) + 1);
}

const sizes = [
  [1, 1],
  [7, 1],
  [64, 8],
  [1000, 3],
] as const;

const WRITERS: Readonly<Record<string, Writer>> = {
  'everything before every step': ({ blocks }) => [[0, blocks * BLOCK_SECTORS]],
  'everything, sector by sector': function* ({ blocks }) {
    for (let at = 0; at < blocks * BLOCK_SECTORS; at += 3) yield [at, 1];
  },
  'everything, but only when the set is short': ({ catchUp, blocks }) =>
    catchUp.isShort ? [[0, blocks * BLOCK_SECTORS]] : [],
  'one block more than a switch takes, whenever it is short': function* ({ catchUp, blocks }) {
    if (!catchUp.isShort) return;
    for (let block = blocks - 1; block >= 0 && catchUp.isShort && !catchUp.isSlowed; block--)
      yield [block * BLOCK_SECTORS, 1];
  },
  'behind the place that is being copied': function* ({ blocks, step }) {
    for (let block = 0; block < blocks / 2; block++) yield [((block + step) % blocks) * BLOCK_SECTORS, 1];
  },
  'a tenth less each time it is short': ({ catchUp, blocks, step }) =>
    catchUp.isShort ? [[0, Math.max(1, Math.floor(blocks * 0.9 ** step)) * BLOCK_SECTORS]] : [],
};

describe('catching up', () => {
  for (const [name, writer] of Object.entries(WRITERS)) {
    it(`ends when the guest writes ${name}`, () => {
      for (const [blocks, batchBlocks] of sizes) {
        const { steps, left } = run(blocks, batchBlocks, writer);
        expect(left).toBeLessThanOrEqual(batchBlocks);
        expect(steps, `${blocks} blocks`).toBeLessThanOrEqual(mostSteps(blocks, batchBlocks));
      }
    });
  }

  it('ends under random writers', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const prng = new Prng(seed);
      const blocks = 1 + prng.below(300);
      const batchBlocks = 1 + prng.below(6);
      const most = prng.below(12);
      const longest = 1 + prng.below(blocks * BLOCK_SECTORS);
      const { steps, left } = run(blocks, batchBlocks, function* () {
        for (let i = prng.below(most + 1); i > 0; i--) {
          const first = prng.below(blocks * BLOCK_SECTORS);
          yield [first, 1 + prng.below(Math.min(longest, blocks * BLOCK_SECTORS - first))];
        }
      });
      expect(left, `seed ${seed}`).toBeLessThanOrEqual(batchBlocks);
      expect(steps, `seed ${seed}`).toBeLessThanOrEqual(mostSteps(blocks, batchBlocks));
    }
  });

  it('slows no writer that stops', () => {
    const { slowed, left } = run(500, 4, ({ step }) => (step === 0 ? [[0, 200 * BLOCK_SECTORS]] : []));
    expect({ slowed, left: left <= 4 }).toEqual({ slowed: false, left: true });
  });

  it('slows the one that writes as fast as the copy goes, and no later than after its first whole pass', () => {
    const catchUp = new CatchUp(100, BLOCK_BYTES, 5);
    catchUp.mark(0, 100 * BLOCK_SECTORS);
    expect(catchUp.isSlowed).toBe(false);
    catchUp.batch();
    expect(catchUp.isSlowed).toBe(true);
  });

  it('once short under a slowed writer, stays short', () => {
    const catchUp = new CatchUp(100, BLOCK_BYTES, 5);
    catchUp.mark(0, 100 * BLOCK_SECTORS);
    while (!catchUp.isShort) catchUp.copiedAgain(catchUp.batch());
    const prng = new Prng(7);
    for (let i = 0; i < 500; i++) {
      const first = prng.below(800);
      write(catchUp, first, 1 + prng.below(800 - first));
      expect(catchUp.isShort).toBe(true);
    }
  });

  it('cuts a slowed write at the borders of blocks, nothing left out', () => {
    const catchUp = new CatchUp(100, BLOCK_BYTES, 2);
    const source = new Uint8Array(40 * 512).map((_, i) => i >> 9);
    const parts = [...catchUp.portions(13, source)];
    expect(parts.map(({ firstSector, bytes }) => [firstSector, bytes.length / 512])).toEqual([
      [13, 11],
      [24, 16],
      [40, 13],
    ]);
    expect(parts.flatMap(({ bytes }) => [...bytes])).toEqual([...source]);
    for (const wrong of [-9, Number.NaN, 2.5])
      expect([...catchUp.portions(wrong, source)].reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(
        source.length,
      );
  });
});
