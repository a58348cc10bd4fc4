import { Buffer } from 'node:buffer';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { ByteScanner } from '../../../../src/core/byteScanner.ts';
import type { CoreModule } from '../../../../src/core/core.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../../../src/lab/drive/labFolders.ts';
import { labDate } from '../../../../src/lab/labTime.ts';
import { configurationName } from '../../../../src/lab/machine/configuration.ts';
import { nodesOf } from '../../../../src/lab/machine/tree.ts';
import { copyFolder } from '../../../../src/lab/transfer/copyFolder.ts';
import { machineFiles } from '../../../../src/lab/transfer/machineFiles.ts';
import { zipFolder } from '../../../../src/lab/transfer/zipFolder.ts';
import { centralHeader, directoryEnd, localHeader } from '../../../../src/lab/transfer/zipFormat.ts';
import { folderSink } from '../../../../src/storage/fileSink.ts';
import { FolderTree } from '../../../../src/storage/folderTree.ts';
import { MemoryBytes } from '../../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../../src/storage/memoryFolder.ts';
import { type BuiltMachine, buildMachine, bytesIn, put, SMALL_DISK } from '../../../support/builtMachine.ts';
import { MemorySink } from '../../../support/memorySink.ts';
import { sameBytes } from '../../../support/openedChain.ts';
import { machineIn7Zip } from '../../../support/sevenZipMachine.ts';

let module: CoreModule;
let isZero: (bytes: Uint8Array) => boolean;
let folder: FolderTree;
let built: BuiltMachine;
let names: string[];

beforeAll(async () => {
  module = await loadCore();
  const scanner = await ByteScanner.create(module);
  isZero = scanner.isZero.bind(scanner);
  folder = memoryTree();
  built = await buildMachine(folder, module, 31);
  names = (await machineFiles(folder)).map(({ name }) => name);
});

const made = labDate(90_000_000);

describe('the files that leave with the machine', () => {
  it('are disks, saved states, settings and the configuration', () => {
    const disks = names.filter((name) => /\.a?vhd$/.test(name));
    expect(disks).toHaveLength(5);
    expect(names.filter((name) => name.endsWith('.vsv'))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith('Snapshots/') && name.endsWith('.json'))).toHaveLength(4);
    expect(names).toContain(configurationName(built.machine.state.id));
    expect(names).toHaveLength(11);
  });

  it('are none that are being made, and none of somebody else’s', async () => {
    const mixed = new FolderTree({
      Snapshots: new MemoryFolder(),
      Foundation: new MemoryFolder(),
      'Virtual Machines': new MemoryFolder(),
    });
    const kept = ['Snapshots/X.avhd', 'Snapshots/X.avhd.merge-journal', 'Virtual Machines/Y.json'];
    const left = ['Snapshots/Z.avhd.part', 'Virtual Machines/Y.json.new', 'Foundation/0-base.vhd'];
    for (const name of [...kept, ...left]) await put(mixed, name, new Uint8Array(3));
    expect((await machineFiles(mixed)).map(({ name }) => name)).toEqual(kept);
  });
});

describe('copying', () => {
  it('gives the same bytes in the same folders, the configuration last', async () => {
    const copy = memoryTree();
    const order: string[] = [];
    const result = await copyFolder(
      folder,
      names,
      (name) => {
        order.push(name);
        return folderSink(copy, name);
      },
      { isZero },
    );
    expect((await copy.list()).map(({ name }) => name)).toEqual(names);
    for (const name of names) {
      const same = sameBytes(await bytesIn(copy, name), await bytesIn(folder, name));
      expect([name, same]).toEqual([name, true]);
    }
    expect(order.at(-1)).toBe(configurationName(built.machine.state.id));
    const sizes = (await folder.list()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(result).toMatchObject({ files: 11, bytes: sizes });
    const read = await machineIn7Zip(copy, SMALL_DISK.virtualSizeBytes);
    for (const { id, files } of nodesOf(built.machine.state)) {
      const truth = built.truth.get(`${id} disk0`) ?? new Uint8Array(0);
      expect([id, sameBytes(read.read(files.disk0 ?? ''), truth)]).toEqual([id, true]);
    }
  });

  it('leaves holes out', async () => {
    const sparse = memoryTree();
    const content = new MemoryBytes();
    content.truncate(2 ** 28);
    content.write(2 ** 27, new Uint8Array(10).fill(1));
    const disks = sparse.folders.get('Snapshots');
    if (!(disks instanceof MemoryFolder)) throw new Error('a folder in memory');
    disks.put('large.avhd', content);
    const sink = new MemorySink();
    const result = await copyFolder(sparse, ['Snapshots/large.avhd'], async () => sink, { isZero });
    expect(result.bytes).toBe(2 ** 28);
    expect(result.writtenBytes).toBeLessThan(200_000);
    expect(sink.asFile('copy').sizeBytes).toBe(2 ** 28);
    const copied = new Uint8Array(12);
    sink.asFile('copy').readNow(2 ** 27 - 1, copied);
    expect([...copied]).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
  });

  it('stops where it is cancelled, and leaves no half of a file', async () => {
    const controller = new AbortController();
    const sinks: MemorySink[] = [];
    const reason = new DiskError({ code: 'cancelled', message: 'Cancelled.' });
    const copying = copyFolder(
      folder,
      names,
      async () => {
        sinks.push(new MemorySink());
        if (sinks.length === 3) controller.abort(reason);
        return sinks.at(-1) ?? new MemorySink();
      },
      { isZero, signal: controller.signal },
    );
    await expect(copying).rejects.toBe(reason);
    expect(sinks.map(({ state }) => state)).toEqual(['closed', 'closed', 'aborted']);
  });

  it('tells of every byte', async () => {
    let done = 0;
    const result = await copyFolder(folder, names, async () => new MemorySink(), {
      isZero,
      advance: (bytes) => {
        done += bytes;
      },
    });
    expect(done).toBe(result.bytes);
  });
});

describe('a zip', () => {
  it('holds every file with its folder, and its disks read in 7-Zip at every checkpoint', async () => {
    const sink = new MemorySink();
    let done = 0;
    const result = await zipFolder(folder, names, sink, {
      made,
      advance: (bytes) => {
        done += bytes;
      },
    });
    expect(sink.state).toBe('closed');
    expect(done).toBe(result.bytes);
    const bytes = sink.asFile('machine.zip').bytes();
    expect(bytes.length).toBe(result.writtenBytes);
    expect(result.writtenBytes).toBeLessThan(result.bytes);
    const files = unzipSync(bytes);
    expect(Object.keys(files).sort()).toEqual(names);
    const out = memoryTree();
    for (const [name, content] of Object.entries(files)) await put(out, name, content);
    for (const name of names) {
      const same = sameBytes(await bytesIn(out, name), await bytesIn(folder, name));
      expect([name, same]).toEqual([name, true]);
    }
    const read = await machineIn7Zip(out, SMALL_DISK.virtualSizeBytes);
    for (const { id, files: own } of nodesOf(built.machine.state)) {
      const truth = built.truth.get(`${id} disk0`) ?? new Uint8Array(0);
      expect([id, sameBytes(read.read(own.disk0 ?? ''), truth)]).toEqual([id, true]);
    }
  });

  it('is the same bytes for the same folder, dated by the machine’s clock', async () => {
    const [one, other] = [new MemorySink(), new MemorySink()];
    await zipFolder(folder, names, one, { made });
    await zipFolder(folder, names, other, { made });
    const bytes = one.asFile('zip').bytes();
    expect(sameBytes(bytes, other.asFile('zip').bytes())).toBe(true);
    // MS-DOS: 2 March 2026, 14:01:30.
    const local = Buffer.from(bytes.buffer, bytes.byteOffset);
    expect([local.readUInt16LE(12), local.readUInt16LE(10)]).toEqual([
      ((2026 - 1980) << 9) | (3 << 5) | 2,
      (14 << 11) | (1 << 5) | 15,
    ]);
  });

  it('has no limit at 4 GiB', () => {
    const [end, offset] = [2 ** 32 + 70_000, 2 ** 33 + 5];
    const entry = { name: 'Snapshots/large.avhd', crc: 1, sizeBytes: end, packedBytes: 17, offset };
    const view = (bytes: Uint8Array) => new DataView(bytes.buffer);
    const local = localHeader(entry, made);
    expect(view(local).getBigUint64(local.length - 16, true)).toBe(BigInt(end));
    const central = centralHeader(entry, made);
    expect(view(central).getBigUint64(central.length - 8, true)).toBe(BigInt(offset));
    const last = directoryEnd(70_000, offset, 5_000_000_000);
    expect(view(last).getBigUint64(32, true)).toBe(70_000n);
    expect(view(last).getBigUint64(48, true)).toBe(BigInt(offset));
    expect(view(last).getUint16(last.length - 12, true)).toBe(0xffff);
    expect(view(last).getUint32(last.length - 6, true)).toBe(0xffff_ffff);
  });

  it('leaves nothing behind where the target is full, and where it is cancelled', async () => {
    const full = new MemorySink(10_000);
    await expect(zipFolder(folder, names, full, { made })).rejects.toMatchObject({ code: 'no-space' });
    expect(full.state).toBe('aborted');
    const sink = new MemorySink();
    const controller = new AbortController();
    const reason = new DiskError({ code: 'cancelled', message: 'Cancelled.' });
    const zipping = zipFolder(folder, names, sink, {
      made,
      advance: () => controller.abort(reason),
      signal: controller.signal,
    });
    await expect(zipping).rejects.toBe(reason);
    expect(sink.state).toBe('aborted');
  });
});
