import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashLine } from '../../../src/cli/commands/hash.ts';
import { drawTree } from '../../../src/cli/drawTree.ts';
import { progressText } from '../../../src/cli/progressLine.ts';
import { jsonText, printable, problemLines } from '../../../src/cli/text.ts';

describe('printable', { timeout: 60_000 }, () => {
  it('spells out what would move the cursor or turn the text round', () => {
    expect(printable('a\u001b[2Jb\u0007\u009b\u202ec\nd')).toBe('a\\u{1B}[2Jb\\u{7}\\u{9B}\\u{202E}c\\u{A}d');
    expect(printable('Müller 日本 😀.vhd')).toBe('Müller 日本 😀.vhd');
    expect(printable('lone \ud800')).toBe('lone \\u{D800}');
  });

  it('leaves nothing that a terminal obeys, whatever a file is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('jsonText', { timeout: 60_000 }, () => {
  it('is one line of JSON for any text, without control characters of either set', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = jsonText({ text });
        expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
        expect(JSON.parse(line)).toEqual({ text: JSON.parse(JSON.stringify(text)) });
      }),
    );
  });
});

describe('hashLine', () => {
  it('is what sha256sum prints, strange names included', () => {
    expect(hashLine('ab', 'disk one.vhd')).toBe('ab  disk one.vhd\n');
    expect(hashLine('ab', 'a\\b\nc.vhd')).toBe('\\ab  a\\\\b\\nc.vhd\n');
  });
});

describe('problemLines', () => {
  it('say what happened, where, what it means and what can be done', () => {
    expect(
      problemLines({
        code: 'corrupt',
        message: 'Bad.',
        where: { file: 'a\u001b.vhd', offset: 512, lengthBytes: 4, field: 'checksum' },
        meaning: 'Data is lost.',
        remedy: 'Go back.',
      }),
    ).toEqual(['disklab: Bad.', '  in a\\u{1B}.vhd at 0x200, checksum', '  Data is lost.', '  Go back.']);
  });
});

describe('progressText', () => {
  it('gives share, amounts, rate and time left, and leaves out what is not known', () => {
    const progress = {
      phase: 'Hashing',
      done: 2 ** 20,
      total: 2 ** 22,
      unit: 'bytes' as const,
      elapsedSeconds: 1,
    };
    expect(progressText({ ...progress, perSecond: 2 ** 20, secondsLeft: 3 })).toBe(
      'Hashing 25 %  1 MiB of 4 MiB  1 MiB/s  3 s left',
    );
    expect(progressText({ ...progress, total: null, perSecond: null, secondsLeft: null })).toBe(
      'Hashing  1 MiB',
    );
  });
});

describe('drawTree', () => {
  const draw = (...files: readonly (readonly [id: number, parent: number | null, ...notes: string[]])[]) =>
    drawTree(
      files.map(([id, parent, ...notes]) => ({
        id,
        parent,
        row: [`f${id}`],
        notes,
        cut: parent === null && id === 9,
      })),
    );

  it('draws a chain as one rail', () => {
    expect(draw([3, 2], [2, 1, 'a note'], [1, null])).toEqual(['●  f3', '●  f2', '│  a note', '●  f1']);
  });

  it('joins branches where they meet', () => {
    expect(draw([5, 2], [4, 2], [3, 1], [2, 1], [1, null])).toEqual([
      '●      f5',
      '│ ●    f4',
      '│ │ ●  f3',
      '├─╯ │',
      '●   │  f2',
      '├───╯',
      '●      f1',
    ]);
    expect(draw([4, 1], [3, 1], [2, 1], [1, null])).toEqual([
      '●      f4',
      '│ ●    f3',
      '│ │ ●  f2',
      '├─┴─╯',
      '●      f1',
    ]);
  });

  it('parts trees by a line and marks a chain that is cut', () => {
    expect(draw([2, 1], [1, null], [9, null, 'lost'])).toEqual(['●  f2', '●  f1', '', '○  f9', '┊  lost']);
    expect(draw()).toEqual([]);
  });
});
