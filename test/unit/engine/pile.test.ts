import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import type { FileView, PileView } from '../../../src/engine/api.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { fileToOpen, okValue, testEngine, testJob } from '../../support/enginePlatform.ts';
import { chainFiles, idOf, vhdBytes } from '../../support/vhdFiles.ts';

const files = chainFiles({ seed: 21, depth: 3, sizeBytes: 4 * 2 ** 20 + 512 });
const sources = () => files.map(({ name, bytes }) => fileToOpen(`disks/${name}`, bytes));

function named(view: PileView, name: string): FileView {
  const file = view.files.find((each) => each.name === name);
  if (!file) throw new Error(`no ${name} in the pile`);
  return file;
}

describe('the pile', () => {
  it('finds the tree from files in any order, a child before its parent', async () => {
    const { engine } = testEngine();
    const view = okValue(await engine.openFiles(sources().reverse(), testJob()));
    expect(view.files.map(({ name }) => name)).toEqual([
      'disk_3.avhd',
      'disk_2.avhd',
      'disk_1.avhd',
      'disk.vhd',
    ]);
    expect(view.leaves).toEqual([named(view, 'disk_3.avhd').id]);
    expect(named(view, 'disk_2.avhd').parent).toBe(named(view, 'disk_1.avhd').id);
    expect(named(view, 'disk.vhd').children).toEqual([named(view, 'disk_1.avhd').id]);
    expect(view.files.every(({ link, blocks }) => link === 'whole' && blocks === null)).toBe(true);
  });

  it('keeps the good files where others fail, and says what failed', async () => {
    const { engine } = testEngine();
    const broken = MemoryFile.of('broken.vhd', files[0]?.bytes ?? new Uint8Array(0));
    broken.readMany = () => Promise.reject(new DiskError({ code: 'changed', message: 'The file changed.' }));
    const view = okValue(
      await engine.openFiles(
        [
          {
            path: 'gone.vhd',
            open: () => Promise.reject(new DiskError({ code: 'permission', message: 'Not allowed.' })),
          },
          fileToOpen('notes.txt', new TextEncoder().encode('not a disk '.repeat(99))),
          fileToOpen('empty.vhd', new Uint8Array(0)),
          fileToOpen('cut.vhd', (files[1]?.bytes ?? new Uint8Array(0)).subarray(0, 700)),
          fileToOpen('broken.vhd', broken),
          ...sources(),
        ],
        testJob(),
      ),
    );
    expect(view.failures.map(({ file }) => file).sort()).toEqual(['broken.vhd', 'gone.vhd']);
    expect(view.failures.find(({ file }) => file === 'gone.vhd')).toMatchObject({
      message: 'Not allowed.',
      rule: 'file-not-opened',
    });
    expect(view.others.map(({ name, canBeRaw }) => [name, canBeRaw])).toContainEqual(['notes.txt', true]);
    expect(view.others.map(({ name, canBeRaw }) => [name, canBeRaw])).toContainEqual(['empty.vhd', false]);
    const leaf = named(view, 'disk_3.avhd').id;
    expect(okValue(await engine.viewFrom(leaf, testJob())).layers).toHaveLength(4);
  });

  it('does not take the same file twice', async () => {
    const { engine } = testEngine();
    const first = okValue(await engine.openFiles(sources(), testJob()));
    const second = okValue(await engine.openFiles(sources(), testJob()));
    expect(second.files.map(({ id }) => id)).toEqual(first.files.map(({ id }) => id));
  });

  it('puts a file that has changed on disk in its old place, while the disk in view goes on as it was', async () => {
    const { engine } = testEngine();
    const first = okValue(await engine.openFiles(sources(), testJob()));
    const base = named(first, 'disk.vhd').id;
    okValue(await engine.viewFrom(base, testJob()));
    const before = okValue(await engine.readDisk(0, 100)).bytes;
    const changed = vhdBytes({
      id: idOf('21 disk.vhd'),
      sizeBytes: 4 * 2 ** 20 + 512,
      blockSizeBytes: 2 ** 21,
      parent: null,
      sectors: new Map([[0, Buffer.alloc(512, 0xcc)]]),
    });
    const later = { ...fileToOpen('disks/disk.vhd', changed) };
    const open = async () => ({ ...(await later.open()), changedMs: 2 });
    const second = okValue(await engine.openFiles([{ ...later, open }], testJob()));
    expect(second.files.map(({ id }) => id).sort()).toEqual(first.files.map(({ id }) => id).sort());
    expect(second.files.every(({ link, duplicates }) => link === 'whole' && duplicates.length === 0)).toBe(
      true,
    );
    expect(okValue(await engine.readDisk(0, 100)).bytes).toEqual(before);
    okValue(await engine.viewFrom(base, testJob()));
    expect(okValue(await engine.readDisk(0, 1)).bytes[0]).toBe(0xcc);
  });

  it('takes a file as a raw disk on the user’s word', async () => {
    const { engine } = testEngine();
    const bytes = new Uint8Array(3 * 512 + 5).fill(0x41);
    const [other] = okValue(await engine.openFiles([fileToOpen('dump.bin', bytes)], testJob())).others;
    const view = okValue(await engine.openAsRaw(other?.id ?? 0));
    expect(view.others).toEqual([]);
    expect(view.files[0]).toMatchObject({ format: 'raw', virtualSizeBytes: 3 * 512 });
  });

  it('joins a child to the parent that the user points at, says that the ids differ, and takes it back', async () => {
    const { engine } = testEngine();
    const parentless = vhdBytes({
      id: idOf('child'),
      sizeBytes: 2 ** 20,
      blockSizeBytes: 2 ** 19,
      parent: { id: idOf('lost'), name: 'lost.vhd' },
      sectors: new Map([[3, Buffer.alloc(512, 7)]]),
    });
    const base = new Uint8Array(2 ** 20).fill(9);
    okValue(
      await engine.openFiles([fileToOpen('child.avhd', parentless), fileToOpen('base.img', base)], testJob()),
    );
    const [raw] = okValue(await engine.open([], testJob())).others;
    const opened = okValue(await engine.openAsRaw(raw?.id ?? 0));
    const child = named(opened, 'child.avhd');
    expect(child.link).toBe('orphan');
    const view = okValue(await engine.pointAtParent(child.id, named(opened, 'base.img').id));
    expect(named(view, 'child.avhd')).toMatchObject({ link: 'by-hand', matches: false });
    expect(named(view, 'child.avhd').findings.map(({ rule }) => rule)).toContain('parent-id-mismatch');
    okValue(await engine.viewFrom(child.id, testJob()));
    const { bytes, owners } = okValue(await engine.readDisk(2, 2));
    expect([...owners]).toEqual([1, 0]);
    expect([bytes[0], bytes[512]]).toEqual([9, 7]);
    expect(await engine.pointAtParent(child.id, child.id)).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    const back = okValue(await engine.pointAtParent(child.id, null));
    expect(named(back, 'child.avhd').link).toBe('orphan');
  });

  it('is as it was where opening was cancelled', async () => {
    const { engine } = testEngine();
    const job = testJob();
    const slow = sources().map((source) => ({
      ...source,
      open: async () => {
        await engine.cancel(job.id);
        return source.open();
      },
    }));
    expect(await engine.openFiles(slow, job)).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(okValue(await engine.open([], testJob())).files).toEqual([]);
  });

  it('opens the sample, and every leaf of it can be looked at', async () => {
    const { engine } = testEngine();
    const view = okValue(await engine.openSample());
    expect(view.files.length).toBeGreaterThan(4);
    for (const leaf of view.leaves) okValue(await engine.viewFrom(leaf, testJob()));
    expect(okValue(await engine.openSample()).files).toHaveLength(view.files.length);
  });

  it('forgets everything when it is closed', async () => {
    const { engine } = testEngine();
    const view = okValue(await engine.openFiles(sources(), testJob()));
    okValue(await engine.viewFrom(view.leaves[0] ?? 0, testJob()));
    okValue(await engine.closePile());
    expect(okValue(await engine.open([], testJob())).files).toEqual([]);
    expect(await engine.readDisk(0, 1)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(await engine.readFile(view.leaves[0] ?? 0, 0, 1)).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
  });
});
