import { describe, expect, test } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { GuestMemory } from '../../../../src/lab/memory/guestMemory.ts';
import { PAGE_INTERCEPTED, PAGE_SAVED, PAGE_WAITS } from '../../../../src/lab/memory/memory.ts';
import { MemorySave } from '../../../../src/lab/memory/memorySave.ts';
import { savedOrder } from '../../../../src/lab/memory/savedOrder.ts';
import { readSavedState } from '../../../../src/lab/memory/savedState.ts';
import { FaultyFile } from '../../../../src/storage/faultyFile.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { flatBytes, PAGE, readState, savedFile } from '../../../support/savedStates.ts';
import { expectBytes, failure, randomBytes } from '../../../support/storageConformance.ts';

const FILE_NAME = 'Snapshots/A.vsv';

function begin(memory: GuestMemory, guest = randomBytes(100, 1)) {
  const file = new MemoryFile('A.vsv');
  const watched = new FaultyFile(file);
  const save = new MemorySave(memory, { checkpoint: 'A', fileName: FILE_NAME, file: watched, guest });
  return { file, watched, save };
}

/** A memory that has been written to. */
function usedMemory(pageCount: number, random: Prng): GuestMemory {
  const memory = new GuestMemory(pageCount, random.next());
  for (let i = random.below(2 * pageCount); i > 0; i--) memory.touch(random.below(pageCount));
  return memory;
}

/** Steps and touches in random order until all is saved; what happened, for comparing. */
async function saveWhileRunning(seed: number) {
  const random = new Prng(seed);
  const pageCount = 1 + random.below(seed % 10 === 0 ? 200 : 24);
  const memory = usedMemory(pageCount, random);
  const before = flatBytes(memory);
  const guest = randomBytes(random.below(50), seed);
  const { file, save } = begin(memory, guest);
  const states = new Uint8Array(pageCount);
  const saved: number[] = [];
  const intercepted: number[] = [];
  const touchesInTen = random.below(10);
  for (let isMore = true; isMore; ) {
    if (random.below(10) < touchesInTen) {
      const page = random.below(pageCount);
      const wasWaiting = states[page] === PAGE_WAITS;
      expect(await save.intercept(page)).toBe(wasWaiting);
      if (wasWaiting) {
        intercepted.push(page);
        states[page] = PAGE_INTERCEPTED;
      }
      memory.touch(page);
    } else {
      const pages = 1 + random.below(5) * random.below(30);
      const waiting = [...states.keys()].filter((page) => states[page] === PAGE_WAITS);
      for (const page of waiting.slice(0, pages)) {
        saved.push(page);
        states[page] = PAGE_SAVED;
      }
      isMore = await save.step(pages);
      expect(isMore).toBe(waiting.length > pages);
    }
    expectBytes(save.states, states);
    expect(save.progress).toEqual({
      checkpoint: 'A',
      pageCount,
      savedPages: saved.length + intercepted.length,
      interceptedPages: intercepted.length,
      writtenBytes: file.sizeBytes,
    });
  }
  const result = await save.finish();
  return { memory, before, guest, file, result, save, intercepted };
}

describe('saving memory while the machine runs', () => {
  test('the file holds the memory as it was when the save began, each page once, whatever is touched meanwhile', async () => {
    let interceptedPages = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const run = await saveWhileRunning(seed);
      // Throws where a page is in two records.
      const read = readState(Buffer.from(run.file.bytes()));
      expectBytes(read.memory, run.before);
      expectBytes(read.guest, run.guest);
      expect(run.result).toEqual({
        file: FILE_NAME,
        fileBytes: run.file.sizeBytes,
        memoryBytes: run.before.length,
      });
      const { memory, guest } = await readSavedState(run.file);
      expectBytes(flatBytes(memory), run.before);
      expectBytes(guest, run.guest);
      interceptedPages += run.intercepted.length;
    }
    expect(interceptedPages).toBeGreaterThan(200);
  });

  test('the file tells in which order pages came into it, and which of them before their turn', async () => {
    let outOfTurn = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const { file, intercepted, before } = await saveWhileRunning(seed);
      const order = await savedOrder(file);
      const pages = [...order.pages];
      expect(order.pageCount).toBe(before.length / PAGE);
      expect(pages).toEqual(readState(Buffer.from(file.bytes())).records.flat());
      for (const [i, page] of pages.entries()) {
        const isEarly = order.intercepted[i] === 1;
        if (isEarly) expect(intercepted, `page ${page}, seed ${seed}`).toContain(page);
        // One whose turn it was anyway looks like any other.
        else if (intercepted.includes(page))
          expect(
            Math.min(...pages.slice(i + 1).filter((other) => !intercepted.includes(other))),
          ).toBeGreaterThan(page);
        outOfTurn += isEarly ? 1 : 0;
      }
    }
    expect(outOfTurn).toBeGreaterThan(100);
  });

  test('an intercepted page is saved alone, before those in front of it', async () => {
    const memory = new GuestMemory(64, 4711);
    memory.touch(40);
    const { file, save } = begin(memory);
    await save.step(10);
    expect(await save.intercept(40)).toBe(true);
    memory.touch(40);
    expect(await save.intercept(40)).toBe(false);
    expect(await save.intercept(3)).toBe(false);
    expect(save.states[40]).toBe(PAGE_INTERCEPTED);
    expect(save.states[3]).toBe(PAGE_SAVED);
    await save.finish();
    const { records } = readState(Buffer.from(file.bytes()));
    const at = records.findIndex((pages) => pages.includes(40));
    expect(records[at]).toEqual([40]);
    expect(Math.max(...records.slice(0, at).flat())).toBeLessThan(10);
    expect(Math.min(...records.slice(at + 1).flat())).toBeGreaterThanOrEqual(10);
  });

  test('the same memory and the same calls make the same file', async () => {
    for (const seed of [3, 20, 41]) {
      const [a, b] = [await saveWhileRunning(seed), await saveWhileRunning(seed)];
      expectBytes(a.file.bytes(), b.file.bytes());
    }
  });

  test('a memory of 64 MiB is saved compressed', async () => {
    const memory = new GuestMemory(16_384, 4711);
    const { file, save, watched } = begin(memory);
    const result = await save.finish();
    expect(result.memoryBytes).toBe(64 * 2 ** 20);
    expect(result.fileBytes).toBe(file.sizeBytes);
    expect(file.sizeBytes).toBeLessThan(result.memoryBytes / 4);
    expect(watched.counts.writtenBytes).toBe(file.sizeBytes);
    expect((await readSavedState(file)).memory.equals(memory)).toBe(true);
  });

  test('pages of zeros take no record', async () => {
    const memory = new GuestMemory(64, 4711);
    const flat = flatBytes(memory);
    const empty = Array.from({ length: 64 }, (_, page) => page).filter((page) =>
      flat.subarray(page * PAGE, (page + 1) * PAGE).every((byte) => byte === 0),
    );
    const read = readState(Buffer.from((await savedFile(memory, new Uint8Array(0))).bytes()));
    expect(empty.length).toBeGreaterThan(10);
    expect(read.records.flat().length).toBe(64 - empty.length);
    expect(read.records.flat().some((page) => empty.includes(page))).toBe(false);
  });

  test('finishing saves what still waits, and flushes last', async () => {
    const memory = new GuestMemory(200, 6);
    const { save, file, watched } = begin(memory);
    await save.step(3);
    expect(watched.counts.flushes).toBe(0);
    await save.finish();
    expect(watched.counts.flushes).toBe(1);
    expect(save.progress.savedPages).toBe(200);
    expect(watched.counts.writtenBytes).toBe(file.sizeBytes);
  });

  test('what is not finished is no saved state', async () => {
    const { save, file } = begin(new GuestMemory(100, 6));
    while (await save.step(7)) await failure('corrupt', () => readSavedState(file));
    await failure('corrupt', () => readSavedState(file));
    await save.finish();
    expect((await readSavedState(file)).memory.pageCount).toBe(100);
  });
});

describe('a save that fails', () => {
  test('has saved nothing by the call that failed, and goes on when there is room again', async () => {
    for (let fullAtBytes = 0; fullAtBytes < 60_000; fullAtBytes += 1999) {
      const memory = new GuestMemory(100, 8);
      const before = flatBytes(memory);
      const { save, file, watched } = begin(memory);
      watched.faults.fullAtBytes = fullAtBytes;
      const attempt = async () => {
        for (let page = 0; page < 100; page += 9) {
          await save.intercept(page);
          memory.touch(page);
        }
        while (await save.step(20));
        await save.finish();
      };
      await failure('no-space', attempt);
      const { savedPages } = save.progress;
      expect(save.states.filter((state) => state !== PAGE_WAITS).length).toBe(savedPages);
      watched.faults.fullAtBytes = null;
      await save.finish();
      const read = readState(Buffer.from(file.bytes()));
      expectBytes(read.memory, before);
    }
  });

  test('a flush that fails is an error; finishing again ends the file anew', async () => {
    const memory = new GuestMemory(30, 8);
    const { save, file, watched } = begin(memory);
    watched.faults.flushFails = true;
    await failure('io', () => save.finish());
    watched.faults.flushFails = false;
    const result = await save.finish();
    expect(result.fileBytes).toBe(file.sizeBytes);
    expectBytes(readState(Buffer.from(file.bytes())).memory, flatBytes(memory));
    expectBytes(file.bytes(), (await savedFile(memory, randomBytes(100, 1))).bytes());
  });

  test('two calls at once, and pages that are not there, are faults of the caller', async () => {
    const { save } = begin(new GuestMemory(10, 1));
    const first = save.step(1);
    await expect(save.intercept(5)).rejects.toThrow('at a time');
    await first;
    for (const page of [-1, 10]) await expect(save.intercept(page)).rejects.toThrow('page');
    expect(await save.intercept(5)).toBe(true);
  });
});
