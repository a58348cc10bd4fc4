import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeFolderTarget } from '../../../src/cli/nodeFolderTarget.ts';
import type { Extracted } from '../../../src/filesystems/out/extraction.ts';
import { folderConsumer } from '../../../src/filesystems/out/folderPlace.ts';
import { planExtraction } from '../../../src/filesystems/out/planExtraction.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { listingOf, type Node, randomTree, readInto } from '../filesystems/out/scene.ts';

const FACTS = { sizeBytes: 3, modifiedMs: Date.UTC(2019, 1, 2, 3, 4, 5) };
const BYTES = Uint8Array.of(1, 2, 3);

async function extract(nodes: readonly Node[], out: string, pieceBytes?: number): Promise<Extracted> {
  const listing = listingOf(nodes);
  const plan = planExtraction(listing, ['']);
  const consumer = await folderConsumer(nodeFolderTarget(out), listing, plan);
  await readInto(nodes, plan.items, consumer, pieceBytes ? { pieceBytes } : {});
  return consumer.finish();
}

/** Everything below a folder, links not followed. */
function below(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory()
        ? [`${entry.name}/`, ...below(join(folder, entry.name)).map((name) => `${entry.name}/${name}`)]
        : [entry.name],
    )
    .sort();
}

describe('a folder of the operating system', () => {
  it('takes random trees, with their times', async () => {
    for (const seed of [1, 2]) {
      const out = temporaryFolder();
      const nodes = randomTree(seed, 120, 'harmless');
      const listing = listingOf(nodes);
      const plan = planExtraction(listing, ['']);
      expect(await extract(nodes, out)).toMatchObject({ files: plan.items.length, failed: [], renamed: [] });
      const paths = [
        ...plan.folders.map((entry) => `${listing.path(entry)}/`),
        ...plan.items.map(({ path }) => path),
      ];
      expect(below(out)).toEqual(paths.sort());
      for (const { entry, path } of plan.items) {
        expect(
          Buffer.compare(fs.readFileSync(join(out, path)), nodes[entry - 1]?.bytes ?? Buffer.of(1)),
        ).toBe(0);
        expect(Math.round(fs.statSync(join(out, path)).mtimeMs)).toBe(listing.modifiedMs(entry));
      }
      for (const entry of plan.folders)
        expect(Math.round(fs.statSync(join(out, listing.path(entry))).mtimeMs)).toBe(
          listing.modifiedMs(entry),
        );
    }
  });

  it('takes hostile names without anything leaving it', async () => {
    for (const seed of [3, 4]) {
      const around = temporaryFolder();
      fs.mkdirSync(join(around, 'out'));
      fs.writeFileSync(join(around, 'beside'), 'beside');
      const nodes = randomTree(seed, 200, 'hostile');
      const report = await extract(nodes, join(around, 'out'));
      expect(report.failed).toEqual([]);
      expect(fs.readdirSync(around).sort()).toEqual(['beside', 'out']);
      const inside = below(join(around, 'out'));
      expect(inside.filter((path) => !path.endsWith('/'))).toHaveLength(report.files);
      expect(inside.filter((path) => path.endsWith('/'))).toHaveLength(report.folders);
      expect(inside.some((path) => path.endsWith('.part'))).toBe(false);
    }
  });

  it('goes around links that are there, and follows none', async () => {
    const [out, elsewhere] = [temporaryFolder(), temporaryFolder()];
    fs.writeFileSync(join(elsewhere, 'x'), 'kept');
    fs.symlinkSync(elsewhere, join(out, 'F'));
    fs.symlinkSync(join(elsewhere, 'x'), join(out, 'x'));
    fs.symlinkSync(join(elsewhere, 'new'), join(out, 'dangling'));
    const nodes: Node[] = [
      { name: 'F', parent: 0, kind: 'folder' },
      { name: 'x', parent: 1, kind: 'file', bytes: BYTES },
      { name: 'x', parent: 0, kind: 'file', bytes: BYTES },
      { name: 'dangling', parent: 0, kind: 'file', bytes: BYTES },
    ];
    const report = await extract(nodes, out);
    expect(report.renamed.map(({ to }) => to)).toEqual(['F (2)', 'x (2)', 'dangling (2)']);
    expect(below(elsewhere)).toEqual(['x']);
    expect(fs.readFileSync(join(elsewhere, 'x'), 'utf8')).toBe('kept');
    expect(below(out)).toEqual(['F', 'F (2)/', 'F (2)/x', 'dangling', 'dangling (2)', 'x', 'x (2)']);
  });

  it('refuses a folder that somebody replaced by a link in the middle', async () => {
    const [out, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const { root } = nodeFolderTarget(out);
    const inner = await (await root.make('A')).make('B');
    const middle = await root.open('A');
    fs.renameSync(join(out, 'A'), join(out, 'moved'));
    fs.mkdirSync(join(elsewhere, 'B'));
    fs.symlinkSync(elsewhere, join(out, 'A'));
    for (const attempt of [
      () => inner.create('x', FACTS),
      () => inner.make('x'),
      () => middle.create('x', FACTS),
      () => root.open('A').then((folder) => folder.make('C')),
    ])
      await expect(attempt()).rejects.toMatchObject({ name: 'DiskError' });
    expect(below(elsewhere)).toEqual(['B/']);
  });

  it('takes one name at a time, and nothing over what is there', async () => {
    const out = temporaryFolder();
    const { root } = nodeFolderTarget(out);
    for (const name of ['', '.', '..', '../x', 'a/b', '/etc/x', 'x\0y'])
      for (const call of [() => root.create(name, FACTS), () => root.make(name)])
        await expect(call(), JSON.stringify(name)).rejects.toMatchObject({ code: 'bad-request' });
    fs.writeFileSync(join(out, 'x'), 'kept');
    await expect(root.create('x', FACTS)).rejects.toMatchObject({ code: 'busy' });
    await expect(root.make('x')).rejects.toMatchObject({ code: 'busy' });
    // It comes there while the new one is written.
    const sink = await root.create('y', FACTS);
    await sink.write(0, BYTES);
    fs.writeFileSync(join(out, 'y'), 'kept too');
    await expect(sink.close()).rejects.toMatchObject({ code: 'busy' });
    await sink.abort();
    expect(below(out)).toEqual(['x', 'y']);
    expect(fs.readFileSync(join(out, 'y'), 'utf8')).toBe('kept too');
  });

  it('has a file under its name when it is whole, and nothing after giving up', async () => {
    const out = temporaryFolder();
    const { root } = nodeFolderTarget(out);
    const sink = await root.create('x', FACTS);
    await sink.write(0, BYTES);
    expect(fs.existsSync(join(out, 'x'))).toBe(false);
    await sink.truncate(5);
    await sink.close();
    expect([...fs.readFileSync(join(out, 'x'))]).toEqual([1, 2, 3, 0, 0]);
    expect(fs.statSync(join(out, 'x')).mtimeMs).toBe(FACTS.modifiedMs);
    await (await root.create('z', FACTS)).abort();
    expect(below(out)).toEqual(['x']);
  });

  it('takes names of 255 bytes, and odd times', async () => {
    const out = temporaryFolder();
    const names = ['x'.repeat(255), `${'日'.repeat(85)}`, `${'é'.repeat(127)}`, 'a\\b', 'x.part'];
    const times = [Number.NaN, 8.64e15, -8.64e15, -1, 0];
    const nodes = names.map(
      (name, index): Node => ({ name, parent: 0, kind: 'file', bytes: BYTES, modifiedMs: times[index] ?? 0 }),
    );
    expect(await extract(nodes, out)).toMatchObject({ files: 5, failed: [], renamed: [] });
    expect(below(out)).toEqual([...names].sort());
  });

  it('says of a folder that may not be written to that it is so', async () => {
    if (process.getuid?.() === 0) {
      // root writes everywhere: a folder that is gone must do.
      const out = temporaryFolder();
      const target = nodeFolderTarget(out);
      fs.rmSync(out, { recursive: true });
      await expect(target.root.create('x', FACTS)).rejects.toMatchObject({ code: 'vanished' });
      return;
    }
    const out = temporaryFolder();
    fs.chmodSync(out, 0o500);
    onTestFinished(() => fs.chmodSync(out, 0o700));
    await expect(extract([{ name: 'x', parent: 0, kind: 'file', bytes: BYTES }], out)).rejects.toMatchObject({
      code: 'permission',
    });
  });

  it('is there, and is a folder', () => {
    const out = temporaryFolder();
    fs.writeFileSync(join(out, 'x'), '');
    expect(() => nodeFolderTarget(join(out, 'none'))).toThrow(expect.objectContaining({ code: 'vanished' }));
    expect(() => nodeFolderTarget(join(out, 'x'))).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});
