import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { patchInPlace } from '../../../src/storage/patchJournal.ts';
import {
  newestSlot,
  parseRecordHeader,
  parseSlot,
  RECORD_LIMIT_BYTES,
  recordHeaderBytes,
  SLOT_BYTES,
  slotBytes,
  slotOffset,
  type UndoSlot,
} from '../../../src/storage/undoFormat.ts';

const SLOT: UndoSlot = {
  state: 'applying',
  sequence: 2,
  file: 'disk \ud800 ü.vhd',
  sizeBefore: 2 ** 41,
  sizeAfter: 7,
  recordBytes: 2 ** 30,
  recordCrc: 0xdeadbeef,
};

test('the example of docs/formats/undo.md is what patchInPlace writes', async () => {
  const folder = new MemoryFolder();
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  folder.put('disk.vhd', bytes);
  const change = { offset: 510, before: bytes.slice(510, 514), after: Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd) };
  await patchInPlace(folder, 'disk.vhd', { sizeBefore: 1000, sizeAfter: 600, changes: [change] });
  const undo = Buffer.from(folder.bytes('disk.vhd.undo'));
  const document = readFileSync(new URL('../../../docs/formats/undo.md', import.meta.url), 'utf8');
  const lines = [...document.matchAll(/^([0-9A-F]{8}) {2}((?:[0-9A-F]{2} ?)+)/gm)];
  expect(lines.length).toBe(17);
  for (const [, offset = '', digits = ''] of lines) {
    const quoted = digits.trim().split(/ +/).join('');
    const at = Number.parseInt(offset, 16);
    const found = undo
      .subarray(at, at + quoted.length / 2)
      .toString('hex')
      .toUpperCase();
    expect(found, `bytes at ${offset}`).toBe(quoted);
  }
  expect(document).toContain(`${undo.length.toLocaleString('en').replaceAll(',', ' ')} bytes`);
});

describe('a slot', () => {
  test('comes back as it was written, whatever the name', () => {
    expect(slotBytes(SLOT).length).toBe(SLOT_BYTES);
    expect(parseSlot(slotBytes(SLOT))).toEqual(SLOT);
  });

  test('never goes where the one before it is', () => {
    for (let sequence = 1; sequence < 9; sequence++)
      expect(slotOffset(sequence)).not.toBe(slotOffset(sequence + 1));
  });

  test('counts by its sequence while it is whole, else the other one does', () => {
    const both = new Uint8Array(2 * SLOT_BYTES);
    both.set(slotBytes({ ...SLOT, sequence: 3, state: 'applied' }));
    both.set(slotBytes(SLOT), SLOT_BYTES);
    expect(newestSlot(both)?.state).toBe('applied');
    both[100] = (both[100] ?? 0) ^ 1;
    expect(newestSlot(both)?.state).toBe('applying');
    both[SLOT_BYTES + 4095] = (both[SLOT_BYTES + 4095] ?? 0) ^ 1;
    expect(newestSlot(both)).toBeNull();
  });

  test('with any one byte changed is none', () => {
    const bytes = slotBytes(SLOT);
    for (let at = 0; at < bytes.length; at++) {
      const before = bytes[at] ?? 0;
      bytes[at] = before ^ 0x40;
      expect(parseSlot(bytes), `byte ${at}`).toBeNull();
      bytes[at] = before;
    }
    expect(parseSlot(bytes)).toEqual(SLOT);
  });
});

test('a record header of another kind, of no bytes, or of more than a record takes is none', () => {
  const header = { kind: 'tail', offset: 2 ** 40 + 512, lengthBytes: RECORD_LIMIT_BYTES } as const;
  expect(parseRecordHeader(recordHeaderBytes(header))).toEqual(header);
  expect(parseRecordHeader(recordHeaderBytes({ ...header, lengthBytes: 0 }))).toBeNull();
  expect(parseRecordHeader(recordHeaderBytes({ ...header, lengthBytes: RECORD_LIMIT_BYTES + 1 }))).toBeNull();
  const other = recordHeaderBytes(header);
  other[15] = 3;
  expect(parseRecordHeader(other)).toBeNull();
});
