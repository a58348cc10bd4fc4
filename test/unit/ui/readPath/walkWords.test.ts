import { describe, expect, test } from 'vitest';
import type { TraceStep } from '../../../../src/engine/api.ts';
import { NO_BLOCK } from '../../../../src/ui/readPath/walkModel.ts';
import { stepWords } from '../../../../src/ui/readPath/walkWords.ts';

const at = { layer: 1, block: 9114, sectorInBlock: 2821, sectorCount: 1 };
const words = (step: TraceStep, lastLayer = 5) => stepWords(step, '41A7E5F8.avhd', lastLayer);

describe('steps in words', () => {
  test('say where the file looked and what that means', () => {
    expect(words({ ...at, action: 'bat-lookup', entryOffset: 0xae68, entry: NO_BLOCK })).toBe(
      'layer 1, 41A7E5F8.avhd: entry 9\u202f114 of the block table at 0xAE68 is unused, the file does not hold the block',
    );
    expect(words({ ...at, action: 'bat-lookup', entryOffset: 0xae68, entry: 99_159 })).toContain(
      'says sector 99\u202f159',
    );
    expect(
      words({ ...at, action: 'bitmap-lookup', bitmapOffset: 0x306af60, present: false, cached: true }),
    ).toBe(
      'layer 1, 41A7E5F8.avhd: the bitmap at 0x306AF60, in memory, says 0, the parent is asked for the sector',
    );
    expect(
      words({
        ...at,
        sectorCount: 64,
        action: 'bitmap-lookup',
        bitmapOffset: 1,
        present: true,
        cached: false,
      }),
    ).toContain('this file answers 64 sectors');
    expect(words({ ...at, action: 'read-data', fileOffset: 0x270eaa00 })).toContain(
      '512 B are read at 0x270EAA00',
    );
    expect(words({ ...at, action: 'fill-zero' })).toContain('read as zeros');
  });

  test('a fall names the next layer, or that the parent is not here', () => {
    expect(words({ ...at, action: 'fall-to-parent' })).toBe('from layer 1 on to its parent, layer 2');
    expect(words({ ...at, action: 'fall-to-parent' }, 1)).toContain('its parent, which is not here');
  });
});
