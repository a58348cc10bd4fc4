/** NTFS as ntfs-3g wrote it (test/fixtures/filesystems/sevenzip/make.sh): listed and read by 7-Zip. */
import { beforeAll, expect, test } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { ATTRIBUTE } from '../../../../src/filesystems/listing.ts';
import { loadSevenZipNode } from '../../../../src/filesystems/sevenZip/loadSevenZipNode.ts';
import { SevenZipFileSystem } from '../../../../src/filesystems/sevenZip/sevenZipFileSystem.ts';
import {
  allFiles,
  fixtureVolume,
  itemOf,
  MemoryWindow,
  type OpenVolume,
  openVolume,
  readAll,
} from '../../../support/sevenZipVolumes.ts';

const image = fixtureVolume('ntfs.img');
let open: OpenVolume;
const entry = (path: string) => {
  const found = open.listing.find(path);
  if (found < 0) throw new Error(`no ${path}`);
  return found;
};

beforeAll(async () => {
  open = await openVolume(new MemoryWindow(image), 'ntfs');
});

test('facts, times, kinds, attributes, numbers and links are told', () => {
  const { volume, listing } = open;
  expect(volume.facts).toEqual({
    name: 'NTFS',
    label: 'Läbel 😀',
    clusterBytes: 4096,
    sizeBytes: image.length,
    freeBytes: null,
  });
  expect(volume.warnings).toEqual([]);
  expect(listing.modifiedMs(entry('hello.txt'))).toBe(1_600_000_000_123);
  expect(listing.modifiedMs(entry('empty'))).toBe(315_532_799_999);
  expect(listing.kind(entry('folder/deeper/empty folder'))).toBe('folder');
  expect(listing.kind(entry('link'))).toBe('link');
  expect(volume.listing.linkTargets.get(entry('link'))).toBe('folder\\deeper');
  const attributes = (path: string) => volume.listing.attributes[entry(path)];
  expect(attributes('hello.txt')).toBe(ATTRIBUTE.hidden | ATTRIBUTE.readOnly);
  expect(attributes('compressed/words.txt')).toBe(ATTRIBUTE.compressed);
  expect(attributes('sparse.bin')).toBe(ATTRIBUTE.sparse);
  expect(attributes('stream.txt')).toBe(0);
  expect(attributes('[SYSTEM]')).toBe(ATTRIBUTE.system);
  expect(attributes('[SYSTEM]/$MFT')).toBe(ATTRIBUTE.system | ATTRIBUTE.hidden);
  const numbers = [
    'hello.txt',
    'folder/hard link',
    'folder/deeper/another hard link with a long name.text',
  ].map((path) => volume.listing.fileNumbers[entry(path)]);
  expect(new Set(numbers).size).toBe(1);
  expect(listing.data.names).not.toContain('stream.txt:alternate');
});

test('every folder stands before what is in it, and every entry is found by its path', () => {
  const { listing } = open;
  for (let at = 1; at < listing.count; at++) expect(listing.parent(at)).toBeLessThan(at);
});

test('every file is read with its own contents: links, compressed, sparse, empty, odd and equal names', async () => {
  const { listing } = open;
  const sink = await readAll(open, allFiles(listing));
  expect(sink.files.map(({ item }) => item.entry).sort((a, b) => a - b)).toEqual(
    allFiles(listing).map((item) => item.entry),
  );
  expect(sink.files.filter((file) => file.problem)).toEqual([]);
  const text = (path: string) => sink.text(entry(path));
  for (const path of [
    'hello.txt',
    'folder/hard link',
    'folder/deeper/another hard link with a long name.text',
  ])
    expect(text(path)).toBe('hello');
  expect(text('empty')).toBe('');
  expect(text('stream.txt')).toBe('main');
  expect(text('compressed/words.txt')).toBe('compress me '.repeat(30_000));
  const middle = '\0'.repeat(200_000);
  expect(text('compressed/zeros in the middle')).toBe('abc'.repeat(30_000) + middle + 'xyz'.repeat(30_000));
  const sparse = sink.files.find(({ item }) => item.path === 'sparse.bin')?.bytes ?? new Uint8Array(0);
  const expected = new Uint8Array(2 ** 21);
  for (let i = 0; i < 65_536; i++) expected[2 ** 20 + i] = i;
  expect(Buffer.compare(sparse, expected)).toBe(0);
  const odd = [...listing.children(entry('odd'))];
  expect(odd).toHaveLength(28);
  const ambiguous = odd.filter((at) => listing.name(at) === 'new_line');
  expect(ambiguous.map((at) => sink.text(at))).toEqual(['in new\nline', 'in new_line']);
  for (const at of odd) if (!ambiguous.includes(at)) expect(sink.text(at)).toBe(`in ${listing.name(at)}`);
});

test.each([
  ['the second of one listed name', 1, 'in new_line'],
  ['the first of one listed name', 0, 'in new\nline'],
])('%s is read alone', async (_name, place, contents) => {
  const at =
    [...open.listing.children(entry('odd'))].filter((e) => open.listing.name(e) === 'new_line')[place] ?? 0;
  const sink = await readAll(open, [itemOf(open.listing, at)]);
  expect(sink.text(at)).toBe(contents);
});

test('each odd name alone finds its own file, in a reader that did not list before', async () => {
  const { listing } = open;
  const wanted = ['st*ar', 'wh?t', 'cr\rcr', 'behind. ', ' in front', '"quoted"', '...'].map((name) =>
    itemOf(listing, entry(`odd/${name}`)),
  );
  for (const item of wanted) {
    const fileSystem = new SevenZipFileSystem(new MemoryWindow(image), 'ntfs', loadSevenZipNode);
    const sink = await readAll({ ...open, fileSystem }, [item]);
    expect(sink.text(item.entry)).toBe(`in ${listing.name(item.entry)}`);
  }
});

test('what is asked for twice, or is not there, gets its end too', async () => {
  const hello = itemOf(open.listing, entry('hello.txt'));
  const items = [
    hello,
    { ...hello },
    { entry: 9999, path: 'folder/not there', sizeBytes: 1 },
    { entry: 9998, path: '../hello.txt', sizeBytes: 5 },
    itemOf(open.listing, entry('link')),
  ];
  const { files } = await readAll(open, items);
  expect(files).toHaveLength(5);
  expect(files.filter(({ problem }) => problem === null).map(({ item }) => item.path)).toEqual([
    'hello.txt',
    'hello.txt',
  ]);
  expect(files.filter(({ problem }) => problem?.code === 'unsupported')).toHaveLength(3);
});

test('what reading touched holds the contents: changing other bytes changes nothing', async () => {
  const item = itemOf(open.listing, entry('sparse.bin'));
  const [file] = (await readAll(open, [item])).files;
  const touched = file?.touched ?? new Float64Array(0);
  expect(touched.length).toBe(2);
  const [start = 0, end = 0] = touched;
  expect(end - start).toBe(65_536);
  expect([...image.subarray(start, start + 256)]).toEqual(Array.from({ length: 256 }, (_, i) => i));
});

test('the listing depends only on what it touched', async () => {
  const { volume } = open;
  const other = image.slice();
  let at = 0;
  for (let i = 0; i <= volume.touched.length; i += 2) {
    const to = volume.touched[i] ?? other.length;
    other.fill(0xa5, at, to);
    at = volume.touched[i + 1] ?? other.length;
  }
  const again = await openVolume(new MemoryWindow(other), 'ntfs');
  expect(again.volume.listing).toEqual(volume.listing);
});

test('a head is read, and the rest of the disk left alone', async () => {
  const window = new MemoryWindow(image);
  const opened = await openVolume(window, 'ntfs');
  const items = allFiles(opened.listing);
  const { files } = await readAll(opened, items, 10);
  expect(files).toHaveLength(items.length);
  for (const { item, bytes, problem } of files) {
    expect(problem).toBeNull();
    expect(bytes.length).toBeGreaterThanOrEqual(Math.min(10, item.sizeBytes));
  }
});

test('a sector that cannot be read fails its file, and no other', async () => {
  const window = new MemoryWindow(image);
  const opened = await openVolume(window, 'ntfs');
  const sparse = itemOf(opened.listing, opened.listing.find('sparse.bin'));
  const [start = 0] = (await readAll(opened, [sparse])).files[0]?.touched ?? [];
  window.bad = { start: start + 4096, end: start + 4608 };
  const { files } = await readAll(opened, allFiles(opened.listing));
  const failed = files.filter(({ problem }) => problem);
  expect(failed.map(({ item, problem }) => [item.path, problem?.code])).toEqual([
    ['sparse.bin', 'parent-missing'],
  ]);
  window.bad = { start: 0, end: 512 };
  await expect(opened.fileSystem.list()).rejects.toMatchObject({ problem: { code: 'parent-missing' } });
  await expect(readAll(opened, [sparse])).rejects.toMatchObject({ problem: { code: 'parent-missing' } });
});

test("a sink's own error comes out as it is", async () => {
  for (const error of [new RangeError('of the sink'), new DiskError({ code: 'no-space', message: 'full' })]) {
    const thrower = {
      begin() {},
      write(): boolean {
        throw error;
      },
      end() {},
    };
    await expect(open.fileSystem.read(allFiles(open.listing), thrower)).rejects.toBe(error);
  }
});

test('the zone and the exit code of this program are not touched', async () => {
  const before = process.env.TZ;
  process.env.TZ = 'America/New_York';
  try {
    expect(new Date(0).getTimezoneOffset()).toBe(300);
    const again = await openVolume(new MemoryWindow(image), 'ntfs');
    expect(again.volume.listing.modifiedMs).toEqual(open.volume.listing.modifiedMs);
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
  expect(process.exitCode).toBeUndefined();
});

test('more entries than the most are refused', async () => {
  await expect(open.fileSystem.list({ mostEntries: 20 })).rejects.toMatchObject({
    problem: { code: 'limit' },
  });
});
