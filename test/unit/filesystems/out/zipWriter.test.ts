import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SevenZip from '7z-wasm';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { GIB, MIB } from '../../../../src/base/units.ts';
import { planExtraction } from '../../../../src/filesystems/out/planExtraction.ts';
import { zipConsumer } from '../../../../src/filesystems/out/zipPlace.ts';
import { ZipWriter } from '../../../../src/filesystems/out/zipWriter.ts';
import { isInstalled, run } from '../../../support/installed.ts';
import { MemorySink } from '../../../support/memorySink.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { listingOf, type Node, randomTree, readInto } from './scene.ts';

async function zipOf(nodes: readonly Node[], level: 0 | 1 | 6 = 6): Promise<Uint8Array> {
  const listing = listingOf(nodes);
  const plan = planExtraction(listing, ['']);
  const sink = new MemorySink();
  const consumer = await zipConsumer(sink, listing, plan, { level });
  await readInto(nodes, plan.items, consumer);
  await consumer.finish();
  expect(sink.state).toBe('closed');
  return sink.asFile('a.zip').bytes();
}

/** Folders end in `/` and hold nothing. */
function expected(nodes: readonly Node[]): Map<string, Uint8Array> {
  const listing = listingOf(nodes);
  const plan = planExtraction(listing, ['']);
  const found = new Map<string, Uint8Array>();
  for (const entry of plan.folders) found.set(`${listing.path(entry)}/`, new Uint8Array(0));
  for (const { entry, path } of plan.items) found.set(path, nodes[entry - 1]?.bytes ?? new Uint8Array(0));
  return found;
}

/** By 7-Zip 24.09: contents, and times in milliseconds. */
async function unpackedBySevenZip(
  zip: Uint8Array,
): Promise<Map<string, { bytes: Uint8Array; modifiedMs: number }>> {
  const words: string[] = [];
  const { FS, callMain } = await SevenZip({
    print: (line) => words.push(line),
    printErr: (line) => words.push(line),
  });
  FS.writeFile('/a.zip', zip);
  FS.mkdir('/out');
  const code: unknown = callMain(['x', '-tzip', '-y', '-bd', '-o/out', '/a.zip']);
  if (code !== 0) throw new Error(`7-Zip (${code}): ${words.slice(-12).join(' / ')}`);
  const found = new Map<string, { bytes: Uint8Array; modifiedMs: number }>();
  const look = (folder: string) => {
    for (const name of FS.readdir(folder)) {
      if (name === '.' || name === '..') continue;
      const path = `${folder}/${name}`;
      const stat = FS.stat(path);
      const modifiedMs = Number(stat.mtime);
      const key = path.slice('/out/'.length);
      if (!FS.isDir(stat.mode)) found.set(key, { bytes: FS.readFile(path), modifiedMs });
      else {
        found.set(`${key}/`, { bytes: new Uint8Array(0), modifiedMs });
        look(path);
      }
    }
  };
  look('/out');
  return found;
}

describe('a ZIP', () => {
  it.each([0, 1, 6] as const)('holds random trees as 7-Zip and fflate read them, level %i', async (level) => {
    for (const seed of [1, 2, 3]) {
      const nodes = randomTree(seed * 10 + level, 40, 'harmless');
      const zip = await zipOf(nodes, level);
      const wanted = expected(nodes);
      const bySevenZip = await unpackedBySevenZip(zip);
      expect([...bySevenZip.keys()].sort()).toEqual([...wanted.keys()].sort());
      for (const [path, bytes] of wanted)
        expect(Buffer.compare(bySevenZip.get(path)?.bytes ?? Buffer.of(1), bytes), path).toBe(0);
      const byFflate = unzipSync(zip);
      for (const [path, bytes] of wanted)
        expect(Buffer.compare(byFflate[path] ?? Buffer.of(1), bytes), path).toBe(0);
      const listing = listingOf(nodes);
      for (const { path, entry } of planExtraction(listing, ['']).items)
        expect(Math.floor((bySevenZip.get(path)?.modifiedMs ?? 0) / 1000), path).toBe(
          Math.floor(listing.modifiedMs(entry) / 1000),
        );
    }
  });

  it.skipIf(!isInstalled('7zz'))('passes the test of the machine’s 7-Zip (7zz)', async () => {
    const file = join(temporaryFolder(), 'a.zip');
    writeFileSync(file, await zipOf(randomTree(77, 200, 'hostile')));
    expect(run('7zz', 't', '-bd', file)).toContain('Everything is Ok');
  });

  it.skipIf(!isInstalled('python3'))(
    'is what python’s zipfile reads, names and times (python3)',
    async () => {
      const folder = temporaryFolder();
      const nodes = randomTree(5, 60, 'harmless');
      writeFileSync(join(folder, 'a.zip'), await zipOf(nodes));
      mkdirSync(join(folder, 'out'));
      const program =
        'import sys,zipfile,json\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nz.extractall(sys.argv[2])\n' +
        'print(json.dumps([[i.filename,list(i.date_time),i.is_dir()] for i in z.infolist()]))';
      const found: unknown = JSON.parse(
        execFileSync('python3', ['-c', program, join(folder, 'a.zip'), join(folder, 'out')], {
          encoding: 'utf8',
        }),
      );
      const listing = listingOf(nodes);
      const plan = planExtraction(listing, ['']);
      const rows = [
        ...plan.folders.map((entry) => [entry, true] as const),
        ...plan.items.map(({ entry }) => [entry, false] as const),
      ];
      expect(found).toEqual(
        rows.map(([entry, isFolder]) => {
          const at = new Date(listing.modifiedMs(entry));
          const seconds = at.getUTCSeconds() - (at.getUTCSeconds() % 2);
          const time = [
            at.getUTCFullYear(),
            at.getUTCMonth() + 1,
            at.getUTCDate(),
            at.getUTCHours(),
            at.getUTCMinutes(),
            seconds,
          ];
          return [`${listing.path(entry)}${isFolder ? '/' : ''}`, time, isFolder];
        }),
      );
      for (const { entry, path } of plan.items)
        expect(
          Buffer.compare(readFileSync(join(folder, 'out', path)), nodes[entry - 1]?.bytes ?? Buffer.of(1)),
        ).toBe(0);
    },
  );

  it.skipIf(!isInstalled('unzip'))('keeps times and modes for Info-ZIP (unzip)', async () => {
    const folder = temporaryFolder();
    const modifiedMs = Date.UTC(2021, 6, 4, 12, 34, 57);
    writeFileSync(
      join(folder, 'a.zip'),
      await zipOf([{ name: 'x', parent: 0, kind: 'file', bytes: Buffer.from('x'), modifiedMs }]),
    );
    run('unzip', '-q', join(folder, 'a.zip'), '-d', folder);
    expect(statSync(join(folder, 'x')).mtimeMs).toBe(modifiedMs);
    expect(statSync(join(folder, 'x')).mode & 0o777).toBe(0o644);
  });

  it('writes any time without a fault', async () => {
    const times = [
      Number.NaN,
      0,
      -1,
      -11_644_473_600_001,
      8.64e15,
      -8.64e15,
      2 ** 31 * 1000,
      Date.UTC(2108, 0, 1),
    ];
    const nodes = times.map(
      (modifiedMs, index): Node => ({ name: `${index}`, parent: 0, kind: 'file', modifiedMs }),
    );
    expect((await unpackedBySevenZip(await zipOf(nodes))).size).toBe(times.length);
  });

  it('drops an entry as if it had never been begun', async () => {
    const random = new Prng(9);
    const [kept, dropped] = [new Uint8Array(100_000), new Uint8Array(300_000)];
    random.fillWords(kept);
    random.fillWords(dropped);
    const pieces: [number, Uint8Array][] = [];
    const writer = await ZipWriter.create(6);
    const put = (bytes: Uint8Array) => pieces.push([writer.offset - bytes.length, bytes]);
    const content = (path: string, mostBytes: number) => ({
      path,
      modifiedMs: Number.NaN,
      isFolder: false,
      mostBytes,
    });
    put(writer.begin(content('bad', dropped.length)));
    put(writer.push(dropped));
    writer.drop();
    put(writer.begin(content('good', kept.length)));
    put(writer.push(kept));
    put(writer.end());
    for (const bytes of writer.finish()) put(bytes);
    const zip = new Uint8Array(writer.offset);
    for (const [offset, bytes] of pieces)
      zip.set(bytes.subarray(0, Math.max(0, zip.length - offset)), offset);
    expect(Object.keys(unzipSync(zip))).toEqual(['good']);
    expect(Buffer.compare(unzipSync(zip).good ?? Buffer.of(1), kept)).toBe(0);
  });
});

describe('a large ZIP', () => {
  it('holds more entries than 16 bits count', async () => {
    const nodes = Array.from(
      { length: 66_000 },
      (_, index): Node => ({ name: `f${index}`, parent: 0, kind: 'file' }),
    );
    const zip = await zipOf(nodes);
    const view = new DataView(zip.buffer, zip.byteOffset);
    const end = zip.length - 22;
    expect(view.getUint16(end + 10, true)).toBe(0xffff);
    const record = Number(view.getBigUint64(end - 20 + 8, true));
    expect(view.getUint32(record, true)).toBe(0x0606_4b50);
    expect(Number(view.getBigUint64(record + 32, true))).toBe(66_000);
    const words: string[] = [];
    const { FS, callMain } = await SevenZip({ print: (line) => words.push(line) });
    FS.writeFile('/a.zip', zip);
    expect([callMain(['t', '-tzip', '-bd', '/a.zip']), words.join('\n')]).toEqual([
      0,
      expect.stringContaining('Files: 66000'),
    ]);
  });

  it('holds more than 4 GiB: sizes and offsets in 64 bits, in all three places', async () => {
    // Nothing is kept but the ends; what 4 GiB of contents are is left to one piece, pushed often.
    const writer = await ZipWriter.create(0);
    const piece = new Uint8Array(8 * MIB);
    new Prng(1).fillWords(piece.subarray(0, 4096));
    const sizeBytes = 4 * GIB + 8 * MIB;
    const content = { modifiedMs: Date.UTC(2020, 1, 2), isFolder: false };
    writer.begin({ ...content, path: 'big', mostBytes: sizeBytes });
    let first = new Uint8Array(0);
    for (let at = 0; at < sizeBytes; at += piece.length) {
      const out = writer.push(piece);
      if (at === 0) first = out.slice(0, 200);
    }
    const tail = writer.end();
    const second = writer.offset;
    writer.begin({ ...content, path: 'small', mostBytes: 3 });
    writer.push(Uint8Array.of(1, 2, 3));
    writer.end();
    const start = writer.offset;
    const directory = Buffer.concat([...writer.finish()]);
    const head = new DataView(first.buffer);
    expect(head.getUint16(4, true)).toBe(45);
    expect([head.getUint32(18, true), head.getUint32(22, true)]).toEqual([0xffff_ffff, 0xffff_ffff]);
    // Descriptor: signature, checksum, packed and full size in 64 bits.
    const descriptor = new DataView(tail.buffer, tail.byteOffset + tail.length - 24);
    expect(descriptor.getUint32(0, true)).toBe(0x0807_4b50);
    const blocks = Math.ceil(piece.length / 0xffff) * (sizeBytes / piece.length);
    expect(Number(descriptor.getBigUint64(8, true))).toBe(sizeBytes + 5 * (blocks + 1));
    expect(Number(descriptor.getBigUint64(16, true))).toBe(sizeBytes);
    // The directory, read as a reader does: backwards from the end.
    const end = directory.length - 22;
    expect(directory.readUInt32LE(end)).toBe(0x0605_4b50);
    const record = Number(directory.readBigUInt64LE(end - 20 + 8)) - start;
    expect(Number(directory.readBigUInt64LE(record + 48))).toBe(start);
    const extra = 46 + 'big'.length;
    expect([directory.readUInt16LE(extra), directory.readUInt16LE(extra + 2)]).toEqual([1, 24]);
    expect(Number(directory.readBigUInt64LE(extra + 4))).toBe(sizeBytes);
    const next = 46 + 3 + directory.readUInt16LE(30);
    expect(directory.readUInt32LE(next)).toBe(0x0201_4b50);
    const nextExtra = next + 46 + 'small'.length;
    expect(Number(directory.readBigUInt64LE(nextExtra + 20))).toBe(second);
  });
});
