/** Copies of bytes in memory share pages until one of them is written to: each must go on as if it were alone. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { GIB, MIB, TIB } from '../../../src/base/units.ts';
import { MemoryBytes } from '../../../src/storage/memoryFile.ts';
import { expectBytes, randomBytes } from '../../support/storageConformance.ts';

function bytesOf(bytes: MemoryBytes): Uint8Array {
  const all = new Uint8Array(bytes.sizeBytes);
  bytes.read(0, all);
  return all;
}

/** The flat array that a copy must read as. */
class Flat {
  constructor(
    readonly real: MemoryBytes,
    public truth: Uint8Array,
  ) {}

  write(offset: number, source: Uint8Array): void {
    this.real.write(offset, source);
    const grown = new Uint8Array(Math.max(this.truth.length, offset + source.length));
    grown.set(this.truth);
    grown.set(source, offset);
    this.truth = grown;
  }

  truncate(sizeBytes: number): void {
    this.real.truncate(sizeBytes);
    const cut = new Uint8Array(sizeBytes);
    cut.set(this.truth.subarray(0, sizeBytes));
    this.truth = cut;
  }

  copy(): Flat {
    return new Flat(this.real.copy(), this.truth.slice());
  }

  check(): void {
    expect(this.real.sizeBytes).toBe(this.truth.length);
    expectBytes(bytesOf(this.real), this.truth);
    const rebuilt = new Uint8Array(this.truth.length);
    let held = 0;
    let last = -1;
    for (const { offset, bytes } of this.real.held()) {
      expect(offset).toBeGreaterThan(last);
      last = offset;
      held += bytes.length;
      rebuilt.set(bytes.subarray(0, Math.max(0, rebuilt.length - offset)), Math.min(offset, rebuilt.length));
    }
    expectBytes(rebuilt, this.truth);
    expect(this.real.heldBytes).toBe(held);
  }
}

describe('copies of bytes in memory', () => {
  it.each([16384, 2048])('read as flat arrays in pages of %i bytes, whatever is done', (pageBytes) => {
    for (let seed = 0; seed < 6; seed++) {
      const prng = new Prng(seed);
      const all = [new Flat(new MemoryBytes(pageBytes), new Uint8Array(0))];
      for (let i = 0; i < 120; i++) {
        const one = all[prng.below(all.length)];
        const what = prng.below(8);
        if (what === 0 && all.length < 8)
          all.push(one?.copy() ?? new Flat(new MemoryBytes(pageBytes), new Uint8Array(0)));
        else if (what === 1) one?.truncate(prng.below(300_000));
        else one?.write(prng.below(200_000), randomBytes(prng.below(60_000), seed * 1000 + i));
        if (i % 10 === 9) for (const flat of all) flat.check();
      }
      expect(all.length).toBeGreaterThan(3);
    }
  });

  it('are apart on both sides, over several groups of pages', () => {
    const first = new Flat(new MemoryBytes(), new Uint8Array(0));
    first.write(0, randomBytes(9 * MIB, 1));
    const second = first.copy();
    first.write(5 * MIB, randomBytes(100, 2));
    const third = second.copy();
    second.truncate(4 * MIB + 5);
    third.write(8 * MIB, randomBytes(2 * MIB, 3));
    for (const flat of [first, second, third]) flat.check();
  });

  it('touch no page when they are made, and only the written ones later', () => {
    const bytes = new MemoryBytes();
    bytes.write(0, randomBytes(8 * MIB, 4));
    const copy = bytes.copy();
    const shared = () => {
      const held = new Set(bytes.held().map((page) => page.bytes));
      return copy.held().filter((page) => held.has(page.bytes)).length;
    };
    const pages = copy.held().length;
    expect(shared()).toBe(pages);
    copy.write(MIB, new Uint8Array([1]));
    bytes.write(3 * MIB, new Uint8Array(20_000));
    expect(shared()).toBe(pages - 3);
  });

  it('of a 2 TiB file of a few written places stay small', () => {
    const bytes = new MemoryBytes();
    bytes.truncate(2 * TIB);
    for (const at of [0, TIB, 1900 * GIB]) bytes.write(at, randomBytes(512, 5));
    const copy = bytes.copy();
    copy.truncate(TIB);
    expect([bytes.heldBytes, copy.heldBytes]).toEqual([3 * 16384, 16384]);
    const target = new Uint8Array(512);
    bytes.read(1900 * GIB, target);
    expectBytes(target, randomBytes(512, 5));
  });

  it('of small pages take the room of small pages', () => {
    const bytes = new MemoryBytes(512);
    for (let at = 0; at < 64 * MIB; at += 2 * MIB) bytes.write(at + 1536, randomBytes(512, at));
    expect([bytes.heldBytes, bytes.copy().heldBytes]).toEqual([32 * 512, 32 * 512]);
  });
});
