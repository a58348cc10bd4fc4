import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/engine/api.ts';
import { diskOffsetOf } from '../../../../src/ui/hex/places.ts';

const note = (more: Partial<Annotation>): Annotation => ({
  name: 'x',
  offset: 0,
  lengthBytes: 1,
  value: '',
  explanation: '',
  ...more,
});

describe('the place of a byte of a file on the disk', () => {
  const data = note({
    offset: 0x1000,
    lengthBytes: 4096,
    links: [{ text: 'sector 8', target: 'disk', offset: 8 * 512 }],
  });
  const bits = note({
    offset: 0xe00,
    lengthBytes: 512,
    fields: [note({ offset: 0xe05, links: [{ text: '40', target: 'disk', offset: 40 * 512 }] })],
  });

  it('moves with the byte inside data', () => {
    expect(diskOffsetOf([bits, data], 0x1000)).toBe(8 * 512);
    expect(diskOffsetOf([bits, data], 0x1000 + 777)).toBe(8 * 512 + 777);
  });

  it('is the first of its sectors for a byte of a bitmap', () => {
    expect(diskOffsetOf([bits, data], 0xe05)).toBe(40 * 512);
  });

  it('is none for what only describes the disk', () => {
    const entry = note({
      offset: 0x600,
      lengthBytes: 4,
      links: [{ text: 'bitmap', target: 'file', offset: 0xe00 }],
    });
    expect(diskOffsetOf([entry], 0x601)).toBeNull();
    expect(diskOffsetOf([entry], 0x700)).toBeNull();
  });
});
