import { expect, test } from 'vitest';
import { whyStale } from '../../../tools/install.mjs';

const wanted = {
  '': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/b': { version: '2.0.0', optional: true },
};

test('nothing is installed again when every package has the version of package-lock.json', () => {
  expect(
    whyStale(wanted, { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } }),
  ).toBeNull();
});

test('a package for another system may be absent', () => {
  expect(whyStale(wanted, { 'node_modules/a': { version: '1.0.0' } })).toBeNull();
});

test.each([
  ['no node_modules', null, 'nothing is installed'],
  ['a missing package', {}, 'a is missing'],
  ['another version', { 'node_modules/a': { version: '1.0.1' } }, 'a is 1.0.1'],
  [
    'another version of an optional package',
    { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } },
    'b is 1.0.0',
  ],
])('%s is a reason to install', (_name, installed, reason) => {
  expect(whyStale(wanted, installed)).toContain(reason);
});
