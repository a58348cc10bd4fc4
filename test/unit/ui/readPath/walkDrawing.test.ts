import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexPath, type NodePlace, walkLine } from '../../../../src/ui/readPath/walkDrawing.ts';

const node = (step: number, x: number, y: number, laneTop: number): NodePlace => ({ step, x, y, laneTop });

describe('the line of the walk', () => {
  test('goes down while nothing is here, right while it may be, and back at the edge of the next lane', () => {
    const { path } = walkLine(
      [node(0, 108, 30, 20), node(2, 108, 64, 54), node(3, 212, 64, 54), node(5, 108, 98, 88)],
      12,
    );
    expect(path).toBe('M108 12V30V54V64H212V88H108V98');
  });

  test('no nodes, no line', () => {
    expect(walkLine([], 12)).toEqual({ path: '', nodes: [] });
  });

  test('the distance of each node is the length of the path up to it, the way to it lies between', () => {
    const places = fc.array(fc.record({ x: fc.constantFrom(108, 212, 316), lane: fc.nat(30) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(places, (spots) => {
        const sorted = [...spots].sort((a, b) => a.lane - b.lane || a.x - b.x);
        const nodes = sorted.map(({ x, lane }, step) => node(step, x, 20 + lane * 34 + 17, 20 + lane * 34));
        const line = walkLine(nodes, 12);
        expect(line.nodes.length).toBe(nodes.length);
        const corners = [...line.path.matchAll(/([MVH])(-?[\d.]+)(?: (-?[\d.]+))?/g)];
        let [x, y, length] = [0, 0, 0];
        for (const [, command, a, b] of corners) {
          const [nextX, nextY] =
            command === 'M' ? [Number(a), Number(b)] : command === 'H' ? [Number(a), y] : [x, Number(a)];
          if (command !== 'M') length += Math.abs(nextX - x) + Math.abs(nextY - y);
          [x, y] = [nextX, nextY];
        }
        const last = nodes.at(-1);
        expect([x, y]).toEqual([last?.x, last?.y]);
        expect(line.nodes.at(-1)?.at).toBeCloseTo(length, 6);
        line.nodes.forEach(({ at, before }, i) => {
          const start = line.nodes[i - 1]?.at ?? 0;
          expect(before).toBeCloseTo((start + at) / 2, 6);
        });
      }),
    );
  });

  test('the index goes past the table to the lane that answers', () => {
    expect(indexPath(12, 98, -8)).toBe('M-8 12V98H-2');
  });
});
