import { describe, expect, it } from 'vitest';
import { hexLines, plainText } from '../../../../src/ui/hex/copyText.ts';
import { byteOrder, bytesText, byteText, numbersText } from '../../../../src/ui/hex/readOut.ts';

const span = (value: string, lengthBytes: number) => ({
  offset: 0,
  lengthBytes,
  structure: null,
  field: { name: 'f', offset: 0, lengthBytes, value, explanation: '' },
});

describe('what is read out', () => {
  it('cuts long runs of bytes and says so', () => {
    expect(bytesText(Uint8Array.of(0, 1, 0x83, 0x57))).toBe('00 01 83 57');
    expect(bytesText(new Uint8Array(17))).toMatch(/^(00 ){16}…$/);
  });

  it('speaks of a byte order where there is a number', () => {
    expect(byteOrder(span('99 159', 4))).toBe('big-endian');
    expect(byteOrder(span('0x0000AE68', 4))).toBe('big-endian');
    expect(byteOrder(span('“win ”', 4))).toBeNull();
    expect(byteOrder(span('7', 1))).toBeNull();
    expect(byteOrder(span('41A7E5F80C2D4E6B', 16))).toBeNull();
  });

  it('names a byte in hex, decimal and as a letter', () => {
    expect(byteText(0x41)).toBe('41 (65, “A”)');
    expect(byteText(0x00)).toBe('00 (0)');
  });

  it('reads little-endian numbers where enough bytes follow', () => {
    expect(numbersText(Uint8Array.of(1))).toBe('');
    expect(numbersText(Uint8Array.of(1, 1))).toContain('16 bit 257');
    expect(numbersText(Uint8Array.of(1, 0, 0, 0x80))).toBe(
      'little-endian 16 bit 1, 32 bit 2\u202f147\u202f483\u202f649',
    );
  });
});

describe('what is copied', () => {
  it('is sixteen bytes a line as hex', () => {
    expect(hexLines(Uint8Array.from({ length: 18 }, (_, i) => i))).toBe(
      '00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n10 11',
    );
  });

  it('is what the right column shows as text, UTF-16 without its zeros', () => {
    expect(plainText(Uint8Array.of(0x41, 0, 0x42, 0xff))).toBe('A.B.');
    expect(plainText(Uint8Array.of(0x43, 0, 0x3a, 0))).toBe('C:');
  });
});
