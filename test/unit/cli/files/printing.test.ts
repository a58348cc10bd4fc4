import { describe, expect, it } from 'vitest';
import { timeText } from '../../../../src/cli/diskPaths.ts';
import { Printer } from '../../../../src/cli/printer.ts';
import { type WalkedEntry, walkFolder } from '../../../../src/cli/walkFolder.ts';
import { Listing } from '../../../../src/filesystems/listing.ts';

/** Folders and files by their paths, parents first. */
function listingOf(entries: readonly { name: string; parent: number; folder: boolean }[]): Listing {
  const all = [{ name: '', parent: -1, folder: true }, ...entries];
  return new Listing({
    names: all.map(({ name }) => name),
    parents: Int32Array.from(all, ({ parent }) => parent),
    kinds: Uint8Array.from(all, ({ folder }) => (folder ? 1 : 0)),
    sizes: new Float64Array(all.length),
    modifiedMs: new Float64Array(all.length),
    attributes: new Uint8Array(all.length),
    fileNumbers: new Float64Array(all.length),
    linkTargets: new Map(),
  });
}

const pathsOf = (walked: Iterable<WalkedEntry>) => [...walked].map(({ path }) => path);

describe('walkFolder', () => {
  const listing = listingOf([
    { name: 'b', parent: 0, folder: true },
    { name: 'file 10', parent: 1, folder: false },
    { name: 'a', parent: 0, folder: false },
    { name: 'file 9', parent: 1, folder: false },
    { name: 'empty', parent: 1, folder: true },
  ]);

  it('goes by names, a folder before what is in it', () => {
    expect(pathsOf(walkFolder(listing, 0, false))).toEqual(['a', 'b']);
    expect(pathsOf(walkFolder(listing, 0, true))).toEqual(['a', 'b', 'b/empty', 'b/file 9', 'b/file 10']);
    expect(pathsOf(walkFolder(listing, 1, true))).toEqual(['empty', 'file 9', 'file 10']);
  });

  it('ends at a bound where folders never do', () => {
    const deep = listingOf(Array.from({ length: 1000 }, (_, i) => ({ name: 'x', parent: i, folder: true })));
    const walked = [...walkFolder(deep, 0, true)];
    expect(walked).toHaveLength(256);
    expect(walked.filter(({ isTooDeep }) => isTooDeep)).toEqual([walked.at(-1)]);
    const name = 'y'.repeat(200);
    const long = listingOf(Array.from({ length: 100 }, (_, i) => ({ name, parent: i, folder: true })));
    expect(Math.max(...pathsOf(walkFolder(long, 0, true)).map((path) => path.length))).toBeLessThan(4400);
  });
});

describe('Printer', () => {
  it('prints one object in pieces, of which none is large', async () => {
    const pieces: string[] = [];
    const printer = new Printer({
      out: async (data) => void pieces.push(String(data)),
      err: () => undefined,
      ask: async () => '',
      outIsTerminal: false,
      errIsTerminal: false,
      columns: 80,
      signal: new AbortController().signal,
      openFiles: () => expect.unreachable('no disk is looked into'),
    });
    const items = Array.from({ length: 20_000 }, (_, i) => `name ${i}\u001b`);
    await printer.record({ a: 1, b: [] }, 'items', items, (text) => ({ text }));
    await printer.end();
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000);
    const text = pieces.join('');
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(text).not.toContain('\u001b');
    expect(JSON.parse(text)).toEqual({ a: 1, b: [], items: items.map((each) => ({ text: each })) });
    pieces.length = 0;
    await printer.record({ a: 1 }, 'items', [], () => null);
    await printer.end();
    expect(pieces).toEqual(['{"a":1,"items":[]}\n']);
  });
});

describe('timeText', () => {
  it('is a date, or nothing where there is none', () => {
    expect(timeText(0)).toBe('1970-01-01T00:00:00.000Z');
    for (const ms of [null, Number.NaN, 8.64e15 + 1, -1e300, Number.POSITIVE_INFINITY])
      expect(timeText(ms)).toBeNull();
  });
});
