import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { cutSpan, deliver, joinRequests, runTogether } from '../../../src/storage/readSpans.ts';
import { expectBytes, randomBytes } from '../../support/storageConformance.ts';

const request = (offset: number, length: number) => ({ offset, target: new Uint8Array(length) });

describe('requests that are read together', () => {
  it('join across gaps up to the limit, and not beyond', () => {
    const spans = joinRequests([request(300, 10), request(0, 100), request(200, 90), request(411, 1)], 100);
    expect(spans.map(({ start, end, requests }) => [start, end, requests.length])).toEqual([
      [0, 310, 3],
      [411, 412, 1],
    ]);
    expect(joinRequests([request(0, 10), request(11, 10)], 0)).toHaveLength(2);
    expect(joinRequests([request(0, 10), request(10, 10)], 0)).toHaveLength(1);
  });

  it('bring every request its bytes, whatever the limit and the size of a piece', () => {
    const file = randomBytes(4000, 1);
    for (let seed = 0; seed < 300; seed++) {
      const prng = new Prng(seed);
      const requests = Array.from({ length: prng.below(12) }, () => {
        const offset = prng.below(4000);
        return request(offset, Math.min(4000 - offset, prng.below(700)));
      });
      const pieceBytes = 1 + prng.below(900);
      for (const span of joinRequests(requests, prng.below(200))) {
        for (const { start, end, requests: parts } of cutSpan(span, pieceBytes)) {
          expect(end - start).toBeLessThanOrEqual(pieceBytes);
          deliver(start, file.subarray(start, end), parts);
        }
      }
      for (const { offset, target } of requests)
        expectBytes(target, file.subarray(offset, offset + target.length));
    }
  });
});

describe('tasks that run together', () => {
  it('run at most so many at a time, and all of them', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const task = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      done++;
    };
    await runTogether(new Array(20).fill(task), 3);
    expect([most, done]).toEqual([3, 20]);
  });

  it('start nothing after a failure, and end only when the others have', async () => {
    let started = 0;
    let ended = 0;
    const slow = async () => {
      started++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended++;
    };
    const failing = async () => {
      throw new Error('first failure');
    };
    await expect(runTogether([slow, failing, slow, slow, slow], 2)).rejects.toThrow('first failure');
    expect([started, ended]).toEqual([1, 1]);
  });
});
