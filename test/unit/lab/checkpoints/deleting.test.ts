/** CHECKPOINTS, "Deleting one": each row of the table and each sentence with its source mark. */
import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import type { LabCommand } from '../../../../src/lab/commands.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { type MachineState, NOW } from '../../../../src/lab/machine/machine.ts';
import { nodesOf } from '../../../../src/lab/machine/tree.ts';
import { shortName } from '../../../../src/lab/rules/words.ts';
import { LabScene, TINY_DISK } from '../../../support/labScene.ts';
import { sameBytes } from '../../../support/openedChain.ts';

type Deletion = Extract<LabCommand, { do: 'delete' | 'delete-subtree' }>;

const FIRST = 3000;

/** Writes of its own, then the checkpoint. On a disk that is large enough so much that a merge takes several steps. */
async function grow(scene: LabScene, ...names: readonly string[]): Promise<void> {
  const isLarge = scene.flat(NOW).length > TINY_DISK.virtualSizeBytes;
  for (const name of names) {
    const seed = name.charCodeAt(0);
    await scene.write(FIRST + (seed % 7) * 3, 12, seed);
    await scene.write(2100 + (seed % 5) * 9, 4, seed + 100);
    if (isLarge) await scene.write(8000 + seed, 5000, seed);
    await scene.take(name);
  }
  if (isLarge) await scene.write(9000, 6000, 5);
}

/** A line of checkpoints with memory, Now running below the last. */
async function line(names: readonly string[], change: Partial<Scenario> = {}): Promise<LabScene> {
  const scene = await LabScene.make(change);
  await scene.do({ do: 'start' });
  await grow(scene, ...names);
  await scene.write(FIRST + 2, 15, 1);
  return scene;
}

/** On `name` a branch of its own begins. */
async function branch(scene: LabScene, name: string, ...names: readonly string[]): Promise<void> {
  await scene.do({ do: 'apply', checkpoint: name, takeFirst: false });
  await scene.do({ do: 'start' });
  await grow(scene, ...names);
  await scene.write(FIRST + 5, 9, 2);
}

/** What goes with a checkpoint besides its disks. */
function configurationOf(scene: LabScene, name: string): string[] {
  return [`Snapshots/${scene.id(name)}.json`, `Snapshots/${scene.id(name)}.vsv`];
}

describe('the table', () => {
  it('[A] 0 descendants: its files are deleted', async () => {
    const scene = await line(['a', 'b']);
    await branch(scene, 'a');
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'Now < a']);
    const files = [scene.file('b'), ...configurationOf(scene, 'b')];
    const rest = scene.files().filter((file) => !files.includes(file));
    const hashes = await scene.fileHashes(scene.frozenFiles().filter((file) => !files.includes(file)));
    for (const file of files) expect(scene.has(file), file).toBe(true);
    await scene.do({ do: 'delete', checkpoint: 'b' });
    expect(scene.files()).toEqual(rest);
    expect(await scene.fileHashes(Object.keys(hashes))).toEqual(hashes);
    expect([scene.tree(), scene.merges()]).toEqual([['a < -', 'Now < a'], []]);
    expect(scene.events('checkpoint').at(-1)?.text).toContain('no descendant');
    await scene.expectDisks();
  });

  it('[A] 1 descendant, a checkpoint: configuration and saved state go; its disks merge with its descendant’s', async () => {
    const scene = await line(['a', 'b', 'c']);
    const configuration = configurationOf(scene, 'b');
    const [target, source] = [scene.file('b'), scene.file('c')];
    await scene.do({ do: 'delete', checkpoint: 'b' });
    for (const file of configuration) expect(scene.has(file), file).toBe(false);
    expect(scene.node('b').deletedAtUs).not.toBeNull();
    await scene.untilMerged();
    expect(scene.tree()).toEqual(['a < -', 'c < a', 'Now < c']);
    expect([scene.file('c'), scene.has(source)]).toEqual([target, false]);
    for (const file of configurationOf(scene, 'c')) expect(scene.has(file), file).toBe(true);
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A] 1 descendant, Now, which counts as one: the same', async () => {
    const scene = await line(['a', 'b']);
    const configuration = configurationOf(scene, 'b');
    const [target, source] = [scene.file('b'), scene.file(NOW)];
    await scene.do({ do: 'delete', checkpoint: 'b' });
    for (const file of configuration) expect(scene.has(file), file).toBe(false);
    expect(scene.merges().map(({ child }) => child)).toEqual([NOW]);
    await scene.untilMerged();
    expect(scene.tree()).toEqual(['a < -', 'Now < a']);
    expect([scene.file(NOW), scene.has(source)]).toEqual([target, false]);
    await scene.write(FIRST, 20, 3);
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A] 1 descendant and several disks: each merges', async () => {
    const disks = [TINY_DISK, { ...TINY_DISK, type: 'fixed' as const }];
    const scene = await line(['a', 'b'], { disks });
    await scene.write(50, 30, 8, 'disk1');
    const targets = scene.node('a').files;
    await scene.do({ do: 'delete', checkpoint: 'a' });
    expect(scene.merges().map(({ disk }) => disk)).toEqual(['disk0', 'disk1']);
    await scene.untilMerged();
    expect(scene.node('b').files).toEqual(targets);
    expect(scene.tree()).toEqual(['b < -', 'Now < b']);
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A] 2 descendants: configuration and saved state go; its disks stay until the descendants come down to one, then merge', async () => {
    const scene = await line(['a', 'b', 'c']);
    await branch(scene, 'b', 'd');
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < b', 'Now < d']);
    const configuration = configurationOf(scene, 'b');
    const kept = scene.file('b');
    const hashes = await scene.fileHashes([kept]);
    await scene.do({ do: 'delete', checkpoint: 'b' });
    for (const file of configuration) expect(scene.has(file), file).toBe(false);
    await scene.pass(60);
    const [waiting] = scene.merges();
    expect(waiting).toMatchObject({ state: 'waits', nodeName: 'b', target: kept, child: null });
    expect(waiting?.reason).toMatch(/2 still read through its disk: c and d/);
    expect(await scene.fileHashes([kept])).toEqual(hashes);
    await scene.expectDisks();

    await scene.do({ do: 'delete', checkpoint: 'c' });
    await scene.untilMerged();
    expect(scene.tree()).toEqual(['a < -', 'd < a', 'Now < d']);
    expect(scene.file('d')).toBe(kept);
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A] 2 descendants, one of them Now: they come down to one when Now moves away', async () => {
    const scene = await line(['a', 'b', 'c']);
    await branch(scene, 'b');
    const kept = scene.file('b');
    await scene.do({ do: 'delete', checkpoint: 'b' });
    await scene.pass(60);
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'Now < b']);
    await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
    await scene.untilMerged();
    expect(scene.tree()).toEqual(['a < -', 'c < a', 'Now < a']);
    expect(scene.file('c')).toBe(kept);
    await scene.expectDisks();
  });

  it('[A] more than 2 descendants: not before one is left', async () => {
    const scene = await line(['a', 'b']);
    await branch(scene, 'a', 'c');
    await branch(scene, 'a', 'd');
    const kept = scene.file('a');
    await scene.do({ do: 'delete', checkpoint: 'a' });
    await scene.do({ do: 'delete', checkpoint: 'b' });
    await scene.pass(60);
    expect(scene.merges().at(0)).toMatchObject({ state: 'waits', nodeName: 'a' });
    expect(scene.tree()).toEqual(['a < -', 'c < a', 'd < a', 'Now < d']);
    await scene.expectDisks();
    await scene.do({ do: 'delete', checkpoint: 'c' });
    await scene.untilMerged();
    expect(scene.tree()).toEqual(['d < -', 'Now < d']);
    expect(scene.file('d')).toBe(kept);
    await scene.expectDisks();
  });

  it('[A] … and when none is left, the disks that waited go as well', async () => {
    const scene = await line(['a', 'b', 'c']);
    await branch(scene, 'b');
    await scene.do({ do: 'delete', checkpoint: 'b' });
    const kept = scene.file('b');
    await scene.do({ do: 'policy', policy: 'when-off' });
    await scene.do({ do: 'delete', checkpoint: 'c' });
    expect(scene.merges().at(0)).toMatchObject({ state: 'waits', nodeName: 'b', child: NOW });
    await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
    expect([scene.tree(), scene.has(kept)]).toEqual([['a < -', 'Now < a'], false]);
    await scene.expectDisks();
  });
});

describe('the direction', () => {
  it('[A] the descendant’s file is folded into the deleted checkpoint’s file, which then takes the child’s place', async () => {
    const scene = await line(['a', 'b', 'c']);
    const [base, target, source, leaf] = ['a', 'b', 'c', NOW].map((name) => scene.file(name));
    const parentBefore = (await scene.image(target ?? '')).parent;
    const ownBefore = (await scene.image(target ?? '')).id;
    const untouched = await scene.fileHashes([base ?? '']);
    const merged = scene.flat('c').slice();
    await scene.do({ do: 'delete', checkpoint: 'b' });
    await scene.untilMerged();
    expect(scene.has(source ?? '')).toBe(false);
    const after = await scene.image(target ?? '');
    expect(after.parent?.id, 'it stands where it stood').toBe(parentBefore?.id);
    expect([scene.file('c'), scene.file(NOW)]).toEqual([target, leaf]);
    await scene.expectReads('c', merged);
    expect(await scene.fileHashes([base ?? ''])).toEqual(untouched);
    expect(ownBefore).not.toBe('');
  });

  it('[A] every grandchild’s parent link is rewritten: id, header name, locators', async () => {
    const scene = await line(['a', 'b', 'c', 'd']);
    await branch(scene, 'c', 'e');
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < c', 'e < c', 'Now < e']);
    const target = scene.file('b');
    const grandchildren = ['d', 'e'].map((name) => scene.file(name));
    for (const file of grandchildren)
      expect((await scene.image(file)).parent?.name).toContain(fileName(scene.file('c')));
    const data = await Promise.all(grandchildren.map((file) => blocksOf(scene, file)));
    await scene.do({ do: 'delete', checkpoint: 'b' });
    await scene.untilMerged();
    const parent = await scene.image(target);
    for (const [i, file] of grandchildren.entries()) {
      const link = (await scene.image(file)).parent;
      expect(link?.id).toBe(parent.id);
      expect(link?.name).toBe(`D:\\Hyper-V\\VM\\Snapshots\\${fileName(target)}`);
      expect(link?.modified).toEqual(parent.modified);
      const paths = Object.fromEntries((link?.paths ?? []).map(({ platform, path }) => [platform, path]));
      expect(paths).toEqual({
        W2ku: `D:\\Hyper-V\\VM\\Snapshots\\${fileName(target)}`,
        W2ru: `.\\${fileName(target)}`,
      });
      expect(sameBytes(await blocksOf(scene, file), data[i] ?? new Uint8Array(0)), 'its own data').toBe(true);
    }
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A] … also where the surviving file lies in another folder: the first checkpoint is deleted', async () => {
    const scene = await line(['a', 'b']);
    await scene.do({ do: 'delete', checkpoint: 'a' });
    await scene.untilMerged();
    expect(scene.file('b')).toBe('Virtual Hard Disks/VM.vhd');
    const link = (await scene.image(scene.file(NOW))).parent;
    const paths = Object.fromEntries((link?.paths ?? []).map(({ platform, path }) => [platform, path]));
    expect(paths.W2ru).toBe('..\\Virtual Hard Disks\\VM.vhd');
    // The whole path of a file in another folder need not be known; what is written must not be wrong.
    expect(['D:\\Hyper-V\\VM\\Virtual Hard Disks\\VM.vhd', undefined]).toContain(paths.W2ku);
    expect(link?.name.split('\\').at(-1)).toBe('VM.vhd');
    expect(link?.id).toBe((await scene.image(scene.file('b'))).id);
    await scene.expectDisks();
  });

  it('which file name Hyper-V keeps is not known to us: ours keeps the name of the surviving parent file and says so', async () => {
    const scene = await line(['a', 'b', 'c']);
    const [target, source] = [scene.file('b'), scene.file('c')];
    const plan = await scene.lab.ask({ do: 'delete', checkpoint: 'b' });
    expect(plan.sentences).toContain('The older file keeps its name.');
    expect(plan.merges).toMatchObject([{ source, target }]);
    await scene.do({ do: 'delete', checkpoint: 'b' });
    await scene.untilMerged();
    expect(scene.file('c')).toBe(target);
    expect(scene.events('merge').at(-1)?.text).toContain(
      `${shortName(source)} is gone, ${shortName(target)} stays`,
    );
  });
});

describe('a subtree', () => {
  it('[A] the checkpoint and all below', async () => {
    const scene = await line(['a', 'b', 'c', 'd']);
    await branch(scene, 'b', 'e');
    await branch(scene, 'a', 'f');
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < c', 'e < b', 'f < a', 'Now < f']);
    const gone = ['b', 'c', 'd', 'e'].flatMap((name) => [scene.file(name), ...configurationOf(scene, name)]);
    await scene.do({ do: 'delete-subtree', checkpoint: 'b' });
    expect(scene.tree()).toEqual(['a < -', 'f < a', 'Now < f']);
    for (const file of gone) expect(scene.has(file), file).toBe(false);
    expect(scene.merges()).toEqual([]);
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A] if Now is inside, Now survives and its chain is merged up', async () => {
    const scene = await line(['a', 'b', 'c', 'd']);
    await branch(scene, 'c', 'e');
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < c', 'e < c', 'Now < e']);
    const target = scene.file('b');
    const gone = ['b', 'c', 'd', 'e'].flatMap((name) => configurationOf(scene, name));
    await scene.do({ do: 'delete-subtree', checkpoint: 'b' });
    for (const file of gone) expect(scene.has(file), file).toBe(false);
    await scene.expectNow();
    await scene.untilMerged();
    expect(scene.tree()).toEqual(['a < -', 'Now < a']);
    expect(scene.file(NOW)).toBe(target);
    const disks = scene.files().filter((file) => /\.a?vhd$/.test(file));
    expect(disks.sort()).toEqual([scene.file('a'), target].sort());
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A] … of the root: one file is left', async () => {
    const scene = await line(['a', 'b', 'c']);
    await scene.do({ do: 'delete-subtree', checkpoint: 'a' });
    await scene.untilMerged();
    expect(scene.tree()).toEqual(['Now < -']);
    expect(scene.files().filter((file) => /\.a?vhd$/.test(file))).toEqual(['Virtual Hard Disks/VM.vhd']);
    await scene.expectDisks();
  });
});

describe('deleting has no effect on what the running VM sees: the disk before = the disk after, byte for byte', () => {
  const TREE = ['a < -', 'b < a', 'c < b', 'd < b', 'e < d', 'Now < e'];
  const cases: readonly (readonly [string, Deletion])[] = [
    ['the root, 1 descendant', { do: 'delete', checkpoint: 'a' }],
    ['2 descendants', { do: 'delete', checkpoint: 'b' }],
    ['0 descendants', { do: 'delete', checkpoint: 'c' }],
    ['1 descendant, a checkpoint', { do: 'delete', checkpoint: 'd' }],
    ['1 descendant, Now', { do: 'delete', checkpoint: 'e' }],
    ['a subtree with Now', { do: 'delete-subtree', checkpoint: 'b' }],
    ['everything', { do: 'delete-subtree', checkpoint: 'a' }],
  ];

  it.each(cases)('[A] %s: while the VM runs, at every step of the merge', async (_what, command) => {
    const merges = command.checkpoint !== 'c' && (command.checkpoint !== 'b' || command.do !== 'delete');
    const virtualSizeBytes = merges ? 8 * MIB : TINY_DISK.virtualSizeBytes;
    const scene = await line(['a', 'b', 'c'], { disks: [{ ...TINY_DISK, virtualSizeBytes }] });
    await branch(scene, 'b', 'd', 'e');
    expect(scene.tree()).toEqual(TREE);
    const before = await scene.lab.hashes();
    const plan = await scene.lab.ask(command);
    await scene.do(command);
    const survivors = new Set(scene.points());
    expect(await scene.lab.hashes()).toEqual(before.filter(({ node }) => survivors.has(node)));
    let midway = 0;
    for (let i = 0; i < 300 && (plan.merges.length === 0 ? i < 10 : !scene.isMerged()); i++) {
      await scene.lab.step();
      const [first] = scene.merges();
      if (first?.state !== 'merging' || first.copiedBytes === 0) continue;
      await scene.expectNow();
      // What the guest writes meanwhile is what it reads from then on.
      if (midway++ % 3 === 0) await scene.write(FIRST + 900 * midway, 30, 70 + i);
    }
    expect([midway > 0, plan.merges.length > 0], 'seen in the middle of a merge').toEqual([merges, merges]);
    expect(shapeOf(scene.lab.state), 'as the plan said').toEqual(shapeOf(plan.after));
    await scene.expectPoints();
    await scene.expectSoundFiles();
  });

  it.each(cases)('[A] %s: while the VM is off', async (_what, command) => {
    const scene = await line(['a', 'b', 'c'], { policy: 'when-off' });
    await branch(scene, 'b', 'd', 'e');
    await scene.do({ do: 'shut-down' });
    const now = (await scene.lab.hashes()).filter(({ node }) => node === NOW);
    const plan = await scene.lab.ask(command);
    await scene.do(command);
    await scene.pass(60);
    expect(shapeOf(scene.lab.state), 'as the plan said').toEqual(shapeOf(plan.after));
    expect((await scene.lab.hashes()).filter(({ node }) => node === NOW)).toEqual(now);
    await scene.do({ do: 'start' });
    await scene.pass(1);
    await scene.expectPoints();
  });
});

/** Who stands on whom with which files. */
function shapeOf(state: MachineState): unknown {
  return nodesOf(state).map(({ id, parent, files }) => ({ id, parent, files }));
}

function fileName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Table and blocks: the file without what says who its parent is. */
async function blocksOf(scene: LabScene, file: string): Promise<Uint8Array> {
  const { tables } = await scene.image(file);
  if (tables.kind !== 'vhd-blocks') throw new Error(`${file} has blocks`);
  const bytes = await scene.bytes(file);
  const perBlock = tables.bitmapBytes + tables.blockSizeBytes;
  const bat = bytes.subarray(tables.batOffset, tables.batOffset + tables.batEntries * 4);
  const view = new DataView(bat.buffer, bat.byteOffset, bat.length);
  const parts = [bat];
  for (let i = 0; i < tables.batEntries; i++) {
    const sector = view.getUint32(i * 4);
    if (sector !== 0xffffffff) parts.push(bytes.subarray(sector * 512, sector * 512 + perBlock));
  }
  return Buffer.concat(parts);
}
