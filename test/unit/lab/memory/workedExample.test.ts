/** The worked example of docs/formats/saved-state.md, made by the writer: every line of bytes in the document is in the file. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GuestMemory } from '../../../../src/lab/memory/guestMemory.ts';
import { MemorySave } from '../../../../src/lab/memory/memorySave.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { readState } from '../../../support/savedStates.ts';

test('docs/formats/saved-state.md quotes the bytes of the worked example as they are', async () => {
  const file = new MemoryFile('A.vsv');
  const memory = new GuestMemory(3, 1129);
  const guest = Uint8Array.from('guest', (char) => char.charCodeAt(0));
  const save = new MemorySave(memory, { checkpoint: 'A', fileName: 'Snapshots/A.vsv', file, guest });
  await save.intercept(2);
  memory.touch(2);
  await save.finish();

  const document = readFileSync(new URL('../../../../docs/formats/saved-state.md', import.meta.url), 'utf8');
  const lines = [...document.matchAll(/^([0-9A-F]{8}) {2}((?:[0-9A-F]{2} ?)+)/gm)];
  expect(lines.length).toBe(12);
  const bytes = Buffer.from(file.bytes());
  for (const [, offset = '', digits = ''] of lines) {
    const quoted = digits.trim().split(' ').join('');
    const at = Number.parseInt(offset, 16);
    const actual = bytes.subarray(at, at + quoted.length / 2);
    expect(actual.toString('hex').toUpperCase(), `bytes at ${offset}`).toBe(quoted);
  }
  const size = String(file.sizeBytes).replace(/(?=\d{3}$)/, ' ');
  expect(document).toContain(`${size} bytes`);
  expect(readState(bytes).records).toEqual([[2], [1]]);
});
