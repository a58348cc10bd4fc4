import { describe, expect, it } from 'vitest';
import { affectedWords, diskMarks, rangeText, unlistedSectors } from '../../../../src/ui/check/affected.ts';
import {
  bySeverity,
  countsOf,
  countWords,
  plural,
  shownOf,
  worstOf,
} from '../../../../src/ui/check/counts.ts';
import { shareText, spaceParts } from '../../../../src/ui/check/spaceParts.ts';
import { SPACE } from '../../../support/checkEngine.ts';
import { findingOf } from '../../../support/pileOf.ts';

const error = findingOf('a', 'error', { offset: 900 });
const early = findingOf('b', 'error', { offset: 3 });
const warning = findingOf('c', 'warning');
const note = findingOf('d', 'note');

describe('findings', () => {
  it('are counted in words, and none are no words', () => {
    expect(countWords(countsOf([]))).toBe('');
    expect(countWords(countsOf([note]))).toBe('1 note');
    expect(countWords(countsOf([note, error, early]))).toBe('2 errors and 1 note');
    expect(countWords(countsOf([note, error, early, warning]))).toBe('2 errors, 1 warning and 1 note');
    expect([0, 1, 2].map((count) => plural(count, 'file'))).toEqual(['0 files', '1 file', '2 files']);
  });

  it('stand worst first, then in the order of the file', () => {
    expect(bySeverity([note, error, warning, early])).toEqual([early, error, warning, note]);
    expect([worstOf([]), worstOf([note, warning]), worstOf([note, error])]).toEqual([
      null,
      'warning',
      'error',
    ]);
  });

  it('are left out by severity only', () => {
    const all = [note, error, warning];
    expect(shownOf(all, 'all')).toEqual(all);
    expect(shownOf(all, 'serious')).toEqual([error, warning]);
    expect(shownOf(all, 'errors')).toEqual([error]);
  });
});

describe('sectors of the disk', () => {
  const plain = (text: string) => text.replaceAll('\u202f', ' ');

  it('are named from the first to the last', () => {
    expect(plain(rangeText({ firstSector: 37_333_760, sectorCount: 4096 }))).toBe('37 333 760–37 337 855');
    expect(rangeText({ firstSector: 7, sectorCount: 1 })).toBe('7');
  });

  it('read wrong after an error and may after anything less', () => {
    const affected = { sectorCount: 4096, ranges: [] };
    expect(plain(affectedWords(affected, 'error'))).toBe('4 096 sectors (2 MiB) of the disk read wrong');
    expect(plain(affectedWords(affected, 'warning'))).toMatch(/may read wrong$/);
    expect(affectedWords({ sectorCount: 1, ranges: [] }, 'error')).toBe(
      '1 sector (512 B) of the disk reads wrong',
    );
  });

  it('that no range names are counted', () => {
    const ranges = [{ firstSector: 0, sectorCount: 10 }];
    expect(unlistedSectors({ sectorCount: 25, ranges })).toBe(15);
    expect(unlistedSectors({ sectorCount: 10, ranges })).toBe(0);
  });

  it('are drawn with errors over the rest', () => {
    const affects = { sectorCount: 1, ranges: [{ firstSector: 5, sectorCount: 1 }] };
    const marks = diskMarks([
      findingOf('x', 'error', { affects }),
      findingOf('y', 'note', { affects }),
      note,
    ]);
    expect(marks.map(({ severity }) => severity)).toEqual(['note', 'error']);
  });
});

describe('the space of a file', () => {
  it('is all of the file, and parts without bytes are left out', () => {
    const parts = spaceParts(SPACE);
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(SPACE.fileBytes);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(spaceParts({ ...SPACE, leakedBytes: 0 }).map(({ kind }) => kind)).not.toContain('leaked');
  });

  it('never rounds a share to nothing or to everything', () => {
    expect([0.00001, 0.004, 0.123, 0.99999, 1].map(shareText)).toEqual([
      'under 0.1 %',
      '0.4 %',
      '12.3 %',
      'over 99.9 %',
      '100 %',
    ]);
  });
});
