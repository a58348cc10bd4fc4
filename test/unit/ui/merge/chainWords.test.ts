import { describe, expect, it } from 'vitest';
import {
  gapText,
  noteOf,
  pictureSentence,
  speechOf,
  stretchText,
} from '../../../../src/ui/merge/picture/chainWords.ts';
import { remaining } from '../../../../src/ui/merge/picture/remaining.ts';
import { longChain, nodesOf } from './chainSketch.ts';

const BEFORE = nodesOf(['0 now > one merged', '- side > one', '1 one > base merged', '2 base']);
const AFTER = nodesOf(['- made > base new', '2 base']);

describe('what a merge leaves', () => {
  const list = nodesOf(['- made > base new', '0 now > one', '- side > one', '1 one > base', '2 base']);

  it('is the chain of a new file, without the old files and what stands on them', () => {
    expect(remaining(BEFORE, list, 'new-file')).toEqual(
      nodesOf(['- made > base new', '2 base']).map((node, i) => ({
        ...node,
        sizeBytes: i === 0 ? 2 ** 20 : 5 * 2 ** 20,
      })),
    );
    const newer = nodesOf(['0 now > one', '1 one > base merged', '2 base']);
    const after = nodesOf(['0 now > one', '- made > base new', '1 one > base', '2 base']);
    const left = remaining(newer, after, 'new-file');
    expect(left.map(({ name, parent }) => [name, parent])).toEqual([
      ['made', 1],
      ['base', null],
    ]);
    expect(gapText(newer, left, 'new-file')).toBe('The old file stays, and 1 that stands on it.');
  });

  it('is everything in place, and a new file of the same name as an old one', () => {
    expect(remaining(BEFORE, list, 'in-place')).toBe(list);
    const same = nodesOf(['- now > base new', '2 base']);
    expect(remaining(BEFORE, same, 'new-file')).toEqual(same);
  });
});

describe('the picture in words', () => {
  it('counts chain and branches on both sides', () => {
    expect(pictureSentence(BEFORE, AFTER, 0, 1)).toBe(
      'Before: 3 files in the chain and 1 branch beside it. Layers 0 to 1 are merged. After: 2 files in the chain.',
    );
    expect(pictureSentence(BEFORE, [], 0, 1)).toContain('After: not planned yet.');
    expect(gapText(BEFORE, [], 'new-file')).toBe('');
    expect(pictureSentence(BEFORE, AFTER, 1, 1)).toContain('Layer 1 is merged');
  });

  it('says of each file what becomes of it', () => {
    const [now, side] = BEFORE;
    const [made] = AFTER;
    if (!now || !side || !made) throw new Error('three files');
    expect(speechOf(now, 'before', 'new-file', false)).toBe(
      'layer 0, now, 1 MiB, copied from, stays as it is',
    );
    expect(speechOf(now, 'before', 'in-place', false)).toBe('layer 0, now, 1 MiB, merged, then removed');
    expect(speechOf(side, 'before', 'in-place', true)).toBe('branch, side, 2 MiB');
    expect(speechOf(made, 'after', 'new-file', true)).toBe(
      'new file, made, at most 1 MiB, holds the whole stretch',
    );
  });

  it('never gives an upper bound as a size', () => {
    const { before, after } = longChain(4, 0, 2, 'in-place');
    const target = (list: typeof before) => list.find(({ role }) => role === 'target');
    const [was, is] = [target(before), target(after)];
    if (!was || !is) throw new Error('a target');
    expect(noteOf(was, 'before', true)).toBe('1 MiB, target');
    expect(noteOf(is, 'after', true)).toBe('≤ 1 MiB, target');
    expect(noteOf(is, 'after', false)).toBe('1 MiB, target');
    expect(speechOf(is, 'after', 'in-place', true)).toContain('at most 1 MiB');
  });

  it('says what becomes of the files that are no longer there', () => {
    expect(gapText(BEFORE, AFTER, 'new-file')).toBe('The 2 old files stay, and 1 that stands on them.');
    const { before, after } = longChain(4, 0, 2, 'in-place');
    expect(gapText(before, after, 'in-place')).toBe('2 files go; layer 2 takes what they hold.');
    const one = longChain(3, 0, 1, 'in-place');
    expect(gapText(one.before, one.after, 'in-place')).toBe('1 file goes; layer 1 takes what it holds.');
    expect(gapText(AFTER, AFTER, 'in-place')).toBe('');
    expect(stretchText(BEFORE, 0, 1)).toBe('Layers 0–1, 2 files, 4 MiB');
  });
});
