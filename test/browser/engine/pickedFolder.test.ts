import { afterAll, describe, expect, it } from 'vitest';
import { pickedFolder } from '../../../src/engine/pickedFolder.ts';
import type { ReadItem } from '../../../src/filesystems/fileSystem.ts';
import { folderConsumer } from '../../../src/filesystems/out/folderPlace.ts';
import { planExtraction } from '../../../src/filesystems/out/planExtraction.ts';
import { listingOf, type Node, randomTree, readInto } from '../../unit/filesystems/out/scene.ts';

const FACTS = { sizeBytes: 3, modifiedMs: Number.NaN };
let folders = 0;

/** A folder of private storage: the same interface as one that was picked. */
async function newFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(`picked-${folders++}`, { create: true });
}

afterAll(async () => {
  const root = await navigator.storage.getDirectory();
  for (let number = 0; number < folders; number++)
    await root.removeEntry(`picked-${number}`, { recursive: true }).catch(() => undefined);
});

/** Contents by path; folders end in `/`. */
async function below(folder: FileSystemDirectoryHandle, prefix = ''): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for await (const handle of folder.values()) {
    const path = prefix + handle.name;
    if (handle.kind === 'file') found.set(path, new Uint8Array(await (await handle.getFile()).arrayBuffer()));
    else {
      found.set(`${path}/`, new Uint8Array(0));
      for (const [name, bytes] of await below(handle, `${path}/`)) found.set(name, bytes);
    }
  }
  return found;
}

async function extract(
  nodes: readonly Node[],
  handle: FileSystemDirectoryHandle,
  items?: readonly ReadItem[],
) {
  const listing = listingOf(nodes);
  const plan = planExtraction(listing, ['']);
  const consumer = await folderConsumer(pickedFolder(handle), listing, plan);
  await readInto(nodes, items ?? plan.items, consumer);
  return consumer.finish();
}

describe('a picked folder', () => {
  it('takes random trees', async () => {
    const nodes = [
      ...randomTree(1, 60, 'harmless'),
      // Two pieces of what is written behind, with a hole, and zeros to the end.
      {
        name: 'large',
        parent: 0,
        kind: 'file' as const,
        bytes: new Uint8Array(5_000_000).fill(9, 2_500_000, 4_700_000),
      },
    ];
    const listing = listingOf(nodes);
    const plan = planExtraction(listing, ['']);
    const handle = await newFolder();
    expect(await extract(nodes, handle)).toMatchObject({
      files: plan.items.length,
      folders: plan.folders.length,
      bytes: plan.bytes,
      failed: [],
    });
    const found = await below(handle);
    expect(found.size).toBe(plan.items.length + plan.folders.length);
    for (const { entry, path } of plan.items) {
      const wanted = nodes[entry - 1]?.bytes ?? new Uint8Array(1);
      const bytes = found.get(path) ?? new Uint8Array(0);
      expect(bytes.length === wanted.length && bytes.every((value, at) => value === wanted[at]), path).toBe(
        true,
      );
    }
  });

  it('takes hostile names, one file for each', async () => {
    const nodes = [
      ...randomTree(2, 80, 'hostile'),
      ...[
        '~',
        'a~1',
        'x.lnk',
        'y.url',
        'z.{1}',
        '\u200b',
        'a\u00ad',
        ' lead',
        '%41',
        '\ufffe',
        'x'.repeat(300),
        '日'.repeat(100),
      ].map((name): Node => ({ name, parent: 0, kind: 'file', bytes: new Uint8Array(3) })),
    ];
    const handle = await newFolder();
    const report = await extract(nodes, handle);
    expect(report.failed).toEqual([]);
    const found = [...(await below(handle)).keys()];
    expect(found.filter((path) => !path.endsWith('/'))).toHaveLength(report.files);
    expect(found.filter((path) => path.endsWith('/'))).toHaveLength(report.folders);
  });

  it('goes around what is there', async () => {
    const handle = await newFolder();
    const nodes: Node[] = [
      { name: 'F', parent: 0, kind: 'folder' },
      { name: 'x', parent: 1, kind: 'file', bytes: Uint8Array.of(1) },
      { name: 'y.txt', parent: 0, kind: 'file', bytes: Uint8Array.of(2) },
    ];
    await extract(nodes, handle);
    const second = await extract(nodes, handle);
    expect(second.renamed.map(({ to }) => to)).toEqual(['F (2)', 'y (2).txt']);
    expect([...(await below(handle)).keys()].sort()).toEqual([
      'F (2)/',
      'F (2)/x',
      'F/',
      'F/x',
      'y (2).txt',
      'y.txt',
    ]);
    const { root } = pickedFolder(handle);
    await expect(root.create('y.txt', FACTS)).rejects.toMatchObject({ code: 'busy' });
    await expect(root.make('F')).rejects.toMatchObject({ code: 'busy' });
    await expect(root.create('F', FACTS)).rejects.toMatchObject({ code: 'busy' });
    await expect(root.create('a/b', FACTS)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(root.make('..')).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('keeps nothing of a file that failed, nor of one that was given up', async () => {
    const handle = await newFolder();
    const nodes: Node[] = ['a', 'b', 'c'].map((name, index) => ({
      name,
      parent: 0,
      kind: 'file',
      bytes: new Uint8Array(500_000 * index + 1).fill(1),
    }));
    const listing = listingOf(nodes);
    const plan = planExtraction(listing, ['']);
    const problem = { code: 'corrupt', message: 'It cannot be read.' } as const;
    const consumer = await folderConsumer(pickedFolder(handle), listing, plan);
    await readInto(nodes, plan.items.slice(0, 2), consumer, { bad: new Map([[2, problem]]) });
    const [, , last] = plan.items;
    if (!last) throw new Error('there are three');
    await consumer.begin(last);
    await consumer.write(last, 0, new Uint8Array(300_000));
    await consumer.abort();
    expect([...(await below(handle)).keys()]).toEqual(['a']);
  });

  it('says so when the folder is gone', async () => {
    const handle = await newFolder();
    const { root } = pickedFolder(handle);
    const inner = await root.make('gone');
    await handle.removeEntry('gone');
    await expect(inner.create('x', FACTS)).rejects.toMatchObject({ code: 'vanished' });
  });
});
