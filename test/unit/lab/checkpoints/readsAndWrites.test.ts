/** CHECKPOINTS, "Where reads and writes go": each sentence with its source mark. */
import { describe, expect, it } from 'vitest';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import { chainOf } from '../../../../src/lab/machine/tree.ts';
import { openPoint } from '../../../../src/lab/transfer/openPoint.ts';
import { labHost } from '../../../support/labHost.ts';
import { DISK, LabScene } from '../../../support/labScene.ts';

/** Beyond the idle guest's log. */
const FIRST = 3000;

/** Base, a, b and Now, each with sectors of its own and some that hide those below. */
async function layered(): Promise<LabScene> {
  const scene = await LabScene.make();
  await scene.do({ do: 'start' });
  await scene.write(FIRST, 40, 1);
  await scene.take('a');
  await scene.write(FIRST + 10, 20, 2);
  await scene.take('b');
  await scene.write(FIRST + 5, 10, 3);
  await scene.write(FIRST + 20, 5, 4);
  return scene;
}

it('[P, T, D] reads: newest file first, then back along the chain to the base', async () => {
  const scene = await layered();
  const chain = chainOf(scene.lab.state, NOW, DISK);
  expect(chain).toEqual([scene.file(NOW), scene.file('b'), scene.file('a')]);
  const point = await openPoint(scene.lab.folder, chain, true, { module: (await labHost()).module });
  const extents = await point.disk.extents(FIRST, 40);
  await point.close();
  const answers = extents.map(({ kind, layer, sectorCount }) => [
    sectorCount,
    kind === 'data' ? layer : kind,
  ]);
  // Who wrote a sector last answers: Now 5–15 and 20–25, `b` 15–20 and 25–30, the base what is left of its 40.
  expect(answers).toEqual([
    [5, 2],
    [10, 0],
    [5, 1],
    [5, 0],
    [5, 1],
    [10, 2],
  ]);
  await scene.expectDisks();
});

it('[P, T, D] writes: only the newest file', async () => {
  const scene = await layered();
  const frozen = scene.frozenFiles();
  const leaf = scene.file(NOW);
  const before = await scene.fileHashes();
  for (const [i, first] of [FIRST, FIRST + 10, FIRST + 39, 0, 1000].entries()) {
    await scene.write(first, 12, 10 + i);
    const after = await scene.fileHashes([...frozen, leaf]);
    for (const file of frozen) expect(after[file], file).toBe(before[file]);
    expect(after[leaf]).not.toBe(before[leaf]);
  }
  await scene.expectDisks();
});

it('[P, T, D] the base and every checkpointed file are frozen: no byte of them changes any more', async () => {
  const scene = await LabScene.make({ guest: { kind: 'build', load: 50 } });
  const hashes: Record<string, string> = {};
  const look = async () => {
    const now = await scene.fileHashes(scene.frozenFiles());
    for (const [file, hash] of Object.entries(now)) {
      hashes[file] ??= hash;
      expect(hash, file).toBe(hashes[file]);
    }
  };
  await scene.do({ do: 'start' });
  await scene.pass(0.1);
  await scene.take('a');
  await look();
  await scene.write(FIRST, 30, 1);
  await scene.take('b');
  await look();
  await scene.pass(0.1);
  await look();
  await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
  await scene.do({ do: 'start' });
  await scene.write(FIRST, 30, 2);
  await scene.take('c');
  await look();
  await scene.do({ do: 'revert', takeFirst: true });
  await scene.do({ do: 'start' });
  await scene.pass(0.1);
  await scene.do({ do: 'shut-down' });
  await look();
  expect(Object.keys(hashes).length).toBe(4);
  await scene.expectDisks();
});

describe('the running state (“Now”) is the leaf', () => {
  it('[P, T, D] below the checkpoint that was taken last', async () => {
    const scene = await layered();
    await scene.take('c');
    expect(scene.now.parent).toBe(scene.id('c'));
    await expectLeafOn(scene, 'c');
  });

  it('[P, T, D] below the checkpoint that was applied last', async () => {
    const scene = await layered();
    for (const name of ['a', 'b', 'a']) {
      await scene.do({ do: 'apply', checkpoint: name, takeFirst: false });
      expect(scene.now.parent).toBe(scene.id(name));
      await expectLeafOn(scene, name);
      await scene.do({ do: 'start' });
      await scene.write(FIRST, 3, 7);
      await scene.expectDisks();
    }
  });
});

async function expectLeafOn(scene: LabScene, name: string): Promise<void> {
  const leaf = await scene.image(scene.file(NOW));
  expect(leaf.parent?.id).toBe((await scene.image(scene.file(name))).id);
  const others = scene.frozenFiles();
  for (const file of others)
    expect((await scene.image(file)).parent?.id, 'nothing stands on Now').not.toBe(leaf.id);
}
