import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/base/checksum.ts';
import { DiskError } from '../../../src/base/errors.ts';
import { Prng } from '../../../src/base/prng.ts';
import { SECTOR_BYTES } from '../../../src/base/units.ts';
import {
  HEAD_LIMIT_BYTES,
  HEAD_OFFSET,
  type JournalSlot,
  nextRedoOffset,
  parseSlot,
  slotBytes,
} from '../../../src/merge/journalFormat.ts';
import {
  JOURNAL_SUFFIX,
  type JournalHead,
  type JournalState,
  MergeJournal,
  pendingMerges,
  REDO_LIMIT_BYTES,
  type RedoRecord,
} from '../../../src/merge/mergeJournal.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import { FaultyFile } from '../../../src/storage/faultyFile.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { SLOT_BYTES, SLOTS_BYTES } from '../../../src/storage/slots.ts';
import { crashEverywhere } from '../../support/crashPoints.ts';
import { expectBytes, failure, randomBytes } from '../../support/storageConformance.ts';

const HEAD: JournalHead = {
  way: 'in-place',
  target: 'base.vhd',
  targetId: '000102030405060708090A0B0C0D0E0F',
  newName: null,
  sources: [
    {
      name: 'work.vhd',
      id: '101112131415161718191A1B1C1D1E1F',
      virtualSizeBytes: 1_048_576,
      sizeBytes: 70_144,
      modifiedMs: 1_600_000_000_000.5,
    },
  ],
  complete: true,
  below: [],
  relink: ['test.vhd'],
  sha256Before: null,
  live: false,
  zeros: null,
};
const NAME = `base.vhd${JOURNAL_SUFFIX}`;

const FIRST: JournalState = {
  phase: 'planned',
  nextBlock: 0,
  copiedBytes: 0,
  spares: [],
  contentEnd: 0,
  tableCrc: 0,
};

function stateOf(number: number): JournalState {
  return {
    phase: number < 5 ? 'copying' : 'copied',
    nextBlock: number * 16,
    copiedBytes: number * 2 ** 40,
    spares: Array.from({ length: (number * 7) % 257 }, (_, i) => (number * 1000 + i) * 8),
    contentEnd: number * 2 ** 41 + 512,
    tableCrc: crc32c(Uint8Array.of(number)),
  };
}

/** `sectors` whole sectors in two records. */
function redoOf(number: number, sectors = 3): RedoRecord[] {
  const bytes = randomBytes(sectors * SECTOR_BYTES, number);
  return [
    { offset: number * SECTOR_BYTES, bytes: bytes.subarray(0, SECTOR_BYTES) },
    { offset: 2 ** 40 + number * SECTOR_BYTES, bytes: bytes.subarray(SECTOR_BYTES) },
  ];
}

async function journalWith(commits: number, head = HEAD): Promise<MemoryFolder> {
  const folder = new MemoryFolder();
  const journal = await MergeJournal.create(folder, head);
  for (let number = 1; number <= commits; number++) await journal.commit(stateOf(number), redoOf(number));
  await journal.close();
  return folder;
}

/** What a journal of these bytes says when it is opened; the error where it does not. */
async function opened(bytes: Uint8Array): Promise<MergeJournal | DiskError> {
  const folder = new MemoryFolder();
  folder.put(NAME, bytes);
  const [pending] = await pendingMerges(folder);
  try {
    const journal = await MergeJournal.open(folder, NAME);
    await journal.close();
    expect(pending).toEqual({ name: NAME, head: journal.head, state: journal.state, problem: null });
    return journal;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const problem = error.code === 'bad-request' ? null : error.problem;
    expect(pending).toEqual({ name: NAME, head: null, state: null, problem });
    return error;
  }
}

/** To be compared as one text: typed arrays compare slowly. */
function plain(redo: readonly RedoRecord[]): string {
  return redo.map(({ offset, bytes }) => `${offset}: ${Buffer.from(bytes).toString('latin1')}`).join();
}

const textOf = (state: JournalState | null | undefined) => JSON.stringify(Object.entries(state ?? {}).sort());

/** The state as text, or the code of the fault. */
async function openedQuickly(bytes: Uint8Array): Promise<string> {
  const folder = new MemoryFolder();
  folder.put(NAME, bytes);
  const [pending] = await pendingMerges(folder);
  return pending?.problem?.code ?? textOf(pending?.state);
}

function expectState(journal: MergeJournal | DiskError, number: number, at = ''): void {
  if (journal instanceof DiskError) throw new Error(`${at}: ${journal.message}`);
  expect(journal.head, at).toEqual(HEAD);
  expect(journal.state, at).toEqual(number === 0 ? FIRST : stateOf(number));
  expect(plain(journal.redo), at).toBe(plain(number === 0 ? [] : redoOf(number)));
}

const flipped = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] ?? 0) ^ 0x40);

describe('a journal', () => {
  test('comes back as it was committed, again and again', async () => {
    const folder = new MemoryFolder();
    let journal = await MergeJournal.create(folder, HEAD);
    expectState(journal, 0);
    for (let number = 1; number < 7; number++) {
      await journal.commit(stateOf(number), redoOf(number, 2 * number));
      expect(journal.redo).toEqual(redoOf(number, 2 * number));
      await journal.close();
      journal = await MergeJournal.open(folder, NAME);
      expect(journal.head).toEqual(HEAD);
      expect(journal.state).toEqual(stateOf(number));
      expect(journal.redo).toEqual(redoOf(number, 2 * number));
    }
    await journal.commit(stateOf(7));
    expect(journal.redo).toEqual([]);
    await journal.remove();
    expect(await folder.list()).toEqual([]);
  });

  test('keeps every member of a head, names of any letters among them', async () => {
    const head: JournalHead = {
      ...HEAD,
      way: 'new-file',
      target: 'Größe \ud800 "1"\n.vhd.part',
      newName: 'Größe \ud800 "1"\n.vhd',
      targetId: '',
      sources: Array.from({ length: 253 }, (_, i) => ({
        name: `layer ${i}.vhd`,
        id: '',
        virtualSizeBytes: i * SECTOR_BYTES,
        sizeBytes: 2 ** 45 + i,
        modifiedMs: null,
      })),
      complete: false,
      below: ['one', 'two/three'],
      relink: [],
      sha256Before: 'ab'.repeat(32),
      live: true,
      zeros: { firstSector: 2048, endSector: 4096 },
    };
    const folder = await journalWith(1, head);
    const [{ name = '' } = {}] = await folder.list();
    expect(name).toBe(`${head.newName}${JOURNAL_SUFFIX}`);
    expect((await MergeJournal.open(folder, name)).head).toEqual(head);
    expect((await pendingMerges(folder))[0]?.head).toEqual(head);
  });

  test('takes as many redo records as fit, and no more', async () => {
    const folder = await journalWith(1);
    const journal = await MergeJournal.open(folder, NAME);
    const most = { offset: 512, bytes: randomBytes(REDO_LIMIT_BYTES - 16, 1) };
    await journal.commit(stateOf(2), [most]);
    const more = { offset: 512, bytes: new Uint8Array(REDO_LIMIT_BYTES - 15) };
    await expect(journal.commit(stateOf(3), [more])).rejects.toThrow('assertion');
    await journal.commit(stateOf(3), [most]);
    await journal.close();
    const again = await MergeJournal.open(folder, NAME);
    expect(again.state).toEqual(stateOf(3));
    expectBytes(again.redo[0]?.bytes, most.bytes);
    expect(folder.bytes(NAME).length).toBeLessThanOrEqual(
      SLOTS_BYTES + SLOT_BYTES + 2 * REDO_LIMIT_BYTES + SLOT_BYTES,
    );
  });

  test('is made once: where one waits, a second is refused', async () => {
    const folder = await journalWith(2);
    const before = folder.bytes(NAME);
    const error = await failure('busy', () => MergeJournal.create(folder, HEAD));
    expect(error.message).toContain('A merge waits here');
    expectBytes(folder.bytes(NAME), before);
  });

  test('leaves nothing behind where the storage is full, at any byte', async () => {
    const bytes = (await journalWith(0)).bytes(NAME).length;
    for (let room = 0; room < bytes; room += 100) {
      const folder = new FullFolder(room);
      await failure('no-space', () => MergeJournal.create(folder, HEAD));
      expect(await folder.list()).toEqual([]);
    }
    const folder = new FullFolder(bytes);
    await MergeJournal.create(folder, HEAD);
    expect((await folder.list()).length).toBe(1);
  });

  test('goes on from the state before where a commit finds the storage full', async () => {
    const folder = new FullFolder(Number.MAX_SAFE_INTEGER);
    const journal = await MergeJournal.create(folder, HEAD);
    await journal.commit(stateOf(1), redoOf(1));
    folder.allow(folder.bytes(NAME).length);
    await failure('no-space', () => journal.commit(stateOf(2), redoOf(2, 90)));
    expectState(journal, 1);
    expectState(await opened(folder.bytes(NAME)), 1);
    folder.allow(Number.MAX_SAFE_INTEGER);
    await journal.commit(stateOf(2), redoOf(2));
    expectState(await opened(folder.bytes(NAME)), 2);
  });

  test('is not made for more names than it has room for', async () => {
    const folder = new MemoryFolder();
    const relink = Array.from({ length: 400 }, (_, i) => `${i} ${'x'.repeat(4000)}`);
    await failure('limit', () => MergeJournal.create(folder, { ...HEAD, relink }));
    expect(await folder.list()).toEqual([]);
  });
});

/** Its files cannot grow beyond `roomBytes`. */
class FullFolder extends MemoryFolder {
  private readonly made: FaultyFile[] = [];

  constructor(private roomBytes: number) {
    super();
  }

  allow(roomBytes: number): void {
    this.roomBytes = roomBytes;
    for (const { faults } of this.made) faults.fullAtBytes = roomBytes;
  }

  // biome-ignore lint/suspicious/noExplicitAny: a memory folder makes memory files; this one's are wrapped.
  override async create(name: string): Promise<any> {
    const file = new FaultyFile(await super.create(name));
    this.made.push(file);
    file.faults.fullAtBytes = this.roomBytes;
    return file;
  }
}

test('redo records never lie over those of the commit before, nor on the head', () => {
  const prng = new Prng(5);
  let slot = { headBytes: 700, redoOffset: 0, redoBytes: 0 };
  let end = 0;
  for (let commit = 0; commit < 4000; commit++) {
    const limit = prng.below(2) === 0 ? REDO_LIMIT_BYTES : 20_000;
    const redoBytes = prng.below(4) === 0 ? 0 : 1 + prng.below(limit);
    const redoOffset = nextRedoOffset(slot, redoBytes);
    expect(redoOffset % 4096).toBe(0);
    expect(redoOffset).toBeGreaterThanOrEqual(HEAD_OFFSET + slot.headBytes);
    const isBehind = redoOffset >= slot.redoOffset + slot.redoBytes;
    expect(slot.redoBytes === 0 || isBehind || redoOffset + redoBytes <= slot.redoOffset).toBe(true);
    slot = { ...slot, redoOffset, redoBytes };
    end = Math.max(end, redoOffset + redoBytes);
  }
  expect(end).toBeLessThan(12_288 + 3 * REDO_LIMIT_BYTES);
});

describe('a damaged journal', () => {
  test('with any one byte of slots and head changed is the same, the state before, or corrupt', async () => {
    const whole = (await journalWith(2)).bytes(NAME);
    const { sequence, headBytes } = must(parseSlot(whole.subarray(0, SLOT_BYTES), 0));
    expect(sequence).toBe(3);
    for (let at = 0; at < HEAD_OFFSET + headBytes + 8; at++) {
      const found = await openedQuickly(flipped(whole, at));
      const isBehind = at >= HEAD_OFFSET + headBytes;
      if (at < SLOT_BYTES) expect(found, `byte ${at}`).toEqual(textOf(stateOf(1)));
      else if (at < SLOTS_BYTES || isBehind) expect(found, `byte ${at}`).toEqual(textOf(stateOf(2)));
      else expect(found, `byte ${at}`).toBe('corrupt');
    }
  });

  test('with both slots damaged is corrupt', async () => {
    const whole = (await journalWith(2)).bytes(NAME);
    for (let at = 0; at < SLOT_BYTES; at += 37) {
      const found = await opened(flipped(flipped(whole, at), SLOT_BYTES + at));
      expect(found instanceof DiskError && found.code).toBe('corrupt');
    }
  });

  test('with any byte of the newest records changed is the state before; the records before do not count', async () => {
    const whole = (await journalWith(4)).bytes(NAME);
    const slot = must(parseSlot(whole.subarray(0, SLOT_BYTES), 0));
    const newest = slot.redoOffset;
    for (let at = 0; at < slot.redoBytes; at += 13)
      expectState(await opened(flipped(whole, newest + at)), 3, `byte ${at}`);
    const other = must(parseSlot(whole.subarray(SLOT_BYTES, SLOTS_BYTES), SLOT_BYTES)).redoOffset;
    const both = flipped(whole, other);
    expectState(await opened(both), 4);
    const found = await opened(flipped(both, newest));
    expect(found instanceof DiskError && found.code).toBe('corrupt');
  });

  test('cut at any byte never gives another state', async () => {
    const whole = (await journalWith(1)).bytes(NAME);
    for (let size = 0; size < whole.length; size += size < 20_000 ? 61 : 10_007) {
      const found = await opened(whole.subarray(0, size));
      if (!(found instanceof DiskError)) expectState(found, 0, `${size} bytes`);
      // A whole first slot with a head, and nothing that tells of a commit.
      else expect(found.code, `${size} bytes`).toBe(size < SLOT_BYTES ? 'bad-request' : 'corrupt');
    }
  });

  test('never falls back to a state that is older than the one before', async () => {
    // Sequences 5 and 4 become 7 and 4, and 7 speaks of records that are not there.
    const bytes = (await journalWith(4)).bytes(NAME);
    const slot = must(parseSlot(bytes.subarray(0, SLOT_BYTES), 0));
    bytes.set(slotBytes({ ...slot, redoCrc: slot.redoCrc ^ 1 }));
    expectState(await opened(bytes), 3);
    bytes.set(slotBytes({ ...slot, sequence: 7, redoCrc: slot.redoCrc ^ 1 }));
    const found = await opened(bytes);
    expect(found instanceof DiskError && found.code).toBe('corrupt');
    // A slot in the other one's place is none.
    bytes.set(slotBytes({ ...slot, sequence: 6 }));
    expectState(await opened(bytes), 3);
  });

  test('under another name than its own is not used', async () => {
    const folder = await journalWith(2);
    folder.put(`other.vhd${JOURNAL_SUFFIX}`, folder.bytes(NAME));
    const error = await failure('changed', () => MergeJournal.open(folder, `other.vhd${JOURNAL_SUFFIX}`));
    expect(error.message).toContain(NAME);
    const found = await pendingMerges(folder);
    expect(found.map(({ problem }) => problem?.code)).toEqual([undefined, 'changed']);
    // Windows gives names back in another case.
    folder.put(`BASE.VHD${JOURNAL_SUFFIX}`, folder.bytes(NAME));
    expect((await MergeJournal.open(folder, `BASE.VHD${JOURNAL_SUFFIX}`)).head).toEqual(HEAD);
  });
});

function must<T>(value: T | null): T {
  if (value === null) throw new Error('must be there');
  return value;
}

/** A journal whose checksums all hold, with this head. */
function sealed(text: string | Uint8Array, instead: Partial<JournalSlot> = {}): Uint8Array {
  const head = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const bytes = new Uint8Array(HEAD_OFFSET + head.length);
  const sizes = { headBytes: head.length, headCrc: crc32c(head), redoOffset: 0, redoBytes: 0, redoCrc: 0 };
  bytes.set(slotBytes({ sequence: 1, state: FIRST, ...sizes, ...instead }));
  bytes.set(head, HEAD_OFFSET);
  return bytes;
}

describe('a journal made to harm', () => {
  test('is corrupt where its head is none', async () => {
    const [source] = HEAD.sources;
    const heads: readonly unknown[] = [
      null,
      [],
      7,
      'head',
      {},
      { ...HEAD, way: 'sideways' },
      { ...HEAD, target: '' },
      { ...HEAD, target: 'a\0b' },
      { ...HEAD, target: 'x'.repeat(4097) },
      { ...HEAD, target: 7 },
      { ...HEAD, targetId: '00' },
      { ...HEAD, targetId: 'g'.repeat(32) },
      { ...HEAD, newName: 'new.vhd' },
      { ...HEAD, way: 'new-file' },
      { ...HEAD, sources: [] },
      { ...HEAD, sources: {} },
      { ...HEAD, sources: [null] },
      { ...HEAD, sources: Array.from({ length: 257 }, () => source) },
      { ...HEAD, sources: [{ ...source, virtualSizeBytes: -1 }] },
      { ...HEAD, sources: [{ ...source, sizeBytes: 1.5 }] },
      { ...HEAD, sources: [{ ...source, sizeBytes: 2 ** 53 }] },
      { ...HEAD, sources: [{ ...source, modifiedMs: '1' }] },
      { ...HEAD, sources: [{ ...source, name: undefined }] },
      { ...HEAD, complete: 1 },
      { ...HEAD, below: ['a', null] },
      { ...HEAD, below: 'ab' },
      { ...HEAD, relink: [['a']] },
      { ...HEAD, sha256Before: '00' },
      { ...HEAD, live: null },
      { ...HEAD, zeros: { firstSector: 2, endSector: 1 } },
      { ...HEAD, zeros: [] },
      { ...HEAD, zeros: undefined },
    ];
    expectState(await opened(sealed(JSON.stringify(HEAD))), 0);
    for (const head of heads) {
      const found = await opened(sealed(JSON.stringify(head) ?? ''));
      expect(found instanceof DiskError && found.code, JSON.stringify(head)).toBe('corrupt');
    }
    const texts = ['', '{', `${JSON.stringify(HEAD)}}`, '['.repeat(HEAD_LIMIT_BYTES), '\ufeff{}'];
    for (const text of texts) {
      const found = await opened(sealed(text));
      expect(found instanceof DiskError && found.code, text.slice(0, 20)).toBe('corrupt');
    }
    const found = await opened(sealed(Uint8Array.of(0x22, 0xff, 0xfe, 0x22)));
    expect(found instanceof DiskError && found.code).toBe('corrupt');
  });

  test('passes over members that it does not know, and those that JavaScript knows', async () => {
    const text = JSON.stringify(HEAD).replace('{', '{"__proto__":{"live":true},"later":[1],');
    expectState(await opened(sealed(text)), 0);
  });

  test('says sizes that it does not have, and takes no memory for them', async () => {
    const text = JSON.stringify(HEAD);
    const sizes: readonly Partial<JournalSlot>[] = [
      { headBytes: HEAD_LIMIT_BYTES },
      { headBytes: 2 ** 32 - 1 },
      { redoBytes: REDO_LIMIT_BYTES },
      { redoBytes: 2 ** 32 - 1 },
      { redoBytes: 16, redoOffset: Number.MAX_SAFE_INTEGER },
      { headBytes: 0, headCrc: 0 },
      { redoBytes: 16 },
    ];
    for (const instead of sizes) {
      const found = await opened(sealed(text, instead));
      expect(found instanceof DiskError, JSON.stringify(instead)).toBe(true);
    }
  });

  test('with records that are none has none of them', async () => {
    const text = JSON.stringify(HEAD);
    const record = (offset: bigint, lengthBytes: number, held: number) => {
      const bytes = Buffer.alloc(16 + held);
      bytes.writeBigUInt64BE(offset);
      bytes.writeUInt32BE(lengthBytes, 8);
      return bytes;
    };
    const withRedo = (redo: Uint8Array) => {
      const at = 12_288;
      const bytes = sealed(text, { redoOffset: at, redoBytes: redo.length, redoCrc: crc32c(redo) });
      const whole = new Uint8Array(at + redo.length);
      whole.set(bytes);
      whole.set(redo, at);
      return whole;
    };
    const good = await opened(withRedo(record(512n, 512, 512)));
    expect(!(good instanceof DiskError) && good.redo).toEqual([{ offset: 512, bytes: new Uint8Array(512) }]);
    const bad = [
      record(512n, 513, 512),
      record(512n, 0, 0),
      record(2n ** 63n, 512, 512),
      record(2n ** 53n - 512n, 512, 512),
      record(512n, 2 ** 32 - 1, 512),
      record(512n, 512, 512 + 15),
      record(512n, 512, 512).subarray(0, 9),
    ];
    for (const redo of bad) {
      const found = await opened(withRedo(redo));
      expect(found instanceof DiskError && found.code, redo.subarray(0, 16).toString('hex')).toBe('corrupt');
    }
  });

  test('filled at random under whole checksums throws nothing but faults of the file', async () => {
    const prng = new Prng(3);
    const whole = (await journalWith(2)).bytes(NAME);
    let states = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = whole.slice();
      for (const offset of [0, SLOT_BYTES]) {
        const slot = bytes.subarray(offset, offset + SLOT_BYTES);
        for (let i = prng.below(4); i > 0; i--) slot[12 + prng.below(64)] = prng.below(3) * prng.below(256);
        new DataView(slot.buffer, slot.byteOffset).setUint32(SLOT_BYTES - 4, crc32c(slot.subarray(0, -4)));
      }
      const found = await opened(bytes);
      if (found instanceof DiskError) expect(found.code).toBe('corrupt');
      else {
        expect(found.head).toEqual(HEAD);
        states++;
      }
    }
    expect(states).toBeGreaterThan(300);
    expect(states).toBeLessThan(1900);
  });
});

describe.each([
  ['unflushed sectors lost', false],
  ['besides, the sector in flight holds anything', true],
])('a power cut, %s', (_, garbage) => {
  test('while the journal is made leaves none, one that never began, or a whole one', async () => {
    const met = new Set<string>();
    const totals = await crashEverywhere({
      files: {},
      write: (folder) => MergeJournal.create(folder, HEAD),
      check: async (survivor) => {
        const [found, ...others] = await pendingMerges(survivor);
        expect(others).toEqual([]);
        expect(found?.problem ?? null).toBeNull();
        if (found?.head) {
          expect(found).toEqual({ name: NAME, head: HEAD, state: FIRST, problem: null });
          await (await MergeJournal.open(survivor, NAME)).commit(stateOf(1));
        } else if (found) await failure('bad-request', () => MergeJournal.open(survivor, NAME));
        met.add(found ? (found.head ? 'whole' : 'never began') : 'none');
      },
      garbage,
      exhaustiveChanges: 8,
      seeds: 40,
    });
    console.log(`a journal being made: ${totals.checked} survivors of ${totals.fates} cuts`);
    expect([...met].sort()).toEqual(['never began', 'none', 'whole']);
  });

  test('in a commit leaves its state or the one before, with whole records of just that state', async () => {
    const met = new Set<string>();
    let reached = 0;
    const totals = await crashEverywhere({
      files: { [NAME]: (await journalWith(1)).bytes(NAME) },
      write: async (folder: DiskFolder) => {
        reached = 1;
        const journal = await MergeJournal.open(folder, NAME);
        for (let number = 2; number < 7; number++) {
          await journal.commit(stateOf(number), redoOf(number));
          reached = number;
        }
      },
      check: async (survivor, { cutAt }) => {
        const journal = await MergeJournal.open(survivor, NAME);
        const number = journal.state.nextBlock / 16;
        expectState(journal, number);
        expect([reached, reached + 1]).toContain(number);
        met.add(number === reached ? 'before' : 'after');
        if (cutAt === null) expect(number).toBe(6);
        // Whatever half written slot lies there: it goes on, and the next cut finds what was committed last.
        await journal.commit(stateOf(number + 1), redoOf(number + 1));
        await journal.close();
        expectState(await opened(survivor.bytes(NAME)), number + 1);
      },
      garbage,
      exhaustiveChanges: 8,
      seeds: 30,
    });
    console.log(`commits: ${totals.checked} survivors of ${totals.fates} cuts`);
    expect([...met].sort()).toEqual(['after', 'before']);
    expect(totals.checked).toBeGreaterThan(150);
  });
});

test('journals that wait are found by their names, and what is none of them says so', async () => {
  const folder = await journalWith(4);
  const others = { 'base.vhd': 3, 'base.vhd.undo': 9000, [`cut.vhd${JOURNAL_SUFFIX}`]: 0 };
  for (const [name, size] of Object.entries(others)) folder.put(name, new Uint8Array(size));
  folder.put(`text.vhd${JOURNAL_SUFFIX}`, new TextEncoder().encode('hello '.repeat(2000)));
  const found = await pendingMerges(folder);
  expect(found.map(({ name, head, problem }) => [name, head !== null, problem?.code ?? null])).toEqual([
    [NAME, true, null],
    [`cut.vhd${JOURNAL_SUFFIX}`, false, null],
    [`text.vhd${JOURNAL_SUFFIX}`, false, 'corrupt'],
  ]);
});

test('the example of docs/formats/merge-journal.md is what the journal writes', async () => {
  const folder = new MemoryFolder();
  const journal = await MergeJournal.create(folder, HEAD);
  const state: JournalState = {
    phase: 'copying',
    nextBlock: 1,
    copiedBytes: 524_288,
    spares: [4104, 8208],
    contentEnd: 6_306_304,
    tableCrc: 0x1234_5678,
  };
  await journal.commit(state, [{ offset: 1536, bytes: new Uint8Array(512).fill(0xff).fill(0x11, 0, 4) }]);
  const bytes = Buffer.from(folder.bytes(NAME));
  const document = readFileSync(new URL('../../../docs/formats/merge-journal.md', import.meta.url), 'utf8');
  const lines = [...document.matchAll(/^([0-9A-F]{8}) {2}((?:[0-9A-F]{2} ?)+)/gm)];
  expect(lines.length).toBe(18);
  for (const [, offset = '', digits = ''] of lines) {
    const quoted = digits.trim().split(/ +/).join('');
    const at = Number.parseInt(offset, 16);
    const found = bytes
      .subarray(at, at + quoted.length / 2)
      .toString('hex')
      .toUpperCase();
    expect(found, `bytes at ${offset}`).toBe(quoted);
  }
  expect(document).toContain(`${bytes.length.toLocaleString('en').replaceAll(',', ' ')} bytes`);
  const { headBytes } = must(parseSlot(bytes.subarray(0, SLOT_BYTES), 0));
  const head = /^```json\n(.*?)\n```$/ms.exec(document)?.[1]?.replace(/\n\s*/g, '');
  expect(bytes.subarray(HEAD_OFFSET, HEAD_OFFSET + headBytes).toString()).toBe(head);
});
