import { describe, expect, it } from 'vitest';
import { type Annotation, CELL_MISSING } from '../../../src/engine/api.ts';
import { fileToOpen, okValue, testEngine, testJob } from '../../support/enginePlatform.ts';
import { chainFiles, fixedVhdBytes, idOf } from '../../support/vhdFiles.ts';

const files = chainFiles({ seed: 51, depth: 2 });
const fixed = { name: 'fixed.vhd', bytes: fixedVhdBytes(idOf('fixed'), Buffer.alloc(2 ** 20, 5)) };
const text = { name: 'notes.txt', bytes: Buffer.from('nothing '.repeat(500)) };
const all = [...files, fixed, text];

const { engine } = testEngine();
const pile = okValue(
  await engine.openFiles(
    all.map(({ name, bytes }) => fileToOpen(name, bytes)),
    testJob(),
  ),
);
const idFor = (name: string) => [...pile.files, ...pile.others].find((file) => file.name === name)?.id ?? 0;

describe('files as bytes', () => {
  it('are given as they stand in the file, clipped at its end', async () => {
    for (const { name, bytes } of all) {
      for (const [offset, length] of [
        [0, 100],
        [511, 2],
        [bytes.length - 7, 100],
        [bytes.length, 5],
      ] as const) {
        const piece = okValue(await engine.readFile(idFor(name), offset, length));
        expect(bytes.subarray(offset, offset + length).equals(piece)).toBe(true);
      }
    }
    expect(await engine.readFile(idFor('notes.txt'), -1, 5)).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    expect(await engine.readFile(idFor('notes.txt'), 0, 1e9)).toMatchObject({
      ok: false,
      error: { code: 'limit' },
    });
  });

  it('are cut into regions that follow one another without gaps or overlaps', async () => {
    for (const { name, bytes } of all) {
      const regions = okValue(await engine.regions(idFor(name)));
      let at = 0;
      for (const region of regions) {
        expect(region.offset).toBe(at);
        expect(region.lengthBytes).toBeGreaterThan(0);
        at += region.lengthBytes;
      }
      expect(at).toBe(bytes.length);
    }
    const kinds = async (name: string) => okValue(await engine.regions(idFor(name))).map(({ kind }) => kind);
    expect(await kinds('fixed.vhd')).toEqual(['data', 'footer']);
    expect(await kinds('notes.txt')).toEqual(['unused']);
    const child = await kinds('disk_2.avhd');
    expect(child.slice(0, 2)).toEqual(['footer', 'header']);
    expect(child.at(-1)).toBe('footer');
    for (const kind of ['locator', 'bat', 'bitmap', 'block']) expect(child).toContain(kind);
    expect(child.filter((kind) => kind === 'bitmap')).toHaveLength(
      child.filter((kind) => kind === 'block').length,
    );
  });

  it('are annotated: what touches a byte is found, whichever window asks', async () => {
    for (const { name, bytes } of files) {
      const whole = okValue(await engine.annotate(idFor(name), 0, bytes.length));
      const touching = (offset: number, length: number) =>
        whole.filter((each) => each.offset < offset + length && each.offset + each.lengthBytes > offset);
      const names = (list: readonly Annotation[]) => list.map((each) => `${each.offset} ${each.name}`).sort();
      for (const offset of [0, 511, 512, 1600, 0x1000, 0x2000, 0x2004, 0x10000, bytes.length - 1]) {
        const found = okValue(await engine.annotate(idFor(name), offset, 16));
        expect(names(found)).toEqual(names(touching(offset, 16)));
      }
      expect(touching(0, 1)[0]?.fields?.length).toBeGreaterThan(5);
      expect(touching(0x2000, 4).map((each) => each.name)).toContain('BAT entry 0');
      expect(touching(bytes.length - 1, 1)).toHaveLength(1);
    }
    expect(okValue(await engine.annotate(idFor('notes.txt'), 0, 100))).toEqual([]);
  });
});

describe('search', () => {
  const leaf = files.at(-1);
  const disk = leaf?.disk ?? Buffer.alloc(0);
  const query = { target: 'disk', alternative: null, fromOffset: 0, limit: 1000 } as const;

  /** All places in a buffer, by Node's own search. */
  function places(bytes: Buffer, needle: Uint8Array, from = 0): number[] {
    const found: number[] = [];
    for (let at = bytes.indexOf(needle, from); at >= 0; at = bytes.indexOf(needle, at + 1)) found.push(at);
    return found;
  }

  it('finds in the disk what stands there, across sectors and pieces, from any file', async () => {
    for (const file of files) {
      okValue(await engine.viewFrom(idFor(file.name), testJob()));
      for (const offset of [0, 509, 2 * 2 ** 20 - 5, 4 * 2 ** 20 - 1, 11_534_336, file.disk.length - 16]) {
        const needle = Uint8Array.from(file.disk.subarray(offset, offset + 16));
        if (needle.every((byte) => byte === 0)) continue;
        const result = okValue(await engine.search({ ...query, needle }, testJob()));
        expect(result).toEqual({
          hits: places(file.disk, needle),
          searchedTo: file.disk.length,
          complete: true,
          missingBytes: 0,
        });
      }
    }
  });

  it('finds both spellings at once, goes on where it stopped, and counts from any byte', async () => {
    okValue(await engine.viewFrom(idFor(leaf?.name ?? ''), testJob()));
    const needle = new TextEncoder().encode('the last sector ');
    const alternative = Uint8Array.from(disk.subarray(disk.length - 40, disk.length - 30));
    const expected = [...new Set([...places(disk, needle), ...places(disk, alternative)])].sort(
      (a, b) => a - b,
    );
    expect(expected.length).toBeGreaterThan(20);
    const hits: number[] = [];
    for (let fromOffset = 0; ; ) {
      const result = okValue(
        await engine.search({ ...query, needle, alternative, fromOffset, limit: 7 }, testJob()),
      );
      hits.push(...result.hits);
      if (result.complete) break;
      fromOffset = result.searchedTo;
    }
    expect(hits).toEqual(expected);
    const last = okValue(await engine.search({ ...query, needle, fromOffset: disk.length - 17 }, testJob()));
    expect(last.hits).toEqual([disk.length - 16]);
  });

  it('finds in a file of the pile, and in one that is no disk', async () => {
    const found = async (name: string, needle: Uint8Array) =>
      okValue(await engine.search({ ...query, target: idFor(name), needle }, testJob())).hits;
    const cookie = Buffer.from('conectix');
    for (const { name, bytes } of files) expect(await found(name, cookie)).toEqual([0, bytes.length - 512]);
    expect((await found('notes.txt', Buffer.from('thing n')))[0]).toBe(2);
  });

  it('leaves out what is missing, and says how much', async () => {
    const test = testEngine();
    const sources = files.slice(1).map(({ name, bytes }) => fileToOpen(name, bytes));
    const orphans = okValue(await test.engine.openFiles(sources, testJob()));
    okValue(await test.engine.viewFrom(orphans.leaves[0] ?? 0, testJob()));
    const { missing } = okValue(await test.engine.survey(testJob()));
    // What is missing can hold no zeros if it holds nothing but ones.
    const { bytes, owners } = okValue(await test.engine.readDisk(0, 32_000));
    owners.forEach((owner, sector) => {
      if (owner === CELL_MISSING) bytes.fill(0xff, sector * 512, sector * 512 + 512);
    });
    const zeros = new Uint8Array(600);
    const result = okValue(await test.engine.search({ ...query, needle: zeros, limit: 100_000 }, testJob()));
    expect(result).toMatchObject({ complete: true, missingBytes: missing * 512 });
    expect(result.hits.length).toBeGreaterThan(0);
    const end = bytes.length - 600;
    expect(result.hits.filter((at) => at <= end)).toEqual(places(Buffer.from(bytes), zeros));
  });

  it('keeps its hits when it is cancelled', async () => {
    okValue(await engine.viewFrom(idFor(leaf?.name ?? ''), testJob()));
    const job = testJob((_progress, id) => void engine.cancel(id));
    const result = okValue(await engine.search({ ...query, needle: Uint8Array.of(0) }, job));
    expect(result.complete).toBe(false);
    expect(result.searchedTo).toBeLessThan(disk.length);
  });

  it('refuses what cannot be searched', async () => {
    const bad = [
      { ...query, needle: new Uint8Array(0) },
      { ...query, needle: new Uint8Array(5000) },
      { ...query, needle: Uint8Array.of(1), fromOffset: disk.length + 1 },
      { ...query, needle: Uint8Array.of(1), limit: 0 },
      { ...query, needle: Uint8Array.of(1), target: 999 },
    ];
    for (const each of bad) {
      expect(await engine.search(each, testJob())).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
    }
  });
});
