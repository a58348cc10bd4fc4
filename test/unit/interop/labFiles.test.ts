/** The lab's files open in 7-Zip with the right bytes at every checkpoint. */
import { expect, test } from 'vitest';
import { MIB } from '../../../src/base/units.ts';
import type { MergePolicy } from '../../../src/lab/machine/machine.ts';
import { NOW } from '../../../src/lab/machine/machine.ts';
import { nodesOf } from '../../../src/lab/machine/tree.ts';
import { LabScene, TINY_DISK } from '../../support/labScene.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { machineIn7Zip } from '../../support/sevenZipMachine.ts';

/** Every node that has the disk, deleted ones that wait among them. */
async function expectIn7Zip(scene: LabScene): Promise<number> {
  const sizes = Object.values(scene.lab.view().virtualSizeBytes);
  const machine = await machineIn7Zip(scene.lab.folder, Math.max(...sizes));
  let read = 0;
  for (const { id, name, files } of nodesOf(scene.lab.state)) {
    for (const [disk, file] of Object.entries(files)) {
      const bytes = machine.read(file);
      expect(sameBytes(bytes, scene.flat(id, disk)), `${disk} at ${name}, ${bytes.length} bytes`).toBe(true);
      read++;
    }
  }
  return read;
}

/** `a`, a branch `b`–`c` and another `d`–`e`–`f`; the guest works between them. */
async function twoBranches(base: 'fixed' | 'dynamic', policy: MergePolicy): Promise<LabScene> {
  const disks = [
    { ...TINY_DISK, type: base },
    { ...TINY_DISK, virtualSizeBytes: TINY_DISK.virtualSizeBytes + 5 * 512 },
  ];
  const scene = await LabScene.make({ disks, policy, guest: { kind: 'build', load: 40 } });
  await scene.do({ do: 'start' });
  const grow = async (...names: readonly string[]) => {
    for (const name of names) {
      const seed = name.charCodeAt(0);
      await scene.pass(0.1);
      await scene.write(2048 + (seed % 9) * 100, 150, seed);
      await scene.write((seed % 9) * 400, 120, seed + 50, 'disk1');
      await scene.take(name);
    }
    await scene.write(3000, 77, names.length);
  };
  await grow('a', 'b', 'c');
  await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
  await scene.do({ do: 'start' });
  await grow('d', 'e', 'f');
  // The files are what 7-Zip sees: what the guest did not flush is not theirs yet.
  await scene.do({ do: 'pause' });
  return scene;
}

test.each(['dynamic', 'fixed'] as const)(
  'over a %s base: a branch, a deleted checkpoint that waits, a finished merge',
  async (base) => {
    const scene = await twoBranches(base, 'when-off');
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < a', 'e < d', 'f < e', 'Now < f']);
    expect(await expectIn7Zip(scene)).toBe(14);

    await scene.do({ do: 'delete', checkpoint: 'a' });
    await scene.do({ do: 'delete', checkpoint: 'e' });
    await scene.do({ do: 'merge-now' });
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < a', 'f < d', 'Now < f']);
    expect(scene.merges().map(({ state, nodeName }) => `${nodeName} ${state}`)).toContain('a waits');
    expect(await expectIn7Zip(scene)).toBe(12);

    await scene.do({ do: 'delete-subtree', checkpoint: 'b' });
    await scene.do({ do: 'merge-now' });
    expect(scene.tree()).toEqual(['d < -', 'f < d', 'Now < f']);
    expect(await expectIn7Zip(scene)).toBe(6);
  },
);

test('in the middle of a merge: what is copied already is hidden by the file that is still there', async () => {
  const scene = await LabScene.make({ disks: [{ ...TINY_DISK, virtualSizeBytes: 12 * MIB }] });
  await scene.do({ do: 'start' });
  for (const [i, name] of ['a', 'b'].entries()) {
    await scene.write(12_000, 10_000, i + 1);
    await scene.take(name);
  }
  await scene.write(13_000, 10_000, 3);
  await scene.do({ do: 'delete', checkpoint: 'b' });
  const merge = () => scene.merges()[0];
  await scene.lab.advance(scene.lab.nowUs + 60e6, () => (merge()?.copiedBytes ?? 0) === 0);
  expect(merge()).toMatchObject({ nodeName: 'b', child: NOW, state: 'merging' });
  await scene.do({ do: 'pause' });
  await scene.lab.hashes();
  const machine = await machineIn7Zip(scene.lab.folder, scene.flat(NOW).length);
  for (const name of ['a', NOW])
    expect(sameBytes(machine.read(scene.file(name)), scene.flat(name)), `at ${name}`).toBe(true);
  expect(merge()).toMatchObject({ state: 'merging' });
  await scene.untilMerged();
  expect(await expectIn7Zip(scene)).toBe(2);
});

test('of a machine that was removed: one disk each, which needs no other file', async () => {
  const scene = await twoBranches('dynamic', 'when-off');
  await scene.do({ do: 'turn-off' });
  const flats = ['disk0', 'disk1'].map((disk) => scene.flat(NOW, disk).slice());
  await scene.do({ do: 'remove-machine' });
  const machine = await machineIn7Zip(scene.lab.folder, Math.max(...flats.map(({ length }) => length)));
  const { left } = scene.lab.state;
  expect(left).toHaveLength(2);
  for (const [i, file] of left.entries())
    expect(sameBytes(machine.read(file), flats[i] ?? new Uint8Array(0)), file).toBe(true);
});
