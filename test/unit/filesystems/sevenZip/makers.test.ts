/** FAT, ext, ISO 9660 and HFS+ as their own makers write them: names, sizes, times and contents. */
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTRIBUTE } from '../../../../src/filesystems/listing.ts';
import type { VolumeContentKind } from '../../../../src/volumes/volume.ts';
import { isInstalled } from '../../../support/installed.ts';
import {
  allFiles,
  FileWindow,
  make,
  type OpenVolume,
  openVolume,
  readAll,
} from '../../../support/sevenZipVolumes.ts';

const TIME_MS = Date.UTC(2021, 2, 4, 5, 6, 8);
const FILES = new Map<string, string>([
  ['top.txt', 'at the top'],
  ['empty', ''],
  ['folder/inside.txt', 'inside '.repeat(3000)],
  ['folder/deeper/A long name with spaces and ümläuts.text', 'long'],
  ['folder/deeper/日本語.txt', 'japanese'],
]);

let scratch = '';
let tree = '';
const windows: FileWindow[] = [];

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'disklab-sevenzip-'));
  tree = path.join(scratch, 'tree');
  for (const [name, text] of FILES) {
    const file = path.join(tree, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    utimesSync(file, TIME_MS / 1000, TIME_MS / 1000);
  }
});
afterAll(() => {
  for (const window of windows) window.close();
  rmSync(scratch, { recursive: true });
});

const place = (name: string) => path.join(scratch, name);
const empty = (name: string, sizeBytes: number) => {
  writeFileSync(place(name), '');
  truncateSync(place(name), sizeBytes);
  return place(name);
};
async function opened(name: string, kind: VolumeContentKind): Promise<OpenVolume> {
  const window = new FileWindow(place(name));
  windows.push(window);
  return openVolume(window, kind);
}
async function expectFiles(open: OpenVolume, files: ReadonlyMap<string, string> = FILES): Promise<void> {
  const { listing } = open;
  const found = allFiles(listing).filter((item) => !item.path.startsWith('['));
  expect(found.map((item) => item.path).sort()).toEqual([...files.keys()].sort());
  const sink = await readAll(open, found);
  for (const item of found) {
    expect(sink.text(item.entry)).toBe(files.get(item.path));
    expect(listing.modifiedMs(item.entry)).toBe(TIME_MS);
  }
}

describe.skipIf(!isInstalled('mkfs.vfat') || !isInstalled('mcopy'))('FAT (needs mkfs.vfat and mcopy)', () => {
  test.each([
    ['FAT12', '12', 2 ** 21],
    ['FAT16', '16', 2 ** 24],
    ['FAT32', '32', 2 ** 26],
  ])('%s', async (name, bits, sizeBytes) => {
    const image = empty(`${name}.img`, sizeBytes);
    make('mkfs.vfat', ['-F', bits, '-s', '1', '-n', 'LABEL', image]);
    const sources = ['top.txt', 'empty', 'folder'].map((file) => path.join(tree, file));
    const env = { TZ: 'UTC', LC_ALL: 'C.UTF-8' };
    make('mcopy', ['-s', '-m', '-i', image, ...sources, '::/'], env);
    make('mattrib', ['+h', '+r', '-i', image, '::/top.txt'], env);
    const open = await opened(`${name}.img`, 'fat');
    expect(open.volume.facts).toMatchObject({ name, label: 'LABEL', clusterBytes: 512 });
    expect(open.volume.facts.freeBytes).toBeGreaterThan(sizeBytes / 2);
    expect(open.volume.listing.attributes[open.listing.find('top.txt')]).toBe(
      ATTRIBUTE.hidden | ATTRIBUTE.readOnly,
    );
    await expectFiles(open);
  });
});

describe.skipIf(!isInstalled('mke2fs'))('ext (needs mke2fs)', () => {
  test.each(['ext2', 'ext3', 'ext4'])('%s', async (name) => {
    const image = empty(`${name}.img`, 2 ** 24);
    make('mke2fs', ['-q', '-t', name, '-L', 'Läbel', '-d', tree, image]);
    const open = await opened(`${name}.img`, 'ext');
    expect(open.volume.facts).toMatchObject({ name, label: 'Läbel', sizeBytes: 2 ** 24 });
    await expectFiles(open);
  });

  test('small files inside inodes are read; folders inside inodes are refused by name', async () => {
    const flat = path.join(scratch, 'flat');
    mkdirSync(flat);
    writeFileSync(path.join(flat, 'small.txt'), 'in the inode');
    utimesSync(path.join(flat, 'small.txt'), TIME_MS / 1000, TIME_MS / 1000);
    make('mke2fs', [
      '-q',
      '-t',
      'ext4',
      '-O',
      'inline_data',
      '-I',
      '256',
      '-d',
      flat,
      empty('inline.img', 2 ** 24),
    ]);
    const open = await opened('inline.img', 'ext');
    await expectFiles({ ...open }, new Map([['small.txt', 'in the inode']])).catch((error: unknown) => {
      // Older makers leave the time out.
      if (!String(error).includes('NaN')) throw error;
    });
    make('mke2fs', [
      '-q',
      '-t',
      'ext4',
      '-O',
      'inline_data',
      '-I',
      '256',
      '-d',
      tree,
      empty('inline2.img', 2 ** 24),
    ]);
    await expect(opened('inline2.img', 'ext')).rejects.toMatchObject({ problem: { code: 'unsupported' } });
  });

  test('every character that a name can hold, files that differ only there, links and pipes', async () => {
    const odd = path.join(scratch, 'odd');
    mkdirSync(odd);
    const files = new Map<string, string>();
    for (let code = 1; code < 0x180; code++) {
      const char = String.fromCodePoint(code);
      if (char === '/') continue;
      const name = `x${char}y`;
      files.set(name, `code ${code}`);
      writeFileSync(path.join(odd, name), `code ${code}`);
    }
    for (const name of [
      '\u2028',
      '\ufeffbom',
      '\ufffd',
      '\u{1f600}',
      '\ue000',
      '\uffff',
      ' ',
      '"',
      '""',
      '"a"',
      '*',
      '?',
      'a*b',
    ]) {
      files.set(name, `name ${name}`);
      writeFileSync(path.join(odd, name), `name ${name}`);
    }
    // No text at all: two that look the same.
    writeFileSync(Buffer.from([...Buffer.from(`${odd}/bad`), 0xff]), 'first bad');
    writeFileSync(Buffer.from([...Buffer.from(`${odd}/bad`), 0xfe]), 'second bad');
    symlinkSync('x\ny', path.join(odd, 'link'));
    make('mke2fs', ['-q', '-t', 'ext4', '-N', '2000', '-d', odd, empty('odd.img', 2 ** 24)]);
    const open = await opened('odd.img', 'ext');
    const { listing } = open;
    expect(listing.kind(listing.find('link'))).toBe('link');
    const found = allFiles(listing).filter((item) => !item.path.startsWith('['));
    const sink = await readAll(open, found);
    expect(sink.files.filter(({ problem }) => problem).map(({ item }) => item.path)).toEqual([]);
    const contents = found.map((item) => [item.path, sink.text(item.entry)] as const);
    expect(contents).toHaveLength(files.size + 2);
    const bad = contents.filter(([, text]) => text.endsWith('bad'));
    expect(bad.map(([, text]) => text).sort()).toEqual(['first bad', 'second bad']);
    for (const [name, text] of contents) {
      if (text.endsWith('bad')) continue;
      // A line feed is listed as `_`.
      if (name === 'x_y') expect(['code 10', 'code 95']).toContain(text);
      else expect(text).toBe(files.get(name));
    }
    expect(new Set(contents.map(([, text]) => text)).size).toBe(contents.length);
    // In another order, and one by one, every entry has the same contents.
    for (const item of [...found].reverse().filter((_, i) => i % 40 === 0)) {
      const alone = await readAll(open, [item]);
      expect(alone.text(item.entry)).toBe(sink.text(item.entry));
    }
  });

  test('past 4 GiB: a file of 6 GiB with bytes at its end, in a volume of 2 TiB', async () => {
    const big = path.join(scratch, 'big');
    mkdirSync(big);
    const file = path.join(big, 'six GiB');
    const end = new TextEncoder().encode('the end');
    writeFileSync(file, '');
    truncateSync(file, 6 * 2 ** 30 - end.length);
    writeFileSync(file, end, { flag: 'a' });
    const image = empty('big.img', 2 ** 41);
    make('mke2fs', [
      '-q',
      '-t',
      'ext4',
      '-b',
      '4096',
      '-N',
      '64',
      '-O',
      '^has_journal',
      '-E',
      'lazy_itable_init=1',
      '-d',
      big,
      image,
    ]);
    const open = await opened('big.img', 'ext');
    const found = allFiles(open.listing).find((item) => item.path === 'six GiB');
    expect(found?.sizeBytes).toBe(6 * 2 ** 30);
    let last = '';
    let sum = 0;
    await open.fileSystem.read(found ? [found] : [], {
      begin() {},
      write(_item, offset, bytes) {
        expect(offset).toBe(sum);
        sum += bytes.length;
        last = new TextDecoder().decode(bytes.slice(-end.length));
        return true;
      },
      end: (_item, { problem, sizeBytes }) => expect([problem, sizeBytes]).toEqual([null, 6 * 2 ** 30]),
    });
    expect(last).toBe('the end');
  });
});

describe.skipIf(!isInstalled('xorriso'))('ISO 9660 and HFS+ (need xorriso)', () => {
  test('ISO 9660 with Joliet, and with Rock Ridge', async () => {
    for (const [name, option] of [
      ['joliet.iso', '-J'],
      ['rock.iso', '-R'],
    ] as const) {
      make('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'THE_LABEL', option, '-o', place(name), tree], {
        TZ: 'UTC',
        LC_ALL: 'C.UTF-8',
      });
      const open = await opened(name, 'iso9660');
      expect(open.volume.facts).toMatchObject({ name: 'ISO 9660', label: 'THE_LABEL' });
      await expectFiles(open);
    }
  });

  test('HFS+: the root folder that bears the volume’s name is the root', async () => {
    make(
      'xorriso',
      ['-as', 'mkisofs', '-quiet', '-hfsplus', '-V', 'The Volume', '-o', place('hybrid.iso'), tree],
      { TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    );
    make('dd', [`if=${place('hybrid.iso')}`, `of=${place('hfs.img')}`, 'bs=65536', 'skip=1']);
    const open = await opened('hfs.img', 'hfs+');
    expect(open.volume.facts).toMatchObject({ name: 'HFS+', label: 'The Volume' });
    // HFS+ keeps names decomposed.
    await expectFiles(open, new Map([...FILES].map(([name, text]) => [name.normalize('NFD'), text])));
  });
});
