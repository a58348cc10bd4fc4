import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../src/base/errors.ts';
import { type PageBytes, PageStore } from '../../../../src/ui/hex/pages.ts';

/** A store of 4-byte pages whose reads are answered by hand. */
function storeOf(sizeBytes: number, keepPages = 8) {
  const asked: { offset: number; lengthBytes: number; answer: (outcome: Outcome<PageBytes>) => void }[] = [];
  let changes = 0;
  const store = new PageStore({
    sizeBytes,
    pageBytes: 4,
    keepPages,
    atOnce: 2,
    changed: () => changes++,
    read: (offset, lengthBytes) =>
      new Promise((answer) => {
        asked.push({ offset, lengthBytes, answer });
      }),
  });
  const content = (offset: number, length: number): Outcome<PageBytes> => ({
    ok: true,
    value: { bytes: Uint8Array.from({ length }, (_, i) => offset + i), owners: null },
  });
  const answerAll = async () => {
    while (asked.length > 0) {
      const one = asked.shift();
      one?.answer(content(one.offset, one.lengthBytes));
      await new Promise((done) => setTimeout(done));
    }
  };
  return { store, asked, answerAll, content, changes: () => changes };
}

describe('pages', () => {
  it('are read two at a time, the last one short', async () => {
    const { store, asked, answerAll } = storeOf(10);
    store.want(0, 10);
    expect(asked.map((one) => one.offset)).toEqual([0, 4]);
    await answerAll();
    expect(store.byteAt(9)).toBe(9);
    expect(store.at(8)).toMatchObject({ state: 'read', content: { bytes: Uint8Array.of(8, 9) } });
  });

  it('that were scrolled past before their turn are never read', async () => {
    const { store, asked, answerAll } = storeOf(1000);
    store.want(0, 40);
    store.want(400, 8);
    const first = asked.map((one) => one.offset);
    await answerAll();
    expect(first).toEqual([0, 4]);
    expect(store.byteAt(8)).toBeNull();
    expect(store.byteAt(400)).toBe(400 & 255);
    expect(store.byteAt(407)).toBe(407 & 255);
  });

  it('are asked for once while they are under way', () => {
    const { store, asked } = storeOf(100);
    store.want(0, 4);
    store.want(0, 4);
    expect(asked).toHaveLength(1);
  });

  it('used longest ago are the first to go', async () => {
    const { store, answerAll } = storeOf(100, 3);
    for (const offset of [0, 4, 8]) {
      store.want(offset, 4);
      await answerAll();
    }
    store.at(0);
    store.want(12, 4);
    await answerAll();
    expect([0, 4, 8, 12].map((offset) => store.byteAt(offset) !== null)).toEqual([true, false, true, true]);
  });

  it('that failed say why, and are tried again when asked to', async () => {
    const { store, asked, answerAll } = storeOf(100);
    store.want(0, 4);
    asked.shift()?.answer({ ok: false, error: { code: 'changed', message: 'a.vhd changed' } });
    await new Promise((done) => setTimeout(done));
    expect(store.at(0)).toMatchObject({ state: 'failed', problem: { code: 'changed' } });
    store.want(0, 4);
    expect(asked).toHaveLength(0);
    store.retry();
    store.want(0, 4);
    await answerAll();
    expect(store.byteAt(0)).toBe(0);
  });

  it('that arrive after the store was closed change nothing', async () => {
    const { store, answerAll, changes } = storeOf(100);
    store.want(0, 4);
    store.close();
    await answerAll();
    expect(changes()).toBe(0);
    expect(store.at(0)).toBeNull();
  });
});
