import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../../src/base/checksum.ts';
import { Prng } from '../../../../src/base/prng.ts';
import { GuestMemory } from '../../../../src/lab/memory/guestMemory.ts';
import { MOST_PAGES } from '../../../../src/lab/memory/memory.ts';
import { usedBytes } from '../../../../src/lab/memory/pageContents.ts';
import { flatBytes, PAGE } from '../../../support/savedStates.ts';
import { expectBytes } from '../../../support/storageConformance.ts';

function pageOf(memory: GuestMemory, page: number): Buffer {
  const bytes = Buffer.alloc(PAGE, 0xee);
  memory.pageBytes(page, bytes);
  return bytes;
}

describe('the contents of memory', () => {
  test('follow from seed, page and version, and never change: saved states name only these', () => {
    const memory = new GuestMemory(64, 4711);
    expect(crc32c(flatBytes(memory))).toBe(1689883615);
    for (let page = 0; page < 64; page += 3) memory.touch(page);
    memory.touch(63);
    expect(crc32c(flatBytes(memory))).toBe(1122860116);
    expect(crc32c(flatBytes(new GuestMemory(64, 4711)))).toBe(1689883615);
    expect(crc32c(flatBytes(new GuestMemory(64, 4712)))).toBe(1226338523);
  });

  test('no two pages are alike, nor two versions of one, but for empty pages', () => {
    const memory = new GuestMemory(128, 1);
    const seen = new Set<string>();
    for (let version = 0; version < 8; version++) {
      for (let page = 0; page < 128; page++) {
        const text = pageOf(memory, page).toString('latin1');
        if (version > 0 || usedBytes(pageOf(memory, page)) > 0) expect(seen.has(text)).toBe(false);
        seen.add(text);
        memory.touch(page);
      }
    }
  });

  test('are a mix: half of the pages empty, few that nothing compresses', () => {
    const memory = new GuestMemory(4096, 9);
    const counts = { empty: 0, random: 0, other: 0 };
    for (let page = 0; page < 4096; page++) {
      const bytes = pageOf(memory, page);
      const different = new Set(bytes).size;
      counts[different === 1 ? 'empty' : different > 200 ? 'random' : 'other']++;
    }
    expect(counts.empty / 4096).toBeCloseTo(8 / 16, 1);
    expect(counts.other / 4096).toBeCloseTo(6 / 16, 1);
    expect(counts.random / 4096).toBeCloseTo(2 / 16, 1);
  });

  test('a touched page changes, and no other', () => {
    const memory = new GuestMemory(16, 3);
    const random = new Prng(3);
    let before = flatBytes(memory);
    for (let round = 0; round < 50; round++) {
      const page = random.below(16);
      memory.touch(page);
      const after = flatBytes(memory);
      for (let other = 0; other < 16; other++) {
        const [start, end] = [other * PAGE, (other + 1) * PAGE];
        const isSame = Buffer.from(after.subarray(start, end)).equals(before.subarray(start, end));
        expect(isSame).toBe(other !== page);
      }
      before = after;
    }
  });

  test.each([
    [Uint8Array.of(), 0],
    [Uint8Array.of(1), 1],
    [Uint8Array.from({ length: PAGE }, () => 1), PAGE],
    [new Uint8Array(5), 0],
    [Uint8Array.of(0, 0, 0, 0, 0, 7), 6],
  ])('the used bytes of a page end at its last one that is not zero (%#)', (start, expected) => {
    const page = new Uint8Array(PAGE);
    page.set(start);
    expect(usedBytes(page)).toBe(expected);
  });
});

describe('forks', () => {
  test('hold what was there, and go their own ways', () => {
    const random = new Prng(11);
    const all = [{ memory: new GuestMemory(8, 5), versions: new Array<number>(8).fill(0) }];
    for (let round = 0; round < 400; round++) {
      const one = all[random.below(all.length)] ?? { memory: new GuestMemory(8, 5), versions: [] };
      if (random.below(4) === 0 && all.length < 20) {
        all.push({ memory: one.memory.fork(), versions: [...one.versions] });
      } else {
        const page = random.below(8);
        one.memory.touch(page);
        one.versions[page] = (one.versions[page] ?? 0) + 1;
      }
      for (const { memory, versions } of all) {
        expect(versions.map((_, page) => memory.version(page))).toEqual(versions);
      }
    }
    expect(all.length).toBe(20);
    for (const a of all) {
      for (const b of all) expect(a.memory.equals(b.memory)).toBe(String(a.versions) === String(b.versions));
    }
  });

  test('equal memory has the same bytes; another seed or size is not equal', () => {
    const memory = new GuestMemory(16, 5);
    const fork = memory.fork();
    expect(memory.equals(fork)).toBe(true);
    expectBytes(flatBytes(fork), flatBytes(memory));
    fork.touch(15);
    expect(memory.equals(fork)).toBe(false);
    memory.touch(15);
    expect(memory.equals(fork)).toBe(true);
    expect(new GuestMemory(16, 5).equals(new GuestMemory(16, 6))).toBe(false);
    expect(new GuestMemory(16, 5).equals(new GuestMemory(17, 5))).toBe(false);
  });

  test('a seed counts in 32 bits', () => {
    expect(new GuestMemory(4, -1).equals(new GuestMemory(4, 2 ** 32 - 1))).toBe(true);
  });
});

test('pages that are not there, and sizes that no machine has, are faults of the caller', () => {
  const memory = new GuestMemory(4, 1);
  for (const page of [-1, 4, 0.5]) {
    expect(() => memory.touch(page)).toThrow();
    expect(() => pageOf(memory, page)).toThrow();
  }
  expect(() => memory.pageBytes(0, new Uint8Array(PAGE + 1))).toThrow();
  for (const pageCount of [0, -1, 1.5, MOST_PAGES + 1]) expect(() => new GuestMemory(pageCount, 1)).toThrow();
  expect(new GuestMemory(MOST_PAGES, 1).pageCount).toBe(MOST_PAGES);
});
