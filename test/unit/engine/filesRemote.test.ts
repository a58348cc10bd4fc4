/**
 * Invariants: what the engine gets from the thread is what the files hold, in the reader's order, whatever the consumer does;
 * whatever ends a call (cancel, death, a fault), it rejects with a `DiskError`, and the next call works.
 */
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { FilesRemote } from '../../../src/engine/filesRemote.ts';
import { chainSource } from '../../../src/engine/layerPieces.ts';
import { localFilesHost } from '../../../src/engine/localFilesHost.ts';
import type { FilesTools } from '../../../src/filesystems/chainFiles.ts';
import type { ContentConsumer, FilesHost } from '../../../src/filesystems/filesHost.ts';
import { type InProcessThreads, inProcessThreads } from '../../support/inProcessThread.ts';
import {
  type RandomVolume,
  randomVolume,
  sha256,
  toyTools,
  volumeBytes,
} from '../../support/randomVolume.ts';
import { type ToyFile, ToyFileSystem, toyContents, toyItems } from '../../support/toyFileSystem.ts';

const MIB = 2 ** 20;
const QUICK = { tickMilliseconds: 5, ticks: 3, ticksAtStart: 400 };

function remote(scene: RandomVolume, threads: InProcessThreads, complete = true): FilesRemote {
  const source = () => chainSource({ images: scene.images, complete }, async () => null);
  return new FilesRemote(source, threads.start, QUICK);
}

/** Keeps every file's contents and the order of what it is told; every call takes its time where `slow`. */
function keeping(slow: boolean) {
  const contents = new Map<number, Uint8Array>();
  const told: string[] = [];
  let inside = 0;
  const turn = async () => {
    expect(++inside, 'one call at a time').toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
  };
  const consumer: ContentConsumer = {
    begin({ entry, sizeBytes }) {
      told.push(`begin ${entry}`);
      contents.set(entry, new Uint8Array(sizeBytes));
      return slow ? turn() : undefined;
    },
    write({ entry }, offset, bytes) {
      contents.get(entry)?.set(bytes, offset);
      return slow ? turn().then(() => true) : true;
    },
    end({ entry }, { sizeBytes }) {
      told.push(`end ${entry} ${sizeBytes}`);
      return slow ? turn() : undefined;
    },
  };
  return { consumer, contents, told };
}

async function expectContents(
  host: FilesHost,
  scene: RandomVolume,
  files: readonly ToyFile[],
  slow: boolean,
) {
  const { consumer, contents, told } = keeping(slow);
  const items = toyItems(files);
  await host.read(0, scene.volume, items, consumer);
  const bytes = volumeBytes(scene, 0);
  expect(told).toEqual(
    items.flatMap(({ entry, sizeBytes }) => [`begin ${entry}`, `end ${entry} ${sizeBytes}`]),
  );
  for (const [i, file] of files.entries())
    expect(
      Buffer.compare(contents.get(i + 1) ?? new Uint8Array(1), toyContents(file, bytes)),
      `file ${i}`,
    ).toBe(0);
}

/** Files of `mib` MiB each, of the same stretches over and over. */
function largeFiles(scene: RandomVolume, ...mib: number[]): ToyFile[] {
  const most = scene.volume.sectorCount * 512;
  return mib.map((size, i) => {
    const stretches = [];
    for (let left = size * MIB - i; left > 0; left -= most)
      stretches.push({ at: 0, lengthBytes: Math.min(left, most) });
    return stretches;
  });
}

describe('file systems read in a thread', () => {
  it('answers every call as reading in this thread does', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const scene = await randomVolume(seed, { virtualSizeBytes: 2 * MIB });
      const { images, volume, files } = scene;
      const tools = toyTools(files);
      const threads = inProcessThreads(tools);
      const [there, here] = [remote(scene, threads), localFilesHost({ images, complete: true }, tools)];
      const wanted = { headBytes: 100, hash: true, runs: true };
      const items = toyItems(files);
      for (const point of images.keys()) {
        expect(await there.volumes(point)).toEqual(await here.volumes(point));
        expect(await there.list(point, volume)).toEqual(await here.list(point, volume));
        expect(await there.inspect(point, volume, items, wanted)).toEqual(
          await here.inspect(point, volume, items, wanted),
        );
        const ranges = Float64Array.of(0, 5000, 70_000, 70_001);
        expect(await there.layersBetween(0, point, ranges)).toEqual(
          await here.layersBetween(0, point, ranges),
        );
      }
      for (const slow of [false, true]) {
        await expectContents(there, scene, files, slow);
        await expectContents(here, scene, files, slow);
      }
      expect(threads.started).toHaveLength(1);
    }
  });

  it('keeps what is too much for the way in a spool, whole and in order', async () => {
    const scene = await randomVolume(4, { virtualSizeBytes: 6 * MIB });
    const files = largeFiles(scene, 20, 0, 30, 25);
    const threads = inProcessThreads(toyTools(files));
    const host = remote(scene, threads);
    await expectContents(host, scene, files, true);
    await expectContents(host, scene, files, false);
    expect(threads.spooled.bytes).toBeGreaterThan(2 * 42 * MIB);
    expect(threads.spooled.open).toBe(0);
    // Never more on the way than is allowed, as far as the thread knows.
    const posted = threads.started[0]?.posted ?? [];
    expect(posted.filter(({ kind }) => kind === 'content').length).toBeGreaterThan(140);
  });

  it('gives nothing more of a file that is not wanted, and all of the next', async () => {
    const scene = await randomVolume(5, { virtualSizeBytes: 6 * MIB });
    const files = largeFiles(scene, 5, 2);
    const host = remote(scene, inProcessThreads(toyTools(files)));
    const written = [0, 0, 0];
    const ended: number[] = [];
    await host.read(0, scene.volume, toyItems(files), {
      begin: () => undefined,
      write({ entry }, _offset, bytes) {
        written[entry] = (written[entry] ?? 0) + bytes.length;
        return entry !== 1;
      },
      end: ({ entry }) => void ended.push(entry),
    });
    expect(written[1]).toBeLessThanOrEqual(MIB);
    expect(written[2]).toBe(2 * MIB - 1);
    expect(ended).toEqual([1, 2]);
  });

  it('rejects with what the consumer throws, at once or later, and works again', async () => {
    const scene = await randomVolume(6, { virtualSizeBytes: 6 * MIB });
    const files = largeFiles(scene, 3, 1);
    for (const later of [false, true]) {
      for (const place of ['begin', 'write', 'end'] as const) {
        const threads = inProcessThreads(toyTools(files));
        const host = remote(scene, threads);
        const fault = new Error('no space');
        let calls = 0;
        const fail = () => {
          calls++;
          if (later) return Promise.reject(fault);
          throw fault;
        };
        const { consumer } = keeping(later);
        const failing: ContentConsumer = { ...consumer, [place]: fail };
        await expect(host.read(0, scene.volume, toyItems(files), failing)).rejects.toBe(fault);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(calls, 'it is not called again').toBe(1);
        await expectContents(host, scene, files, false);
      }
    }
  });
});

describe('calls that are cancelled', () => {
  it('reject at once, also in the middle of contents, and the next call starts a thread', async () => {
    const scene = await randomVolume(7, { virtualSizeBytes: 6 * MIB });
    const files = largeFiles(scene, 40);
    const threads = inProcessThreads(toyTools(files));
    const host = remote(scene, threads);
    const controller = new AbortController();
    let writes = 0;
    const read = host.read(
      0,
      scene.volume,
      toyItems(files),
      {
        begin: () => undefined,
        async write() {
          if (++writes === 5) controller.abort();
          await Promise.resolve();
          return true;
        },
        end: () => undefined,
      },
      { signal: controller.signal },
    );
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
    const before = writes;
    await expectContents(host, scene, files, false);
    expect(writes).toBe(before);
    expect(threads.started).toHaveLength(2);
  });

  it('do not begin where they waited for their turn, and leave the call that runs alone', async () => {
    const scene = await randomVolume(8, { virtualSizeBytes: MIB });
    const threads = inProcessThreads(toyTools(scene.files));
    const host = remote(scene, threads);
    const controller = new AbortController();
    const order: string[] = [];
    const first = host.list(0, scene.volume).then(() => order.push('first'));
    const second = host.list(0, scene.volume, { signal: controller.signal });
    const third = host.list(0, scene.volume).then(() => order.push('third'));
    controller.abort(new DiskError({ code: 'cancelled', message: 'The user said so.' }));
    await expect(second).rejects.toThrow('The user said so.');
    order.push('second');
    await Promise.all([first, third]);
    expect(order).toEqual(['second', 'first', 'third']);
    expect(threads.started).toHaveLength(1);
    const already = host.list(0, scene.volume, { signal: controller.signal });
    await expect(already).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('are all that run or wait when the host is closed; a later one works', async () => {
    const scene = await randomVolume(9, { virtualSizeBytes: MIB });
    const threads = inProcessThreads(toyTools(scene.files));
    const host = remote(scene, threads);
    const calls = [host.list(0, scene.volume), host.volumes(0)];
    await new Promise((resolve) => setTimeout(resolve, 1));
    host.close();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect((await host.list(0, scene.volume)).facts.name).toBe('Toy');
  });
});

describe('a thread that fails', () => {
  it('by itself in the middle of a call rejects it, and the next one works', async () => {
    const scene = await randomVolume(10, { virtualSizeBytes: MIB });
    let armed = true;
    const threads: InProcessThreads = inProcessThreads(toyTools(scene.files), ({ kind }) => {
      if (kind !== 'begun' || !armed) return;
      armed = false;
      threads.started.at(-1)?.listeners.onDeath('out of memory');
    });
    const host = remote(scene, threads);
    const error = await host.list(0, scene.volume).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toMatchObject({ code: 'io' });
    expect(String(error)).toContain('out of memory');
    expect((await host.list(0, scene.volume)).facts.name).toBe('Toy');
    expect(threads.started).toHaveLength(2);
  });

  it('by a fault of our own is not used again, and the engine is not told to stop', async () => {
    const scene = await randomVolume(11, { virtualSizeBytes: MIB });
    let faults = 1;
    const tools: FilesTools = {
      ...toyTools(scene.files),
      openFileSystem(window) {
        if (faults-- > 0) throw new Error('assertion failed: a trap');
        return new ToyFileSystem(window, scene.files);
      },
    };
    const threads = inProcessThreads(tools);
    const host = remote(scene, threads);
    const error = await host.list(0, scene.volume).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'io' });
    expect(String(error)).toContain('failed: assertion failed: a trap.');
    expect((await host.list(0, scene.volume)).facts.name).toBe('Toy');
    expect(threads.started).toHaveLength(2);
  });

  it('by a fault of the files goes on', async () => {
    const scene = await randomVolume(12, { virtualSizeBytes: MIB });
    const threads = inProcessThreads(toyTools(scene.files));
    const host = remote(scene, threads);
    await expect(host.list(99, scene.volume)).rejects.toMatchObject({ code: 'bad-request' });
    expect((await host.list(0, scene.volume)).facts.name).toBe('Toy');
    expect(threads.started).toHaveLength(1);
  });

  it('silently, while it had nothing to do, is replaced unnoticed; one that never answers is a fault', async () => {
    const scene = await randomVolume(13, { virtualSizeBytes: MIB });
    const threads = inProcessThreads(toyTools(scene.files));
    const host = remote(scene, threads);
    await host.list(0, scene.volume);
    threads.started[0]?.kill();
    await expectContents(host, scene, scene.files, true);
    expect(threads.started).toHaveLength(2);

    const silent = { sharesMemory: false, post: () => undefined, end: () => undefined };
    const source = () => chainSource({ images: scene.images, complete: true }, async () => null);
    const never = new FilesRemote(source, () => silent, { tickMilliseconds: 1, ticks: 2, ticksAtStart: 2 });
    await expect(never.volumes(0)).rejects.toMatchObject({ code: 'io' });
    const unstartable = new FilesRemote(source, () => {
      throw new Error('no workers here');
    });
    await expect(unstartable.volumes(0)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('no workers here'),
    });
  });
});

describe('the chain as it crosses to the thread', () => {
  it('is refused where it is no longer the disk that was opened', async () => {
    const scene = await randomVolume(14, { virtualSizeBytes: MIB, layers: 2 });
    const images = scene.images.map((image) => ({
      ...image,
      virtualSizeBytes: image.virtualSizeBytes + 512,
    }));
    const host = remote({ ...scene, images }, inProcessThreads(toyTools([])));
    await expect(host.volumes(0)).rejects.toMatchObject({ code: 'changed' });
  });

  it('is refused where a file cannot be opened elsewhere', async () => {
    const scene = await randomVolume(15, { virtualSizeBytes: MIB });
    const [image] = scene.images;
    if (!image) throw new Error('a leaf');
    const { name, sizeBytes, read, readMany } = image.file;
    const strange = { ...image.file, name, sizeBytes, read, readMany };
    const host = remote({ ...scene, images: [{ ...image, file: strange }] }, inProcessThreads(toyTools([])));
    await expect(host.volumes(0)).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('reading in this thread', () => {
  it('throws a limit where a consumer that waits gets more than can be kept', async () => {
    const scene = await randomVolume(16, { virtualSizeBytes: 6 * MIB });
    const files = largeFiles(scene, 70);
    const host = localFilesHost({ images: scene.images, complete: true }, toyTools(files));
    await expect(host.read(0, scene.volume, toyItems(files), keeping(true).consumer)).rejects.toMatchObject({
      code: 'limit',
    });
    await expectContents(host, scene, files, false);
    const fault = new Error('stop');
    const failing = { ...keeping(false).consumer, end: () => Promise.reject(fault) };
    await expect(host.read(0, scene.volume, toyItems(files), failing)).rejects.toBe(fault);
    expect(
      (await host.inspect(0, scene.volume, toyItems(files), { headBytes: 0, hash: true, runs: false }))[0]
        ?.sha256,
    ).toBe(sha256(toyContents(files[0] ?? [], volumeBytes(scene, 0))));
  });
});
