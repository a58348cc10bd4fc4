import { describe, expect, it } from 'vitest';
import { FolderTree } from '../../../src/storage/folderTree.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { expectBytes, failure, folderConformance, randomBytes } from '../../support/storageConformance.ts';

folderConformance('FolderTree', {
  make: async () => new FolderTree({ '': new MemoryFolder(), Snapshots: new MemoryFolder() }),
});

const prefixed = (folder: FolderTree, prefix: string) => ({
  list: async () =>
    (await folder.list()).map((entry) => ({ ...entry, name: entry.name.slice(prefix.length) })),
  open: (name: string, access: 'read-only' | 'read-write') => folder.open(prefix + name, access),
  create: (name: string) => folder.create(prefix + name),
  rename: (source: string, target: string) => folder.rename(prefix + source, prefix + target),
  remove: (name: string) => folder.remove(prefix + name),
});

folderConformance('A folder of a FolderTree', {
  make: async () =>
    prefixed(new FolderTree({ 'Virtual Hard Disks': new MemoryFolder() }), 'Virtual Hard Disks/'),
});

function threeFolders() {
  const folders = { b: new MemoryFolder(), a: new MemoryFolder(), 'a/deep': new MemoryFolder() };
  return { folders, tree: new FolderTree(folders) };
}

describe('FolderTree', () => {
  it('lists the files of all its folders with the folder before the name, by name', async () => {
    const { tree } = threeFolders();
    for (const name of ['b/2.vhd', 'a/1.vhd', 'a/deep/3.vhd', 'a/z.vhd']) await tree.create(name);
    expect((await tree.list()).map(({ name }) => name)).toEqual([
      'a/1.vhd',
      'a/deep/3.vhd',
      'a/z.vhd',
      'b/2.vhd',
    ]);
  });

  it('keeps files of one name in two folders apart; an open file has its own name', async () => {
    const { folders, tree } = threeFolders();
    for (const [i, name] of ['a/x.vhd', 'b/x.vhd'].entries()) {
      const file = await tree.create(name);
      expect(file.name).toBe('x.vhd');
      await file.write(0, randomBytes(100, i));
    }
    expectBytes(folders.a.bytes('x.vhd'), randomBytes(100, 0));
    expectBytes(folders.b.bytes('x.vhd'), randomBytes(100, 1));
  });

  it('leads nowhere but into its folders', async () => {
    const { tree } = threeFolders();
    for (const name of [
      'x.vhd',
      'c/x.vhd',
      '/x.vhd',
      'a/../b/x.vhd',
      '../a/x.vhd',
      'a/b/x.vhd',
      'a/',
      'a/..',
      '__proto__/x',
    ]) {
      await failure('bad-request', () => tree.create(name));
      await failure('bad-request', () => tree.open(name, 'read-only'));
      await failure('bad-request', () => tree.remove(name));
      await failure('bad-request', () => tree.rename('a/x.vhd', name));
      await failure('bad-request', () => tree.home(name));
    }
  });

  it('renames within one folder only', async () => {
    const { folders, tree } = threeFolders();
    await tree.create('a/x.vhd');
    await tree.rename('a/x.vhd', 'a/y.vhd');
    await failure('bad-request', () => tree.rename('a/y.vhd', 'b/y.vhd'));
    expect([...folders.a.contents.keys(), ...folders.b.contents.keys()]).toEqual(['y.vhd']);
  });

  it('says which folder a name leads into', () => {
    const { folders, tree } = threeFolders();
    expect(tree.home('a/x.vhd')).toEqual({ folder: folders.a, name: 'x.vhd' });
    expect(tree.home('a/deep/x.vhd').folder).toBe(folders['a/deep']);
    const root = new MemoryFolder();
    expect(new FolderTree({ '': root }).home('x.vhd')).toEqual({ folder: root, name: 'x.vhd' });
  });
});
