import { expect, it } from 'vitest';
import { allFindings, countText } from '../../../../src/ui/check/allFindings.ts';
import { findingOf, pileOf } from '../../../support/pileOf.ts';

it('gathers findings of files, of the chain and of what was not opened, worst first, each once', () => {
  const shared = findingOf('parent-size-mismatch', 'error', { file: 'disks/a.vhd' });
  const pile = {
    ...pileOf([
      { name: 'a.vhd', findings: [findingOf('several-children', 'note'), shared] },
      { name: 'b.vhd', findings: [findingOf('footer-lost', 'warning', { file: 'disks/b.vhd' })] },
    ]),
    failures: [findingOf('file-not-opened', 'error', { file: 'disks/gone.vhd' })],
  };
  const chain = {
    layers: [1],
    virtualSizeBytes: 0,
    sectorCount: 0,
    unitSectors: 1,
    unitCount: 0,
    complete: true,
    tableBytes: 0,
    bitmapCacheBytes: 0,
    bitmapCacheLimitBytes: 0,
    findings: [shared],
    openMilliseconds: 0,
  };
  const entries = allFindings(pile, chain);
  expect(entries.map(({ finding }) => finding.rule)).toEqual([
    'file-not-opened',
    'parent-size-mismatch',
    'footer-lost',
    'several-children',
  ]);
  expect(entries.map(({ file }) => file)).toEqual([null, 1, 2, 1]);
});

it('takes what a check found in place of what opening and the chain did', () => {
  const opened = findingOf('footer-missing', 'warning');
  const found = findingOf('blocks-overlap', 'error');
  const pile = pileOf([
    { name: 'a.vhd', findings: [opened] },
    { name: 'b.vhd', findings: [opened] },
  ]);
  const entries = allFindings(pile, null, new Map([[1, [found]]]));
  expect(entries.map(({ finding, file }) => [finding.rule, file])).toEqual([
    ['blocks-overlap', 1],
    ['footer-missing', 2],
  ]);
});

it('counts in words', () => {
  expect([0, 1, 2].map(countText)).toEqual(['No findings', '1 finding', '2 findings']);
});
