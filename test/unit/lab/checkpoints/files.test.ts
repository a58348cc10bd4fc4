/** The files of a machine: their names, folders and links, as CHECKPOINTS and the lab's own rules have them. */
import { describe, expect, it } from 'vitest';
import { assemble, type PileFile } from '../../../../src/chain/assemble.ts';
import { configurationName, machineOfBytes } from '../../../../src/lab/machine/configuration.ts';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import { chainOf, nodesOf } from '../../../../src/lab/machine/tree.ts';
import { DISK, LabScene, TINY_DISK } from '../../../support/labScene.ts';

const GUID = '[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}';
const FIRST = 3000;
const TWO_DISKS = [TINY_DISK, { ...TINY_DISK, type: 'fixed' as const }];

/** A branch on `a`, `b` deleted and waiting, a finished merge of `e`, and memory with each. */
async function grown(look: (scene: LabScene) => Promise<void>): Promise<LabScene> {
  const scene = await LabScene.make({ machineName: 'LAB-WEB01', disks: TWO_DISKS });
  await look(scene);
  await scene.do({ do: 'start' });
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    await scene.write(FIRST + 4 * i, 10, i + 1);
    await scene.write(40 * i, 50, i + 5, 'disk1');
    await scene.take(name);
    await look(scene);
  }
  await scene.do({ do: 'apply', checkpoint: 'b', takeFirst: false });
  await look(scene);
  await scene.do({ do: 'start' });
  await scene.write(FIRST, 9, 20);
  for (const name of ['d', 'e', 'f']) await scene.take(name);
  await scene.write(FIRST, 5, 21);
  await scene.do({ do: 'delete', checkpoint: 'b' });
  await look(scene);
  await scene.do({ do: 'delete', checkpoint: 'e' });
  await scene.lab.advance(scene.lab.nowUs + 60e6, () => scene.names().includes('e'));
  await look(scene);
  expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < b', 'd < b', 'f < d', 'Now < f']);
  return scene;
}

describe('names and folders', () => {
  it('[A] differencing disks are `.avhd`; the base is a `.vhd` among the virtual hard disks', async () => {
    const scene = await grown(async () => undefined);
    expect(scene.file('a')).toBe('Virtual Hard Disks/LAB-WEB01.vhd');
    expect(scene.file('a', 'disk1')).toBe('Virtual Hard Disks/LAB-WEB01-disk1.vhd');
    for (const name of ['b', 'c', 'd', 'f', NOW]) {
      const [, guid] = new RegExp(`^Snapshots/(${GUID})\\.avhd$`).exec(scene.file(name)) ?? [];
      expect(guid, name).toBeDefined();
      expect(scene.file(name, 'disk1'), 'disks of one moment carry one id').toBe(
        `Snapshots/${guid}-disk1.avhd`,
      );
    }
  });

  it('[A, B] configuration and saved states lie beside them, each named by its id', async () => {
    const scene = await grown(async () => undefined);
    expect(scene.lab.state.id).toMatch(new RegExp(`^${GUID}$`));
    expect(scene.has(`Virtual Machines/${scene.lab.state.id}.json`)).toBe(true);
    for (const name of ['a', 'c', 'd', 'f']) {
      expect(scene.node(name).savedState?.file).toBe(`Snapshots/${scene.id(name)}.vsv`);
      expect(scene.has(`Snapshots/${scene.id(name)}.vsv`)).toBe(true);
      expect(scene.has(`Snapshots/${scene.id(name)}.json`)).toBe(true);
    }
    await scene.do({ do: 'save' });
    expect(scene.now.savedState?.file).toBe(`Virtual Machines/${scene.lab.state.id}.vsv`);
  });

  it('[A] the configuration names every file that is there, and no other', async () => {
    await grown(async (scene) => {
      const { state } = scene.lab;
      const bytes = await scene.bytes(configurationName(state.id));
      expect(machineOfBytes(bytes, 'it').state).toEqual(state);
      const files = nodesOf(state).flatMap((node) => [
        ...Object.values(node.files),
        ...(node.savedState ? [node.savedState.file] : []),
        ...(node.id === NOW || node.deletedAtUs !== null ? [] : [`Snapshots/${node.id}.json`]),
      ]);
      expect(scene.files()).toEqual([...files, configurationName(state.id)].sort());
    });
  });
});

describe('links', () => {
  it('[P, T, D] each file names the one below it: by id, by relative path and by the whole path on its host', async () => {
    const scene = await grown(async () => undefined);
    const { state } = scene.lab;
    let links = 0;
    for (const { id } of nodesOf(state)) {
      for (const disk of [DISK, 'disk1']) {
        const [child = '', parent] = chainOf(state, id, disk);
        const link = (await scene.image(child)).parent;
        if (parent === undefined) {
          expect(link).toBeNull();
          continue;
        }
        links++;
        expect(link?.id).toBe((await scene.image(parent)).id);
        const whole = `D:\\Hyper-V\\LAB-WEB01\\${parent.replaceAll('/', '\\')}`;
        const relative = parent.startsWith('Snapshots/')
          ? `.\\${parent.slice('Snapshots/'.length)}`
          : `..\\${parent.replaceAll('/', '\\')}`;
        const paths = Object.fromEntries((link?.paths ?? []).map(({ platform, path }) => [platform, path]));
        expect([link?.name, paths]).toEqual([whole, { W2ku: whole, W2ru: relative }]);
      }
    }
    expect(links).toBe(10);
  });

  it('the folder opens as trees of chains: those of the machine, without a finding', async () => {
    await grown(async (scene) => {
      const { state } = scene.lab;
      const paths = scene.files().filter((file) => /\.a?vhd$/.test(file));
      const files: PileFile[] = [];
      for (const path of paths) files.push({ path, image: await scene.image(path) });
      const forest = assemble(files);
      const found = new Map(
        forest.links.map(({ parent }, i) => [paths[i], parent === null ? undefined : paths[parent]]),
      );
      for (const { id } of nodesOf(state)) {
        for (const disk of [DISK, 'disk1']) {
          const [child = '', parent] = chainOf(state, id, disk);
          expect(found.get(child), child).toBe(parent);
        }
      }
      // That a file has several children is worth a note, and no fault.
      const findings = forest.links.flatMap((link) => link.findings);
      expect(findings.filter(({ rule }) => rule !== 'several-children')).toEqual([]);
      expect(forest.links.every(({ state, complete }) => state === 'whole' && complete)).toBe(true);
      expect(forest.roots).toHaveLength(2);
    });
  });
});

describe('contents', () => {
  it('every file passes the check, and every point reads right, whatever was done', async () => {
    await grown(async (scene) => {
      await scene.expectSoundFiles();
      await scene.expectDisks();
    });
  });

  it('a deleted checkpoint that waits keeps its disks as they were', async () => {
    let frozen: Record<string, string> = {};
    const scene = await grown(async (at) => {
      if (at.names().includes('b') && frozen[at.file('b')] === undefined)
        frozen = await at.fileHashes(Object.values(at.node('b').files));
    });
    expect(scene.node('b').deletedAtUs).not.toBeNull();
    expect(await scene.fileHashes(Object.keys(frozen))).toEqual(frozen);
    await scene.expectReads('b', scene.flat('b'));
  });
});
