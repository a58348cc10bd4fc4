/** exFAT volumes built by hand: right answers beside a flat array, and what is wrong with damaged ones. */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { ExfatFileSystem } from '../../../../src/filesystems/exfat/exfat.ts';
import type { VolumeListing } from '../../../../src/filesystems/fileSystem.ts';
import { ATTRIBUTE, Listing } from '../../../../src/filesystems/listing.ts';
import {
  ExfatBuilder,
  entrySet,
  labelEntry,
  type MemoryWindow,
  type ReadBack,
  readAll,
} from '../../../support/exfatBuilder.ts';

interface Looked extends VolumeListing {
  readonly tree: Listing;
  readonly paths: readonly string[];
  readonly files: ReadonlyMap<string, ReadBack>;
}

async function lookAt(window: MemoryWindow): Promise<Looked> {
  const fileSystem = new ExfatFileSystem(window);
  const volume = await fileSystem.list();
  const tree = new Listing(volume.listing);
  const paths = Array.from({ length: tree.count - 1 }, (_, i) => tree.path(i + 1));
  const files = new Map<string, ReadBack>();
  for (const [entry, file] of await readAll(fileSystem, tree)) files.set(tree.path(entry), file);
  return { ...volume, tree, paths, files };
}

function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Prng(seed).fillWords(bytes);
  return bytes;
}

describe('contents', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'of random chains are those of a flat array (seed %i)',
    async (seed) => {
      const random = new Prng(seed);
      const builder = new ExfatBuilder(1500, random.below(4), 9 + random.below(4));
      const { clusterBytes } = builder;
      const free = Array.from({ length: 1400 }, () => builder.take(1));
      for (let i = free.length - 1; i > 0; i--) {
        // Partly shuffled: some clusters stay neighbours.
        const other = random.below(3) === 0 ? random.below(i + 1) : i;
        [free[i], free[other]] = [free[other] ?? 0, free[i] ?? 0];
      }
      const expected = new Map<string, Uint8Array>();
      const ends = new Map<string, number[]>();
      const sets = [labelEntry('seed')];
      for (let i = 0; i < 8; i++) {
        const size = random.below(100) === 0 ? 0 : random.below(40 * clusterBytes);
        const valid = random.below(2) === 0 ? size : random.below(size + 1);
        const clusters = free.splice(0, Math.ceil(size / clusterBytes));
        const bytes = noise(seed * 100 + i, size);
        builder.writeOver(clusters, bytes);
        builder.chain(clusters);
        const name = `file ${i}`;
        expected.set(
          name,
          Uint8Array.from(bytes, (byte, at) => (at < valid ? byte : 0)),
        );
        ends.set(name, clusters.slice(0, Math.ceil(valid / clusterBytes)));
        sets.push(entrySet({ name, first: clusters[0] ?? 0, size, valid }));
      }
      const root = [builder.root, ...free.splice(0, 4)];
      builder.chain(root);
      builder.writeOver(root, Buffer.concat(sets));
      const { files, facts, warnings } = await lookAt(builder.window);
      expect(warnings).toEqual([]);
      expect(facts).toMatchObject({ label: 'seed', clusterBytes, freeBytes: null });
      expect([...files.keys()]).toEqual([...expected.keys()]);
      for (const [name, file] of files) {
        expect(file.end.problem).toBeNull();
        expect(Buffer.compare(file.bytes, expected.get(name) ?? new Uint8Array(1)), name).toBe(0);
        const touches = (cluster: number) => {
          const { touched } = file.end;
          for (let i = 0; i < touched.length; i += 2)
            if (
              (touched[i] ?? 0) <= builder.offsetOf(cluster) &&
              (touched[i + 1] ?? 0) > builder.offsetOf(cluster)
            )
              return true;
          return false;
        };
        expect(ends.get(name)?.every(touches), `${name} touches its clusters`).toBe(true);
        expect(free.some(touches), `${name} touches free clusters`).toBe(false);
      }
    },
  );

  test('end where the sink wants no more', async () => {
    const builder = new ExfatBuilder(2000);
    builder.writeRoot(builder.file('a', noise(1, 3_000_000)), builder.file('b', noise(2, 10)));
    const fileSystem = new ExfatFileSystem(builder.window);
    const ended: (readonly [string, number])[] = [];
    await fileSystem.read(
      [
        { entry: 1, path: 'a', sizeBytes: 3_000_000 },
        { entry: 2, path: 'b', sizeBytes: 10 },
      ],
      {
        begin: () => {},
        write: () => false,
        end: (item, end) => ended.push([item.path, end.sizeBytes]),
      },
    );
    expect(ended).toEqual([
      ['a', 2 ** 20],
      ['b', 10],
    ]);
  });

  test('of what is no file of the volume are a problem of that item alone', async () => {
    const builder = new ExfatBuilder();
    builder.writeRoot(builder.file('a', noise(1, 10)), entrySet({ name: 'f', folder: true }));
    const codes: unknown[] = [];
    const items = [
      [7, 'a'],
      [2, 'f'],
      [1, 'b'],
      [0, ''],
      [1, 'a'],
    ] as const;
    await new ExfatFileSystem(builder.window).read(
      items.map(([entry, path]) => ({ entry, path, sizeBytes: 10 })),
      { begin: () => {}, write: () => true, end: (_, { problem }) => codes.push(problem?.code) },
    );
    expect(codes).toEqual(['bad-request', 'bad-request', 'bad-request', 'bad-request', undefined]);
  });
});

test('a volume of 2 TiB is read where its files lie', async () => {
  const builder = new ExfatBuilder(2 ** 24 + 5, 8);
  expect(builder.content.sizeBytes).toBeGreaterThan(2 ** 41);
  const last = 2 ** 24 + 5;
  const bytes = noise(5, builder.clusterBytes + 1000);
  builder.chain([last, last - 1]);
  builder.writeOver([last, last - 1], bytes);
  builder.writeRoot(entrySet({ name: 'far', first: last, size: bytes.length }));
  const { window } = builder;
  const { files, warnings } = await lookAt(window);
  expect(warnings).toEqual([]);
  expect(Buffer.compare(files.get('far')?.bytes ?? new Uint8Array(0), bytes)).toBe(0);
  expect(window.readBytes).toBeLessThan(2 ** 20);
});

describe('entries', () => {
  test('have times with their distance from UTC, and attributes', async () => {
    const builder = new ExfatBuilder();
    // 5 Nov 2021, 12:34:56.
    const stamp = ((2021 - 1980) * 2 ** 25 + (11 << 21) + (5 << 16) + (12 << 11) + (34 << 5) + 28) >>> 0;
    const times = [
      [[stamp, 0, 0x80], Date.UTC(2021, 10, 5, 12, 34, 56)],
      [[stamp, 150, 0x84], Date.UTC(2021, 10, 5, 11, 34, 57, 500)],
      [[stamp, 0, 0xec], Date.UTC(2021, 10, 5, 17, 34, 56)],
      [[stamp, 0, 0x14], Date.UTC(2021, 10, 5, 12, 34, 56)],
      [[0, 0, 0x80], Number.NaN],
      [[0xffff_ffff, 0, 0x80], Number.NaN],
    ] as const;
    builder.writeRoot(
      ...times.map(([modified], i) => entrySet({ name: String(i), modified })),
      entrySet({ name: 'bits', attributes: 0x27 }),
    );
    const { tree } = await lookAt(builder.window);
    expect(times.map((_, i) => tree.modifiedMs(i + 1))).toEqual(times.map(([, expected]) => expected));
    expect(tree.data.attributes[times.length + 1]).toBe(
      ATTRIBUTE.readOnly | ATTRIBUTE.hidden | ATTRIBUTE.system,
    );
  });

  test('that are deleted, or of kinds that are not known, are passed over', async () => {
    const builder = new ExfatBuilder();
    const deleted = entrySet({ name: 'deleted' });
    for (let at = 0; at < deleted.length; at += 32) deleted[at] = (deleted[at] ?? 0) & 0x7f;
    const vendor = Buffer.alloc(32, 0xa0);
    builder.writeRoot(deleted, entrySet({ name: 'a' }), vendor, entrySet({ name: 'b' }));
    const { paths, warnings } = await lookAt(builder.window);
    expect(paths).toEqual(['a', 'b']);
    expect(warnings).toEqual([]);
  });

  test('of any name are text, and none holds a slash', async () => {
    const builder = new ExfatBuilder();
    const names = [
      '..',
      '.',
      'a/../../etc/passwd',
      '<img src=x onerror=alert(1)>',
      '\u001b[2J\0\u202e',
      'C:\\x',
      'x'.repeat(255),
      '\ud800',
    ];
    builder.writeRoot(...names.map((name) => entrySet({ name, first: 0, size: 0 })));
    const { tree, files } = await lookAt(builder.window);
    expect(tree.data.names.slice(1)).toEqual(names.map((name) => name.replaceAll('/', '\\u{2F}')));
    expect(files.size).toBe(names.length);
    for (const { end } of files.values()) expect(end.problem).toBeNull();
  });

  test('whose parts are missing or damaged are said; the others are listed', async () => {
    const builder = new ExfatBuilder();
    const short = entrySet({ name: 'a name of many pieces, more than two' }).subarray(0, 96);
    const noStream = entrySet({ name: 'x' });
    noStream[32] = 0xc1;
    const noName = entrySet({ name: '' });
    builder.writeRoot(
      short,
      entrySet({ name: 'one' }),
      noStream,
      noName,
      entrySet({ name: 'two', checksumError: 1 }),
      entrySet({ name: 'cut' }).subarray(0, 64),
    );
    const { paths, warnings } = await lookAt(builder.window);
    expect(paths).toEqual(['one', 'two']);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('parts are missing');
    expect(warnings[1]).toContain('checksum of the entry “two”');
  });

  test('are 70 000 in one folder', async () => {
    const builder = new ExfatBuilder(4000);
    const sets = Array.from({ length: 70_000 }, (_, i) => entrySet({ name: `n${i}` }));
    const bytes = Buffer.concat(sets);
    const first = builder.take(Math.ceil(bytes.length / builder.clusterBytes));
    builder.write(first, bytes);
    builder.writeRoot(entrySet({ name: 'many', folder: true, first, size: bytes.length, contiguous: true }));
    const told: number[] = [];
    const fileSystem = new ExfatFileSystem(builder.window);
    const { listing } = await fileSystem.list({ onEntries: (count) => told.push(count) });
    expect(listing.names).toHaveLength(70_002);
    expect(listing.names.at(-1)).toBe('n69999');
    expect(told.length).toBeGreaterThan(50);
    expect(told.at(-1)).toBe(70_001);
  });
});

test('more entries than wanted are an error', async () => {
  const builder = new ExfatBuilder();
  builder.writeRoot(...['a', 'b', 'c'].map((name) => entrySet({ name })));
  const fileSystem = new ExfatFileSystem(builder.window);
  expect((await fileSystem.list({ mostEntries: 3 })).listing.names).toEqual(['', 'a', 'b', 'c']);
  await expect(fileSystem.list({ mostEntries: 2 })).rejects.toMatchObject({ code: 'limit' });
});

describe('damage', () => {
  test('of the main boot region is met with its backup, in every byte that counts', async () => {
    for (const sectorShift of [9, 12]) {
      for (const at of [
        0,
        3,
        64,
        72,
        80,
        84,
        88,
        92,
        96,
        104,
        108,
        109,
        110,
        200,
        511,
        2 ** sectorShift * 11 + 4,
      ]) {
        const builder = new ExfatBuilder(500, 1, sectorShift);
        builder.writeRoot(builder.file('a', noise(1, 5000)));
        const byte = new Uint8Array(1);
        builder.content.read(at, byte);
        builder.content.write(
          at,
          byte.map((value) => value ^ 0x5a),
        );
        const { files, warnings } = await lookAt(builder.window);
        expect(files.get('a')?.bytes, `byte ${at}`).toEqual(noise(1, 5000));
        expect(warnings).toEqual(['The main boot region of the volume is damaged; its backup was used.']);
      }
    }
  });

  test('of both boot regions is an error, or said where only checksums are wrong', async () => {
    const builder = new ExfatBuilder();
    builder.writeRoot(builder.file('a', noise(1, 10)));
    for (const region of [0, 12]) builder.content.write(region * 512 + 300, Uint8Array.of(1));
    const { paths, warnings } = await lookAt(builder.window);
    expect(paths).toEqual(['a']);
    expect(warnings[0]).toContain('checksums of both boot regions');
    for (const region of [0, 12]) builder.content.write(region * 512 + 108, Uint8Array.of(30));
    await expect(lookAt(builder.window)).rejects.toMatchObject({ code: 'corrupt' });
    const missing = new ExfatBuilder().window;
    missing.missing.push({ from: 0, to: 512 });
    expect((await new ExfatFileSystem(missing).list()).warnings[0]).toContain('backup was used');
    missing.missing.push({ from: 12 * 512, to: 13 * 512 });
    await expect(lookAt(missing)).rejects.toMatchObject({ code: 'parent-missing' });
  });

  test('of chains ends the file with a problem, and what came before is right', async () => {
    const builder = new ExfatBuilder(1000);
    const { clusterBytes } = builder;
    const bytes = noise(3, clusterBytes * 6);
    const lead = (name: string, next: number) => {
      const first = builder.take(6);
      builder.write(first, bytes);
      for (let i = 0; i < 6; i++) builder.link(first + i, first + i + 1);
      builder.link(first + 3, next >= 0 ? next : first - next);
      return entrySet({ name, first, size: bytes.length });
    };
    const cases = ['end', 'bad', 'zero', 'one', 'past', 'itself', 'back'];
    builder.writeRoot(
      lead('end', 0xffff_ffff),
      lead('bad', 0xffff_fff7),
      lead('zero', 0),
      lead('one', 1),
      lead('past', 1002),
      lead('itself', -3),
      lead('back', -1),
    );
    const { files } = await lookAt(builder.window);
    for (const name of cases) {
      const file = files.get(name);
      expect(file?.end.problem?.code, name).toBe('corrupt');
      expect(Buffer.compare(file?.bytes ?? bytes, bytes.subarray(0, clusterBytes * 4)), name).toBe(0);
    }
  });

  test('of sizes: larger than the volume, or past its end', async () => {
    const builder = new ExfatBuilder(100);
    const first = builder.take(2);
    builder.write(first, noise(4, 8192));
    builder.chain([first, first + 1]);
    builder.writeRoot(
      entrySet({ name: 'chain', first, size: 2n ** 64n - 1n }),
      entrySet({ name: 'valid', first, size: 2n ** 63n, valid: 8000 }),
      entrySet({ name: 'contiguous', first: 98, size: 4096 * 10, contiguous: true }),
      entrySet({ name: 'nowhere', first: 0, size: 10, contiguous: true }),
      entrySet({ name: 'more valid than size', first, size: 5000, valid: 2n ** 60n }),
    );
    const { files, warnings } = await lookAt(builder.window);
    const told = [...files].map(([name, { bytes, end }]) => [name, bytes.length, end.problem?.code]);
    expect(told).toEqual([
      ['chain', 8192, 'corrupt'],
      ['valid', 8000, 'corrupt'],
      ['contiguous', 4096 * 4, 'corrupt'],
      ['nowhere', 0, 'corrupt'],
      ['more valid than size', 5000, undefined],
    ]);
    expect(warnings).toHaveLength(2);
  });

  test('of folders: loops are read once', async () => {
    const builder = new ExfatBuilder();
    const { root } = builder;
    const [a, b] = [builder.take(1), builder.take(1)];
    builder.chain([a]);
    builder.link(b, b);
    builder.writeRoot(
      entrySet({ name: 'root again', folder: true, first: root, size: 4096 }),
      entrySet({ name: 'a', folder: true, first: a, size: 4096 }),
      entrySet({ name: 'b', folder: true, first: b, size: 8192 }),
      entrySet({ name: 'long', folder: true, first: 900, size: 2n ** 62n, contiguous: true }),
      entrySet({ name: 'nowhere', folder: true, first: 5000, size: 4096 }),
    );
    builder.write(
      a,
      Buffer.concat([
        entrySet({ name: 'a again', folder: true, first: a, size: 4096 }),
        entrySet({ name: 'leaf' }),
      ]),
    );
    builder.write(
      b,
      Buffer.concat([
        ...Array.from({ length: 42 }, (_, i) => entrySet({ name: `f${i}` })),
        Buffer.alloc(64, 0xa0),
      ]),
    );
    const { paths, warnings } = await lookAt(builder.window);
    expect(paths.filter((path) => !path.startsWith('b/'))).toEqual([
      'root again',
      'a',
      'b',
      'long',
      'nowhere',
      'a/a again',
      'a/leaf',
    ]);
    expect(paths.filter((path) => path.startsWith('b/'))).toHaveLength(42);
    for (const words of [
      '“root again” uses clusters',
      '“b” could not be read to its end',
      '“long” says',
      '“nowhere” could not',
      '“a/a again” uses',
    ])
      expect(warnings.filter((warning) => warning.includes(words))).toHaveLength(1);
    expect(warnings).toHaveLength(5);
  });

  test('that is a parent that is missing: of the root it is thrown, below it is said', async () => {
    const builder = new ExfatBuilder();
    const below = builder.take(1);
    builder.write(below, entrySet({ name: 'leaf' }));
    const file = builder.file('file', noise(1, 10_000));
    builder.writeRoot(
      entrySet({ name: 'below', folder: true, first: below, size: 4096, contiguous: true }),
      file,
    );
    const window = builder.window;
    window.missing.push({ from: builder.offsetOf(below), to: builder.offsetOf(below) + 1 });
    window.missing.push({ from: builder.offsetOf(below) + 9000, to: builder.offsetOf(below) + 9001 });
    const { paths, warnings, files } = await lookAt(window);
    expect(paths).toEqual(['below', 'file']);
    expect(warnings).toEqual([
      'The folder “below” could not be read to its end. A file that is not here would answer.',
    ]);
    expect(files.get('file')?.end.problem?.code).toBe('parent-missing');
    window.missing.push({ from: builder.offsetOf(builder.root), to: builder.offsetOf(builder.root) + 1 });
    await expect(lookAt(window)).rejects.toMatchObject({ code: 'parent-missing' });
  });

  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'anywhere ends in an answer, in bounded room (seed %i)',
    async (seed) => {
      const random = new Prng(seed);
      const builder = new ExfatBuilder(600, random.below(4));
      const clusters = Array.from({ length: 5 }, () => builder.take(1));
      builder.chain(clusters);
      builder.writeOver(
        clusters,
        Buffer.concat(
          Array.from({ length: 30 }, (_, i) =>
            entrySet({
              name: `f${i}`,
              first: i * 20,
              size: i * 5000,
              folder: i % 3 === 0,
              contiguous: i % 2 === 0,
            }),
          ),
        ),
      );
      builder.writeRoot(
        entrySet({ name: 'folder', folder: true, first: clusters[0] ?? 0, size: builder.clusterBytes * 5 }),
        builder.file('a', noise(seed, 3000)),
      );
      const places = [
        0,
        80,
        12 * 512,
        32 * 512,
        builder.offsetOf(builder.root),
        builder.offsetOf(clusters[0] ?? 2),
      ];
      for (let i = 0; i < 1 + random.below(30); i++) {
        const bytes = new Uint8Array(1 + random.below(8));
        random.fill(bytes);
        builder.content.write((places[random.below(places.length)] ?? 0) + random.below(400), bytes);
      }
      const { window } = builder;
      try {
        const { tree } = await lookAt(window);
        expect(tree.count).toBeLessThan(5000);
      } catch (error) {
        expect(error).toMatchObject({ code: 'corrupt' });
      }
      expect(window.readBytes).toBeLessThan(200 * 2 ** 20);
    },
  );
});
