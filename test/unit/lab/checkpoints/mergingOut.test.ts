/** CHECKPOINTS, "Merging one out": each sentence with its source mark. */
import { describe, expect, it } from 'vitest';
import { nodeHasher } from '../../../../src/cli/nodeHasher.ts';
import { labDate } from '../../../../src/lab/labTime.ts';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import { chainOf, nodesOf, pathOf } from '../../../../src/lab/machine/tree.ts';
import { exportPoint } from '../../../../src/lab/transfer/openPoint.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { labHost } from '../../../support/labHost.ts';
import { DISK, LabScene, sha256 } from '../../../support/labScene.ts';
import { MemorySink } from '../../../support/memorySink.ts';
import { opened } from '../../../support/opened.ts';
import { sameBytes } from '../../../support/openedChain.ts';
import { readFlat } from '../../../support/readFlat.ts';

const FIRST = 3000;

/** Two branches on `a`: `b` with `c` on it, and `d`, on which Now runs. */
async function twoBranches(): Promise<LabScene> {
  const scene = await LabScene.make();
  await scene.do({ do: 'start' });
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    await scene.write(FIRST + 4 * i, 10, i + 1);
    await scene.take(name);
  }
  await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
  await scene.do({ do: 'start' });
  await scene.write(FIRST + 2, 20, 8);
  await scene.take('d');
  await scene.write(FIRST + 9, 5, 9);
  expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < a', 'Now < d']);
  return scene;
}

describe('[T] one VM for a whole tree', () => {
  it('[T] it stands at one point', async () => {
    const scene = await twoBranches();
    expect(nodesOf(scene.lab.state).filter(({ id }) => id === NOW)).toHaveLength(1);
    for (const name of ['c', 'b', 'd']) {
      await scene.do({ do: 'apply', checkpoint: name, takeFirst: false });
      expect(nodesOf(scene.lab.state).filter(({ id }) => id === NOW)).toHaveLength(1);
      expect(scene.now.parent).toBe(scene.id(name));
      const children = scene.lab.state.checkpoints.filter(({ parent }) => parent === NOW);
      expect(children, 'nothing stands on it').toEqual([]);
    }
  });

  it('[T] … and its disk is the path from that point to the root', async () => {
    const scene = await twoBranches();
    for (const [name, path] of [
      ['c', ['Now', 'c', 'b', 'a']],
      ['d', ['Now', 'd', 'a']],
      ['a', ['Now', 'a']],
    ] as const) {
      await scene.do({ do: 'apply', checkpoint: name, takeFirst: false });
      expect(pathOf(scene.lab.state, NOW).map((node) => node.name)).toEqual(path);
      const chain = chainOf(scene.lab.state, NOW, DISK);
      expect(chain).toEqual(path.map((node) => scene.file(node === 'Now' ? NOW : node)));
      // The files say so themselves: each names the next, and the last names none.
      const images = [];
      for (const file of chain) images.push(await scene.image(file));
      expect(images.map(({ parent }) => parent?.id)).toEqual([
        ...images.slice(1).map(({ id }) => id),
        undefined,
      ]);
      await scene.expectNow();
    }
  });
});

describe('[T, a reader’s wish] any checkpoint, at any depth, can be written out as one stand-alone disk', () => {
  it.each(['raw', 'fixed', 'dynamic'] as const)(
    '[T] as a %s disk; the originals are not touched',
    async (format) => {
      const scene = await twoBranches();
      const before = await scene.fileHashes();
      const { state } = scene.lab;
      for (const { id, name } of nodesOf(state)) {
        const { bytes, sha256: reported } = await writtenOut(scene, id, format);
        const disk = format === 'raw' ? bytes : await alone(bytes);
        expect(
          sameBytes(disk.subarray(0, scene.flat(id).length), scene.flat(id)),
          `${name} as ${format}`,
        ).toBe(true);
        expect(reported).toBe(sha256(scene.flat(id)));
      }
      expect(await scene.fileHashes()).toEqual(before);
      expect(scene.lab.state).toBe(state);
      await scene.expectDisks();
    },
  );

  it('[T] … also while a merge is due and while it is under way', async () => {
    const scene = await twoBranches();
    await scene.do({ do: 'delete', checkpoint: 'b' });
    for (let i = 0; i < 40; i++) {
      for (const id of scene.points()) {
        if (i % 5 > 0) break;
        const { bytes } = await writtenOut(scene, id, 'dynamic');
        expect(sameBytes(await alone(bytes), scene.flat(id)), `step ${i}`).toBe(true);
      }
      await scene.lab.step();
    }
    expect(scene.merges()[0]?.state).toBe('done');
  });

  it('[T] … so that a new machine can start from it', async () => {
    const scene = await twoBranches();
    const from = scene.flat('b').slice();
    const { bytes } = await writtenOut(scene, scene.id('b'), 'dynamic');
    const file = MemoryFile.of('b.vhd', bytes, 'read-only');
    const before = await scene.fileHashes();
    const other = await LabScene.make(
      { machineName: 'OTHER', seed: 2 },
      { disk0: [{ name: 'b.vhd', file }] },
    );
    expect(sameBytes(await other.read(NOW), from)).toBe(true);
    other.flat(NOW).set(from);
    await other.do({ do: 'start' });
    await other.write(FIRST, 30, 5);
    await other.take('of its own');
    await other.pass(2);
    await other.expectDisks();
    expect(sameBytes(file.bytes(), bytes), 'what it stands on is only read').toBe(true);
    expect(await scene.fileHashes()).toEqual(before);
  });
});

async function writtenOut(
  scene: LabScene,
  id: string,
  format: 'raw' | 'fixed' | 'dynamic',
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const sink = new MemorySink();
  const chain = chainOf(scene.lab.state, id, DISK);
  const result = await exportPoint(
    { folder: scene.lab.folder, chain, complete: true },
    sink,
    {
      format,
      identity: { id: new Uint8Array(16).fill(7), made: labDate(scene.lab.nowUs) },
      hasher: nodeHasher(),
    },
    { module: (await labHost()).module },
  );
  return { bytes: sink.asFile('out').bytes(), sha256: result.sha256 };
}

/** Needs no other file. */
async function alone(bytes: Uint8Array): Promise<Uint8Array> {
  const image = await opened(bytes);
  expect(image.parent).toBeNull();
  return readFlat([image]);
}
