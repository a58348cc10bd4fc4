import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { WrittenSectors } from '../../../../src/lab/guest/writtenSectors.ts';

const SECTORS = 300;

/** The oracle: a flat disk, and which of its sectors are known. */
class Flat {
  readonly bytes = new Uint8Array(SECTORS * 512);
  readonly known = new Uint8Array(SECTORS);

  check(first: number, read: Uint8Array) {
    let [wrongSectors, unknownSectors] = [0, 0];
    for (let i = 0; i * 512 < read.length; i++) {
      const should = this.bytes.subarray((first + i) * 512, (first + i + 1) * 512);
      if (!this.known[first + i]) unknownSectors++;
      else if (should.some((byte, at) => byte !== read[i * 512 + at])) wrongSectors++;
    }
    return { wrongSectors, unknownSectors };
  }

  fork(): Flat {
    const fork = new Flat();
    fork.bytes.set(this.bytes);
    fork.known.set(this.known);
    return fork;
  }
}

function randomStep(random: Prng, written: WrittenSectors, flat: Flat): void {
  const first = random.below(SECTORS);
  const count = 1 + random.below(Math.min(40, SECTORS - first));
  const choice = random.below(10);
  if (choice < 6) {
    const bytes = new Uint8Array(count * 512);
    random.fill(bytes);
    written.write(first, bytes);
    flat.bytes.set(bytes, first * 512);
    flat.known.fill(1, first, first + count);
  } else if (choice < 8) {
    written.forget(first, count);
    flat.known.fill(0, first, first + count);
  } else if (random.below(10) === 0) {
    written.clear();
    flat.known.fill(0);
  }
  const read = flat.bytes.slice(first * 512, (first + count) * 512);
  for (let i = 0; i < random.below(4); i++) {
    const at = random.below(read.length);
    read[at] = (read[at] ?? 0) ^ 1;
  }
  expect(written.check(first, read)).toEqual(flat.check(first, read));
}

describe('WrittenSectors', () => {
  it.each([1, 2, 3, 4])('agrees with a flat disk, forks too (seed %i)', (seed) => {
    const random = new Prng(seed);
    const [written, flat] = [new WrittenSectors(), new Flat()];
    for (let i = 0; i < 120; i++) randomStep(random, written, flat);
    const [forked, flatFork] = [written.fork(), flat.fork()];
    for (let i = 0; i < 120; i++) {
      randomStep(random, written, flat);
      randomStep(random, forked, flatFork);
    }
  });

  it('holds sectors far out on a disk of 2 TiB', () => {
    const written = new WrittenSectors();
    const last = 2 ** 32 - 1;
    const bytes = new Uint8Array(512).fill(3);
    written.write(last, bytes);
    expect(written.check(last, bytes)).toEqual({ wrongSectors: 0, unknownSectors: 0 });
    expect(written.check(last - 1, new Uint8Array(1024))).toEqual({ wrongSectors: 1, unknownSectors: 1 });
  });
});
