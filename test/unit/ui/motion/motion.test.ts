import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import {
  HELD_ANSWERS,
  HELD_NOT,
  HELD_SHADOWED,
  type LabHoldings,
  type ReadTrace,
  type TraceStep,
} from '../../../../src/engine/api.ts';
import { sectorToFollow } from '../../../../src/ui/motion/labMotion.ts';
import { memoryMotion } from '../../../../src/ui/motion/memorySteps.ts';
import { heldRuns, mergeMotion } from '../../../../src/ui/motion/mergeSteps.ts';
import { readMotion } from '../../../../src/ui/motion/readSteps.ts';

const at = { block: 3, sectorInBlock: 5, sectorCount: 1 };
const unused = (layer: number): TraceStep => ({
  ...at,
  layer,
  action: 'bat-lookup',
  entryOffset: 2060,
  entry: 0xffffffff,
});
const used = (layer: number): TraceStep => ({
  ...at,
  layer,
  action: 'bat-lookup',
  entryOffset: 2060,
  entry: 77,
});
const bit = (layer: number, present: boolean): TraceStep => ({
  ...at,
  layer,
  action: 'bitmap-lookup',
  bitmapOffset: 39424,
  present,
  cached: false,
});
const fall = (layer: number): TraceStep => ({ ...at, layer, action: 'fall-to-parent' });
const data = (layer: number): TraceStep => ({ ...at, layer, action: 'read-data', fileOffset: 40448 });

function traceOf(steps: readonly TraceStep[]): ReadTrace {
  return { firstSector: 12293, sectorCount: 2, extents: [], steps, fileReads: [], complete: true };
}

describe('a read that falls', () => {
  const steps = [unused(0), fall(0), used(1), bit(1, false), fall(1), used(2), bit(2, true), data(2)];

  it('stands where each step asks, and falls to the parent', () => {
    const { layers, places, words } = readMotion(traceOf([...steps, unused(0), data(3)]), [
      'now',
      'one',
      'base',
      'x',
    ]);
    expect(layers).toEqual([0, 1, 2]);
    expect(places.map(({ layer, station }) => `${layer} ${station}`)).toEqual([
      '0 table',
      '1 table',
      '1 table',
      '1 bitmap',
      '2 table',
      '2 table',
      '2 bitmap',
      '2 data',
    ]);
    expect(words).toHaveLength(8);
    expect(words[0]).toContain('layer 0, now');
    expect(words[7]).toContain('layer 2, base');
  });

  it('stays in the last file where the parent is not here', () => {
    const { places, words } = readMotion(traceOf([used(0), bit(0, false), fall(0)]), ['leaf']);
    expect(places.at(-1)).toEqual({ layer: 0, station: 'table' });
    expect(words.at(-1)).toContain('is not here');
  });
});

describe('runs that a merge moves', () => {
  it('are all that the child holds, each once and in order, whatever it holds', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const prng = new Prng(seed);
      const length = 1 + prng.below(200);
      const child = Uint8Array.from({ length }, () => (prng.below(3) === 0 ? HELD_ANSWERS : HELD_NOT));
      const parent = Uint8Array.from({ length }, () => prng.below(3));
      const { moves, words } = mergeMotion({ name: 'child', held: child }, { name: 'parent', held: parent });
      expect(words).toHaveLength(moves.length);
      expect(moves.length).toBeLessThanOrEqual(26);
      expect(moves[0]).toEqual([]);
      expect(moves.at(-1)).toEqual([]);
      const painted = new Uint8Array(length);
      for (const { from, to } of moves.flat()) painted.fill(HELD_ANSWERS, from, to);
      expect([...painted]).toEqual([...child]);
      expect(moves.flat()).toEqual(heldRuns(child));
    }
  });

  it('say whether they go over something', () => {
    const child = Uint8Array.of(HELD_ANSWERS, HELD_NOT, HELD_ANSWERS);
    const parent = Uint8Array.of(HELD_SHADOWED, HELD_NOT, HELD_NOT);
    const { words } = mergeMotion({ name: 'c', held: child }, { name: 'p', held: parent });
    expect(words[1]).toContain('over what it held');
    expect(words[2]).toContain('where it held nothing');
    expect(words[3]).toContain('removed');
  });

  it('are none where the child holds nothing', () => {
    const { moves, words } = mergeMotion(
      { name: 'c', held: new Uint8Array(4) },
      { name: 'p', held: new Uint8Array(4) },
    );
    expect(moves).toHaveLength(2);
    expect(words[0]).toContain('nothing to copy');
  });
});

describe('memory that is saved', () => {
  it('comes in stretches, with each intercepted page alone', () => {
    const order = {
      pageCount: 10,
      pages: Uint32Array.of(0, 1, 7, 2, 4, 9, 5),
      intercepted: Uint8Array.of(0, 0, 1, 0, 0, 1, 0),
    };
    const { moves, words } = memoryMotion(order);
    expect(moves.map(({ pages }) => pages)).toEqual([[], [0, 1], [7], [2, 4], [9], [5]]);
    expect(words[0]).toContain('3 of them hold only zeros');
    expect(words[2]).toContain('page 7, which is not saved yet');
    expect(words[3]).toBe('2 pages are saved in their turn.');
  });

  it('is told in forty steps at most, and every page is there once', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const prng = new Prng(seed);
      const pages = Uint32Array.from({ length: 1 + prng.below(400) }, (_, i) => i);
      const intercepted = Uint8Array.from(pages, () => prng.below(2));
      const { moves, words } = memoryMotion({ pageCount: pages.length, pages, intercepted });
      expect(moves.length).toBeLessThanOrEqual(41);
      expect(words).toHaveLength(moves.length);
      expect(moves.flatMap((move) => move.pages)).toEqual([...pages]);
    }
  });
});

describe('the sector that is followed', () => {
  const holdings = (held: Uint8Array): LabHoldings => ({
    disk: 'disk0',
    cells: held.length,
    rows: [
      { node: 'NOW', file: 'a', held: new Uint8Array(held.length) },
      { node: 'B', file: 'b', held },
    ],
  });

  it('lies in the longest stretch that the oldest file answers', () => {
    const held = Uint8Array.of(2, 0, 1, 2, 2, 2, 0, 2);
    expect(sectorToFollow(holdings(held), 8000, HELD_ANSWERS)).toBe(4500);
  });

  it('is none where it answers nothing', () => {
    expect(sectorToFollow(holdings(Uint8Array.of(0, 1, 0)), 3000, HELD_ANSWERS)).toBeNull();
  });
});
