import { describe, expect, it } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { fileToOpen, okValue, testEngine, testJob } from '../../support/enginePlatform.ts';
import { chainFiles, sha256 } from '../../support/vhdFiles.ts';

const files = chainFiles({ seed: 41, depth: 2, sizeBytes: 9 * 2 ** 20 + 512 });
const sources = () => files.map(({ name, bytes }) => fileToOpen(name, bytes));

async function opened(instead: Parameters<typeof testEngine>[0] = {}) {
  const test = testEngine(instead);
  const pile = okValue(await test.engine.openFiles(sources(), testJob()));
  const idOf = (name: string) => pile.files.find((file) => file.name === name)?.id ?? 0;
  return { ...test, pile, idOf };
}

describe('saving', () => {
  it('saves the disk as seen from any file, also one that is not in view', async () => {
    const { engine, folder, pile, idOf } = await opened();
    okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    for (const { name, disk } of files) {
      for (const format of ['raw', 'fixed', 'dynamic'] as const) {
        const target = { kind: 'private', name: `${name} ${format}.vhd` } as const;
        const result = okValue(await engine.save({ file: idOf(name), format, target }, testJob()));
        expect(result).toMatchObject({
          name: target.name,
          sha256: sha256(disk),
          virtualSizeBytes: disk.length,
        });
        const saved = folder.bytes(target.name);
        expect(saved.length).toBe(result.fileBytes);
        if (format === 'raw') expect(disk.equals(saved)).toBe(true);
      }
    }
  });

  it('saves to a picked file', async () => {
    const { engine, sinks, idOf } = await opened();
    // Of a picked handle only its name and the comparison are used here.
    const handle = { name: 'out.img', isSameEntry: async () => false } as Partial<FileSystemFileHandle>;
    const target = { kind: 'handle', handle: handle as FileSystemFileHandle } as const;
    const result = okValue(await engine.save({ file: idOf('disk.vhd'), format: 'raw', target }, testJob()));
    expect(result.name).toBe('out.img');
    expect(sinks.get('out.img')?.state).toBe('closed');
  });

  it('finds a free name in private storage rather than to write over a file', async () => {
    const { engine, folder, idOf } = await opened();
    folder.put('out.vhd', Uint8Array.of(1, 2, 3));
    const request = {
      file: idOf('disk.vhd'),
      format: 'dynamic',
      target: { kind: 'private', name: 'OUT.vhd' },
    } as const;
    expect(okValue(await engine.save(request, testJob())).name).toBe('OUT 2.vhd');
    expect(folder.bytes('out.vhd')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('leaves nothing behind when it is cancelled, and the engine goes on', async () => {
    const { engine, folder, idOf } = await opened();
    const job = testJob((_progress, id) => void engine.cancel(id));
    const request = {
      file: idOf('disk.vhd'),
      format: 'raw',
      target: { kind: 'private', name: 'out.img' },
    } as const;
    expect(await engine.save(request, job)).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await folder.list()).toEqual([]);
    okValue(await engine.save(request, testJob()));
  });
});

describe('private storage', () => {
  it('takes a chain in and reads from the copies from then on', async () => {
    const { engine, folder, pile } = await opened();
    folder.put('disk.vhd', Uint8Array.of(1));
    const leaf = pile.leaves[0] ?? 0;
    okValue(await engine.viewFrom(leaf, testJob()));
    const ids = pile.files.map(({ id }) => id);
    const view = okValue(await engine.takePrivate(ids, testJob()));
    expect(view.files.map(({ id }) => id)).toEqual(ids);
    expect(view.files.every(({ storage }) => storage === 'private')).toBe(true);
    expect(view.files.map(({ path }) => path)).toContain('disk 2.vhd');
    for (const { name, bytes } of files) {
      const copy = name === 'disk.vhd' ? 'disk 2.vhd' : name;
      expect(bytes.equals(folder.bytes(copy))).toBe(true);
    }
    // The disk in view goes on as it was; seen anew it is the same.
    const before = okValue(await engine.readDisk(0, 100)).bytes;
    okValue(await engine.viewFrom(leaf, testJob()));
    expect(okValue(await engine.readDisk(0, 100)).bytes).toEqual(before);
    const listing = okValue(await engine.listPrivate());
    expect(listing.files.map(({ name, open }) => [name, open])).toEqual([
      ['disk 2.vhd', true],
      ['disk.vhd', false],
      ['disk_1.avhd', true],
      ['disk_2.avhd', true],
    ]);
    expect(listing.usedBytes).toBe(files.reduce((sum, { bytes }) => sum + bytes.length, 1));
  });

  it('keeps no half-copied chain when it is cancelled', async () => {
    const { engine, folder, pile } = await opened();
    const job = testJob(({ done }, id) => void (done > 0 && engine.cancel(id)));
    const ids = pile.files.map(({ id }) => id);
    expect(await engine.takePrivate(ids, job)).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await folder.list()).toEqual([]);
    okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
  });

  it('gives a file out, and removes it only when the disk in view does not need it', async () => {
    const { engine, pile } = await opened();
    const ids = pile.files.map(({ id }) => id);
    okValue(await engine.takePrivate(ids, testJob()));
    okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    const given = okValue(await engine.privateFile('disk.vhd'));
    expect(files[0]?.bytes.equals(new Uint8Array(await given.arrayBuffer()))).toBe(true);
    expect(await engine.removePrivate('disk.vhd')).toMatchObject({ ok: false, error: { code: 'busy' } });
    okValue(await engine.viewFrom(ids.at(-1) ?? 0, testJob()));
    const listing = okValue(await engine.removePrivate('disk_2.avhd'));
    expect(listing.files.map(({ name }) => name)).toEqual(['disk.vhd', 'disk_1.avhd']);
    expect(okValue(await engine.open([], testJob())).files).toHaveLength(2);
    expect(await engine.removePrivate('nothing.vhd')).toMatchObject({
      ok: false,
      error: { code: 'vanished' },
    });
  });

  it('opens what lies there again', async () => {
    const { engine, folder } = testEngine();
    for (const { name, bytes } of files) folder.put(name, bytes);
    const pile = okValue(
      await engine.open(
        files.map(({ name }) => ({ kind: 'private', name })),
        testJob(),
      ),
    );
    expect(pile.files.every(({ link, storage }) => link === 'whole' && storage === 'private')).toBe(true);
  });
});

describe('a fault of our own', () => {
  it('poisons the engine: every later call says so, and a new engine starts clean', async () => {
    const { engine, pile, idOf } = await opened({
      createHasher: async () => {
        assert(false, 'a bug');
      },
    });
    const request = {
      file: idOf('disk.vhd'),
      format: 'raw',
      target: { kind: 'private', name: 'x' },
    } as const;
    const first = await engine.save(request, testJob());
    expect(first).toMatchObject({ ok: false, error: { code: 'engine-failed' } });
    for (const call of [
      engine.readFile(pile.leaves[0] ?? 0, 0, 1),
      engine.open([], testJob()),
      engine.readDisk(0, 1),
      engine.closePile(),
    ]) {
      expect(await call).toEqual(first);
    }
    await engine.cancel(1);
    okValue(await testEngine().engine.openFiles(sources(), testJob()));
  });

  it('is not what a fault of a file is', async () => {
    const { engine } = testEngine();
    const [bytes] = files.map((file) => file.bytes);
    const file = MemoryFile.of('disk.vhd', bytes ?? new Uint8Array(0));
    const pile = okValue(await engine.openFiles([fileToOpen('disk.vhd', file)], testJob()));
    okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    await file.truncate(1_000_000);
    const outcome = await engine.readDisk(0, 20_000);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'truncated', where: { file: 'disk.vhd' } } });
    okValue(await engine.readFile(pile.leaves[0] ?? 0, 0, 1));
  });
});
