import { describe, expect, it } from 'vitest';
import { inParallel } from '../../../src/base/inParallel.ts';
import { letMessagesIn, Pacer } from '../../../src/base/pacer.ts';

describe('a pacer', () => {
  it('rests only when its slice is used up', async () => {
    let now = 0;
    const pacer = new Pacer(16, () => now);
    now = 15;
    expect(pacer.due).toBe(false);
    now = 16;
    expect(pacer.due).toBe(true);
    await pacer.step();
    expect(pacer.due).toBe(false);
  });

  it('lets messages in that waited', async () => {
    const { port1, port2 } = new MessageChannel();
    const heard = new Promise((resolve) => {
      port1.onmessage = resolve;
    });
    port2.postMessage('cancel');
    const pacer = new Pacer(0);
    const rounds = (async () => {
      for (let i = 0; i < 1000; i++) await pacer.step();
      return 'worked through';
    })();
    expect(await Promise.race([heard.then(() => 'heard'), rounds])).toBe('heard');
    await rounds;
    port1.close();
  });

  it('throws the reason of a signal that was aborted meanwhile', async () => {
    const controller = new AbortController();
    const pacer = new Pacer(0);
    await pacer.step(controller.signal);
    controller.abort(new Error('enough'));
    await expect(pacer.step(controller.signal)).rejects.toThrow('enough');
    await letMessagesIn();
  });
});

describe('work in parallel', () => {
  it('keeps the order of the items and never runs more than it may', async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < item; i++) await letMessagesIn();
      running--;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
    expect(await inParallel([], 4, async () => 1)).toEqual([]);
  });

  it('ends with the first fault', async () => {
    const work = async (item: number) => {
      if (item === 2) throw new Error('two');
      return item;
    };
    await expect(inParallel([1, 2, 3], 1, work)).rejects.toThrow('two');
  });
});
