import { describe, expect, it } from 'vitest';
import { parseText, plainText } from '../../../../src/lab/lessons/parseText.ts';

const plain = (text: string) => ({ text, word: null });

describe('text with marks', () => {
  it.each([
    ['', []],
    ['no marks', [plain('no marks')]],
    ['[sector]', [{ text: 'sector', word: 'sector' }]],
    [
      'the [sectors|sector] of a [disk].',
      [
        plain('the '),
        { text: 'sectors', word: 'sector' },
        plain(' of a '),
        { text: 'disk', word: 'disk' },
        plain('.'),
      ],
    ],
    [
      '[block table (BAT)][bitmap]',
      [
        { text: 'block table (BAT)', word: 'block table (BAT)' },
        { text: 'bitmap', word: 'bitmap' },
      ],
    ],
    // What is no mark stays text: half a mark, empty ones.
    ['press [', [plain('press [')]],
    ['] and [', [plain('] and [')]],
    ['[]', [plain('[]')]],
    ['[|word]', [plain('[|word]')]],
    ['[a|]', [plain('[a|]')]],
    ['[a|b|c]', [plain('[a|b|c]')]],
    ['[[a]', [plain('['), { text: 'a', word: 'a' }]],
  ] as const)('%j', (text, parts) => {
    expect(parseText(text)).toEqual(parts);
  });

  it('loses nothing but the marks', () => {
    expect(plainText('the [sectors|sector] of a [disk]: [1')).toBe('the sectors of a disk: [1');
  });
});
