import { expect, it } from 'vitest';
import { KeyRegistry } from '../../../../src/ui/keys/keys.ts';

it('lists what is registered by title, and forgets what is taken out', () => {
  const keys = new KeyRegistry();
  const out = keys.register('Bytes', [{ keys: ['v'], label: 'Disk or file' }]);
  keys.register('Everywhere', [{ keys: ['g'], label: 'Go to' }]);
  keys.register('Bytes', [{ keys: ['/'], label: 'Find' }]);
  expect(keys.groups.map(({ title, bindings }) => [title, bindings.map(({ label }) => label)])).toEqual([
    ['Bytes', ['Disk or file', 'Find']],
    ['Everywhere', ['Go to']],
  ]);
  out();
  expect(keys.groups.map(({ title }) => title)).toEqual(['Everywhere', 'Bytes']);
});
