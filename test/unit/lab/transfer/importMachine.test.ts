import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../../../src/chain/assemble.ts';
import { checkFile } from '../../../../src/check/checkFile.ts';
import { ByteScanner } from '../../../../src/core/byteScanner.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../../../src/formats/openImage.ts';
import { memoryTree } from '../../../../src/lab/drive/labFolders.ts';
import { configurationName, readMachine, writeMachine } from '../../../../src/lab/machine/configuration.ts';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import { machineStateName } from '../../../../src/lab/machine/paths.ts';
import { chainOf, nodesOf } from '../../../../src/lab/machine/tree.ts';
import { type ImportWay, importMachine } from '../../../../src/lab/transfer/importMachine.ts';
import type { PickedFile } from '../../../../src/lab/transfer/pickedFolder.ts';
import type { DiskFolder } from '../../../../src/storage/diskFolder.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import {
  type BuiltMachine,
  buildMachine,
  bytesIn,
  guids,
  put,
  SMALL_DISK,
} from '../../../support/builtMachine.ts';
import { openFiles, sameBytes } from '../../../support/openedChain.ts';
import { machineIn7Zip } from '../../../support/sevenZipMachine.ts';

let module: CoreModule;
let isZero: (bytes: Uint8Array) => boolean;
let folder: DiskFolder;
let built: BuiltMachine;

const disks = [SMALL_DISK, { ...SMALL_DISK, type: 'fixed' as const, virtualSizeBytes: 3 * 2 ** 20 }];

beforeAll(async () => {
  module = await loadCore();
  const scanner = await ByteScanner.create(module);
  isZero = scanner.isZero.bind(scanner);
  folder = memoryTree();
  built = await buildMachine(folder, module, 41, { disks });
});

async function picked(from: DiskFolder, root = 'Exports/LAB-TEST/'): Promise<PickedFile[]> {
  const files: PickedFile[] = [];
  for (const { name } of await from.list()) {
    const own = name.slice(name.lastIndexOf('/') + 1);
    files.push({ path: root + name, file: MemoryFile.of(own, await bytesIn(from, name), 'read-only') });
  }
  return files;
}

async function imported(how: ImportWay, seed: number, from: DiskFolder = folder) {
  const into = memoryTree();
  const machine = await importMachine(await picked(from), into, how, guids(seed), { isZero });
  return { into, machine };
}

async function expectSound(into: DiskFolder, names: readonly string[]): Promise<DiskImage[]> {
  const images: DiskImage[] = [];
  for (const name of names) {
    const image = await openImage(await into.open(name, 'read-only'));
    if (!isDiskImage(image)) throw new Error(`${name} was refused`);
    const { findings } = await checkFile(image, { module, now: new Date('2026-12-01') });
    expect([name, findings]).toEqual([name, []]);
    images.push(image);
  }
  return images;
}

const diskNames = () => [
  ...new Set(nodesOf(built.machine.state).flatMap(({ files }) => Object.values(files))),
];

describe('restoring', () => {
  it('copies every file as it is, and the machine with its ids', async () => {
    const { into, machine } = await imported('restore', 1);
    expect(machine).toEqual(built.machine);
    const names = (await folder.list()).map(({ name }) => name);
    expect((await into.list()).map(({ name }) => name)).toEqual(names);
    for (const name of names)
      expect([name, sameBytes(await bytesIn(into, name), await bytesIn(folder, name))]).toEqual([name, true]);
  });

  it('leaves alone what does not belong to the machine', async () => {
    const into = memoryTree();
    const more = ['notes.txt', 'Exports/LAB-TEST/Snapshots/left.avhd.part', 'Exports/other/Snapshots/x.avhd'];
    const files = await picked(folder);
    for (const path of more) files.push({ path, file: MemoryFile.of('x', new Uint8Array(600)) });
    files.push({
      path: 'Exports/LAB-TEST/Snapshots/stray.avhd',
      file: MemoryFile.of('x', new Uint8Array(600)),
    });
    await importMachine(files, into, 'restore', guids(1), { isZero });
    expect(await into.list()).toHaveLength((await folder.list()).length);
  });

  it('writes over nothing that is there', async () => {
    const { into } = await imported('restore', 1);
    const again = importMachine(await picked(folder), into, 'restore', guids(1), { isZero });
    await expect(again).rejects.toMatchObject({ code: 'busy' });
    expect(await readMachine(into)).toEqual(built.machine);
  });

  it('takes a merge’s journal with it, for recovery, and then asks nothing of ids', async () => {
    const other = memoryTree();
    await buildMachine(other, module, 42);
    await put(other, 'Virtual Hard Disks/LAB-TEST.vhd.merge-journal', new Uint8Array(4096).fill(1));
    const { into } = await imported('restore', 1, other);
    const names = (await into.list()).map(({ name }) => name);
    expect(names).toContain('Virtual Hard Disks/LAB-TEST.vhd.merge-journal');
    await expect(imported('copy', 1, other)).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('registering', () => {
  it('reads the machine where it lies and writes nothing', async () => {
    const before = await folder.list();
    const machine = await importMachine([], folder, 'register', guids(1), { isZero });
    expect(machine).toEqual(built.machine);
    expect(await folder.list()).toEqual(before);
  });

  it('says that there is no machine', async () => {
    const nothing = importMachine([], memoryTree(), 'register', guids(1), { isZero });
    await expect(nothing).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('copying', () => {
  it('gives every disk an id of its own, named by those above it; every file passes the check and reads as before', async () => {
    const { into, machine } = await imported('copy', 7);
    const { state } = machine;
    expect(state.id).not.toBe(built.machine.state.id);
    expect(machine.seed).not.toBe(built.machine.seed);
    expect(await readMachine(into)).toEqual(machine);
    const images = await expectSound(into, diskNames());
    const before = await expectSound(folder, diskNames());
    expect(images).toHaveLength(10);
    const own = new Set([...images, ...before].map(({ id }) => id));
    expect(own.size).toBe(20);
    for (const { id, files } of nodesOf(state)) {
      for (const disk of Object.keys(files)) {
        const chain = chainOf(state, id, disk);
        const open = await Promise.all(chain.map((name) => into.open(name, 'read-only')));
        const read = await openFiles(module, open);
        const truth = built.truth.get(`${id} ${disk}`) ?? new Uint8Array(0);
        const bytes = new Uint8Array(truth.length);
        await read.read(0, bytes);
        expect([id, disk, sameBytes(bytes, truth)]).toEqual([id, disk, true]);
      }
    }
  });

  it('changes nothing but ids and checksums', async () => {
    const { into } = await imported('copy', 7);
    for (const name of diskNames()) {
      const [one, other] = [await bytesIn(folder, name), await bytesIn(into, name)];
      expect(other.length).toBe(one.length);
      let changed = 0;
      for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) changed++;
      // An id of 16 bytes and a checksum of 4, in two footers; the parent's id and a checksum in the header.
      expect(changed).toBeLessThanOrEqual(2 * 20 + 20);
      expect(changed).toBeGreaterThan(10);
    }
  });

  it('twice gives machines whose files stand side by side in one pile, each with its own chain', async () => {
    const machines = [await imported('copy', 7), await imported('copy', 8)];
    const files: { image: DiskImage; path: string; changedMs: number }[] = [];
    for (const [place, from] of [folder, ...machines.map(({ into }) => into)].entries()) {
      const images = await expectSound(from, diskNames());
      images.forEach((image, i) => {
        files.push({ image, path: `machine ${place}/${diskNames()[i]}`, changedMs: 0 });
      });
    }
    const forest = assemble(files);
    expect(forest.roots).toHaveLength(6);
    for (const [place, link] of forest.links.entries()) {
      const file = files[place];
      expect(link.sameId).toEqual([]);
      expect(link.findings.filter(({ rule }) => rule !== 'several-children')).toEqual([]);
      const isChild = file?.image.type === 'differencing';
      expect(link.state).toBe(isChild ? 'whole' : 'whole');
      const parent = link.parent === null ? null : files[link.parent];
      expect(parent !== null).toBe(isChild);
      if (parent) expect(parent?.path.split('/')[0]).toBe(file?.path.split('/')[0]);
    }
  });

  it('is read by 7-Zip at every checkpoint', async () => {
    const { into, machine } = await imported('copy', 9);
    const read = await machineIn7Zip(into, SMALL_DISK.virtualSizeBytes);
    for (const { id, files } of nodesOf(machine.state)) {
      for (const [disk, file] of Object.entries(files)) {
        const truth = built.truth.get(`${id} ${disk}`) ?? new Uint8Array(0);
        expect([id, disk, sameBytes(read.read(file), truth)]).toEqual([id, disk, true]);
      }
    }
  });

  it('gives what Now starts from the new machine’s name', async () => {
    const other = memoryTree();
    const { machine } = await buildMachine(other, module, 43);
    const { state } = machine;
    const file = machineStateName(state.id);
    await put(other, file, new Uint8Array(77).fill(7));
    const now = state.now && { ...state.now, savedState: { file, fileBytes: 77, memoryBytes: 2 ** 20 } };
    await writeMachine(other, { ...machine, state: { ...state, power: 'saved', now } });
    const copy = await imported('copy', 5, other);
    const saved = copy.machine.state.now?.savedState?.file;
    expect(saved).toBe(machineStateName(copy.machine.state.id));
    expect((await bytesIn(copy.into, saved ?? '')).length).toBe(77);
    expect((await copy.into.list()).map(({ name }) => name)).not.toContain(file);
  });
});

describe('what cannot be imported', () => {
  const without = async (name: string) => (await picked(folder)).filter(({ path }) => !path.endsWith(name));

  it.each(['restore', 'copy'] as const)('names the files that %s misses, and writes nothing', async (how) => {
    const { state } = built.machine;
    const names = [state.now?.files.disk0 ?? '', state.checkpoints[0]?.files.disk1 ?? ''];
    let files = await picked(folder);
    files = files.filter(({ path }) => !names.some((name) => path.endsWith(name)));
    const into = memoryTree();
    const importing = importMachine(files, into, how, guids(1), { isZero });
    await expect(importing).rejects.toMatchObject({ code: 'vanished' });
    await expect(importing).rejects.toThrow(/^2 files of the machine are missing: /);
    for (const name of names) await expect(importing).rejects.toThrow(name);
    expect(await into.list()).toEqual([]);
  });

  it('says that a saved state is missing', async () => {
    const importing = importMachine(await without('.vsv'), memoryTree(), 'restore', guids(1), { isZero });
    await expect(importing).rejects.toMatchObject({ code: 'vanished' });
  });

  it('says that there is no configuration, and that there are two', async () => {
    const none = importMachine(
      await without(`${built.machine.state.id}.json`),
      memoryTree(),
      'copy',
      guids(1),
      {
        isZero,
      },
    );
    await expect(none).rejects.toMatchObject({ code: 'bad-request' });
    const two = [...(await picked(folder, 'one/')), ...(await picked(folder, 'two/'))];
    const both = importMachine(two, memoryTree(), 'copy', guids(1), { isZero });
    await expect(both).rejects.toMatchObject({ code: 'bad-request' });
    await expect(both).rejects.toThrow(/one\/Virtual Machines.* and two\/Virtual Machines/);
  });

  it('refuses disks that do not belong together', async () => {
    const other = memoryTree();
    const { machine } = await buildMachine(other, module, 41, { disks });
    const [, b] = machine.state.checkpoints;
    const name = b?.files.disk0 ?? '';
    const stranger = memoryTree();
    await buildMachine(stranger, module, 99, { disks });
    const foreign = (await stranger.list()).find(
      (each) => each.name.startsWith('Snapshots/') && each.name.endsWith('.avhd'),
    );
    await other.remove(name);
    await put(other, name, await bytesIn(stranger, foreign?.name ?? ''));
    await expect(imported('copy', 1, other)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('refuses a file that is no disk', async () => {
    const other = memoryTree();
    const { machine } = await buildMachine(other, module, 44);
    const name = machine.state.checkpoints[0]?.files.disk0 ?? '';
    await other.remove(name);
    await put(other, name, new Uint8Array(4096).fill(3));
    await expect(imported('restore', 1, other)).rejects.toMatchObject({ code: 'not-a-disk' });
  });

  it('refuses a machine that stands on somebody else’s chain', async () => {
    const other = memoryTree();
    const { machine } = await buildMachine(other, module, 45);
    await writeMachine(other, { ...machine, hasFoundation: true });
    await expect(imported('restore', 1, other)).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('leaves nothing behind where a copy fails on the way', async () => {
    const into = memoryTree();
    const controller = new AbortController();
    let calls = 0;
    const importing = importMachine(await picked(folder), into, 'copy', guids(1), {
      isZero,
      advance: () => {
        if (++calls === 4) controller.abort(new Error('stopped'));
      },
      signal: controller.signal,
    });
    await expect(importing).rejects.toThrow('stopped');
    expect(await into.list()).toEqual([]);
    expect(nodesOf(built.machine.state).some(({ id }) => id === NOW)).toBe(true);
    expect(await readMachine(into)).toBeNull();
    expect(configurationName(built.machine.state.id)).toMatch(/^Virtual Machines\//);
  });
});
