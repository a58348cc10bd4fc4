import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DiskError, type ErrorCode } from '../../../../src/base/errors.ts';
import { nodeHasher } from '../../../../src/cli/nodeHasher.ts';
import type { Extracted } from '../../../../src/filesystems/out/extraction.ts';
import { fileConsumer } from '../../../../src/filesystems/out/filePlace.ts';
import { folderConsumer } from '../../../../src/filesystems/out/folderPlace.ts';
import { planExtraction } from '../../../../src/filesystems/out/planExtraction.ts';
import { zipConsumer } from '../../../../src/filesystems/out/zipPlace.ts';
import { MemorySink } from '../../../support/memorySink.ts';
import { MemoryTarget } from './memoryTarget.ts';
import { listingOf, type Node, randomTree, readInto } from './scene.ts';

const HALF_READ = { code: 'corrupt', message: 'Its clusters cross another file.' } as const;

function file(name: string, size: number, parent = 0): Node {
  return {
    name,
    parent,
    kind: 'file',
    bytes: new Uint8Array(size).fill(size % 251),
    modifiedMs: 1_600_000_000_000,
  };
}

/** Small and large ones, in folders and not. */
const NODES: readonly Node[] = [
  { name: 'F', parent: 0, kind: 'folder', modifiedMs: 1_500_000_000_000 },
  file('small', 1000, 1),
  file('large', 300_000, 1),
  { name: 'empty', parent: 1, kind: 'folder' },
  file('none', 0),
  file('last', 400_000),
];

async function intoFolder(
  nodes: readonly Node[],
  target: MemoryTarget,
  bad = new Map<number, typeof HALF_READ>(),
): Promise<Extracted> {
  const listing = listingOf(nodes);
  const plan = planExtraction(listing, ['']);
  const consumer = await folderConsumer(target, listing, plan);
  try {
    await readInto(nodes, plan.items, consumer, { bad });
    return await consumer.finish();
  } catch (error) {
    await consumer.abort();
    throw error;
  }
}

describe('into a folder', () => {
  it.each([1, 8])('go random trees, %i files at once', async (atOnce) => {
    for (const seed of [1, 2, 3]) {
      const nodes = randomTree(seed, 150, 'harmless');
      const listing = listingOf(nodes);
      const plan = planExtraction(listing, ['']);
      const target = new MemoryTarget(atOnce);
      const report = await intoFolder(nodes, target);
      expect(report).toMatchObject({
        files: plan.items.length,
        folders: plan.folders.length,
        bytes: plan.bytes,
        failed: [],
        renamed: [],
      });
      const paths = [...plan.folders, ...plan.items.map(({ entry }) => entry)].map((entry) =>
        listing.path(entry),
      );
      expect([...target.there.keys()].sort()).toEqual(paths.sort());
      for (const { entry, path } of plan.items) {
        expect(
          Buffer.compare(target.there.get(path) ?? Buffer.of(1), nodes[entry - 1]?.bytes ?? Buffer.of(2)),
        ).toBe(0);
        expect(target.times.get(path)).toBe(listing.modifiedMs(entry));
      }
      for (const entry of plan.folders)
        expect(target.times.get(listing.path(entry))).toBe(listing.modifiedMs(entry));
    }
  });

  it('goes nothing over what is there, and nothing into it', async () => {
    const target = new MemoryTarget(4);
    target.there.set('F', null);
    target.there.set('none', Uint8Array.of(1, 2));
    const report = await intoFolder(NODES, target);
    expect([...target.there.keys()].sort()).toEqual(
      ['F', 'F (2)', 'F (2)/empty', 'F (2)/large', 'F (2)/small', 'last', 'none', 'none (2)'].sort(),
    );
    expect(target.there.get('none')).toEqual(Uint8Array.of(1, 2));
    expect(report.renamed).toEqual([
      { from: 'F', to: 'F (2)' },
      { from: 'none', to: 'none (2)' },
    ]);
  });

  it('go names that the target refuses under others', async () => {
    const nodes = [{ name: 'a~b', parent: 0, kind: 'folder' }, file('c~d', 5, 1), file('e', 3)] as const;
    const target = new MemoryTarget(4, null, /~/);
    const report = await intoFolder(nodes, target);
    expect([...target.there.keys()].sort()).toEqual(['a_b', 'a_b/c_d', 'e']);
    expect(report).toMatchObject({ files: 2, folders: 1, failed: [] });
    expect(report.renamed).toEqual([
      { from: 'a~b', to: 'a_b' },
      { from: 'a~b/c~d', to: 'a_b/c_d' },
    ]);
  });

  it('goes everything but what cannot be read, and what the target never takes', async () => {
    const target = new MemoryTarget(4, null, /^last/);
    const report = await intoFolder(NODES, target, new Map([[3, HALF_READ]]));
    expect([...target.there.keys()].sort()).toEqual(['F', 'F/empty', 'F/small', 'none']);
    expect(target.begun.size).toBe(0);
    expect(report).toMatchObject({ files: 2, bytes: 1000 });
    expect(report.failed.map(({ path, problem }) => [path, problem.code])).toEqual([
      ['F/large', 'corrupt'],
      ['last', 'bad-request'],
    ]);
  });

  it('goes through more folders than are held open', async () => {
    const nodes: Node[] = Array.from({ length: 1500 }, (_, index) => ({
      name: `d${index}`,
      parent: 0,
      kind: 'folder' as const,
    }));
    for (let round = 0; round < 2; round++)
      for (let folder = 1; folder <= 1500; folder++) nodes.push(file(`f${round}`, 3, folder));
    const target = new MemoryTarget(8);
    expect(await intoFolder(nodes, target)).toMatchObject({ files: 3000, folders: 1500, failed: [] });
    expect(target.there.size).toBe(4500);
  });

  it.each(['no-space', 'permission', 'busy', 'vanished', 'io'] as const)(
    'leaves no half file behind, whichever call fails with %s',
    async (code: ErrorCode) => {
      const all = new MemoryTarget(2);
      await intoFolder(NODES, all);
      for (let call = 1; call <= all.calls; call++) {
        const target = new MemoryTarget(2, { call, code });
        const outcome = await intoFolder(NODES, target).catch((error: unknown) => error);
        expect(target.begun.size, `call ${call}`).toBe(0);
        const whole = NODES.filter(
          ({ kind, name }) =>
            kind === 'file' && [...target.there].some(([path, bytes]) => bytes && path.includes(name)),
        );
        for (const [path, bytes] of target.there) {
          const node = NODES.find(({ name }) => path.split('/').pop()?.replace(' (2)', '') === name);
          if (bytes) expect(Buffer.compare(bytes, node?.bytes ?? Buffer.of(1)), path).toBe(0);
        }
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(DiskError);
          expect(outcome, `call ${call}`).toMatchObject({ code });
          continue;
        }
        const report = outcome as Extracted;
        expect(report.files, `call ${call}`).toBe(whole.length);
        expect(
          report.files +
            report.failed.filter(({ path }) =>
              NODES.some(({ name, kind }) => kind === 'file' && path.endsWith(name)),
            ).length,
        ).toBe(4);
      }
    },
  );

  it('says how far it came', async () => {
    const all = new MemoryTarget(1);
    await intoFolder(NODES, all);
    const texts = new Set<string>();
    for (let call = 5; call <= all.calls; call++) {
      const outcome = await intoFolder(NODES, new MemoryTarget(1, { call, code: 'no-space' })).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof DiskError) texts.add(outcome.problem.meaning ?? '');
    }
    const told = /^[1-3] files? \(.*\) came before that; what is in the target is whole/;
    expect([...texts].some((text) => told.test(text))).toBe(true);
  });
});

describe('into a ZIP', () => {
  it('goes what can be read; the rest is not in it', async () => {
    const nodes = [...NODES.slice(0, 5), file('a?b', 10), file('end', 500_000)];
    const listing = listingOf(nodes);
    const plan = planExtraction(listing, ['']);
    const sink = new MemorySink();
    const consumer = await zipConsumer(sink, listing, plan);
    await readInto(nodes, plan.items, consumer, {
      bad: new Map([
        [3, HALF_READ],
        [7, HALF_READ],
      ]),
    });
    const report = await consumer.finish();
    expect(report).toMatchObject({
      files: 3,
      folders: 2,
      bytes: 1010,
      renamed: [{ from: 'a?b', to: 'a_b' }],
    });
    expect(report.failed.map(({ path }) => path)).toEqual(['F/large', 'end']);
    const found = unzipSync(sink.asFile('a').bytes());
    expect(Object.keys(found).sort()).toEqual(['F/', 'F/empty/', 'F/small', 'a_b', 'none']);
    expect(found['F/small']).toEqual(nodes[1]?.bytes);
  });

  it('goes nothing where the sink fails, at any point', async () => {
    const nodes = randomTree(4, 60, 'harmless');
    const listing = listingOf(nodes);
    const plan = planExtraction(listing, ['']);
    for (const roomBytes of [0, 10, 100_000, 500_000]) {
      const sink = new MemorySink(roomBytes);
      const consumer = await zipConsumer(sink, listing, plan, { level: 0 });
      const run = async () => {
        await readInto(nodes, plan.items, consumer);
        await consumer.finish();
      };
      await expect(run()).rejects.toMatchObject({ code: 'no-space' });
      await consumer.abort();
      expect(sink.state).toBe('aborted');
    }
  });

  it('ends when it is cancelled, also inside a hole of terabytes', async () => {
    const listing = listingOf([file('hole', 1)]);
    const plan = planExtraction(listing, ['hole']);
    const item = { entry: 1, path: 'hole', sizeBytes: 2 ** 42 };
    const cancel = new AbortController();
    const sink = new MemorySink();
    const consumer = await zipConsumer(sink, listing, plan, { signal: cancel.signal, level: 1 });
    await consumer.begin(item);
    setTimeout(() => cancel.abort(), 20);
    await expect(consumer.write(item, 2 ** 41, Uint8Array.of(1))).rejects.toThrow();
    await consumer.abort();
    expect(sink.state).toBe('aborted');
  });
});

describe('into one file', () => {
  const bytes = new Uint8Array(3_000_000);
  bytes.fill(7, 1_000_000, 1_500_000);
  const nodes: readonly Node[] = [{ name: 'x', parent: 0, kind: 'file', bytes }];
  const plan = planExtraction(listingOf(nodes), ['x']);

  it('go holes as zeros, to the end, and the hash is that of all of it', async () => {
    const sink = new MemorySink();
    const consumer = fileConsumer(sink, { hasher: nodeHasher() });
    await readInto(nodes, plan.items, consumer);
    const report = await consumer.finish();
    expect(Buffer.compare(sink.asFile('x').bytes(), bytes)).toBe(0);
    expect(sink.writtenBytes).toBeLessThan(600_000);
    expect(report).toMatchObject({
      files: 1,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('goes nothing where it cannot be read whole', async () => {
    const sink = new MemorySink();
    const consumer = fileConsumer(sink, { hasher: nodeHasher() });
    await readInto(nodes, plan.items, consumer, { bad: new Map([[1, HALF_READ]]) });
    expect(await consumer.finish()).toMatchObject({
      files: 0,
      sha256: null,
      failed: [{ path: 'x', problem: HALF_READ }],
    });
    expect(sink.state).toBe('aborted');
  });

  it('goes no more than its folder says, and no less', async () => {
    for (const sizeBytes of [1000, 1_100_000, bytes.length - 1, bytes.length + 1]) {
      const sink = new MemorySink();
      const consumer = fileConsumer(sink);
      await readInto(nodes, [{ entry: 1, path: 'x', sizeBytes }], consumer);
      expect((await consumer.finish()).failed[0]?.problem.code).toBe('corrupt');
      expect(sink.state).toBe('aborted');
      expect(sink.writtenBytes).toBeLessThanOrEqual(sizeBytes);
    }
  });
});
