/** What requests cost, against sums worked out by hand; and the figures that are offered. */
import { describe, expect, it } from 'vitest';
import { countsOf, microsecondsOf } from '../../../../src/chain/cost/costOf.ts';
import type { FileRequest } from '../../../../src/chain/cost/fileRequests.ts';
import { DRIVE_COSTS, PROFILES, type ProfileName } from '../../../../src/chain/cost/profiles.ts';
import { type DriveCosts, requestNs } from '../../../../src/chain/cost/storageProfile.ts';
import { DRIVES } from '../../../../src/lab/drive/driveModel.ts';
import { DRIVE_NAMES } from '../../../../src/lab/machine/readSettings.ts';

/** A byte takes 1 µs, so that every figure is a sum of round ones. */
const PLAIN: DriveCosts = { name: 'plain', requestUs: 1000, seekUs: 20_000, bytesPerSecond: 1e6, flushUs: 9 };

function request(kind: FileRequest['kind'], layer: number, offset: number, lengthBytes: number): FileRequest {
  return { kind, layer, offset, lengthBytes };
}

describe('the time of requests', () => {
  it('is nothing for none, and a seek and a request for the first', () => {
    expect(microsecondsOf([], PLAIN)).toBe(0);
    expect(microsecondsOf([request('data', 0, 0, 512)], PLAIN)).toBe(20_000 + 1000 + 512);
  });

  it('has no seek where a request goes on in the same file, whatever it is for', () => {
    const first = 20_000 + 1000 + 512;
    const then = (next: FileRequest) => microsecondsOf([request('table', 3, 1024, 512), next], PLAIN) - first;
    expect(then(request('table', 3, 1536, 512))).toBe(1000 + 512);
    expect(then(request('data', 3, 1536, 7))).toBe(1000 + 7);
    // Back, over a gap, the same again, and the same place of another file.
    expect(then(request('data', 3, 1535, 7))).toBe(21_000 + 7);
    expect(then(request('data', 3, 1537, 7))).toBe(21_000 + 7);
    expect(then(request('table', 3, 1024, 512))).toBe(21_000 + 512);
    expect(then(request('data', 2, 1536, 7))).toBe(21_000 + 7);
  });

  it('is the sum over three layers, with a jump there and back', () => {
    const requests = [
      request('table', 0, 1536, 512),
      request('bitmap', 0, 2048, 512),
      request('table', 1, 1536, 512),
      request('data', 1, 4096, 4096),
      request('data', 0, 2560, 512),
    ];
    expect(microsecondsOf(requests, PLAIN)).toBe(5 * 1000 + 4 * 20_000 + 4 * 512 + 4096);
    expect(countsOf({ tableLookups: 9, bitmapLookups: 5, requests })).toEqual({
      ...{ tableLookups: 9, bitmapLookups: 5, tableReads: 2, bitmapReads: 1, dataReads: 2 },
      ...{ readBytes: 4 * 512 + 4096, filesAsked: 2, filesWithData: 2 },
    });
  });

  it('of a sector on each of the drives is what their figures say', () => {
    const sector = [request('data', 0, 0, 512)];
    const microseconds = (name: ProfileName) => microsecondsOf(sector, PROFILES[name]);
    expect(microseconds('disk')).toBe(50 + 8300 + 3.2);
    expect(microseconds('ssd')).toBe(60 + 20 + 1.024);
    expect(microseconds('nvme')).toBe(20 + 50 + 0.16);
    expect(microseconds('share')).toBe(560 + 20 + 5.12);
    // 6.0235… µs of transfer, in whole nanoseconds.
    expect(microseconds('object')).toBe(100_000 + 6.024);
    expect(requestNs(PLAIN, 3, false)).toBe(1_003_000);
  });
});

describe('the profiles', () => {
  it('are the drives of the lab, each with a cache and a source', () => {
    expect(Object.keys(PROFILES).toSorted()).toEqual(Object.keys(DRIVES).toSorted());
    expect(DRIVES).toBe(DRIVE_COSTS);
    expect(DRIVE_NAMES.toSorted()).toEqual(Object.keys(DRIVES).toSorted());
    for (const [name, drive] of Object.entries(DRIVES)) {
      const profile = Object.entries(PROFILES).find(([each]) => each === name)?.[1];
      expect(profile).toMatchObject(drive);
      expect(profile?.cacheBytes).toBeGreaterThan(0);
      // A maker, a provider or a list is named, and what is only a rule of thumb says so.
      expect(profile?.source).toMatch(/Western Digital|Samsung|Amazon|System Design Primer/);
      expect(profile?.source).toMatch(/rules? of thumb/);
    }
  });

  it('keep the figures that scenarios were played with', () => {
    expect(DRIVES.ssd).toEqual({
      name: 'SSD',
      requestUs: 60,
      seekUs: 20,
      bytesPerSecond: 500e6,
      flushUs: 400,
    });
    expect(DRIVES.disk).toEqual({
      ...{ name: 'disk with 7200 revolutions', requestUs: 50, seekUs: 8300 },
      ...{ bytesPerSecond: 160e6, flushUs: 8300 },
    });
  });
});
