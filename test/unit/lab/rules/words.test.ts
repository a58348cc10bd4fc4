import { expect, it } from 'vitest';
import { shortName } from '../../../../src/lab/rules/words.ts';

it('a file is called by the first eight digits of its id, and by its whole name where it has none', () => {
  expect(shortName('Snapshots/5C3A91E0-0000-4000-8000-000000000001.avhd')).toBe('5C3A91E0.avhd');
  expect(shortName('Snapshots/5C3A91E0-0000-4000-8000-000000000001-disk1.avhd')).toBe('5C3A91E0-disk1.avhd');
  expect(shortName('0-SRV_C93D0B6A-2F84-4B17-93C5-0D6E7A8B9C1F.avhd')).toBe('0-SRV_C93D0B6A.avhd');
  expect(shortName('Virtual Hard Disks/LAB-WEB01.vhd')).toBe('LAB-WEB01.vhd');
});
