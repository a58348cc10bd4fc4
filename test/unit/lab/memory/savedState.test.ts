import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { GuestMemory } from '../../../../src/lab/memory/guestMemory.ts';
import { MOST_PAGES } from '../../../../src/lab/memory/memory.ts';
import { readSavedState } from '../../../../src/lab/memory/savedState.ts';
import { FaultyFile } from '../../../../src/storage/faultyFile.ts';
import { MemoryBytes, MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { waiting } from '../../../support/openedChain.ts';
import {
  buildState,
  flatBytes,
  PAGE,
  type StateParts,
  savedFile,
  soundParts,
} from '../../../support/savedStates.ts';
import { expectBytes, failure, randomBytes } from '../../../support/storageConformance.ts';

const GUEST = Uint8Array.from('guest', (char) => char.charCodeAt(0));

/** Three pages of seed 1129: zeros, text and code, in little more than a kilobyte. */
function smallMemory(): GuestMemory {
  return new GuestMemory(3, 1129);
}

const SMALL = soundParts(smallMemory(), GUEST);

function fileOf(bytes: Uint8Array): MemoryFile {
  return MemoryFile.of('A.vsv', bytes, 'read-only');
}

const read = (parts: Partial<StateParts>) => readSavedState(fileOf(buildState({ ...SMALL, ...parts })));

/** The code of the fault, with its place checked; '' where there is none. */
async function fault(bytes: Uint8Array): Promise<string> {
  try {
    await readSavedState(fileOf(bytes));
    return '';
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const { where } = error.problem;
    const isPlace =
      where?.file === 'A.vsv' && where.offset >= 0 && where.offset + where.lengthBytes <= bytes.length;
    return isPlace ? error.code : `${error.code} at ${JSON.stringify(where)}`;
  }
}

describe('reading a saved state', () => {
  test('gives memory and guest back as they were', async () => {
    const memory = new GuestMemory(700, 99);
    for (let page = 0; page < 700; page += 3) memory.touch(page);
    const guest = randomBytes(3000, 4);
    const file = await savedFile(memory, guest);
    for (const each of [file, waiting(file)]) {
      const state = await readSavedState(each);
      expect(state.memory.equals(memory)).toBe(true);
      expectBytes(flatBytes(state.memory), flatBytes(memory));
      expectBytes(state.guest, guest);
      state.memory.touch(5);
      expect(state.memory.equals(memory)).toBe(false);
    }
  });

  test('takes what the document allows, whoever wrote it', async () => {
    const { memory, guest } = await read({});
    expect(memory.equals(smallMemory())).toBe(true);
    expectBytes(guest, GUEST);
  });

  test('reads every byte once, but for the header, in windows of 1 MiB', async () => {
    const memory = new GuestMemory(4096, 3);
    const file = new FaultyFile(await savedFile(memory, randomBytes(3 * 2 ** 20, 1)));
    expect((await readSavedState(file)).memory.equals(memory)).toBe(true);
    expect(file.counts.readBytes).toBe(file.sizeBytes + 32);
    expect(file.counts.reads).toBeLessThan(15);
  });
});

describe('damage', () => {
  test('any byte that is changed is found', async () => {
    const bytes = buildState(SMALL);
    expect(bytes.length).toBeLessThan(3000);
    expect(await fault(bytes)).toBe('');
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ mask;
        const found = await fault(damaged);
        if (found !== 'corrupt') throw new Error(`byte ${at} ^ ${mask}: ${found}`);
      }
    }
  });

  test('any cut, and any byte more, is found', async () => {
    const bytes = buildState(SMALL);
    for (let length = 0; length < bytes.length; length++) {
      const found = await fault(bytes.subarray(0, length));
      if (found !== 'corrupt') throw new Error(`${length} bytes: ${found}`);
    }
    for (const more of [1, 24, 4096]) {
      expect(await fault(Buffer.concat([bytes, new Uint8Array(more)]))).toBe('corrupt');
      expect(await fault(Buffer.concat([new Uint8Array(more), bytes]))).toBe('corrupt');
    }
  });

  test('the place of the damage is named', async () => {
    const bytes = buildState(SMALL);
    const record = SMALL.index[1]?.place ?? 0;
    bytes.writeUInt32BE(9, record);
    const error = await failure('corrupt', () => readSavedState(fileOf(bytes)));
    expect(error.problem.where).toEqual({ file: 'A.vsv', offset: record, lengthBytes: 12 });
  });

  test('another version is said to be one', async () => {
    const error = await failure('unsupported', () => read({ version: 2 }));
    expect(error.message).toContain('version 2');
  });

  test('a file that cannot be read fails as such', async () => {
    const file = new FaultyFile(fileOf(buildState(SMALL)));
    file.faults.unreadableFrom = 100;
    await failure('io', () => readSavedState(file));
  });
});

/** Files with right checksums that lie otherwise. */
describe('hostile files', () => {
  const [zeros, text, code] = SMALL.index;
  const [first, second] = SMALL.records;
  if (!zeros || !text || !code || !first || !second) throw new Error('three pages, two of them in records');
  const [[textPage, textBytes] = [0, 0]] = first.pages;
  const flat = flatBytes(smallMemory());

  test.each<[string, Partial<StateParts>]>([
    ['pages of another size', { pageBytes: 8192 }],
    ['no pages', { pageCount: 0, index: [], records: [], recordCount: 0 }],
    ['more pages than a machine has', { pageCount: MOST_PAGES + 1 }],
    ['all pages that can be', { pageCount: 2 ** 32 - 1 }],
    ['an index that is not there', { pageCount: MOST_PAGES }],
    ['more of the guest than there is', { guestBytes: 2 ** 20 }],
    ['all of the guest that can be', { guestBytes: 2 ** 32 - 1 }],
    ['a little less of the guest', { guestBytes: GUEST.length - 1 }],
    ['more records than there are', { recordCount: 3 }],
    ['a page less in the index', { index: [zeros, text] }],
    ['a record less', { records: [first], recordCount: 1 }],
    ['a record of an unknown method', { records: [{ ...first, method: 3 }, second] }],
    ['a record of no pages', { records: [{ ...first, pages: [] }, second] }],
    [
      'a record of 65 pages',
      { records: [{ ...first, pages: Array.from({ length: 65 }, () => [1, 1] as const) }, second] },
    ],
    ['a page that keeps nothing', { records: [{ ...first, pages: [[textPage, 0]] }, second] }],
    [
      'a page that keeps more than it has',
      { records: [{ ...first, pages: [[textPage, PAGE + 1]] }, second] },
    ],
    ['a page that keeps less', { records: [{ ...first, pages: [[textPage, textBytes - 1]] }, second] }],
    ['a page that does not exist', { records: [{ ...first, pages: [[3, textBytes]] }, second] }],
    ['another page than the index says', { records: [{ ...first, pages: [[2, textBytes]] }, second] }],
    ['records in another order', { records: [second, first] }],
    ['a page of zeros in no record that is none', { index: [zeros, { ...text, place: 0 }, code] }],
    ['a page of zeros that has a record', { index: [{ ...zeros, place: text.place }, text, code] }],
    ['a record far behind the end', { index: [zeros, { ...text, place: 2 ** 60 }, code] }],
    ['another version of a page', { index: [zeros, { ...text, version: 1 }, code] }],
    ['another version of a page of zeros', { index: [{ ...zeros, version: 1 }, text, code] }],
    ['another seed', { seed: 7 }],
    ['a deflated payload that is stored', { records: [{ ...first, method: 1 }, second] }],
    ['no payload', { records: [{ ...first, payload: new Uint8Array(0) }, second] }],
    [
      'a payload that is no stream',
      { records: [{ ...first, payload: randomBytes(first.payload.length, 7) }, second] },
    ],
    [
      'a payload that unpacks to a byte more',
      {
        records: [
          {
            ...first,
            payload: deflateRawSync(flat.subarray(textPage * PAGE, textPage * PAGE + textBytes + 1)),
          },
          second,
        ],
      },
    ],
    [
      'a payload that unpacks to a thousand times its size',
      { records: [{ ...first, payload: deflateRawSync(new Uint8Array(3_000_000)) }, second] },
    ],
    ['other contents', { records: [{ method: 1, pages: [[1, 5]], payload: GUEST }, second] }],
  ])('%s: refused', async (_, parts) => {
    const error = await failure('corrupt', () => read(parts));
    expect(error.problem.where?.file).toBe('A.vsv');
  });

  test('a page in two records: refused', async () => {
    await failure('corrupt', () => read({ records: [first, second, first], recordCount: 3 }));
    await failure('corrupt', () =>
      read({
        records: [
          {
            method: 1,
            pages: [
              [1, 1],
              [1, 1],
            ],
            payload: new Uint8Array(2),
          },
          second,
        ],
      }),
    );
  });

  test('a file of 1 TiB is refused without being read', async () => {
    const content = new MemoryBytes();
    content.write(0, buildState(SMALL));
    content.truncate(2 ** 40);
    const file = new FaultyFile(new MemoryFile('A.vsv', content, 'read-only'));
    await failure('corrupt', () => readSavedState(file));
    expect(file.counts.readBytes).toBeLessThan(100);
  });
});
