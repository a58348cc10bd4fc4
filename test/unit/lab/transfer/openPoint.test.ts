import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../../../src/lab/drive/labFolders.ts';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import { chainOf, nodesOf } from '../../../../src/lab/machine/tree.ts';
import { exportPoint, openPoint } from '../../../../src/lab/transfer/openPoint.ts';
import type { DiskFolder } from '../../../../src/storage/diskFolder.ts';
import type { FolderTree } from '../../../../src/storage/folderTree.ts';
import { MemoryFolder } from '../../../../src/storage/memoryFolder.ts';
import { type BuiltMachine, buildMachine, SMALL_DISK } from '../../../support/builtMachine.ts';
import { MemorySink } from '../../../support/memorySink.ts';
import { sameBytes } from '../../../support/openedChain.ts';
import { SevenZipFolder } from '../../../support/sevenZip.ts';

let module: CoreModule;
let folder: FolderTree;
let built: BuiltMachine;

const disks = [SMALL_DISK, { ...SMALL_DISK, type: 'fixed' as const, virtualSizeBytes: 3 * 2 ** 20 }];

beforeAll(async () => {
  module = await loadCore();
  folder = memoryTree();
  built = await buildMachine(folder, module, 21, { disks });
});

function points() {
  const { state } = built.machine;
  return nodesOf(state).flatMap(({ id, name, files }) =>
    Object.keys(files).map((disk) => ({
      name: `${name} ${disk}`,
      chain: chainOf(state, id, disk),
      truth: built.truth.get(`${id} ${disk}`) ?? new Uint8Array(0),
    })),
  );
}

it('reads every disk at every checkpoint and at Now', async () => {
  expect(points()).toHaveLength(10);
  for (const { name, chain, truth } of points()) {
    const { disk, close } = await openPoint(folder, chain, true, { module });
    const read = new Uint8Array(truth.length);
    await disk.read(0, read);
    await close();
    expect([name, sameBytes(read, truth)]).toEqual([name, true]);
  }
});

it.each(['raw', 'fixed', 'dynamic'] as const)(
  'exports every point as one %s disk that 7-Zip reads without any other file',
  async (format) => {
    for (const { name, chain, truth } of points()) {
      const sink = new MemorySink();
      const identity = { id: new Uint8Array(16).fill(9), made: new Date(0) };
      const digest = createHash('sha256');
      const hasher = {
        update: (bytes: Uint8Array) => void digest.update(bytes),
        digest: () => digest.digest('hex'),
        close: () => undefined,
      };
      const result = await exportPoint(
        { folder, chain, complete: true },
        sink,
        { format, identity, hasher },
        { module },
      );
      expect(sink.state).toBe('closed');
      expect(result.sha256).toBe(createHash('sha256').update(truth).digest('hex'));
      const bytes = sink.asFile('out.vhd').bytes();
      const read = new Uint8Array(truth.length);
      if (format === 'raw') read.set(bytes);
      else {
        const sevenZip = await SevenZipFolder.with([{ name: 'out.vhd', bytes }]);
        expect(sevenZip.read('out.vhd', (offset, piece) => read.set(piece, offset))).toBe(truth.length);
      }
      expect([name, sameBytes(read, truth)]).toEqual([name, true]);
    }
  },
);

it('leaves nothing open: every file can be removed afterwards', async () => {
  const other = memoryTree();
  const { machine } = await buildMachine(other, module, 22);
  const chain = chainOf(machine.state, NOW, 'disk0');
  const open = new Set<string>();
  const watched = watch(other, open);
  const { close } = await openPoint(watched, chain, true, { module });
  expect([...open].sort()).toEqual([...chain].sort());
  await close();
  expect(open.size).toBe(0);
});

it('refuses a chain in which a file is not the parent that the one above it names, and closes what it opened', async () => {
  const { state } = built.machine;
  const [a, , c] = state.checkpoints;
  const names = [c?.files.disk0 ?? '', c?.files.disk1 ?? '', a?.files.disk1 ?? ''];
  const open = new Set<string>();
  const opening = openPoint(watch(folder, open), names, true, { module });
  await expect(opening).rejects.toMatchObject({ code: 'corrupt', problem: { where: { file: names[0] } } });
  expect(open.size).toBe(0);
});

it('aborts the sink and lets go of the hasher where the chain cannot be opened', async () => {
  const sink = new MemorySink();
  let closed = 0;
  const hasher = { update: () => undefined, digest: () => '', close: () => void closed++ };
  const exporting = exportPoint(
    { folder, chain: ['Snapshots/none.avhd'], complete: true },
    sink,
    { format: 'raw', identity: { id: new Uint8Array(16), made: new Date(0) }, hasher },
    { module },
  );
  await expect(exporting).rejects.toMatchObject({ code: 'vanished' });
  expect([sink.state, closed]).toEqual(['aborted', 1]);
});

it('takes a base without any signature for a raw disk only outside of the machine’s own folders', async () => {
  const noise = new Uint8Array(8192).fill(0x5a);
  const plain = new MemoryFolder();
  plain.put('foreign.img', noise);
  const { disk, close } = await openPoint(plain, ['foreign.img'], true, { module });
  expect(disk.sectorCount).toBe(16);
  await close();
  const own = memoryTree();
  const file = await own.create('Virtual Hard Disks/own.vhd');
  await file.write(0, noise);
  await file.close();
  await expect(openPoint(own, ['Virtual Hard Disks/own.vhd'], true, { module })).rejects.toMatchObject({
    code: 'not-a-disk',
  });
});

/** Notes which files are open. */
function watch(inner: DiskFolder, open: Set<string>): DiskFolder {
  return {
    list: () => inner.list(),
    create: (name) => inner.create(name),
    rename: (source, target) => inner.rename(source, target),
    remove: (name) => inner.remove(name),
    async open(name, access) {
      const file = await inner.open(name, access);
      open.add(name);
      const close = file.close.bind(file);
      file.close = async () => {
        open.delete(name);
        await close();
      };
      return file;
    },
  };
}
