/** The thread of the built program: memory that both threads see holds the reader back. */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeFilesHost } from '../../../src/cli/nodeFilesHost.ts';
import type { FilesHost } from '../../../src/filesystems/filesHost.ts';
import { NodeFile } from '../../../src/storage/nodeFile.ts';
import { asFilesSource, filesScene, keeping, lookInto } from '../../support/filesScene.ts';
import { sha256 } from '../../support/randomVolume.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../../dist/cli/disklab.js');
const MIB = 2 ** 20;

async function hostOf(scene: ReturnType<typeof filesScene>): Promise<FilesHost> {
  const folder = temporaryFolder();
  const files = scene.files.map((file) => {
    const filePath = path.join(folder, file.name);
    writeFileSync(filePath, file.bytes());
    return new NodeFile(filePath);
  });
  const host = nodeFilesHost(await asFilesSource(files), pathToFileURL(PROGRAM));
  onTestFinished(async () => {
    host.close();
    for (const file of files) await file.close();
  });
  return host;
}

describe.skipIf(!existsSync(PROGRAM))('a thread of the built program', () => {
  it('reads every point as it was written', async () => {
    const scene = filesScene(2);
    const host = await hostOf(scene);
    for (const [point, wanted] of scene.contents.entries()) {
      const { volume, items } = await lookInto(host, point);
      expect(items.map((item) => item.path).sort()).toEqual([...wanted.keys()].sort());
      const { found, consumer } = keeping();
      await host.read(point, volume, items, consumer);
      const inspected = await host.inspect(point, volume, items, { headBytes: 9, hash: true, runs: true });
      for (const [i, item] of items.entries()) {
        const bytes = wanted.get(item.path) ?? new Uint8Array(0);
        expect(Buffer.compare(found.get(item.path) ?? new Uint8Array(1), bytes), item.path).toBe(0);
        expect(inspected[i]).toMatchObject({ sha256: sha256(bytes), problem: null });
        expect(inspected[i]?.head).toEqual(bytes.slice(0, 9));
      }
    }
    expect(await host.layersBetween(0, 1, Float64Array.of(0, 20 * MIB))).toEqual([0]);
    expect(await host.layersBetween(1, 2, Float64Array.of(0, 20 * MIB))).toEqual([1]);
  });

  it('waits for a slow consumer, and stops where nothing more is wanted', async () => {
    const scene = filesScene(90);
    const host = await hostOf(scene);
    const { volume, items } = await lookInto(host, 0);
    const { found, consumer } = keeping(() => new Promise((resolve) => setTimeout(resolve, 2)));
    const told: number[] = [];
    await host.read(0, volume, items, consumer, { onAdvance: (done) => told.push(done) });
    for (const [name, bytes] of scene.contents[0] ?? [])
      expect(Buffer.compare(found.get(name) ?? new Uint8Array(1), bytes), name).toBe(0);
    expect(told).toEqual([...told].sort((a, b) => a - b));

    const large = items.filter((item) => item.path === 'large.bin');
    let given = 0;
    let end = 0;
    await host.read(0, volume, large, {
      begin: () => undefined,
      async write(_item, _offset, bytes) {
        given += bytes.length;
        return false;
      },
      end: (_item, { sizeBytes }) => {
        end = sizeBytes;
      },
    });
    expect(given).toBeLessThanOrEqual(MIB);
    expect(end, 'the reader itself stopped').toBeLessThan(80 * MIB);
  });

  it('is ended by a cancel while it waits for room, and started again', async () => {
    const scene = filesScene(60);
    const host = await hostOf(scene);
    const { volume, items } = await lookInto(host, 0);
    const controller = new AbortController();
    const { consumer } = keeping(async () => {
      // Long enough for the thread to run into the bound.
      await new Promise((resolve) => setTimeout(resolve, 300));
      controller.abort();
    });
    const read = host.read(0, volume, items, consumer, { signal: controller.signal });
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
    expect((await lookInto(host, 2)).items).toHaveLength(3);
  });

  it('says what is wrong with the files', async () => {
    const scene = filesScene(2);
    const host = await hostOf({ ...scene, files: scene.files.slice(0, 2) });
    await expect(host.volumes(0)).rejects.toMatchObject({ code: 'parent-missing' });
  });
});

describe('from source', () => {
  it('there is no thread, and the call says so', async () => {
    const scene = filesScene(2);
    const host = nodeFilesHost(await asFilesSource(scene.files), new URL('file:///nowhere/disklab.js'));
    await expect(host.volumes(0)).rejects.toMatchObject({ code: 'io' });
  });
});

describe.skipIf(!existsSync(PROGRAM))('the program', () => {
  it('is not kept from ending, and takes its arguments in the main thread only', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, '--version']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });
});
