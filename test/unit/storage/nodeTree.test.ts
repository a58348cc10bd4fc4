import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { folderSink } from '../../../src/storage/fileSink.ts';
import { NodeFolder } from '../../../src/storage/nodeFolder.ts';
import { NodeTree } from '../../../src/storage/nodeTree.ts';
import type { Patch } from '../../../src/storage/patch.ts';
import { finishPatch, patchInPlace, undoPatch } from '../../../src/storage/patchJournal.ts';
import {
  expectBytes,
  failure,
  folderConformance,
  randomBytes,
  sinkConformance,
} from '../../support/storageConformance.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'disklab-tree-'));
let count = 0;
let top = root;
beforeEach(() => {
  top = path.join(root, String(count++));
  for (const name of ['vm', 'base', 'secret']) fs.mkdirSync(path.join(top, name), { recursive: true });
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const at = (...names: readonly string[]) => path.join(top, ...names);
const tree = () => new NodeTree(at('vm'), [at('base')]);
const put = (...names: readonly string[]) => {
  fs.writeFileSync(at(...names), randomBytes(100, names.length));
  return at(...names);
};
const content = async (names: NodeTree, name: string) => {
  const file = await names.open(name, 'read-only');
  const bytes = new Uint8Array(file.sizeBytes);
  await file.read(0, bytes);
  await file.close();
  return bytes;
};

folderConformance('NodeTree', { make: async () => tree(), otherFolders: 'permission' });

sinkConformance('A NodeTree', {
  make: (name) => folderSink(tree(), name),
  bytes: async (name) =>
    fs.existsSync(at('vm', name)) ? new Uint8Array(fs.readFileSync(at('vm', name))) : null,
});

/** Sixteen bytes of an otherwise random file, changed. */
const patch = (before: Uint8Array): Patch => ({
  sizeBefore: 100,
  sizeAfter: 100,
  changes: [{ offset: 40, before, after: new Uint8Array(16).fill(7) }],
});

describe('NodeTree', () => {
  it('keeps the undo file of a change beside the file that is changed', async () => {
    const file = put('base', 'a.vhd');
    const before = fs.readFileSync(file);
    const { undoName } = await patchInPlace(tree(), '../base/a.vhd', patch(before.subarray(40, 56)));
    expect(undoName).toBe('../base/a.vhd.undo');
    expect(fs.readdirSync(at('base'))).toEqual(['a.vhd', 'a.vhd.undo']);
    expect(fs.readdirSync(at('vm'))).toEqual([]);
    expect(fs.readFileSync(file)[40]).toBe(7);
    // As one that is told only of that folder.
    await undoPatch(new NodeFolder(at('base')), 'a.vhd.undo');
    expect(fs.readFileSync(file).equals(before)).toBe(true);
    const again = await patchInPlace(tree(), '../base/a.vhd', patch(before.subarray(40, 56)));
    await finishPatch(tree(), again.undoName);
    await undoPatch(tree(), again.undoName);
    expect(fs.readFileSync(file).equals(before)).toBe(true);
    expect(fs.readdirSync(at('base'))).toEqual(['a.vhd']);
  });

  it('opens, makes, renames and removes in the folders that were named, and lists its root alone', async () => {
    put('base', 'a.vhd');
    put('vm', 'b.vhd');
    const names = tree();
    expectBytes(await content(names, '../base/a.vhd'), randomBytes(100, 2));
    expect((await names.list()).map(({ name }) => name)).toEqual(['b.vhd']);
    await (await names.create('../base/new.vhd')).close();
    await names.rename('../base/new.vhd', '../base/newer.vhd');
    expect(fs.readdirSync(at('base'))).toEqual(['a.vhd', 'newer.vhd']);
    await names.remove('../base/a.vhd');
    expect(fs.readdirSync(at('base'))).toEqual(['newer.vhd']);
    await failure('bad-request', () => names.rename('b.vhd', '../base/b.vhd'));
    await failure('vanished', () => names.open('../base/none.vhd', 'read-only'));
    expect(fs.readdirSync(at('vm'))).toEqual(['b.vhd']);
  });

  it('gives the folder that a name leads into', async () => {
    put('base', 'a.vhd');
    const { folder, name } = tree().home('../base/a.vhd');
    expect(name).toBe('a.vhd');
    expect((await folder.list()).map((entry) => entry.name)).toEqual(['a.vhd']);
    expect(tree().home('b.vhd').name).toBe('b.vhd');
  });

  it("says 'permission' everywhere else, however it is spelled, and touches nothing there", async () => {
    put('secret', 'a.vhd');
    put('vm', 'b.vhd');
    const names = tree();
    const ways = [
      '../secret/a.vhd',
      '../base/../secret/a.vhd',
      'x/../../secret/a.vhd',
      at('secret', 'a.vhd'),
    ];
    ways.push('../a.vhd', 'inside/a.vhd');
    for (const way of ways) {
      expect(names.mayUse(way), way).toBe(false);
      await failure('permission', () => names.open(way, 'read-only'));
      await failure('permission', () => names.create(way));
      await failure('permission', () => names.remove(way));
      await failure('permission', () => names.rename('b.vhd', way));
      await failure('permission', () => names.rename(way, 'c.vhd'));
      await failure('permission', () => names.home(way));
    }
    expect(names.mayUse('../base/any.vhd')).toBe(true);
    expect(fs.readdirSync(at('secret'))).toEqual(['a.vhd']);
    expect(fs.readdirSync(at('vm'))).toEqual(['b.vhd']);
  });

  it.skipIf(process.platform === 'win32')(
    'resolves links before it looks where they lead (not on Windows)',
    async () => {
      const secret = put('secret', 'a.vhd');
      fs.symlinkSync(secret, at('vm', 'link.vhd'));
      fs.symlinkSync(at('secret'), at('base', 'way'));
      const names = tree();
      for (const way of ['link.vhd', '../base/way/a.vhd']) {
        await failure('permission', () => names.open(way, 'read-write'));
        await failure('permission', () => names.remove(way));
      }
      expect(fs.existsSync(secret)).toBe(true);

      put('base', 'a.vhd');
      fs.symlinkSync(at('base'), at('vm', 'short'));
      fs.symlinkSync(at('vm', 'nowhere'), at('vm', 'broken.vhd'));
      expectBytes(await content(names, 'short/a.vhd'), randomBytes(100, 2));
      expect(names.nameOf(at('vm', 'short', 'a.vhd'))).toBe('../base/a.vhd');
      expect(names.nameOf(at('vm', 'new.vhd'))).toBe('new.vhd');
      await failure('vanished', () => names.open('broken.vhd', 'read-only'));
      // The tree itself may be named through a link.
      expectBytes(await content(new NodeTree(at('vm', 'short')), 'a.vhd'), randomBytes(100, 2));
    },
  );

  it("says 'vanished' of folders that are not there", async () => {
    await failure('vanished', () => new NodeTree(at('none')));
    await failure('vanished', () => new NodeTree(at('vm'), [at('none')]));
  });
});
