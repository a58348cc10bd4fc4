import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsFor } from '../../../../src/ui/hex/metrics.ts';

const rooms = fc.record({
  width: fc.integer({ min: 280, max: 2400 }),
  character: fc.constantFrom(5.5, 6.05, 6.62, 7.2, 8.4),
  digits: fc.constantFrom(6, 8, 10, 12),
  edge: fc.constantFrom(1.875, 3.875),
  narrow: fc.boolean(),
  wide: fc.boolean(),
});

describe('the columns of the hex view', () => {
  it('fit the room with sixteen bytes, or have eight', () => {
    fc.assert(
      fc.property(rooms, (room) => {
        const { bytesPerRow, hex, gap, margin } = columnsFor(room);
        const used = (room.digits + room.edge + 1.5 + bytesPerRow) * room.character + hex;
        if (room.narrow) expect(bytesPerRow).toBe(8);
        if (bytesPerRow === 16) expect(used + margin).toBeLessThanOrEqual(room.width + 1e-6);
        expect(gap).toBeGreaterThanOrEqual(0.45 * room.character - 1e-9);
        if (!room.wide) expect(margin).toBe(0);
      }),
    );
  });

  it('are sixteen at 1280 pixels even on a disk of 2040 GiB, and have room for names at 1680', () => {
    const panel = { character: 6.62, digits: 12, edge: 3.875, narrow: false };
    expect(columnsFor({ ...panel, width: 488, wide: false }).bytesPerRow).toBe(16);
    expect(columnsFor({ ...panel, width: 880, wide: true }).margin).toBeGreaterThan(18 * 6.62);
  });
});
