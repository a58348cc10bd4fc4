import { describe, expect, it } from 'vitest';
import type { OtherFileView } from '../../../../src/engine/api.ts';
import {
  contentStamp,
  type KnownCheck,
  placeStamp,
  type Subject,
  subjectsOf,
} from '../../../../src/ui/check/subjects.ts';
import { verdictOf } from '../../../../src/ui/check/verdict.ts';
import { fileOf, findingOf, pileOf } from '../../../support/pileOf.ts';

const refused: OtherFileView = {
  id: 9,
  name: 'wrecked.vhd',
  path: 'disks/wrecked.vhd',
  sizeBytes: 4096,
  format: 'vhd',
  findings: [findingOf('footer-lost', 'error', { file: 'disks/wrecked.vhd' })],
  canBeRaw: true,
  storage: 'user',
};
const photo: OtherFileView = { ...refused, id: 10, name: 'photo.jpg', format: 'unknown' };
const opened = findingOf('footer-missing', 'warning');

function checkOf(findings: KnownCheck['view']['findings'], fileCount = 1): KnownCheck {
  return {
    view: { file: 1, findings, space: null, readBytes: 1024 },
    run: { fileCount, readBytes: 4096, seconds: 0.25 },
    stale: false,
  };
}

describe('what can be checked', () => {
  it('is every disk and every refused one, but no file that is none', () => {
    const pile = { ...pileOf([{ name: 'a.vhd' }]), others: [photo, refused] };
    expect(subjectsOf(pile, null, () => null).map(({ name, file }) => [name, file !== null])).toEqual([
      ['a.vhd', true],
      ['wrecked.vhd', false],
    ]);
    expect(subjectsOf(null, null, () => null)).toEqual([]);
  });

  it('shows what a check found in place of what opening did', () => {
    const pile = pileOf([{ name: 'a.vhd', findings: [opened] }]);
    const found = [findingOf('blocks-overlap', 'error')];
    expect(subjectsOf(pile, null, () => null)[0]?.findings).toEqual([opened]);
    expect(subjectsOf(pile, null, () => checkOf(found))[0]?.findings).toEqual(found);
  });

  it('is another file when its bytes may be others, and stands elsewhere when its links do', () => {
    const file = fileOf(1, { name: 'a.vhd' });
    expect(contentStamp({ ...file, sizeBytes: 1 })).not.toBe(contentStamp(file));
    expect(contentStamp({ ...file, storage: 'private' })).not.toBe(contentStamp(file));
    expect(contentStamp({ ...file, children: [2], blocks: null })).toBe(contentStamp(file));
    expect(placeStamp({ ...file, parent: 7 })).not.toBe(placeStamp(file));
    expect(placeStamp({ ...file, blocks: null })).toBe(placeStamp(file));
    expect(placeStamp(refused)).toBe('');
  });
});

describe('the verdict on a file', () => {
  const subject: Subject = {
    id: 1,
    name: 'a.vhd',
    sizeBytes: 8192,
    file: null,
    format: 'vhd',
    findings: [],
    check: null,
  };

  it('never calls a file sound that was not checked', () => {
    expect(verdictOf(subject)).toMatchObject({ kind: 'wait', basis: '' });
    expect(verdictOf(subject).text).not.toMatch(/sound/i);
  });

  it('calls a checked file without findings sound, and says what was read', () => {
    expect(verdictOf({ ...subject, check: checkOf([]) })).toEqual({
      kind: 'ok',
      text: 'Sound: nothing speaks against it.',
      basis: 'The check read 1 KiB of its 8 KiB in 0.25 s.',
    });
    expect(verdictOf({ ...subject, check: checkOf([], 3) }).basis).toMatch(/all 3 files took 0.25 s/);
  });

  it('follows the worst finding', () => {
    const worst = (...severities: ('error' | 'warning' | 'note')[]) => {
      const findings = severities.map((severity) => findingOf('x', severity));
      return verdictOf({ ...subject, findings, check: checkOf(findings) }).kind;
    };
    expect([worst('note'), worst('note', 'warning'), worst('warning', 'error')]).toEqual([
      'ok',
      'warning',
      'error',
    ]);
  });
});
