import { describe, expect, it } from 'vitest';
import type { FolderRow, FolderView, PointCell, Volume, VolumeTable } from '../../../../src/engine/api.ts';
import { cellText, drawnAs } from '../../../../src/ui/files/list/cellWords.ts';
import { placeAfterKey } from '../../../../src/ui/files/list/gridKeys.ts';
import { columnsOf } from '../../../../src/ui/files/list/matrixColumns.ts';
import { nameEnd, sizeCell, summaryText, wayText } from '../../../../src/ui/files/list/rowWords.ts';
import { contentPixels, rowWindow, scrollTopFor } from '../../../../src/ui/files/list/virtualRows.ts';
import { crumbsOf, folderOf, formatPlace, nameOf, parsePlace } from '../../../../src/ui/files/place.ts';
import { chooseVolume, unreadableText, volumeName } from '../../../../src/ui/files/volumeChoice.ts';

describe('places', () => {
  it('survive the address, whatever the names hold', () => {
    for (const path of ['', 'a', 'a/b', 'Odd names/<img>', 'ü/%2F&=#']) {
      expect(parsePlace(formatPlace(2048, path))).toEqual({ volume: 2048, path });
    }
  });

  it('of an address that makes no sense are none', () => {
    for (const text of [null, '', 'x/y', '-1/a', '1e9/a', '99999999999999999999/a']) {
      expect(parsePlace(text)).toEqual({ volume: null, path: '' });
    }
    expect(parsePlace('63//a//b/')).toEqual({ volume: 63, path: 'a/b' });
  });

  it('lead to their folders', () => {
    expect([folderOf('a/b/c'), folderOf('a'), folderOf('')]).toEqual(['a/b', '', '']);
    expect([nameOf('a/b/c'), nameOf('a')]).toEqual(['c', 'a']);
    expect(crumbsOf('a/b')).toEqual([
      { name: 'a', path: 'a' },
      { name: 'b', path: 'a/b' },
    ]);
    expect(crumbsOf('')).toEqual([]);
  });
});

describe('virtual rows', () => {
  it('show every row somewhere, in order, from top to bottom', () => {
    const [rowPixels, view] = [27, 500];
    for (const total of [1, 18, 19, 1000, 65_000, 3_000_000]) {
      const most = Math.max(0, contentPixels(total, rowPixels) - view);
      let reached = 0;
      for (const share of [0, 0.25, 0.5, 0.999, 1]) {
        const { first, end, topPixels } = rowWindow(most * share, view, rowPixels, total);
        expect(end - first).toBeLessThan(50);
        expect(first).toBeGreaterThanOrEqual(reached === 0 ? 0 : Math.min(reached, first));
        // What is drawn covers what is seen.
        expect(topPixels).toBeLessThanOrEqual(most * share + 0.01);
        expect(topPixels + (end - first) * rowPixels).toBeGreaterThanOrEqual(
          Math.min(most * share + view, total * rowPixels) - 0.01,
        );
        reached = end;
      }
      expect(reached).toBe(total);
    }
  });

  it('bring a row into sight with the least movement', () => {
    const [rowPixels, view] = [27, 500];
    for (const total of [1000, 65_000, 3_000_000]) {
      const most = contentPixels(total, rowPixels) - view;
      for (const row of [0, 1, 17, 18, 500, total - 2, total - 1]) {
        for (const from of [0, most / 2, most]) {
          const top = scrollTopFor(row, from, view, rowPixels, total);
          expect(top).toBeGreaterThanOrEqual(0);
          expect(top).toBeLessThanOrEqual(most + 0.01);
          const { first, topPixels } = rowWindow(top, view, rowPixels, total);
          const y = topPixels + (row - first) * rowPixels - top;
          expect(y).toBeGreaterThan(-0.1);
          expect(y).toBeLessThan(view - rowPixels + 0.1);
          expect(scrollTopFor(row, top, view, rowPixels, total)).toBeCloseTo(top, 3);
        }
      }
    }
  });
});

describe('columns', () => {
  it('fill the room, share it, and scroll sideways where there are too many', () => {
    expect(columnsOf(41, 6)).toMatchObject({ sizeLeftRem: 15.5, fixedRem: 27.5, wholeRem: 40.25 });
    expect(columnsOf(41, 16).wholeRem).toBeLessThanOrEqual(41);
    expect(columnsOf(41, 64).wholeRem).toBe(21 + 64 * 1.25);
    expect(columnsOf(24.375, 6).wholeRem).toBeLessThanOrEqual(24.375);
    expect(columnsOf(24.375, 6).template.split(' ')).toHaveLength(4);
  });
});

describe('keys', () => {
  const size = { rows: 100, columns: 9, pageRows: 20 };
  it('stay inside, and tell rows from cells', () => {
    const at = { row: 50, column: -1 };
    const to = (key: string, control = false, from = at) => placeAfterKey(key, control, from, size);
    expect(to('ArrowDown')).toEqual({ row: 51, column: -1 });
    expect(to('PageDown')).toEqual({ row: 69, column: -1 });
    expect(to('End')).toEqual({ row: 99, column: -1 });
    expect(to('Home')).toEqual({ row: 0, column: -1 });
    expect(to('ArrowLeft')).toEqual(at);
    expect(to('ArrowRight')).toEqual({ row: 50, column: 0 });
    expect(to('End', false, { row: 50, column: 2 })).toEqual({ row: 50, column: 8 });
    expect(to('End', true, { row: 50, column: 2 })).toEqual({ row: 99, column: 2 });
    expect(to('ArrowUp', false, { row: 0, column: -1 })?.row).toBe(0);
    expect(to('PageUp', false, { row: 3, column: -1 })?.row).toBe(0);
    expect(to('x')).toBeNull();
  });
});

describe('words', () => {
  const cells: readonly (PointCell | null)[] = ['changed', 'removed', 'absent', 'added', null, null];

  it('say what a cell shows, and not what is not known', () => {
    expect(cells.map((_, layer) => cellText(cells, layer))).toEqual([
      'changed in checkpoint 0',
      'removed in checkpoint 1',
      'not there in checkpoint 2',
      'there in checkpoint 3, the oldest listed',
      'checkpoint 4 not listed',
      'checkpoint 5 not listed',
    ]);
    expect(drawnAs(cells, 3)).toBe('unchanged');
    expect(drawnAs(['unchanged', 'added'], 1)).toBe('added');
    expect(drawnAs(cells, 5)).toBe('unknown');
  });

  const row = (more: Partial<FolderRow>): FolderRow => ({
    name: 'a',
    path: 'x/y/a',
    kind: 'file',
    sizeBytes: 1024,
    items: null,
    modifiedMs: null,
    attributes: 0,
    linkTarget: null,
    here: true,
    cells: [],
    ...more,
  });

  it('tell sizes, folders, links, and the way to what was found below', () => {
    expect(sizeCell(row({}))).toBe('1 KiB');
    expect(sizeCell(row({ here: false }))).toBe('');
    expect(sizeCell(row({ kind: 'folder', items: 1 }))).toBe('1 item');
    expect(nameEnd(row({ kind: 'link', linkTarget: 'b\u0007' }), '/')).toBe(' → b\\u{7}');
    expect(wayText(row({}), 'x', '\\')).toBe('y\\');
    expect(wayText(row({}), '', '\\')).toBe('x\\y\\');
    expect(wayText(row({}), 'x/y', '\\')).toBe('');
  });

  it('sum a folder up', () => {
    const view: FolderView = {
      total: 15,
      rows: [],
      files: 14,
      folders: 1,
      bytes: 2 ** 20,
      changedRows: 11,
      goneRows: 1,
      known: [true, true],
    };
    expect(summaryText(view, '', false)).toBe(
      '14 items, 1 MiB; 11 of them changed along the chain, 1 came and went',
    );
    expect(summaryText({ ...view, known: [true, false] }, '', false)).toBe('14 items, 1 MiB');
    expect(summaryText({ ...view, total: 1 }, 'x', true)).toBe('1 name matches, here and below');
  });
});

describe('volumes', () => {
  const volume = (firstSector: number, sectorCount: number, readable: boolean, label = ''): Volume => ({
    number: 1,
    kind: 'primary',
    partitionType: '',
    typeCode: '',
    name: '',
    firstSector,
    sectorCount,
    content: {
      kind: readable ? 'ntfs' : 'luks',
      name: readable ? 'NTFS' : 'LUKS (encrypted)',
      label,
      sizeBytes: null,
      freeBytes: null,
      clusterBytes: null,
      serial: '',
      readable,
    },
  });
  const table = (volumes: readonly Volume[]): VolumeTable => ({
    scheme: 'gpt',
    diskId: '',
    volumes,
    notes: [],
  });

  it('are chosen by what was wanted, else by size, never what can’t be read', () => {
    const all = [volume(10, 5, true), volume(100, 50, true), volume(1000, 500, false)];
    expect(chooseVolume(table(all), null)?.firstSector).toBe(100);
    expect(chooseVolume(table(all), 10)?.firstSector).toBe(10);
    expect(chooseVolume(table(all), 1000)?.firstSector).toBe(100);
    expect(chooseVolume(table(all.slice(2)), null)).toBeNull();
  });

  it('are named by what they are called, as text', () => {
    expect(volumeName(volume(1, 1, true, 'a\u202eb'))).toBe('a\\u{202E}b');
    expect(volumeName(volume(1, 1, true))).toBe('Volume 1');
    expect(unreadableText(volume(1, 1, false))).toContain('Encrypted');
    expect(unreadableText(volume(1, 1, true))).toBe('');
  });
});
